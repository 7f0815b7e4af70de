"""Every place where the client's source, or the spec's code marks, reaches for something of a package.

A touch of what is not there is kept: the client needs it all the same.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from json import loads
from sys import stdlib_module_names
from typing import NamedTuple

from ptychoparity.audit.index import Sources, Tree
from ptychoparity.audit.model import Call, Import, Place, Use
from ptychoparity.audit.paths import last_name

HOW = ("import", "call", "keyword", "read", "write", "delete", "lookup", "named")
"""keyword: an argument by its name; read, write, delete: of an attribute or a name; lookup: a string that names it,
as in `find_spec('ptycho')`; named: in code marks of the spec."""


class Touch(NamedTuple):
    symbol: str
    """Id of what is touched, in the tree or not; for what a function of the tree makes, the path from that function."""
    who: str
    """client or spec."""
    how: str
    place: Place
    text: str
    """As written."""
    expected: str
    """The name that stands on the line."""
    scope: str
    """The client's function it stands in; of a spec, the heading."""
    found: str
    """How the symbol was found: `values.HOW`, `missing`; of a spec, by which reading of the mark."""
    parameter: str = ""
    """Of a keyword, its name."""
    positional: int = 0
    """Of a call, how many arguments have no name."""
    starred: bool = False
    keywords: tuple[str, ...] = ()
    """Of a call, the names of its arguments."""
    given: str = ""
    """Of a call, its first argument as text, where that is known."""
    through: str = ""
    """What brings it where the tree itself has no such symbol: a library's name for it
    (`lightning.LightningModule.load_from_checkpoint`), a module's `__getattr__`, an attribute whose value has it."""

    @property
    def order(self) -> tuple:
        return self.place, HOW.index(self.how), self.symbol, self.parameter, self.text


def client_touches(client: Tree, other: Tree) -> tuple[Touch, ...]:
    """What of `other` the client touches, by file and line."""
    raw = client.touches(other)
    found = [_imported(one) for one in raw.imports]
    for call in raw.calls:
        found += _called(call, other)
    found += [_used(one, other) for one in raw.uses if not _is_passing(one, other)]
    kept = {_said(touch, other) for touch in _without_prefixes(found, other) if _is_meant(touch, found, client, other)}
    return tuple(sorted(kept, key=lambda one: one.order))


def _imported(one: Import) -> Touch:
    symbol = one.target or one.what.removesuffix(".*")
    found = "import" if one.target else "missing"
    expected = "*" if one.what.endswith(".*") else one.what.rpartition(".")[2]
    return Touch(symbol, "client", "import", one.place, one.what, expected, one.scope, found)


def made_at_run_time(name: str, tree: Tree) -> str:
    """Of a module's member that source does not show: `dynamic` where the module's `__getattr__` has its name.

    Else `missing`; empty where the module has no `__getattr__`, or there is no such module.
    """
    module, _, last = name.rpartition(".")
    getter = tree.symbols.get(f"{module}.__getattr__")
    if module not in tree.modules or getter is None:
        return ""
    text = "\n".join(tree.lines(getter.place.path)[getter.place.line - 1 : getter.end])
    return "dynamic" if re.search(rf"""['"]{re.escape(last)}['"]""", text) else "missing"


def _said(touch: Touch, other: Tree) -> Touch:
    """With what brings it, where the tree has no such symbol and something of the tree does."""
    holder = other.symbols.get(touch.symbol.rpartition(".")[0])
    if holder is not None and holder.kind in ("attribute", "field") and touch.symbol not in other.symbols:
        return touch._replace(through=touch.through or holder.id)  # what it holds is not known, or is a library's
    found = made_at_run_time(touch.symbol, other) if touch.symbol not in other.symbols else ""
    return touch._replace(found=found, through=maker(touch.symbol) if found == "dynamic" else "") if found else touch


def maker(name: str) -> str:
    """What makes a module's member at run time."""
    return f"{name.rpartition('.')[0]}.__getattr__"


def _inside(name: str | None, other: Tree) -> bool:
    return name is not None and (name == other.package or name.startswith(f"{other.package}."))


def _touched(one: Call | Use, other: Tree) -> tuple[str, str]:
    """The symbol, and the name it has in the library that it comes from."""
    if _inside(one.target, other):
        return one.target, ""
    return one.origin, one.target or ""


def _called(call: Call, other: Tree) -> list[Touch]:
    symbol, through = _touched(call, other)
    given = dict(call.arguments).get("0", "")
    base = Touch(
        symbol, "client", "call", call.place, f"{call.text}()", last_name(call.text), call.scope, call.how, "",
        call.positional, call.starred, call.keywords, given, through,
    )  # fmt: skip
    return [base, *(_keyword(base, name, line, other) for name, line in zip(call.keywords, call.lines, strict=True))]


def _keyword(call: Touch, name: str, line: int, other: Tree) -> Touch:
    """An argument of a dataclass is its field; any other belongs to what is called."""
    made = other.symbols.get(call.symbol)
    dataclass = made is not None and made.kind == "class" and f"{made.id}.__init__" not in other.symbols
    field = f"{call.symbol}.{name}" if dataclass else call.symbol
    if dataclass and field not in other.symbols:
        inherited = other.resolver.classes.member(made.id, name)
        field = next((one.id for one in inherited if one.kind == "symbol"), field)
    found = call.found if not dataclass or field in other.symbols else "missing"
    place = call.place._replace(line=line)
    text = f"{call.text.removesuffix('()')}({name}=...)"
    return call._replace(symbol=field, how="keyword", place=place, text=text, expected=name, found=found,
                         parameter=name, positional=0, starred=False, keywords=(), given="")  # fmt: skip


def _used(one: Use, other: Tree) -> Touch:
    symbol, through = _touched(one, other)
    if one.mode == "lookup":
        expected = re.sub(r".*?'([^']*)'.*", r"\1", one.text) if "'" in one.text else ""
        expected = expected if f"'{expected}'" in one.text else ""
    else:
        expected = last_name(one.text)
    return Touch(symbol, "client", one.mode, one.place, one.text, expected, one.scope, one.how, through=through)


def _is_passing(one: Use, other: Tree) -> bool:
    """A module that is read only on the way to something in it."""
    symbol = other.symbols.get(one.target or "")
    return one.mode == "read" and symbol is not None and symbol.kind == "module"


def _without_prefixes(found: list[Touch], other: Tree) -> list[Touch]:
    """Without the class in `Class.method()`: what is meant is the method. An attribute on the way stays."""
    longer = {(one.scope, one.place.line): set() for one in found}
    for one in found:
        longer[one.scope, one.place.line].add(one.text)

    def passing(one: Touch) -> bool:
        symbol = other.symbols.get(one.symbol)
        if one.how != "read" or symbol is None or symbol.kind not in ("class", "function"):
            return False
        return any(text.startswith(f"{one.text}.") for text in longer[one.scope, one.place.line])

    return [one for one in found if not passing(one)]


def _is_meant(touch: Touch, found: list[Touch], client: Tree, other: Tree) -> bool:
    """A distribution may install several packages: asking for it is about those its neighbourhood is about."""
    if touch.how != "lookup" or touch.symbol != other.package or touch.expected == other.package:
        return True
    folder = touch.place.path.rpartition("/")[0]
    return any(
        one.place.path.rpartition("/")[0] == folder and (one.how != "lookup" or one.expected == other.package)
        for one in found
    )


class Beside(NamedTuple):
    """What the client needs of another library at the same places."""

    name: str
    """The library's name for it: `lightning.pytorch.callbacks.Callback`."""
    place: Place
    how: str
    text: str
    expected: str
    scope: str


def beside(client: Tree, others: Iterable[Tree], sources: Sources) -> tuple[Beside, ...]:
    """Libraries that modules with touches import late or look up: needed as much as what is touched.

    What a callback of a framework is handed is among it: `framework_hooks` of `data/hooks.json` says what that is.
    """
    files = {one.place.path for other in others for one in client_touches(client, other)}
    ours = {tree.package for tree in sources.trees}
    late = {
        one.what.partition(".")[0]
        for one in client.imports
        if one.place.path in files and one.guard not in ("none", "type-checking") and one.target is None
    }
    late -= ours | stdlib_module_names
    found = {
        Beside(one.what, one.place, "import", one.what, one.what.rpartition(".")[2], one.scope)
        for one in client.imports
        if one.place.path in files and one.what.partition(".")[0] in late
    }
    found |= {
        Beside(one.target, one.place, "call", f"{one.text}()", last_name(one.text), one.scope)
        for one in client.calls
        if one.place.path in files and (one.target or "").partition(".")[0] in late and not one.origin
    }
    for one in client.uses:
        if one.place.path in files and one.mode == "lookup" and one.target is None:
            name = re.sub(r".*?'([^']*)'.*", r"\1", one.text)
            if name.partition(".")[0] not in ours | stdlib_module_names and not _is_ours(name, sources):
                found.add(Beside(name, one.place, "lookup", one.text, name, one.scope))
    for path in sorted(files):
        found |= set(_handed(client, path))
    return tuple(sorted(found, key=lambda one: (one.place, one.how, one.name, one.text)))


def _is_ours(name: str, sources: Sources) -> bool:
    plain = re.sub(r"[-_.]+", "-", name).lower()
    return any(plain in tree.source.distributions for tree in sources.trees)


@lru_cache(maxsize=1)
def hooks() -> dict[str, dict[str, str]]:
    """Classes of frameworks whose methods are called by them, and what their parameters are."""
    return loads(resources.files(__package__).joinpath("data/hooks.json").read_text())["framework_hooks"]


def _handed(client: Tree, path: str) -> Iterable[Beside]:
    """Attributes of what a framework hands to the methods of a class of the client."""
    module = next(one for one in client.modules.values() if one.file.path == path)
    for scope, symbol in module.symbols.items():
        owner = module.outer(scope)
        if symbol.kind != "method" or module.kinds.get(owner) != "class":
            continue
        _, bases = client.resolver.classes.line_of(module.full(owner))
        given = {name: kind for base in bases for name, kind in hooks().get(base, {}).items()}
        taken = {one.name for one in symbol.parameters} & given.keys()
        for where, text, line, _, mode in module.facts["uses"]:
            root, _, rest = text.partition(".")
            if where == scope and root in taken and rest and "." not in rest:
                how = {"r": "read", "w": "write", "d": "delete"}[mode]
                yield Beside(f"{given[root]}.{rest}", module.place(line), how, text, rest, module.full(scope))
