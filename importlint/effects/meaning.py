"""What a name or an expression of the project stands for, without running anything.

Names lead through imports, re-exports and stars to where they are defined: a function or a class of the project, a
module of it, or something outside, of which the dotted name is all that is known. What more than one statement
binds, and what a call of the project's own code returns, is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from importlint.discovery import Module
from importlint.finder.resolve import absolute_name
from importlint.finder.spec import Failure
from importlint.syntax import facts as f
from importlint.syntax.flow import Circumstances, Situated
from importlint.syntax.namespace import ALWAYS_BOUND, Binding, bindings, written
from importlint.syntax.traverse import blocks, statements

if TYPE_CHECKING:
    from importlint.project import Project


class Outside(Struct, frozen=True):
    """Something outside the project, as `effects.names` writes it: `os.environ`, `logging.getLogger().level`."""

    name: str


class OwnModule(Struct, frozen=True):
    """A module of the project."""

    module: Module


class OwnFunction(Struct, frozen=True):
    """A function of the project; of a method, the class whose instance or self it is called on."""

    module: Module
    definition: f.FunctionDef
    receiver: OwnClass | None = None
    hidden: frozenset[str] = frozenset()
    """Names of the functions around it, which are not followed."""

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from other functions, and from itself on another class."""
        receiver = self.receiver
        on = (receiver.module.path, receiver.definition.span) if receiver else ()
        return (self.module.path, self.definition.span, *on)


class OwnClass(Struct, frozen=True):
    """A class of the project."""

    module: Module
    definition: f.ClassDef


class Instance(Struct, frozen=True):
    """An object of a class of the project."""

    cls: OwnClass


class OwnObject(Struct, frozen=True):
    """Some object that the code of a module has made: a list, a text, a number."""

    module: Module


class _Unknown(Struct, frozen=True):
    """What cannot be told."""


Meaning = Outside | OwnModule | OwnFunction | OwnClass | Instance | OwnObject | _Unknown

UNKNOWN: Final = _Unknown()

_KEEP = frozenset(
    """
    contextlib.contextmanager functools.cache functools.lru_cache functools.wraps functools.lru_cache()
    functools.wraps() typing.overload typing.no_type_check typing.final abc.abstractmethod
    builtins.staticmethod builtins.classmethod
    """.split()
)
"""Decorators that leave a function what it is, as far as a call of it goes."""
_DATACLASS = frozenset({"dataclasses.dataclass", "dataclasses.dataclass()"})
_KEEP_CLASS = _DATACLASS | frozenset(
    """
    enum.unique functools.total_ordering typing.final typing.runtime_checkable typing_extensions.final
    attr.s attr.s() attr.define attr.define() attr.frozen attr.frozen() attrs.define attrs.define() attrs.frozen
    attrs.frozen() zope.interface.implementer()
    """.split()
)
"""Decorators that leave a class what it is, as far as its own methods go."""
_METACLASSES = frozenset({"abc.ABCMeta", "builtins.type"})
"""Metaclasses whose classes are called as others are."""
_ROOTS = (Outside("builtins.object"), Outside("abc.ABC"))
"""Bases that have no methods of interest."""
_LAZY = frozenset({"contextlib.contextmanager", "contextlib.asynccontextmanager"})
"""Decorators whose functions run when a `with` statement enters."""
_RESULTS = frozenset({"builtins.open"})
"""Built-in functions whose results have effects of their own."""
_MAX_DEPTH = 20


class Meanings:
    """Looks names up in the modules of one project; each module-level name once."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._by_name: dict[str, Mapping[str, tuple[Binding, ...]]] = {}
        self._linear: dict[tuple[str, f.Span], tuple[OwnClass | None, ...]] = {}
        self._by_class: dict[tuple[str, f.Span], Mapping[str, tuple[Binding, ...]]] = {}
        self._by_instance: dict[tuple[str, f.Span], frozenset[str]] = {}
        self._by_module: dict[str, frozenset[str]] = {}
        self._known: dict[tuple[str, str], Meaning] = {}

    # ---- expressions

    def of(self, expression: f.Expression, scope: Scope) -> Meaning:
        """What an expression stands for in a scope."""
        match expression:
            case f.Name(id=name):
                return scope.lookup(name)
            case f.Attribute(value=value, attr=attr):
                owner = self.of(value, scope)
                is_set = not isinstance(owner, Outside) and attr in self._set_attributes(scope.module)
                return UNKNOWN if is_set else self.member(owner, attr)
            case f.Call(function=function):
                return self.result(self.of(function, scope), scope)
            case f.BinaryOperation(left=left, operator=operator):
                owner = self.of(left, scope)
                if isinstance(owner, Outside) and operator == "/":
                    return Outside(f"{owner.name}.__truediv__()")
                return OwnObject(scope.module) if isinstance(owner, OwnObject) else UNKNOWN
            case (
                f.Constant() | f.Display() | f.DictDisplay() | f.JoinedText() | f.Comprehension() | f.Lambda()
            ):
                return OwnObject(scope.module)
            case f.NamedExpression(value=value):
                return self.of(value, scope)
            case f.Subscript(value=value, index=f.Name(id="__name__")):
                is_own = self.of(value, scope) == Outside("sys.modules")
                return OwnModule(scope.module) if is_own else UNKNOWN
        return UNKNOWN

    def name(self, expression: f.Expression, scope: Scope) -> str | None:
        """The dotted name of what is outside the project, or built in."""
        meaning = self.of(expression, scope)
        return meaning.name if isinstance(meaning, Outside) else None

    def member(self, owner: Meaning, attr: str) -> Meaning:
        """What `owner.attr` stands for."""
        match owner:
            case Outside(name=name):
                return Outside(f"{name}.{attr}")
            case OwnModule(module=module):
                return self.in_module(module, attr)
            case OwnClass():
                return self.in_class(owner, attr)
            case Instance(cls=cls):
                found = self.in_class(cls, attr)
                return UNKNOWN if found is UNKNOWN or attr in self._instance_names(cls) else found
        return UNKNOWN

    def result(self, called: Meaning, scope: Scope) -> Meaning:
        """What a call returns."""
        match called:
            case Outside(name=name) if name.startswith("builtins.") and name not in _RESULTS:
                return UNKNOWN  # mostly the project's own object
            case Outside(name=name):
                return Outside(f"{name}()")
            case OwnClass() if self.is_plain(called):
                return Instance(called)
        return UNKNOWN

    def maker(self, name: str, scope: Scope) -> f.Call | None:
        """The call whose result a name is bound to, if that is all that it is bound to."""
        match scope.bindings(name):
            case (Binding(statement=f.Assign(value=f.Call() as call)),):
                return call
        return None

    def is_module(self, name: str, importer: Module) -> bool:
        """Whether a dotted name outside the project is a module."""
        return "(" not in name and self._project.resolve(name, importer).spec is not None

    def is_found(self, statement: f.Import | f.ImportFrom, importer: Module) -> bool:
        """Whether the module that an import names exists, and has the names that are asked of it."""
        if isinstance(statement, f.ImportFrom):
            source, exports = self._project.exports.source(statement, importer), self._project.exports
            return source is not None and not any(
                exports.lacks(source, each.name)
                and self._project.resolve(f"{source.name}.{each.name}", importer).spec is None
                for each in statement.names
                if each.name != "*"
            )
        return self._project.resolve(statement.module, importer).spec is not None

    def is_read(self, name: str, module: Module) -> bool:
        """Whether anything in a module's file reads a name, or offers it to importers of the module."""
        bodies, namespace = self._project.bodies(module.path), self._project.namespace(module.path)
        is_offered = module.is_package or (namespace is not None and name in (namespace.listed or ()))
        return is_offered or bodies is None or bodies.reads(name)

    # ---- modules

    def in_module(self, module: Module, name: str, depth: int = 0) -> Meaning:
        """What a module-level name stands for once the module has run."""
        key = (module.path, name)
        if key not in self._known:
            self._known[key] = UNKNOWN  # a name that leads back to itself
            self._known[key] = self._in_module(module, name, depth) if depth < _MAX_DEPTH else UNKNOWN
        return self._known[key]

    def _in_module(self, module: Module, name: str, depth: int) -> Meaning:
        bindings = self.module_bindings(module).get(name, ())
        if not bindings:
            return self._unbound(module, name, depth)
        usual = [each for each in bindings if not each.fallback] or list(bindings)
        found = {self.bound(each, ModuleScope(self, module), depth) for each in usual}
        namespace = self._project.namespace(module.path)
        if namespace is None or name in namespace.facts.global_names:
            return UNKNOWN  # a function binds it, too
        for star in namespace.stars:
            source = self._project.exports.source(star, module) if star.span > usual[0].span else None
            if source is not None and name in (self._project.exports.of(source) or ()):
                found.update(self._in_stars(module, (star,), name, depth))
        return found.pop() if len(found) == 1 else UNKNOWN

    def module_bindings(self, module: Module) -> Mapping[str, tuple[Binding, ...]]:
        """The statements of a module that bind each name."""
        if module.path not in self._by_name:
            namespace = self._project.namespace(module.path)
            grouped: dict[str, tuple[Binding, ...]] = {}
            for binding in namespace.bindings if namespace else ():
                if not binding.unbinds:
                    grouped[binding.name] = (*grouped.get(binding.name, ()), binding)
            self._by_name[module.path] = grouped
        return self._by_name[module.path]

    def _unbound(self, module: Module, name: str, depth: int) -> Meaning:
        """A name that no statement of the module binds: from a star, a submodule, or built in."""
        namespace = self._project.namespace(module.path)
        if namespace is None or name in namespace.facts.global_names or name in ALWAYS_BOUND:
            return UNKNOWN
        found = self._in_stars(module, namespace.stars, name, depth)
        if found:
            return found.pop() if len(found) == 1 else UNKNOWN
        if module.is_package:
            spec = self._project.resolve(f"{module.name}.{name}", module).spec
            if spec is not None and self._project.is_own(spec):
                return OwnModule(self._project.module_of(spec))
        return Outside(f"builtins.{name}") if name in self._project.exports.builtins else UNKNOWN

    def _in_stars(self, module: Module, stars: Iterable[f.ImportFrom], name: str, depth: int) -> set[Meaning]:
        """What some star imports bring under a name."""
        found = (self._in_star(module, star, name, depth) for star in stars)
        return {meaning for meaning in found if meaning is not None}

    def _in_star(self, module: Module, star: f.ImportFrom, name: str, depth: int) -> Meaning | None:
        """What a star import brings under a name; None if it brings no such name."""
        spec = self._project.exports.source(star, module)
        if spec is None:
            return UNKNOWN
        names = self._project.exports.of(spec)
        if names is None or name in names:
            if names is None or not self._project.is_own(spec):
                return UNKNOWN if names is None else Outside(f"{spec.name}.{name}")
            return self.in_module(self._project.module_of(spec), name, depth + 1)
        return None

    def bound(self, binding: Binding, scope: Scope, depth: int = 0) -> Meaning:
        """What a statement binds its name to."""
        match binding.statement:
            case f.Import(module=name, asname=asname):
                return self._module(scope.module, name if asname else name.partition(".")[0])
            case f.ImportFrom(names=names) as statement:
                asked = next((each.name for each in names if each.binds == binding.name), None)
                return UNKNOWN if asked is None else self._imported(scope.module, statement, asked, depth)
            case f.FunctionDef() as definition:
                decorators = {self.name(each, scope) for each in definition.decorators}
                return OwnFunction(scope.module, definition) if decorators <= _KEEP else UNKNOWN
            case f.ClassDef() as definition:
                decorators = {self.name(each, scope) for each in definition.decorators}
                return OwnClass(scope.module, definition) if decorators <= _KEEP_CLASS else UNKNOWN
            case f.Assign(targets=targets, value=value) if all(isinstance(each, f.Name) for each in targets):
                return self.of(value, scope)
            case f.AnnotatedAssign(target=f.Name(), value=value) if value is not None:
                return self.of(value, scope)
        return UNKNOWN

    def _module(self, importer: Module, name: str) -> Meaning:
        spec = self._project.resolve(name, importer).spec
        if spec is not None and spec.origin is not None and self._project.is_own(spec):
            return OwnModule(self._project.module_of(spec))
        return Outside(name)

    def _imported(self, importer: Module, statement: f.ImportFrom, name: str, depth: int) -> Meaning:
        base = absolute_name(
            importer.package, statement.level, statement.module, self._project.target.version
        )
        if isinstance(base, Failure):
            return UNKNOWN
        owner = self._module(importer, base)
        if isinstance(owner, OwnModule):
            return self.in_module(owner.module, name, depth + 1)
        return self.member(owner, name)

    # ---- classes

    def in_class(self, cls: OwnClass, name: str) -> Meaning:
        """What a class, or a base of it, binds a name to; methods know the class that they are called on."""
        for owner in self.linear(cls):
            found = self._class_bindings(owner).get(name, ()) if owner is not None else (None,)
            match found:
                case ():
                    continue
                case (Binding(statement=f.FunctionDef() as definition),) if owner is not None:
                    names = {
                        self.name(each, ModuleScope(self, owner.module)) for each in definition.decorators
                    }
                    bound = None if "builtins.staticmethod" in names else cls
                    return OwnFunction(owner.module, definition, bound) if names <= _KEEP else UNKNOWN
            return UNKNOWN
        return UNKNOWN

    def linear(self, cls: OwnClass) -> tuple[OwnClass | None, ...]:
        """The classes in which attributes are looked up, in order, up to the first that is not known: None.

        Language reference, "Customizing class creation"; the order is that of `type.mro`.
        """
        key = (cls.module.path, cls.definition.span)
        if key not in self._linear:
            self._linear[key] = (cls, None)  # a class that is below itself
            self._linear[key] = self._order(cls)
        return self._linear[key]

    def _order(self, cls: OwnClass) -> tuple[OwnClass | None, ...]:
        bases = [each for each in self.bases(cls) if each not in _ROOTS]
        known: list[OwnClass] = []
        for base in bases:
            if not isinstance(base, OwnClass):
                break
            known.append(base)
        rows = [*map(self.linear, known), tuple(known)]
        return (cls, *_merged(rows), *(() if len(known) == len(bases) else (None,)))

    def _class_bindings(self, cls: OwnClass) -> Mapping[str, tuple[Binding, ...]]:
        """The statements of a class's body that bind each name."""
        key = (cls.module.path, cls.definition.span)
        if key not in self._by_class:
            found: dict[str, tuple[Binding, ...]] = {}
            for statement in _own_statements(cls.definition.body):
                for binding in bindings(Situated(statement, Circumstances())):
                    found[binding.name] = (*found.get(binding.name, ()), binding)
            self._by_class[key] = found
        return self._by_class[key]

    def _instance_names(self, cls: OwnClass) -> frozenset[str]:
        """The attributes that methods of a class, or of its bases, set of some object."""
        key = (cls.module.path, cls.definition.span)
        if key not in self._by_instance:
            self._by_instance[key] = frozenset(
                target.attr
                for owner in self.linear(cls)
                if owner is not None
                for each in _own_statements(owner.definition.body)
                if isinstance(each, f.FunctionDef)
                for statement in statements(self.body(OwnFunction(owner.module, each)))
                for target in written(statement)
                if isinstance(target, f.Attribute)
            )
        return self._by_instance[key]

    def _set_attributes(self, module: Module) -> frozenset[str]:
        """The attributes that the body of a module sets of some object."""
        if module.path not in self._by_module:
            namespace = self._project.namespace(module.path)
            own = [each.statement for each in namespace.statements] if namespace else []
            self._by_module[module.path] = frozenset(name for each in own for name in _set_names(each))
        return self._by_module[module.path]

    def bases(self, cls: OwnClass) -> tuple[Meaning, ...]:
        """What the bases of a class stand for."""
        scope = ModuleScope(self, cls.module)
        return tuple(self.of(base, scope) for base in cls.definition.bases)

    def is_plain(self, cls: OwnClass) -> bool:
        """Whether a call of a class makes an object of it and calls its `__init__`, as `type.__call__` has it."""
        metaclasses = {
            self.name(keyword.value, ModuleScope(self, each.module))
            for each in self.linear(cls)
            if each is not None
            for keyword in each.definition.keywords
            if keyword.name == "metaclass"
        }
        return metaclasses <= _METACLASSES and self.in_class(cls, "__new__") is UNKNOWN

    def is_dataclass(self, cls: OwnClass) -> bool:
        """Whether a class calls its `__post_init__`."""
        scope = ModuleScope(self, cls.module)
        names = {self.name(each, scope) for each in cls.definition.decorators}
        return not names.isdisjoint(_DATACLASS)

    def body(self, function: OwnFunction) -> f.Block:
        """The statements of a function; none if they cannot be read, or if a call runs none of them."""
        bodies = self._project.bodies(function.module.path)
        try:
            body = bodies.of(function.definition) if bodies else None
        except (KeyError, RecursionError):  # the file has changed, or is nested too deeply
            return ()
        return () if body is None or body.is_generator else body.body

    def is_lazy(self, function: OwnFunction) -> bool:
        """Whether a call of a function runs nothing of it yet."""
        scope = ModuleScope(self, function.module)
        names = {self.name(each, scope) for each in function.definition.decorators}
        return function.definition.is_async or not names.isdisjoint(_LAZY)


class Scope:
    """Where an expression stands: the names that it sees."""

    def __init__(self, meanings: Meanings, module: Module) -> None:
        self.meanings = meanings
        self.module = module

    def lookup(self, name: str) -> Meaning:
        """What a name stands for there."""
        raise NotImplementedError

    def bindings(self, name: str) -> tuple[Binding, ...]:
        """The statements that bind a name which is seen there, as far as they are in the same file."""
        raise NotImplementedError


class ModuleScope(Scope):
    """A module's body, and the class bodies in it."""

    def lookup(self, name: str) -> Meaning:
        """What a module-level name stands for."""
        return self.meanings.in_module(self.module, name)

    def bindings(self, name: str) -> tuple[Binding, ...]:
        """The statements of the module that bind a name."""
        return self.meanings.module_bindings(self.module).get(name, ())


class ClassScope(Scope):
    """A class's body: what it binds, then what is around it; its names are not followed."""

    def __init__(self, around: Scope, inside: tuple[f.Statement, ...]) -> None:
        super().__init__(around.meanings, around.module)
        self._around = around
        self._inside = inside

    @cached_property
    def _names(self) -> frozenset[str]:
        """What the statements of the body bind."""
        bound = (bindings(Situated(each, Circumstances())) for each in self._inside)
        return frozenset(binding.name for each in bound for binding in each)

    def lookup(self, name: str) -> Meaning:
        """What a name stands for in the class's body."""
        return UNKNOWN if name in self._names else self._around.lookup(name)

    def bindings(self, name: str) -> tuple[Binding, ...]:
        """The statements around the class that bind a name which it does not bind."""
        return () if name in self._names else self._around.bindings(name)


class FunctionScope(Scope):
    """A function's body: its parameters, what its own statements bind, then the module's names."""

    def __init__(
        self, meanings: Meanings, function: OwnFunction, bindings: Mapping[str, tuple[Binding, ...]]
    ) -> None:
        super().__init__(meanings, function.module)
        self._function = function
        self._bindings = bindings
        self._following: set[str] = set()

    def lookup(self, name: str) -> Meaning:
        """What a name stands for in the function."""
        parameters = self._function.definition.parameters
        own = (*parameters.positional_only, *parameters.positional)
        every = (*own, *parameters.keyword_only, parameters.rest, parameters.keywords)
        if name in every:
            receiver = self._function.receiver
            return Instance(receiver) if receiver and own[:1] == (name,) else UNKNOWN
        if name not in self._bindings:
            is_hidden = name in self._function.hidden
            return UNKNOWN if is_hidden else self.meanings.in_module(self.module, name)
        bindings = self._bindings[name]
        if len(bindings) != 1 or name in self._following or isinstance(bindings[0].statement, f.ClassDef):
            return UNKNOWN
        self._following.add(name)
        try:
            found = self.meanings.bound(bindings[0], self)
        finally:
            self._following.discard(name)
        if isinstance(found, OwnFunction) and found.definition is bindings[0].statement:
            names = {*self._bindings, *(each for each in every if each)}
            return replace(found, hidden=self._function.hidden | names)
        return found

    def bindings(self, name: str) -> tuple[Binding, ...]:
        """The statements that bind a name: the function's, or else the module's."""
        return self._bindings.get(name) or self.meanings.module_bindings(self.module).get(name, ())


def _set_names(statement: f.Statement) -> Iterator[str]:
    """The attributes that a statement sets, of whatever object."""
    for target in written(statement):
        if isinstance(target, f.Attribute):
            yield target.attr
    match statement:
        case f.Evaluate(
            value=f.Call(function=f.Name(id="setattr"), arguments=(_, f.Constant(value=str(name)), _))
        ):
            yield name


def _own_statements(block: f.Block) -> Iterator[f.Statement]:
    """The statements of a class's body, without those of the classes in it."""
    for statement in block:
        yield statement
        if not isinstance(statement, f.ClassDef):
            for inner in blocks(statement):
                yield from _own_statements(inner)


def _merged(rows: Iterable[tuple[OwnClass | None, ...]]) -> tuple[OwnClass | None, ...]:
    """Several orders of classes as one (C3), up to the first class that is not known: None."""
    waiting, found = [row for row in rows if row], list[OwnClass | None]()
    while waiting:
        heads = (row[0] for row in waiting if not any(row[0] in other[1:] for other in waiting))
        head = next(heads, None)
        found.append(head)
        if head is None:
            break
        shorter = (tuple(each for each in row if each != head) for row in waiting)
        waiting = [row for row in shorter if row]
    return tuple(found)
