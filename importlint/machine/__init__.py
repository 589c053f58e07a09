"""The load half of the import system: which modules run, in which order, what is bound when, where it fails.

The counterpart of CPython's `Lib/importlib/_bootstrap.py`. It interprets facts over a model of `sys.modules`; it
reads no file system but asks a `World` where modules are and what their files say.
"""
