"""Documents as Markdown that is ASCII and nothing but text: what comes from audited source cannot become markup."""

import re
import unicodedata

from ptychoparity.audit.documents import tree
from ptychoparity.audit.documents.blocks import Block, Bullets, Code, Document, Heading, Inline, Paragraph, Rows, Tree

_SPECIAL = re.compile(r"([\\`*_\[\]<|~]|^[#>]|^[-+](?=\s)|^\d+(?=[.)]\s))")
_PLAIN = {
    0x2010: "-", 0x2011: "-", 0x2012: "-", 0x2013: "-", 0x2014: "--", 0x2018: "'", 0x2019: "'", 0x201C: '"',
    0x201D: '"', 0x2026: "...", 0x2190: "<-", 0x2192: "->", 0x2264: "<=", 0x2265: ">=", 0xD7: "x", 0xB7: "*",
    0x2212: "-", 0xA0: " ",
}  # fmt: skip
"""Typographic characters, by their number."""


def ascii_text(text: str) -> str:
    """`text` on one line, in ASCII: typographic characters by their plain forms, others as `\\u03bb`."""
    plain = unicodedata.normalize("NFC", " ".join(text.split())).translate(_PLAIN)
    plain = "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in plain)
    return plain.encode("ascii", "backslashreplace").decode()


def inline(text: Inline, in_table: bool = False) -> str:
    """Text as Markdown, on one line."""
    if isinstance(text, Code):
        return code(text.text, in_table)
    if isinstance(text, tuple):
        return "".join(inline(part, in_table) for part in text)
    lead = " " if text[:1].isspace() else ""
    trail = " " if text[-1:].isspace() and text.strip() else ""
    return lead + _SPECIAL.sub(r"\\\1", ascii_text(text)) + trail


def code(text: str, in_table: bool = False) -> str:
    """Code marks that hold whatever the text holds."""
    plain = ascii_text(text)
    if not plain:
        return ""
    marks = "`" * (max((len(run) for run in re.findall("`+", plain)), default=0) + 1)
    pad = " " if plain[0] == "`" or plain[-1] == "`" else ""
    return f"{marks}{pad}{plain.replace('|', chr(92) + '|') if in_table else plain}{pad}{marks}"


def render(document: Document) -> str:
    """The whole document, ending in a newline."""
    blocks = [f"# {inline(document.title)}", *(text for one in document.blocks if (text := _block(one)))]
    return "\n\n".join(blocks) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading():
            return f"{'#' * block.level} {inline(block.text)}"
        case Paragraph():
            return inline(block.text)
        case Bullets():
            return "\n".join(f"- {inline(item)}" for item in block.items)
        case Rows():
            return table(block)
        case Tree():
            return preformatted(tree.lines(block))


def preformatted(shown: str) -> str:
    """Lines as they stand, in a fence that holds whatever they hold."""
    plain = shown.encode("ascii", "backslashreplace").decode()
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", plain)), 0)
    return f"{fence}text\n{plain}\n{fence}"


def table(block: Rows) -> str:
    """A pipe table; empty where there is no row."""
    if not block.rows:
        return ""
    rules = ["--:" if number in block.numbers else "---" for number in range(len(block.head))]
    lines = [block.head, *block.rows]
    shown = [" | ".join(inline(cell, True) or " " for cell in line) for line in lines]
    return "\n".join(f"| {line} |" for line in (shown[0], " | ".join(rules), *shown[1:]))
