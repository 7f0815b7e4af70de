"""Facts by content, so that an unchanged file is not parsed again.

A file of the cache is named by the digest of a source text, in a folder named by the digest of what extracts facts:
after a change of ours, or under another Python, nothing old is believed. What is damaged is extracted again.
"""

import hashlib
import json
import os
import sys
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from ptychoparity.audit import facts, paths, signatures
from ptychoparity.reports.text import replace

KEYS = {"lines", "all", "symbols", "imports", "binds", "calls", "uses", "strings"}


@lru_cache(maxsize=1)
def facts_version() -> str:
    """Changes with the code that extracts facts and with Python, whose syntax tree it reads."""
    every = hashlib.sha256(f"{sys.version_info[:2]}".encode())
    for module in (facts, paths, signatures):
        every.update(Path(module.__file__).read_bytes())
    return every.hexdigest()[:16]


def default_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "ptychoparity" / "audit"


@dataclass
class Cache:
    """Where facts are kept; None keeps nothing. Counts what was parsed and what was there already."""

    folder: Path | None
    parsed: list[str] = field(default_factory=list)
    reused: list[str] = field(default_factory=list)

    def facts(self, content: bytes, digest: str, name: str) -> facts.Facts:
        """The facts of `content`. Raises what `facts.extract` raises; a source that cannot be parsed is not kept."""
        file = self.folder / facts_version() / digest[:2] / f"{digest}.json" if self.folder else None
        known = _read(file) if file else None
        if known is not None:
            self.reused.append(name)
            return known
        found = facts.extract(content)
        self.parsed.append(name)
        if file:
            _write(file, found)
        return found


def _read(file: Path) -> facts.Facts | None:
    try:
        known = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return None
    return known if isinstance(known, dict) and known.keys() == KEYS else None


def _write(file: Path, found: facts.Facts) -> None:
    """A cache that cannot be written (read-only, full) is no reason to stop: the facts are at hand."""
    try:
        replace(file, json.dumps(found, separators=(",", ":"), ensure_ascii=False))
    except (OSError, UnicodeEncodeError):
        return
