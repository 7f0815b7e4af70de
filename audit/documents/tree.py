"""A call chain as an indented tree, and as nested rows for the page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ptychoparity.audit.documents.blocks import Tree

EARLY = "ran before the entry point"
"""The mark of a row that a traced run took, but not below its entry point."""
DEEPEST = 60
"""Levels that are indented, or shown inside each other; a chain may be deeper than any page or stack."""


def lines(tree: Tree) -> str:
    """One line a row. Those below `DEEPEST` stand under each other, with their number."""
    return "\n".join(_line(row, tree.ran) for row in tree.rows)


def _line(row: Mapping[str, Any], ran: bool) -> str:
    where = f"{row['at']}  " if row["at"] else ""
    defined = f"  <{row['defined']}>" if row["defined"] else ""
    marks = f"  ({'; '.join(row['marks'])})" if row["marks"] else ""
    early = not ran or EARLY in row["marks"]
    times = "" if early else f"  [ran {row['ran']}]" if row["ran"] else "  [never]"
    bars = "|  " * min(row["level"] - 1, DEEPEST)
    deep = f"(level {row['level']}) " if row["level"] > DEEPEST + 1 else ""
    branch = "+- " if row["level"] else ""
    return f"{bars}{branch}{deep}{where}{row['name']}{defined}{marks}{times}"


@dataclass
class Node:
    """A row with those below it."""

    row: Mapping[str, Any]
    below: list["Node"] = field(default_factory=list)
    hidden: int = 0
    """So many rows below it are not shown."""


def nested(tree: Tree) -> Node:
    """The rows inside each other; nothing below `DEEPEST`."""
    top = Node(tree.rows[0])
    path = [top]
    for row in tree.rows[1:]:
        if row["level"] > DEEPEST:
            path[-1].hidden += 1
            continue
        del path[row["level"] :]
        made = Node(row)
        path[-1].below.append(made)
        path.append(made)
    return top
