"""The inventory as a document: an overview, where optional dependencies come in, then module by module."""

from collections.abc import Sequence
from typing import Any

from ptychoparity.audit.assets import SURFACE, Gap, Inventory, Module
from ptychoparity.audit.citations import Citations
from ptychoparity.audit.documents.blocks import (
    Block,
    Bullets,
    Code,
    Document,
    Heading,
    Inline,
    Paragraph,
    Rows,
    cited,
    flat,
    place_data,
    sources_block,
    sources_data,
)
from ptychoparity.audit.index import Sources
from ptychoparity.audit.model import Symbol
from ptychoparity.audit.optional import Dependency, Link

MOST_PLACES = 3
"""Citations of one kind shown in a row; the JSON has all of them."""


def compose(inventory: Inventory, sources: Sources, citations: Citations) -> Document:
    """The document `asset_inventory`."""
    blocks: list[Block] = [
        Paragraph(("Every module of ", Code(inventory.package), ", as its source has it. Nothing was imported.")),
        sources_block(sources),
        Heading("Overview"),
        *_overview(inventory),
        Heading("Optional dependencies"),
        *_optional(inventory, citations),
        Heading("Module by module"),
    ]
    for module in inventory.modules:
        blocks += _module(module, inventory, citations)
    title = ("Asset inventory of ", Code(inventory.package))
    return Document("asset_inventory", title, tuple(blocks), data(inventory, sources))


def _overview(inventory: Inventory) -> list[Block]:
    rows = [
        (
            Code(one.name), str(one.lines), str(len(one.public)), str(len(one.named)), str(len(one.reach.tests)),
            str(len(one.reach.through)), _names([d for d in one.dependencies if d.hard]), one.readiness,
            str(len(one.gaps)),
        )
        for one in inventory.modules
    ]  # fmt: skip
    head = ("Module", "Lines", "Public", "named in tests", "Test files", "through others", "Hard imports", "Results",
            "Gaps")  # fmt: skip
    told: list[Inline] = [
        (
            "Public: classes, functions and methods whose names do not begin with an underscore, or that ",
            Code("__all__"),
            " lists.",
        ),
        "Test files: those that import the module or name something in it; through others: further ones that reach it "
        "only by importing something that imports it, or names it in a string (package.module:Class) as registries do.",
        _results_of(inventory),
    ]
    if not inventory.tests:
        told.append("There is no folder of tests beside the package.")
    return [Rows(head, tuple(rows), frozenset({1, 2, 3, 4, 5, 8})), Bullets(tuple(told))]


def _names(hangs: Sequence[Dependency]) -> Inline:
    return flat(Code(one.name) for one in hangs)


def _optional(inventory: Inventory, citations: Citations) -> list[Block]:
    """Per dependency: which modules import it themselves, and how many cannot be imported without it."""
    rows, guarded = [], []
    for name in inventory.optional:
        mine = [(one, d) for one in inventory.modules for d in one.dependencies if d.name == name]
        hard = [(one, d) for one, d in mine if d.hard]
        for one, d in hard:
            if d.direct:
                line = cited(citations, [(d.chain[0].place, d.chain[0].name)])
                behind = sum(
                    other is not one and bool(e.chain) and e.chain[-1].place == d.chain[0].place for other, e in hard
                )
                rows.append((Code(name), Code(one.name), line, str(behind)))
        for one, d in mine:
            guarded += [(Code(name), Code(one.name), g.guard, cited(citations, [(g.place, g.name)])) for g in d.guarded]
    counts = [
        (
            Code(name),
            ": ",
            str(sum(any(d.name == name and d.hard for d in one.dependencies) for one in inventory.modules)),
            f" of {len(inventory.modules)} modules cannot be imported without it",
        )
        for name in inventory.optional
    ]
    own = inventory.frameworks
    blocks: list[Block] = [Bullets(tuple(counts))]
    if own:
        said = ("More than half of the modules hang on ", flat(Code(one) for one in own),
                ": what the package is made of, and no gap of each module.")  # fmt: skip
        blocks.append(Paragraph(said))
    if rows:
        blocks += [
            Paragraph("Hard imports, and how many other modules reach the dependency soonest through each:"),
            Rows(("Dependency", "Imported by", "Line", "Modules behind"), tuple(rows), frozenset({3})),
        ]
    if guarded:
        blocks += [
            Paragraph("Guarded imports, which do not run with the module's import, or may fail without harm:"),
            Rows(("Dependency", "In", "Guard", "Line"), tuple(guarded)),
        ]
    return blocks


def _results_of(inventory: Inventory) -> str:
    if inventory.run:
        return f"Results: of the contract checks of run {inventory.run}."
    return f"Results: {inventory.silent or 'no run was given'}."


def _module(module: Module, inventory: Inventory, citations: Citations) -> list[Block]:
    counts = ", ".join(f"{number} {_plural(kind, number)}" for kind, number in module.counts.items() if number)
    size = f"{module.lines} lines" + (f": {counts}" if counts else "")
    facts: list[Inline] = [(Code(module.path), ", ", size, ". ", f"At {module.version}.")]
    if module.reach.tests or module.reach.through:
        facts.append(_reached(module, citations))
    for one in module.dependencies:
        facts.append(_dependency(one, citations))
    if inventory.run and module.operations:
        facts.append(_readiness(module))
    facts += [_gap(one, citations) for one in module.gaps if one.kind != "hard import"]
    blocks: list[Block] = [Heading(Code(module.name), 3), Bullets(tuple(facts))]
    if module.public:
        rows = tuple(_public(one, module, citations) for one in module.public)
        blocks.append(Rows(("Public", "Line", "Named in tests"), rows))
    return blocks


def _plural(kind: str, number: int) -> str:
    return kind if number == 1 else f"{kind}es" if kind == "class" else f"{kind}s"


def _reached(module: Module, citations: Citations) -> Inline:
    tests = module.reach.tests
    first = {}
    for one in module.reach.direct:
        first.setdefault(one.test, (one.place, one.name))
    parts: list[Inline] = [f"{len(tests)} test files name it"]
    if tests:
        parts = [(f"{len(tests)} test files name it: ", cited(citations, [first[one] for one in tests], MOST_PLACES))]
    if module.reach.through:
        nearest: dict[str, int] = {}
        for _, way in module.reach.through:
            nearest[way[-1]] = nearest.get(way[-1], 0) + 1
        several = sorted(nearest.items(), key=lambda item: (-item[1], item[0]))[:MOST_PLACES]
        ways = flat((Code(name), f" ({number})") for name, number in several)
        parts.append((f"{len(module.reach.through)} more reach it, most through ", ways))
    return flat(parts, "; ")


def _dependency(one: Dependency, citations: Citations) -> Inline:
    parts: list[Inline] = []
    if one.hard:
        parts.append(("hard import of ", Code(one.name), ": ", chain(one.chain, citations)))
    if one.guarded:
        lines = flat((f"{g.guard} ", cited(citations, [(g.place, g.name)])) for g in one.guarded[:MOST_PLACES])
        more = len(one.guarded) - MOST_PLACES
        parts.append(("guarded import of ", Code(one.name), ": ", lines, f" and {more} more" if more > 0 else ""))
    return flat(parts, "; ")


def chain(links: Sequence[Link], citations: Citations) -> Inline:
    """`a -> b (line) -> torch (line)`."""
    found: list[Inline] = [Code(links[0].importer)]
    for link in links:
        found += [" -> ", Code(link.imported), " (", cited(citations, [(link.place, link.name)])]
        found.append(")" if link.name else ", its package)")
    return flat(found, "")


def _readiness(module: Module) -> Inline:
    if not module.results:
        names = flat(Code(one) for one in module.operations)
        return ("mapped to ", names, ", of which the run has no check")
    parts = [
        (Code(one.operation), f" on {one.backend}: {', '.join(f'{n} {word}' for word, n in one.outcomes.items())}")
        for one in module.results
    ]
    return (f"{module.readiness}: ", flat(parts, "; "))


def _gap(one: Gap, citations: Citations) -> Inline:
    text: Inline = f"gap: {one.text}"
    if one.target:
        text = ("gap: uses ", Code(one.target), ", which is not there")
    return (text, ": ", cited(citations, one.places, MOST_PLACES)) if one.places else text


def _public(symbol: Symbol, module: Module, citations: Citations) -> tuple[Inline, ...]:
    inside = symbol.id.removeprefix(f"{module.name}.").rpartition(".")[0]
    shown = f"{inside}.{symbol.signature()}" if inside else symbol.signature()
    named = module.reach.naming(symbol.id)
    files = len({one.test for one in named})
    tested: Inline = "-"
    if named:
        more = f" and {files - 1} more files" if files > 1 else ""
        tested = (cited(citations, [(named[0].place, named[0].name)]), more)
    return Code(shown), cited(citations, [(symbol.place, symbol.name)]), tested


def data(inventory: Inventory, sources: Sources) -> dict[str, Any]:
    """The inventory as JSON."""
    return {
        "package": inventory.package,
        "sources": sources_data(sources),
        "optional": list(inventory.optional),
        "run": inventory.run,
        "silent": inventory.silent,
        "modules": [_module_data(one) for one in inventory.modules],
    }


def _module_data(one: Module) -> dict[str, Any]:
    return {
        "name": one.name, "path": one.path, "version": one.version, "lines": one.lines,
        "counts": {kind: one.counts[kind] for kind in SURFACE},
        "public": [
            {
                "id": s.id, "kind": s.kind, "signature": s.signature(), "place": place_data(s.place),
                "tests": sorted({n.test for n in one.reach.naming(s.id)}),
            }
            for s in one.public
        ],
        "tests": {
            "direct": [
                {"test": n.test, "kind": n.kind, "symbol": n.symbol, "place": place_data(n.place)}
                for n in one.reach.direct
            ],
            "through": [{"test": test, "through": list(way)} for test, way in one.reach.through],
        },
        "dependencies": [
            {
                "name": d.name,
                "chain": [
                    {"importer": k.importer, "imported": k.imported, "place": place_data(k.place)} for k in d.chain
                ],
                "guarded": [{"guard": g.guard, "place": place_data(g.place)} for g in d.guarded],
            }
            for d in one.dependencies
        ],
        "readiness": {
            "state": one.readiness, "operations": list(one.operations),
            "results": [
                {"operation": r.operation, "backend": r.backend, "outcomes": r.outcomes, "failing": list(r.failing)}
                for r in one.results
            ],
        },
        "gaps": [
            {"kind": g.kind, "text": g.text, "places": [place_data(place) for place, _ in g.places]} for g in one.gaps
        ],
    }  # fmt: skip
