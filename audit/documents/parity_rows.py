"""What the parity map's document says of one row, piece by piece, and the map as JSON values."""

import re
from typing import Any

from ptychoparity.audit.documents.blocks import Code, Inline, flat, sources_data
from ptychoparity.audit.index import Sources
from ptychoparity.audit.model import Symbol, jsonable
from ptychoparity.audit.parity_map import ParityMap, Row
from ptychoparity.audit.status import HARMLESS


def is_called(row: Row) -> bool:
    """Whether a member of a class is told like a function: a method, or what is called and not there."""
    if row.symbol is None:
        return any(one.how == "call" for one in row.touches)
    return row.symbol.kind == "method" and not any(text.endswith("property") for text in row.symbol.decorators)


def differences(row: Row) -> list[Inline]:
    """What differs, in lines: what nobody uses, what is taken besides, and what is not told in one each."""
    several = [one for one in row.differences if one.kind not in (*HARMLESS, "lacks unused")]
    said: list[Inline] = [marked(one.text) for one in several]
    unused = [Code(one.parameter) for one in row.differences if one.kind == "lacks unused"]
    more = [one.text.removeprefix("takes also ") for one in row.differences if one.kind == "more"]
    said += [("takes none of these, which nobody gives: ", flat(unused))] if unused else []
    said += [("takes also ", flat(Code(one) for one in more))] if more else []
    untold = [marked(one.text) for one in row.differences if one.kind == "untold"]
    said += [("cannot be told from the signature: ", flat(untold, "; "))] if untold else []
    return said


def differing(row: Row) -> list[str]:
    """All that makes it a gap, in sentences."""
    return [*(one.text for one in row.misfits), *(one.text for one in row.differences if one.kind not in HARMLESS)]


_TOLD = re.compile(r"(.*?(?:is declared|answers|default|order|is|are)) (.+) there, (default )?(.+) here")
_GIVEN = "has to be given"


def marked(text: str) -> tuple[Inline, ...]:
    """A sentence with its names, types and values as code."""
    found = _TOLD.fullmatch(text)
    if found:
        before, there, word, here = found.groups()
        last = here if here == _GIVEN else Code(here)
        return (*_named(before), " ", Code(there), f" there, {word or ''}", last, " here")
    return _named(text)


def _named(text: str) -> tuple[Inline, ...]:
    """A sentence with what stands in quotes as code."""
    parts = re.split(r"'([\w.]+)'", text)
    return tuple(Code(part) if number % 2 else part for number, part in enumerate(parts) if part)


def scope_text(who: str, scope: str) -> Inline:
    return Code(scope) if who == "client" else scope or "-"


def is_shared(row: Row) -> bool:
    return row.side == "reference" and row.counterpart is not None and not row.counterpart.own


def short(row: Row) -> Inline:
    """The first thing that is wrong, and how many there are."""
    said = [f"the client {one.text}" for one in row.misfits]
    ordered = sorted(row.differences, key=lambda one: not one.used)
    said += [one.text for one in ordered if one.kind not in HARMLESS]
    if not said:
        return "no counterpart" if row.there else "named, and not there"
    return (*marked(said[0]), f"; {len(said) - 1} more") if len(said) > 1 else marked(said[0])


def data(map: ParityMap, sources: Sources) -> dict[str, Any]:
    """The same as JSON values."""
    return {
        "reference": map.reference,
        "candidate": map.candidate,
        "client": map.client,
        "run": map.run,
        "sources": sources_data(sources),
        "specs": [{"path": one.path, "version": one.version} for one in map.specs],
        "notes": list(map.notes),
        "shared": [{"text": one.text, "symbols": list(one.names)} for one in map.shared],
        "gaps": [{"name": row.name, "side": row.side} for row in map.gaps],
        "rows": [_row(row) for row in map.rows],
        "needs": [_row(row) for row in map.needs],
        "beside": jsonable(map.beside),
    }


def _row(row: Row) -> dict[str, Any]:
    fields = ("name", "side", "through", "touches", "counterpart", "others", "status", "differences", "misfits",
              "clauses", "operations", "results", "owner", "target_owner", "paths")  # fmt: skip
    told = {name: jsonable(getattr(row, name)) for name in fields}
    return told | {
        "symbol": _symbol(row.symbol),
        "target": _symbol(row.target),
        "there": row.there,
        "musts": list(row.musts),
        "gap": row.is_gap,
    }


def _symbol(symbol: Symbol | None) -> dict[str, Any] | None:
    if symbol is None:
        return None
    return {
        "id": symbol.id, "kind": symbol.kind, "place": jsonable(symbol.place), "end": symbol.end,
        "signature": symbol.signature() if symbol.kind != "module" else symbol.name,
    }  # fmt: skip
