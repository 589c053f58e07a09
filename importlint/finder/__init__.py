"""The search half of the import system: from a module name and a search path to a spec.

The counterpart of CPython's `Lib/importlib/_bootstrap_external.py`; `importlint.machine` will be that of
`_bootstrap.py`. Nothing of the environment that is searched is ever run.
"""
