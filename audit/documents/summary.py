"""The summary and the blockers as documents."""

from typing import Any

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
    sources_block,
    sources_data,
)
from ptychoparity.audit.index import Sources
from ptychoparity.audit.model import Place
from ptychoparity.audit.summary import Told, grouped

SECTIONS = (("risks", "Risks"), ("questions", "Unresolved questions"), ("steps", "Next steps"))


def compose(told: Told, sources: Sources, stamp: str, files: tuple[str, ...]) -> Document:
    """The document `summary`. `files`: what else is in the folder."""
    blocks: list[Block] = [
        Paragraph(f"Written {stamp}, from source. Paths are relative to the root of the tree they are in."),
        Heading("Sources", fold=True),
        sources_block(sources),
        Heading("Counts", fold=True),
        Rows(("What", "Number"), tuple((what, str(number)) for what, number in told.counts), frozenset({1})),
    ]
    for name, title in SECTIONS:
        items = getattr(told, name)
        blocks += [Heading(title), Bullets(items) if items else Paragraph("None was found.")]
    blocks += [Heading("In this folder", fold=True), Bullets(tuple(Code(name) for name in files))]
    data = {
        "stamp": stamp,
        "sources": sources_data(sources),
        "counts": dict(told.counts),
        **{name: [words(one) for one in getattr(told, name)] for name, _ in SECTIONS},
        "files": list(files),
    }
    return Document("summary", "Summary of the audit", tuple(blocks), data)


def words(text: Inline) -> str:
    """The plain text of an inline."""
    if isinstance(text, Code):
        return text.text
    return text if isinstance(text, str) else "".join(words(part) for part in text)


def blockers(sources: Sources, citations: Citations) -> Document | None:
    """The document `blockers`: each fault with its line; None where there is none."""
    groups = grouped(sources)
    if not groups:
        return None
    blocks: list[Block] = [
        Paragraph("What could not be read, or not decided from source. The rest went on without it.")
    ]
    rows: list[dict[str, Any]] = []
    for title, text, faults in groups:
        blocks += [Heading(title), *([Paragraph(text)] if text else [])]
        cells = []
        for role, fault in faults:
            at = f"{fault.path}:{fault.line}" if fault.line else fault.path
            if fault.line and fault.kind != "syntax":  # of a file that is no Python no line can be held against it
                at = citations.cite(Place(role, fault.path, fault.line))
            cells.append((role, Code(at), fault.reason))
            rows.append(
                {"tree": role, "kind": fault.kind, "path": fault.path, "line": fault.line, "reason": fault.reason}
            )
        blocks.append(Rows(("Tree", "At", "What"), tuple(cells)))
    return Document("blockers", "Blockers", tuple(blocks), {"faults": rows})
