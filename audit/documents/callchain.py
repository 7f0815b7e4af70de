"""The call chain as a document: `callchain.md` and the same as JSON."""

from collections.abc import Iterator
from typing import Any

from ptychoparity.audit.around import Around
from ptychoparity.audit.callchain import Chain, Edge, import_effects, in_order
from ptychoparity.audit.citations import Citations
from ptychoparity.audit.documents import chain_blocks
from ptychoparity.audit.documents.blocks import Code, Document, sources_data
from ptychoparity.audit.documents.tree import EARLY
from ptychoparity.audit.entries import Chosen
from ptychoparity.audit.index import Sources
from ptychoparity.audit.model import Call, Effect, Place, jsonable
from ptychoparity.audit.paths import last_name
from ptychoparity.audit.taps import Tap, missing, taps
from ptychoparity.audit.trace import Merged

CUTS = {"recursion": "recursion, not followed", "shown": "see elsewhere", "depth": "deeper, not followed",
        "namespace": "outside the namespaces, not followed",
        "decorated": "what it wraps, followed where that is called"}  # fmt: skip
CERTAIN = ("scope", "import", "constructor", "annotation", "framework", "assigned")


def compose(
    sources: Sources, chain: Chain, citations: Citations, merged: Merged | None = None, chosen: Chosen | None = None
) -> Document:
    """The document `callchain`. `chosen`: why it begins where it does, where nobody said."""
    told = data(sources, chain, citations, merged, chosen)
    return Document("callchain", ("Call chain of ", Code(chain.entry)), chain_blocks.of(told, sources), told)


def data(
    sources: Sources, chain: Chain, citations: Citations, merged: Merged | None = None, chosen: Chosen | None = None
) -> dict[str, Any]:
    """Everything the document says, as JSON; each place in it is registered as a citation."""
    citing = _Citing(citations)
    found = taps(chain, merged)
    entry = chain.steps[chain.entry].symbol
    return {
        "entry": chain.entry,
        "defined": citing.symbol(entry),
        "chosen": _chosen(chosen, sources, citations) if chosen else "",
        "sources": sources_data(sources),
        "depth": chain.depth,
        "namespaces": list(chain.namespaces),
        "counts": _counts(chain, merged),
        "tree": list(_tree(chain, citing, merged)),
        "effects": [_effect(chain, one, citing, merged) for one in _by_kind(in_order(chain))],
        "imports": [_effect(chain, one, citing, None) for one in _by_kind(list(import_effects(sources, chain)))],
        "unresolved": [_unresolved(one, citing) for one in sorted(chain.unresolved, key=lambda one: one.place)],
        "libraries": _libraries(chain, citing),
        "taps": [_tap(one, citing) for one in found],
        "without_tap": list(missing(found)),
        "run": _run(merged, citing) if merged else None,
    }


def _chosen(one: Chosen, sources: Sources, citations: Citations) -> str:
    if one.place.tree == Around.role:
        citations.also(sources.around(sources["reference"]))
    where = citations.cite(one.place, one.expected)
    return f"Nobody named an entry point: of {one.among} functions that {one.who} ({where}), it leads to most."


class _Citing:
    """Registers a place with the name that stands on it."""

    def __init__(self, citations: Citations) -> None:
        self.citations = citations
        self.symbol = citations.symbol

    def at(self, place: Place, text: str = "") -> str:
        plain = text.split("[")[0] if text.endswith("]") else text
        return self.citations.cite(place, last_name(plain))


def _counts(chain: Chain, merged: Merged | None) -> dict[str, int]:
    libraries = chain.libraries()
    found = {
        "functions": len(chain.steps),
        "modules": len({step.symbol.place.path for step in chain.steps.values()}),
        "depth": max(step.depth for step in chain.steps.values()),
        "calls": sum(1 for _ in chain.edges),
        "unresolved": len(chain.unresolved),
        "libraries": len([name for name in libraries if name != "builtins"]),
    }
    for kind in sorted({effect.kind for effect in chain.effects}):
        for mode in ("read", "write"):
            if count := sum(one.kind == kind and one.mode == mode for one in chain.effects):
                found[f"{kind} {mode}s"] = count
    if merged is not None:
        found |= {"ran": len(merged.ran), "never": len(merged.never), "dynamic only": len(merged.only)}
    return found


def _tree(chain: Chain, citing: _Citing, merged: Merged | None) -> Iterator[dict[str, Any]]:
    """The rows of the tree from top to bottom, each with its depth in it."""
    entry = chain.steps[chain.entry]
    yield {"level": 0, "at": "", "name": chain.entry, "defined": citing.symbol(entry.symbol), "marks": [],
           "ran": _ran(merged, chain.entry)}  # fmt: skip
    waiting = [(1, chain.entry, edge) for edge in reversed(entry.edges)]
    while waiting:
        level, caller, edge = waiting.pop()
        followed = not edge.cut
        step = chain.steps[edge.target] if followed else None
        taken = merged.edges.get((caller, edge.place, edge.target), 0) if merged else None
        marks = list(_marks(edge))
        if merged is not None and edge.target in merged.early:
            marks.append(EARLY)
        yield {
            "level": level, "at": citing.at(edge.place, edge.text), "name": edge.target,
            "defined": citing.symbol(step.symbol) if step else "", "marks": marks, "ran": taken,
        }  # fmt: skip
        if step is not None:
            waiting += [(level + 1, edge.target, below) for below in reversed(step.edges)]


def _marks(edge: Edge) -> Iterator[str]:
    if edge.kind != "call":
        yield edge.kind
    if edge.several:
        yield f"one of {edge.several}"
    if edge.how not in CERTAIN:
        yield f"by {edge.how}"
    if edge.cut:
        yield CUTS[edge.cut]


def _ran(merged: Merged | None, name: str) -> int | None:
    return merged.ran.get(name, 0) if merged else None


def _by_kind(effects: list[Effect]) -> list[Effect]:
    order = {"params": 0, "module": 1, "file": 2, "random": 3, "environment": 4}
    return sorted(dict.fromkeys(effects), key=lambda one: (one.mode == "read", order[one.kind]))


def _effect(chain: Chain, one: Effect, citing: _Citing, merged: Merged | None) -> dict[str, Any]:
    name = one.what.removeprefix("del ").partition(": ")[2] or one.what.removeprefix("del ")
    row = {"kind": one.kind, "mode": one.mode, "what": one.what, "scope": one.scope}
    row["at"] = citing.at(one.place, name.partition("(")[0] if not name.startswith("(") else "")
    owner = next((name for name, step in chain.steps.items() if one.scope in step.bodies), None)
    return {**row, "ran": _ran(merged, owner) if owner else None}


def _unresolved(one: Call, citing: _Citing) -> dict[str, Any]:
    table = f"chosen at run time from a table of {len(one.candidates)}"
    why = {"table": table, "missing": f"names {one.target}, which is not there", "dynamic": "chosen at run time",
           "unresolved": "what it is called on is not known"}[one.how]  # fmt: skip
    return {"at": citing.at(one.place, one.text), "text": one.text, "why": why, "scope": one.scope,
            "candidates": list(one.candidates)}  # fmt: skip


def _libraries(chain: Chain, citing: _Citing) -> list[dict[str, Any]]:
    rows = []
    for library, names in chain.libraries().items():
        calls = [
            {"name": name, "count": len(several), "at": citing.at(several[0].place, several[0].text)}
            for name, several in names.items()
        ]
        rows.append({"library": library, "count": sum(row["count"] for row in calls), "calls": calls})
    return rows


def _tap(one: Tap, citing: _Citing) -> dict[str, Any]:
    return {**jsonable(one), "place": citing.at(one.place, one.text)}


def _run(merged: Merged, citing: _Citing) -> dict[str, Any]:
    trace = merged.trace
    return {
        "command": " ".join([trace.request.kind, trace.request.name.rpartition("/")[2], *trace.request.arguments]),
        "state": trace.state, "seconds": trace.seconds, "budget": trace.budget, "python": trace.python,
        "entered": trace.entered, "exception": trace.exception, "never": list(merged.never), "left": list(trace.left),
        "files": [{"at": citing.at(place), "path": path, "count": count} for place, path, count in trace.files],
        "only": [
            {"at": citing.at(one.place) if one.place else "", "caller": one.caller or "(the script)",
             "callee": one.callee + (f" {one.part}" if one.part else ""), "count": one.inside,
             "direct": one.direct, "first": one.first}
            for one in merged.only
        ],
    }  # fmt: skip
