"""Globs of ids that match no check, and what was probably meant."""

from collections.abc import Iterable

from ptychoparity.core.kinds import Kind
from ptychoparity.core.nearest import nearest

FORM = "OPERATION/KIND/CASE/BACKEND@DEVICE"
"""What an id looks like."""


def hint(glob: str, ids: Iterable[str], scan: bool) -> str:
    """Return what is said of a glob that matches none of `ids`; `scan`: whether checks of a scan are among them."""
    if glob.partition("/")[0] == Kind.SCAN and not scan:
        return "these checks need --scan"
    stem = glob.rstrip("*").rstrip("/")
    parts = [one.split("/", 3) for one in ids]
    depth = min(stem.count("/") + 1, 4)
    starts = list(dict.fromkeys("/".join(one[:depth]) for one in parts))
    if stem in starts and depth < 4:
        return f"ids are {FORM}; did you mean --only '{stem}/*'?"
    found = nearest(stem, starts, most=1)
    if not found:
        return f"ids are {FORM} (`ptychoparity list checks` names all)"
    return f"did you mean --only '{found[0]}{'/*' if depth < 4 else ''}'?"
