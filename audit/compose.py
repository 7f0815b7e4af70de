"""A whole audit, from packages to the texts of a folder. Nothing is written before every citation holds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ptychoparity.audit import parts
from ptychoparity.audit.cache import Cache
from ptychoparity.audit.citations import Citations
from ptychoparity.audit.documents import page, text
from ptychoparity.audit.documents import summary as summary_document
from ptychoparity.audit.documents.blocks import Document
from ptychoparity.audit.folder import json_text
from ptychoparity.audit.index import Sources, read_trees
from ptychoparity.audit.parts import Part
from ptychoparity.audit.request import Request
from ptychoparity.audit.summary import Told, together
from ptychoparity.reports import events

Progress = Callable[[str], None]
VERSION = 1
"""Of the JSON documents; a change that `diff` cannot read counts one up."""


@dataclass(frozen=True)
class Audit:
    """All documents of an audit, but for the time."""

    sources: Sources
    parts: tuple[Part, ...]
    told: Told
    cited: int
    """Places that were held against their files."""

    def texts(self, stamp: str) -> Mapping[str, str]:
        """File name to text. Only the summary and the page hold the time."""
        made = {}
        for part in self.parts:
            made |= _files(part.document)
        files = tuple(sorted([*made, "index.html", "summary.json"]))
        summary = summary_document.compose(self.told, self.sources, stamp, files)
        made |= _files(summary)
        parity = next((part.page for part in self.parts if part.page is not None), None)
        packages = (self.sources["reference"].package, self.sources["candidate"].package)
        shown = [part.document for part in self.parts if part.page is None]
        made["index.html"] = page.render(stamp, packages, summary, parity, shown, self.cited)
        return made


def _files(document: Document) -> dict[str, str]:
    """A document as Markdown, and the same as JSON."""
    data = json_text({"version": VERSION, **document.data})
    return {f"{document.name}.md": text.render(document), f"{document.name}.json": data}


def compose(request: Request, cache: Cache, say: Progress = lambda text: None) -> Audit:
    """Read the packages and compose every document.

    Raises UsageError for bad input, `reports.events.RunError` for a run that cannot be read, CitationError where a
    statement cites what is not there: a fault of the audit, or a file that changed meanwhile.
    """
    run = events.read(request.run) if request.run is not None else None
    read = parts.read_criteria(request)
    say("reading source")
    sources = read_trees(request.packages, cache, tests=True)
    citations = Citations(sources)
    say("parity map")
    parity = parts.parity(sources, request, citations, run)
    say("call chain")
    chain = parts.call_chain(sources, request, citations)
    say("inventory")
    operations = parts.operations(sources["candidate"])
    found = parts.inventory(sources, request, operations, run)
    made = [parity, chain, parts.asset_part(sources, found, citations)]
    say("decision")
    made.append(parts.decision_part(sources, read, found, citations, parts.owner(sources["candidate"], cache)))
    made.append(parts.blockers_part(sources, citations))
    say("citations")
    cited = citations.verify()
    there = tuple(part for part in made if part is not None)
    told = together([*(part.told for part in there), parts.open_ends(request, chain)])
    return Audit(sources, there, told, cited)
