"""`ptychoparity doctor`: is all there that a run needs? 0 when all is ready that can be, else 2."""

import json
from dataclasses import asdict
from pathlib import Path

from rich.text import Text

from ptychoparity.harness import doctor
from ptychoparity.harness.doctor import State
from ptychoparity.reports import terminal
from ptychoparity.reports.text import plain

_STYLES = {State.READY: "green", State.ABSENT: "dim", State.BROKEN: "bold red"}
_WIDTH = 28
"""Columns of a name."""


def run(names: list[str], runs: Path, as_json: bool) -> int:
    """Print each finding as it is made, and what does not work at the end."""
    console, found, section = terminal.console(), [], ""
    for one in doctor.findings([part for text in names for part in text.split(",")], runs):
        found.append(one)
        if as_json:
            continue
        if one.section != section:
            console.print(Text(f"{'' if not section else chr(10)}{one.section}", style="bold"))
            section = one.section
        line = Text(plain(f"  {one.name:{_WIDTH}} "))
        line.append(f"{one.state:7}", style=_STYLES[one.state])
        console.print(line.append(plain(f" {one.text}")), soft_wrap=True)
    bad = doctor.unready(found)
    if as_json:
        print(json.dumps({"ready": not bad, "findings": [asdict(one) for one in found]}, indent=1, ensure_ascii=False))
        return 2 if bad else 0
    told = f"not ready: {', '.join(one.name for one in bad)}" if bad else "all is ready that can be"
    console.print(Text(f"\n{plain(told)}", style="bold red" if bad else "bold green"), soft_wrap=True)
    return 2 if bad else 0
