"""`ptychoparity diff OLD NEW`: what differs between two runs, check by check.

Exit 0 where ids, outcomes, levels and inputs are equal, 1 where something differs, 2 where a run cannot be read.
"""

from collections import Counter
from pathlib import Path

from ptychoparity.reports import events
from ptychoparity.reports.diff import differences


def run(old: Path, new: Path) -> int:
    before, after = events.read(old), events.read(new)
    found = differences(before, after)
    for one in found:
        print(one.sentence())
    told = ", ".join(f"{count} {what}" for what, count in Counter(one.what for one in found).items())
    print(f"{len(before.checks)} checks before, {len(after.checks)} after: {told or 'no difference'}")
    return 1 if found else 0
