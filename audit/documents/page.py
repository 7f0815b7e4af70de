"""The page of an audit: one self-contained HTML file that looks like a run's page and works from disk.

Everything that is shown comes escaped; the only scripts and styles a browser admits are the page's own, by their hash.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import jinja2

from ptychoparity.audit.documents.blocks import Block, Code, Document, Heading, Inline
from ptychoparity.audit.documents.parity_page import Parity
from ptychoparity.audit.documents.summary import words
from ptychoparity.audit.documents.tree import nested
from ptychoparity.reports.html.render import asset, content_hash
from ptychoparity.reports.text import plain

TITLES = {"summary": "Summary", "parity": "Parity map", "callchain": "Call chain", "asset_inventory": "Inventory",
          "decision": "Decision", "blockers": "Blockers"}  # fmt: skip


@dataclass
class Folded:
    """Blocks under one heading; `fold` where they are hidden until asked for."""

    title: Inline | None
    fold: bool
    blocks: list[Block] = field(default_factory=list)


def render(
    stamp: str, packages: tuple[str, str], summary: Document, parity: Parity | None, documents: Sequence[Document],
    cited: int,
) -> str:  # fmt: skip
    """The page as text. `packages`: reference and candidate."""
    style = asset("style.css") + _own("audit.css")
    script = _own("audit.js")
    names = ["summary", *(["parity"] if parity else []), *(one.name for one in documents)]
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            stamp=stamp, reference=packages[0], candidate=packages[1], summary=summary, parity=parity,
            documents=documents, cited=cited, sections=[(name, TITLES[name]) for name in names],
            style=style, script=script, style_hash=content_hash(style), script_hash=content_hash(script),
        )
    )  # fmt: skip


@cache
def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("ptychoparity.audit", "documents"), autoescape=True, trim_blocks=True,
        lstrip_blocks=True, undefined=jinja2.StrictUndefined, finalize=_clean,
    )  # fmt: skip
    made.filters.update(folded=folded, nested=nested, words=words)
    made.tests["code"] = lambda value: isinstance(value, Code)
    return made


def _clean(value: Any) -> Any:
    """Text without control characters, which HTML may not hold."""
    return plain(value) if type(value) is str else value


def _own(name: str) -> str:
    return resources.files("ptychoparity.audit.documents").joinpath(name).read_text(encoding="utf-8")


def folded(blocks: Sequence[Block]) -> list[Folded]:
    """Blocks by the heading they stand under; a heading may fold them."""
    found = [Folded(None, False)]
    for block in blocks:
        if isinstance(block, Heading):
            found.append(Folded(block.text, block.fold or block.level > 2))
        else:
            found[-1].blocks.append(block)
    return [one for one in found if one.title is not None or one.blocks]
