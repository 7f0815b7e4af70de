"""Whether what the client does with a symbol is what the symbol bears."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ptychoparity.audit.index import Tree
from ptychoparity.audit.model import Parameter, Place, Symbol
from ptychoparity.audit.modules import is_dataclass
from ptychoparity.audit.touches import Touch


class Misfit(NamedTuple):
    """What the client does with a symbol that the symbol does not bear."""

    text: str
    place: Place
    expected: str
    lacks: bool = False
    """Whether a name is not there that the client gives; else it is there and used in another way."""


def bound(symbol: Symbol) -> tuple[Parameter, ...]:
    """Parameters that a caller gives."""
    static = any(text.endswith("staticmethod") for text in symbol.decorators)
    return symbol.parameters[1:] if symbol.kind == "method" and not static else symbol.parameters


def misfits(touches: Iterable[Touch], symbol: Symbol | None, tree: Tree) -> list[Misfit]:
    """Where the client asks of a symbol what it does not bear."""
    found = []
    client = [one for one in touches if one.who == "client"]
    if symbol is None:
        lost = [one for one in client if not one.through and one.how != "lookup"]
        return [Misfit(f"{_doing(one)}, and it is not there", one.place, one.expected, True) for one in lost]
    takes = bound(symbol)
    names = {one.name for one in takes if not one.variadic}
    anything = any(one.kind == "variadic keyword" for one in takes)
    for one in client:
        if one.how == "keyword" and one.symbol == symbol.id and symbol.kind in ("class", "function", "method"):
            if _is_known(symbol, tree) and one.parameter not in names and not anything:
                found.append(Misfit(f"gives {one.parameter!r}, which it does not take", one.place, one.expected, True))
        elif one.how == "call" and symbol.kind in ("class", "function", "method"):
            found += _call(one, symbol, takes, tree) if _is_known(symbol, tree) else _enum(one, symbol, tree)
        elif one.how in ("write", "delete"):
            owner = tree.symbols.get(symbol.parent)
            if owner is not None and is_dataclass(owner) and "frozen=True" in "".join(owner.decorators):
                found.append(Misfit(f"writes it, and {owner.name} is frozen", one.place, one.expected))
    return found


def _doing(one: Touch) -> str:
    words = {"import": "imports it", "call": "calls it", "keyword": f"gives {one.parameter!r}", "read": "reads it",
             "write": "writes it", "delete": "deletes it", "lookup": "looks it up"}  # fmt: skip
    return words[one.how]


def _call(one: Touch, symbol: Symbol, takes: Sequence[Parameter], tree: Tree) -> list[Misfit]:
    if one.starred:
        return []
    said = []
    listed = [p for p in takes if p.kind in ("positional-only", "positional or keyword")]
    if one.positional > len(listed) and not any(p.kind == "variadic positional" for p in takes):
        said.append(f"gives {one.positional} arguments by position, and it takes {len(listed)}")
    given = {*one.keywords, *(p.name for p in listed[: one.positional])}
    said += [f"does not give {p.name!r}, which has to be given" for p in takes if p.required and p.name not in given]
    return [Misfit(text, one.place, one.expected) for text in said]


def _is_known(symbol: Symbol, tree: Tree) -> bool:
    """Whether source tells what a call takes; a constructor that comes from a library it does not tell."""
    if symbol.kind != "class" or symbol.parameters or is_dataclass(symbol):
        return True
    return f"{symbol.id}.__init__" in tree.symbols or not tree.resolver.classes.line_of(symbol.id)[1]


def _enum(one: Touch, symbol: Symbol, tree: Tree) -> list[Misfit]:
    """Whether an enumeration has the value it is asked for."""
    if one.given[:1] not in ("'", '"') or not any(re.search(r"(^|\.)\w*Enum$", base) for base in symbol.bases):
        return []
    below = (each for each in tree.symbols.values() if each.parent == symbol.id and each.kind == "attribute")
    values = sorted(each.value for each in below if each.value)
    text = f"asks for {one.given}, which is none of {', '.join(values)}"
    return [] if one.given in values else [Misfit(text, one.place, one.expected)]
