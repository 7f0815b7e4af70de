"""The parts of an audit, each a function from trees to a document. Whatever a part cites it registers first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.audit import assets, callchain, criteria, decision, measures, trace
from harness.audit.citations import Citations
from harness.audit.documents import asset_inventory, text
from harness.audit.documents import callchain as chain_document
from harness.audit.documents import decision as decision_document
from harness.audit.documents.blocks import Document
from harness.audit.index import Sources
from harness.audit.request import ENTRY, Request
from harness.audit.summary import Told
from harness.audit import summary
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
