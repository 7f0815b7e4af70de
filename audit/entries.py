"""Where a call chain begins when nobody says: what the client calls, or a registry names, that leads to most."""

from collections.abc import Iterator
from dataclasses import dataclass

from ptychoparity.audit.callchain import RUNS, reach
from ptychoparity.audit.index import Sources, Tree
from ptychoparity.audit.model import Place, Symbol
from ptychoparity.audit.paths import last_name


@dataclass(frozen=True, slots=True)
class Chosen:
    """An entry that was chosen."""

    entry: str
    among: int
    """So many functions were to choose from."""
    who: str
    """Who calls or names them."""
    place: Place
    """Where the entry, or its class, is called or named."""
    expected: str
    """The name that stands there."""


def choose(sources: Sources) -> Chosen | None:
    """The function or method of the reference that leads to most; of equals the first by name. None without any."""
    tree = sources["reference"]
    found, who = dict(_called(sources, tree)), "the client calls"
    if not found:
        found, who = dict(_registered(sources, tree)), "a registry names"
    if not found:
        return None
    size = {name: len(reach(sources, [tree.symbols[name]])) for name in found}
    entry = min(found, key=lambda name: (-size[name], name))
    return Chosen(entry, len(found), who, *found[entry])


def _called(sources: Sources, tree: Tree) -> Iterator[tuple[str, tuple[Place, str]]]:
    """What of the tree the client calls, with the first place of each."""
    client = sources.get("client")
    seen: set[str] = set()
    for call in client.touches(tree).calls if client is not None else ():
        symbol = tree.symbols.get(call.target or "")
        if symbol is not None and symbol.kind in (*RUNS, "class") and symbol.id not in seen:
            seen.add(symbol.id)
            yield symbol.id, (call.place, last_name(call.text))


def _registered(sources: Sources, tree: Tree) -> Iterator[tuple[str, tuple[Place, str]]]:
    """What strings of the checkout or of its tests name, `package.module:name`; of a class its public methods."""
    rows = [(Place("around", one.path, one.line), one.symbol) for one in sources.around(tree).named(tree)]
    tests = sources.tests_of(tree)
    uses = tests.touches(tree).uses if tests is not None else ()
    rows += [(one.place, one.target) for one in uses if one.mode == "lookup" and one.target in tree.symbols]
    seen: set[str] = set()
    for place, name in rows:
        symbol = tree.symbols[name]
        for one in _runs(tree, symbol):
            if one.id not in seen:
                seen.add(one.id)
                yield one.id, (place, symbol.name)


def _runs(tree: Tree, symbol: Symbol) -> list[Symbol]:
    if symbol.kind != "class":
        return [symbol] if symbol.kind in RUNS else []
    held = [one for one in tree.symbols.values() if one.parent == symbol.id and one.kind == "method"]
    return [one for one in held if one.public and not one.name.startswith("__")]
