"""The parts of an audit, each a function from trees to a document. Whatever a part cites it registers first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.audit import assets, callchain, criteria, decision, measures, summary, trace
from harness.audit.assets import Inventory
from harness.audit.citations import Citations
from harness.audit.documents import asset_inventory, text
from harness.audit.documents import callchain as chain_document
from harness.audit.documents import decision as decision_document
from harness.audit.documents import summary as summary_document
from harness.audit.documents.blocks import Document
from harness.audit.index import Sources
from harness.audit.request import ENTRY, Request
from harness.audit.summary import Told
from reports.events import Run


@dataclass(frozen=True)
class Part:
    """A document that is ready: Markdown, the same as JSON, and what it adds to the summary."""

    name: str
    markdown: str
    data: Any
    told: Told = field(default_factory=Told)
    document: Document | None = None
    """The blocks it is made of, where it is made of blocks."""


def of_document(document: Document, told: Told) -> Part:
    return Part(document.name, text.render(document), document.data, told, document)


def call_chain(sources: Sources, request: Request, citations: Citations) -> Part | None:
    """The call chain from the entry point; None where none was named and the default is not there."""
    entry = request.entry or (ENTRY if sources.symbol(ENTRY.replace(":", ".")) else "")
    if not entry:
        return None
    chain = callchain.trace_source(sources, entry, request.depth, request.namespaces)
    merged = None
    if request.trace:
        asked = trace.Request.of(request.trace)
        ran = trace.run(sources, entry, asked, request.trace_budget, request.trace_python or None)
        merged = trace.merge(chain, ran)
    data = chain_document.callchain(sources, chain, citations, merged)
    return Part("callchain", chain_document.as_markdown(data), data, summary.of_chain(data))


def inventory(
    sources: Sources, request: Request, operations: Mapping[str, Sequence[str]], run: Run | None
) -> Inventory:
    return assets.build(sources, sources["candidate"], request.optional, operations, run)


def asset_part(sources: Sources, found: Inventory, citations: Citations) -> Part:
    told = summary.of_inventory(found, citations)
    return of_document(asset_inventory.compose(found, sources, citations), told)


def decision_part(
    sources: Sources, request: Request, found: Inventory, citations: Citations, owner: decision.Owner | None
) -> Part:
    tree = sources["candidate"]
    read = criteria.read(request.criteria, tree.package, measures.FACTS)
    made = decision.build(sources, tree, found, read, owner)
    return of_document(decision_document.compose(made, sources, citations), summary.of_decision(made))


def blockers_part(sources: Sources, citations: Citations) -> Part | None:
    made = summary_document.blockers(sources, citations)
    return of_document(made, summary.of_faults(sources)) if made else None
