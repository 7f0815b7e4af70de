"""The parts of an audit, each a function from trees to a document. Whatever a part cites it registers first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ptychoparity.audit import (
    assets,
    callchain,
    criteria,
    decision,
    entries,
    measures,
    parity_map,
    summary,
    trace,
    trees,
)
from ptychoparity.audit.assets import Inventory
from ptychoparity.audit.cache import Cache
from ptychoparity.audit.citations import Citations
from ptychoparity.audit.documents import asset_inventory, parity_page
from ptychoparity.audit.documents import callchain as chain_document
from ptychoparity.audit.documents import decision as decision_document
from ptychoparity.audit.documents import parity_map as parity_document
from ptychoparity.audit.documents import summary as summary_document
from ptychoparity.audit.documents.blocks import Document
from ptychoparity.audit.index import Sources, Tree
from ptychoparity.audit.mapping import mapping_of
from ptychoparity.audit.model import Symbol
from ptychoparity.audit.owners import Owners
from ptychoparity.audit.request import ENTRY, Request
from ptychoparity.audit.specs import read_specs
from ptychoparity.audit.summary import Told
from ptychoparity.core.errors import UsageError
from ptychoparity.reports.events import Run


@dataclass(frozen=True)
class Part:
    """A document that is ready, and what it adds to the summary."""

    document: Document
    told: Told = field(default_factory=Told)
    page: parity_page.Parity | None = None
    """How the page shows it, where that is not by its blocks."""


def parity(sources: Sources, request: Request, citations: Citations, run: Run | None) -> Part:
    """The parity map."""
    specs = read_specs(request.specs, [tree.root for tree in sources.trees])
    found = parity_map.build(sources, specs=specs, run=run, cache=sources.cache.folder)
    document = parity_document.compose(found, sources, citations)
    return Part(document, summary.of_parity(found), parity_page.of(found))


def operations(tree: Tree) -> dict[str, tuple[str, ...]]:
    """Symbol of a package to the operations of contracts that it does."""
    return mapping_of(tree).operations


def owner(tree: Tree, cache: Cache) -> decision.Owner:
    """Who answers for most of some symbols, and for how many of them; empty where nobody can be named."""
    owners = Owners(tree, cache.folder)

    def of(symbols: Sequence[Symbol]) -> str:
        owners.prepare({one.place.path for one in symbols})
        names = Counter(owners.of(one.place.path, one.place.line, one.end).name for one in symbols)
        del names[""]
        if not names:
            return ""
        name = min(names, key=lambda one: (-names[one], one))
        return f"{name} ({names[name]} of {len(symbols)})"

    return of


def open_ends(request: Request, chain: Part | None) -> Told:
    """What was not asked for, and so is not answered."""
    questions = []
    if chain is None:
        why = "neither a client nor a registry beside the tests names a function of it"
        questions.append(f"No call chain: no --entry was given, the reference has no {ENTRY}, and {why}.")
    if not request.client:
        questions.append("No client was given: what it touches is not known.")
    if not request.specs:
        questions.append("No spec was given: what it names is not known.")
    if request.run is None:
        questions.append("No run of the checks was given: what contracts say is not known.")
    return Told(questions=tuple(questions))


def call_chain(sources: Sources, request: Request, citations: Citations) -> Part | None:
    """The call chain from the entry point; None where none was named, and there is none to choose."""
    entry = request.entry or (ENTRY if sources.symbol(ENTRY.replace(":", ".")) else "")
    chosen = None if entry else entries.choose(sources)
    if not entry and chosen is None:
        return None
    entry = entry or chosen.entry
    try:
        chain = callchain.trace_source(sources, entry, request.depth, request.namespaces)
    except UsageError as error:
        raise UsageError(f"--entry {error}") from error
    merged = None
    if request.trace:
        asked = trace.Request.of(request.trace)
        ran = trace.run(sources, entry, asked, request.trace_budget, request.trace_python or None)
        merged = trace.merge(chain, ran)
    document = chain_document.compose(sources, chain, citations, merged, chosen)
    return Part(document, summary.of_chain(document.data))


def inventory(
    sources: Sources, request: Request, operations: Mapping[str, Sequence[str]], run: Run | None
) -> Inventory:
    tree = sources["candidate"]
    return assets.build(sources.seen_from(tree), tree, request.optional, operations, run)


def asset_part(sources: Sources, found: Inventory, citations: Citations) -> Part:
    told = summary.of_inventory(found, citations)
    return Part(asset_inventory.compose(found, sources, citations), told)


def read_criteria(request: Request) -> criteria.Criteria:
    """The criteria of the decision, from the user's file or ours."""
    return criteria.read(request.criteria, trees.locate(request.candidate)[1], measures.FACTS)


def decision_part(
    sources: Sources, read: criteria.Criteria, found: Inventory, citations: Citations, owner: decision.Owner | None
) -> Part:
    tree = sources["candidate"]
    made = decision.build(sources.seen_from(tree), tree, found, read, owner)
    return Part(decision_document.compose(made, sources, citations), summary.of_decision(made))


def blockers_part(sources: Sources, citations: Citations) -> Part | None:
    made = summary_document.blockers(sources, citations)
    return Part(made, summary.of_faults(sources)) if made else None
