"""What an audit writes: values in, Markdown, JSON or a page out. Templates lie beside the modules.

`markdown` renders a template as ASCII: every character beyond it, from a name or a message, becomes its escape.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """Undefined names are errors; Markdown is not HTML, so nothing is escaped here but what `cell` escapes."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True, autoescape=False,
    )  # fmt: skip
    made.filters |= {"cell": cell, "code": code, "plural": plural}
    return made


def markdown(template: str, values: Mapping[str, Any], **helpers: Callable) -> str:
    """A template of this folder, filled; ASCII, without blanks at the ends of lines."""
    text = environment().get_template(template).render(**values, **helpers)
    return "\n".join(line.rstrip() for line in ascii_only(text).split("\n")).rstrip("\n") + "\n"


def ascii_only(text: str) -> str:
    return text.encode("ascii", "backslashreplace").decode("ascii")


def cell(value: Any) -> str:
    """A value in a table's cell."""
    return " ".join(str(value).split()).replace("|", "\\|")


def code(value: Any) -> str:
    """A value as code in a cell; text with backticks gets longer ones."""
    text = cell(value)
    return f"`` {text} ``" if "`" in text else f"`{text}`" if text else ""


def plural(count: int, one: str, many: str = "") -> str:
    """`1 call`, `2 calls`."""
    return f"{count} {one if count == 1 else many or one + 's'}"
