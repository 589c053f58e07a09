"""Facts: what the text of one file says about imports, names and calls. Data only.

The facts of a module are a small program of their own: the statements that run when it is imported, in
order, with the expressions that they evaluate, and nothing of what they resolve to. So facts depend on the
text alone, can be kept by content, and any target version can be asked about them later.

A function's body is a unit of its own (`FunctionBody`), apart from the module's skeleton: only bodies that
contain an import are part of the facts, others are fetched by `bodies.Bodies` when something calls them.

Language reference, chapters 6 to 8; the names follow CPython's `ast` where a node means the same.
"""

from __future__ import annotations

from msgspec import Struct

from importlint.syntax.span import Span as Span


class Fact(Struct, frozen=True, array_like=True, tag=True, gc=False):
    """Base of everything a file can say; the tag is the class's name."""


# ---- expressions: evaluated left to right, for what they read and call ---------------------------------


class Constant(Fact, frozen=True, gc=False):
    """A literal that is kept: `None`, a truth value, a number of up to 64 bits, or a text of bounded size."""

    value: bool | int | float | str | None


class Name(Fact, frozen=True, gc=False):
    """A name that is read, or bound where it stands as a target."""

    id: str
    span: Span


class Attribute(Fact, frozen=True, gc=False):
    """`value.attr`; the span is that of the whole chain."""

    value: Expression
    attr: str
    span: Span


class Subscript(Fact, frozen=True, gc=False):
    """`value[index]`."""

    value: Expression
    index: Expression
    span: Span


class Slice(Fact, frozen=True, gc=False):
    """`lower:upper:step` as an index."""

    lower: Expression | None
    upper: Expression | None
    step: Expression | None


class Keyword(Struct, frozen=True, array_like=True, gc=False):
    """A keyword argument; without a name it is `**value`."""

    name: str | None
    value: Expression


class Call(Fact, frozen=True, gc=False):
    """`function(*arguments, **keywords)`."""

    function: Expression
    arguments: tuple[Expression, ...]
    keywords: tuple[Keyword, ...]
    span: Span


class Display(Fact, frozen=True, gc=False):
    """A list, tuple or set display."""

    kind: str
    """`list`, `tuple` or `set`."""
    items: tuple[Expression, ...]


class DictItem(Struct, frozen=True, array_like=True, gc=False):
    """An item of a dict display; without a key it is `**value`."""

    key: Expression | None
    value: Expression


class DictDisplay(Fact, frozen=True, gc=False):
    """A dict display."""

    items: tuple[DictItem, ...]


class Starred(Fact, frozen=True, gc=False):
    """`*value` in a display, in a call's arguments or in a target."""

    value: Expression


class Compare(Fact, frozen=True, gc=False):
    """`left operators[0] comparators[0] ...`; operators as they are written (`==`, `not in`, `is`)."""

    left: Expression
    operators: tuple[str, ...]
    comparators: tuple[Expression, ...]
    span: Span


class BooleanOperation(Fact, frozen=True, gc=False):
    """`values[0] and values[1] ...` or the same with `or`."""

    operator: str
    values: tuple[Expression, ...]


class Not(Fact, frozen=True, gc=False):
    """`not operand`."""

    operand: Expression


class BinaryOperation(Fact, frozen=True, gc=False):
    """`left operator right`, the operator as it is written (`+`, `/`, `%`)."""

    left: Expression
    operator: str
    right: Expression


class Conditional(Fact, frozen=True, gc=False):
    """`body if test else orelse`."""

    test: Expression
    body: Expression
    orelse: Expression


class NamedExpression(Fact, frozen=True, gc=False):
    """`(target := value)`."""

    target: Name
    value: Expression


class Lambda(Fact, frozen=True, gc=False):
    """A lambda: its defaults are evaluated, its body is not a fact."""

    defaults: tuple[Expression, ...]
    span: Span


class Generator(Struct, frozen=True, array_like=True, gc=False):
    """One `for target in iterable if conditions ...` of a comprehension."""

    target: Expression
    iterable: Expression
    conditions: tuple[Expression, ...]


class Comprehension(Fact, frozen=True, gc=False):
    """A comprehension, or a generator expression, which evaluates its first iterable only."""

    kind: str
    """`list`, `set`, `dict` or `generator`."""
    elements: tuple[Expression, ...]
    """One element, or a dict comprehension's key and value."""
    generators: tuple[Generator, ...]
    span: Span


class JoinedText(Fact, frozen=True, gc=False):
    """An f-string whose fields have no format and no conversion but `!s`: its texts and values in order."""

    values: tuple[Expression, ...]


class Yield(Fact, frozen=True, gc=False):
    """`yield value`, or `yield from value`."""

    value: Expression | None
    is_from: bool


class Opaque(Fact, frozen=True, gc=False):
    """Any other expression: its value is unknown, its parts are evaluated in order."""

    parts: tuple[Expression, ...]


Expression = (
    Constant
    | Name
    | Attribute
    | Subscript
    | Slice
    | Call
    | Display
    | DictDisplay
    | Starred
    | Compare
    | BooleanOperation
    | Not
    | BinaryOperation
    | Conditional
    | NamedExpression
    | Lambda
    | Comprehension
    | JoinedText
    | Yield
    | Opaque
)

# ---- statements ----------------------------------------------------------------------------------------


class Import(Fact, frozen=True, gc=False):
    """One module of an `import` statement: `import a, b` makes two of these."""

    module: str
    asname: str | None
    lazy: bool
    span: Span
    """Of the module's name with its `as`."""


class ImportedName(Struct, frozen=True, array_like=True, gc=False):
    """One name of a `from` statement; `*` for all."""

    name: str
    asname: str | None
    span: Span

    @property
    def binds(self) -> str:
        """The name that the importing namespace gets."""
        return self.asname or self.name


class ImportFrom(Fact, frozen=True, gc=False):
    """`from module import names`."""

    module: str
    """Without its dots: empty for `from . import x`."""
    level: int
    """How many leading dots."""
    names: tuple[ImportedName, ...]
    lazy: bool
    span: Span
    module_span: Span
    """Of the module's name with its dots."""

    @property
    def written(self) -> str:
        """The module as it is written, dots included."""
        return "." * self.level + self.module


class Evaluate(Fact, frozen=True, gc=False):
    """An expression as a statement."""

    value: Expression
    span: Span


class Assign(Fact, frozen=True, gc=False):
    """`targets[0] = targets[1] = value`; each target is bound in turn."""

    targets: tuple[Expression, ...]
    value: Expression
    span: Span


class AugmentedAssign(Fact, frozen=True, gc=False):
    """`target operator= value`."""

    target: Expression
    operator: str
    value: Expression
    span: Span


class AnnotatedAssign(Fact, frozen=True, gc=False):
    """`target: annotation = value`; without a value nothing is bound."""

    target: Expression
    annotation: Expression
    value: Expression | None
    span: Span
    is_simple: bool = True
    """The target is a name, without parentheses: before 3.10 other annotations were always evaluated."""


class Delete(Fact, frozen=True, gc=False):
    """`del targets`."""

    targets: tuple[Expression, ...]
    span: Span


class If(Fact, frozen=True, gc=False):
    """`if test`; an `elif` is an `If` in `orelse`."""

    test: Expression
    body: Block
    orelse: Block
    span: Span
    """Of the test."""


class While(Fact, frozen=True, gc=False):
    """`while test`."""

    test: Expression
    body: Block
    orelse: Block
    span: Span
    """Of the test."""


class For(Fact, frozen=True, gc=False):
    """`for target in iterable`."""

    target: Expression
    iterable: Expression
    body: Block
    orelse: Block
    span: Span
    """Of the iterable."""


class Handler(Struct, frozen=True, array_like=True, gc=False):
    """`except kinds as name`; without kinds it catches all."""

    kinds: Expression | None
    name: str | None
    body: Block
    span: Span


class Try(Fact, frozen=True, gc=False):
    """`try` with its handlers; `star` for `except*`."""

    body: Block
    handlers: tuple[Handler, ...]
    orelse: Block
    finalbody: Block
    star: bool


class WithItem(Struct, frozen=True, array_like=True, gc=False):
    """`context as target`."""

    context: Expression
    target: Expression | None


class With(Fact, frozen=True, gc=False):
    """`with items`."""

    items: tuple[WithItem, ...]
    body: Block
    span: Span


class Case(Struct, frozen=True, array_like=True, gc=False):
    """One `case` of a `match`."""

    reads: tuple[Expression, ...]
    """Values and classes that the pattern names."""
    binds: tuple[str, ...]
    guard: Expression | None
    irrefutable: bool
    """The pattern is `_` or a name: every subject matches, and only a guard can refuse it."""
    body: Block
    is_value: bool = False
    """The pattern is a value, the only one in `reads`, which the subject has to equal."""


class Match(Fact, frozen=True, gc=False):
    """`match subject`."""

    subject: Expression
    cases: tuple[Case, ...]
    span: Span
    """Of the subject."""


class Parameters(Struct, frozen=True, array_like=True, gc=False):
    """The names of a function's parameters; the defaults belong to the last of positional and to keyword ones."""

    positional_only: tuple[str, ...]
    positional: tuple[str, ...]
    rest: str | None
    keyword_only: tuple[str, ...]
    keywords: str | None
    defaults: tuple[Expression, ...]
    keyword_defaults: tuple[Expression | None, ...]


class FunctionDef(Fact, frozen=True, gc=False):
    """A function definition: everything but its body, which is found by the span's start."""

    name: str
    is_async: bool
    decorators: tuple[Expression, ...]
    parameters: Parameters
    annotations: tuple[Expression, ...]
    type_parameters: tuple[str, ...]
    span: Span
    """From `def` (or `async`) to the end of the name."""


class ClassDef(Fact, frozen=True, gc=False):
    """A class definition; its body runs where it stands."""

    name: str
    decorators: tuple[Expression, ...]
    bases: tuple[Expression, ...]
    keywords: tuple[Keyword, ...]
    type_parameters: tuple[str, ...]
    body: Block
    span: Span
    """From `class` to the end of the name."""


class TypeAlias(Fact, frozen=True, gc=False):
    """`type name = ...`; the value is never evaluated by the import."""

    name: str
    span: Span


class Return(Fact, frozen=True, gc=False):
    """`return value`."""

    value: Expression | None
    span: Span


class Raise(Fact, frozen=True, gc=False):
    """`raise exception from cause`."""

    exception: Expression | None
    cause: Expression | None
    span: Span


class Assert(Fact, frozen=True, gc=False):
    """`assert test, message`."""

    test: Expression
    message: Expression | None
    span: Span


class Break(Fact, frozen=True, gc=False):
    """`break`."""


class Continue(Fact, frozen=True, gc=False):
    """`continue`."""


class Global(Fact, frozen=True, gc=False):
    """`global names`."""

    names: tuple[str, ...]


class Nonlocal(Fact, frozen=True, gc=False):
    """`nonlocal names`."""

    names: tuple[str, ...]


Statement = (
    Import
    | ImportFrom
    | Evaluate
    | Assign
    | AugmentedAssign
    | AnnotatedAssign
    | Delete
    | If
    | While
    | For
    | Try
    | With
    | Match
    | FunctionDef
    | ClassDef
    | TypeAlias
    | Return
    | Raise
    | Assert
    | Break
    | Continue
    | Global
    | Nonlocal
)

Block = tuple[Statement, ...]
"""Statements that run one after the other; `pass` and bare constants are left out."""

# ---- whole files ---------------------------------------------------------------------------------------


class FunctionBody(Struct, frozen=True, array_like=True, gc=False):
    """The body of the function whose definition starts at `line` and `column`."""

    line: int
    column: int
    body: Block
    is_generator: bool = False
    """Its body has a `yield`: a call runs nothing of it yet."""


class ModuleFacts(Struct, frozen=True, array_like=True, gc=False):
    """Everything importlint knows of one file's text."""

    body: Block
    bodies: tuple[FunctionBody, ...]
    """Of every function that contains an import, in the order of their definitions."""
    global_names: tuple[str, ...]
    """Names that a `global` statement anywhere in the file declares, sorted."""
    future_annotations: bool
    """`from __future__ import annotations`: annotations are not evaluated."""
    reflection: bool
    """The text speaks of `globals()`, `exec`, `sys.modules`, frames or `global_enum`: names may be injected unseen."""
    import_hooks: bool
    """The text speaks of `sys.meta_path` or `exec_module`: modules and names may come from nowhere in sight."""
    import_calls: bool
    """The text speaks of `import_module` or `__import__`: imports may be calls."""
    directives: bool
    """The text has `importlint:` in it: perhaps a comment that is meant for importlint, which must make sense."""
    shebang: bool
    """The file starts with `#!`."""
    launches: bool
    """The text speaks of Python and of what starts it: `subprocess` and `sys.executable`, `runpy.run_path`."""
