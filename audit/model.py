"""What every part of an audit shares: small values that never change.

`Place` is the only way to cite. Ids are dotted, as Python's qualified names are:
`package.module.Class.method`, `package.module.function.<locals>.inner`.

The few that come by the hundred thousand (imports, calls, uses) are named tuples: as unchangeable as a frozen
dataclass, and made ten times as fast.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple


class Place(NamedTuple):
    """A line of a file of a tree. `tree` is the tree's role, `path` is relative to its root."""

    tree: str
    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


class Parameter(NamedTuple):
    """One parameter. `kind` is griffe's wording: positional-only, positional or keyword, keyword-only, variadic ..."""

    name: str
    kind: str
    default: str | None
    """Its text; None where the caller has to give one."""
    annotation: str | None

    @property
    def required(self) -> bool:
        return self.default is None and not self.variadic

    @property
    def variadic(self) -> bool:
        return self.kind.startswith("variadic")

    def __str__(self) -> str:
        stars = {"variadic positional": "*", "variadic keyword": "**"}.get(self.kind, "")
        text = stars + self.name + (f": {self.annotation}" if self.annotation else "")
        if self.default is None or stars:
            return text
        return f"{text} = {self.default}" if self.annotation else f"{text}={self.default}"


@dataclass(frozen=True, slots=True)
class Symbol:
    """A module, class, function, method, field (annotated in a class body) or attribute (assigned)."""

    id: str
    kind: str
    place: Place
    end: int
    """Its last line."""
    parameters: tuple[Parameter, ...] = ()
    """Of a function or method, `self` among them. Of a class, those of its constructor, without `self`."""
    returns: str | None = None
    """The text of the return annotation; of a field or attribute, that of its annotation."""
    bases: tuple[str, ...] = ()
    """As written."""
    decorators: tuple[str, ...] = ()
    value: str | None = None
    """Of a field or attribute: what it is given, as text, when that is short."""
    guard: str = "none"
    """none, function, class is never one; try, if, type-checking or main where it is defined under one."""
    public: bool = True
    also: tuple[int, ...] = ()
    """Lines of other definitions of the same id (branches, setters, overloads)."""

    @property
    def name(self) -> str:
        return self.id.rpartition(".")[2]

    @property
    def parent(self) -> str:
        """The id of what it is defined in; empty for a top-level package."""
        return self.id.rpartition(".")[0].removesuffix(".<locals>")

    def signature(self) -> str:
        """`name(parameters) -> returns`, one line of text; for a field or attribute `name: annotation = value`."""
        if self.kind in ("function", "method", "class"):
            inside = ", ".join(_with_markers(self.parameters))
            arrow = f" -> {self.returns}" if self.returns and self.kind != "class" else ""
            return f"{self.name}({inside}){arrow}"
        annotation = f": {self.returns}" if self.returns else ""
        return f"{self.name}{annotation}{f' = {self.value}' if self.value is not None else ''}"


def _with_markers(parameters: tuple[Parameter, ...]) -> list[str]:
    """Parameters as text, with `/` and `*` where they stand in a signature."""
    shown, starred = [], False
    for number, one in enumerate(parameters):
        if one.kind == "keyword-only" and not starred:
            shown.append("*")
            starred = True
        starred = starred or one.kind == "variadic positional"
        shown.append(str(one))
        following = parameters[number + 1].kind if number + 1 < len(parameters) else ""
        if one.kind == "positional-only" and following != "positional-only":
            shown.append("/")
    return shown


class Import(NamedTuple):
    """`import what`, or `from module import name` (`what` is then `module.name`, or `module.*`)."""

    scope: str
    """Id of the symbol the statement stands in: a module, function, class."""
    what: str
    """Absolute, as written: re-exports are not followed here."""
    alias: str
    """The name it binds; empty for a star."""
    place: Place
    guard: str
    """none, function, try, if, type-checking, main. `try` only where the handler lets the rest go on."""
    target: str | None
    """Id of the symbol it names in one of the trees, re-exports followed; None outside the trees."""


class Call(NamedTuple):
    """`text(...)`."""

    scope: str
    text: str
    """The called expression as an access path: `pkg.f`, `Model().fit`, `self.rows['a'].run`."""
    place: Place
    """Where the last name of `text` stands."""
    positional: int
    keywords: tuple[str, ...]
    starred: bool
    """Whether there is a `*args` or `**kwargs` among the arguments."""
    arguments: tuple[tuple[str, str], ...]
    """(name, or index as text; what is given): literals as Python writes them, else the access path, else ''."""
    target: str | None
    """Id of a symbol in a tree; of something outside, its dotted name (`numpy.load`); None when unresolved."""
    how: str
    """How `target` was found (see `resolve.HOW`), or why not."""
    candidates: tuple[str, ...] = ()
    """Every symbol it may be, `target` first, where there are several; of an import at run time, the names seen."""
    origin: str = ""
    """Where the value was made this is called on: a path from a function of a tree, `ptycho.loader.load()[0].fit`."""
    lines: tuple[int, ...] = ()
    """The line of each of `keywords`."""


class Use(NamedTuple):
    """A read, write or deletion of a symbol or attribute that is not itself a call's callee; or a look-up by name."""

    scope: str
    text: str
    place: Place
    mode: str
    """read, write, delete; lookup for a string that names something (find_spec, import_module, 'pkg.mod:name')."""
    target: str | None
    """Of `cfg['N'] = 1`, that is `cfg`."""
    how: str
    origin: str = ""
    """As with a call."""


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that outlives the call: a file, the legacy parameters, random state, the environment."""

    kind: str
    """file, params, random, environment, module (state kept in a module's attribute)."""
    place: Place
    what: str
    mode: str = "write"
    """read or write."""
    scope: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """What could not be read, or not be decided; the rest went on."""

    path: str
    line: int | None
    reason: str
    kind: str = "file"
    """file, syntax, shadowed, star, dynamic, missing, cycle, git."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.reason}" if self.line else f"{self.path}: {self.reason}"


def jsonable(value: Any) -> Any:
    """Any of these as JSON has it: names to values."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: jsonable(one) for name, one in value._asdict().items()}
    if hasattr(value, "__dataclass_fields__"):
        return {name: jsonable(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, dict):
        return {str(name): jsonable(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [jsonable(one) for one in (sorted(value) if isinstance(value, set | frozenset) else value)]
    return value
