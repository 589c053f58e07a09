"""Names outside the project that the machine knows: what they are worth, and which decorators change nothing."""

from __future__ import annotations

from importlint.machine.values import External, Value
from importlint.syntax.conditions import target_value
from importlint.target import Target


def constant(name: str, target: Target) -> Value:
    """The value of a dotted name outside the project: what the target decides, else the name itself."""
    if name.rpartition(".")[2] in ("TYPE_CHECKING", "MYPY"):
        return False
    if name in ("os.sep", "os.path.sep"):
        return "\\" if target.platform == "win32" else "/"
    value = target_value(name, target)
    return External(name) if value is None else value


KEEPS = frozenset(
    "functools.wraps functools.lru_cache functools.cache functools.total_ordering functools.singledispatch "
    "contextlib.ContextDecorator dataclasses.dataclass typing.overload typing.final typing.runtime_checkable "
    "typing.no_type_check typing.override typing.dataclass_transform abc.abstractmethod enum.unique "
    "typing_extensions.overload typing_extensions.final typing_extensions.runtime_checkable "
    "typing_extensions.override typing_extensions.deprecated typing_extensions.dataclass_transform "
    "typing_extensions.Protocol warnings.deprecated atexit.register six.python_2_unicode_compatible "
    "attr.s attr.attrs attr.define attr.frozen attr.mutable attr.dataclass attrs.define attrs.frozen attrs.mutable "
    "django.utils.deconstruct.deconstructible six.add_metaclass".split()
)
"""Decorators that leave what they decorate as it is, as far as imports can tell; with arguments or without."""

WRITES_INIT = ("dataclass", "define", "frozen", "mutable", "s", "attrs")
"""The last names of decorators that write a class's `__init__`."""
