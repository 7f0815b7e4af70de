"""Ghosts: clause ids that the project's own text cites and the catalogue does not hold."""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from ptychoparity.spec_tests.catalogue import catalogue

ROOMS = ("spec_tests", "reference", "backends", "fixtures", "reports", "harness", "benchmarks")
"""Folders whose sources and documents are read. `tests` is not: it makes ghosts up, to show that they are seen."""

_KINDS = (".py", ".json", ".md")
_SHAPED = re.compile(r"(?<![\w.:/-])[A-Z][A-Z0-9]{2,}\.[A-Z][A-Z0-9_]+(?:\.[A-Za-z0-9_]+)*")
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Ghost:
    """A word that looks like a clause id and is none, at its first place."""

    id: str
    where: str
    """`file:line`, from the project's root."""

    def row(self) -> dict[str, str]:
        return asdict(self)


def checkout() -> Path | None:
    """The root of the checkout this package runs from; None where it is installed."""
    root = Path(__file__).resolve().parent.parent
    return root if (root / "pyproject.toml").is_file() and (root / "docs" / "decisions.md").is_file() else None


def files(root: Path) -> Iterator[Path]:
    """The texts in which clauses are cited."""
    yield from sorted(root.glob("*.md"))
    yield from sorted((root / "docs").rglob("*.md"))
    for room in ROOMS:
        for path in sorted((root / room).rglob("*")):
            if path.suffix in _KINDS:
                yield path


@cache
def _families(ids: frozenset[str]) -> frozenset[str]:
    """What stands before a dot of an id: `PHYS.FFT` names every clause below it."""
    return frozenset(".".join(parts[:n]) for parts in (name.split(".") for name in ids) for n in range(1, len(parts)))


def within(text: str, ids: frozenset[str]) -> Iterator[tuple[str, int]]:
    """Each word of a text that is shaped like an id and is none, with where it begins.

    A family (`PHYS.FFT`) and a pattern (`DATA.GROUP.OVERSAMPLE_*`) that some id obeys are no ghosts.
    """
    families = _families(ids)
    for match in _SHAPED.finditer(text):
        word = match[0]
        pattern = text[match.end() : match.end() + 1] == "*" and any(name.startswith(word) for name in ids)
        if word not in ids and word not in families and not pattern:
            yield word, match.start()


def _blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def find(root: Path | None = None) -> list[Ghost]:
    """Every ghost in the checkout, once; none where there is no checkout. Fenced examples in documents are not read."""
    root = root or checkout()
    found: dict[str, Ghost] = {}
    ids = frozenset(catalogue())
    if root is None:
        return []
    for path in files(root):
        text = path.read_text(encoding="utf-8", errors="replace")
        if path.suffix == ".md":
            text = _FENCE.sub(_blank, text)
        for word, start in within(text, ids):
            line = text.count("\n", 0, start) + 1
            found.setdefault(word, Ghost(word, f"{path.relative_to(root)}:{line}"))
    return list(found.values())
