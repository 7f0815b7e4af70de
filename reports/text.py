"""Text of a run in words people read: stripped, shortened, numbers of a tolerance, known failures.

Nothing here knows about terminals, XML or HTML.
"""

import math
import os
import re
from pathlib import Path

from ptychoparity.core.events import CheckFinished, Comparison, Fault, Stale
from ptychoparity.core.outcomes import Outcome
from ptychoparity.core.verdicts import Known

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")

LONGEST_INPUT = 200
"""Characters of an input told in one line; the page has all of it."""

REMOVE = "remove it: ptychoparity expectations update {}"


def plain(text: str) -> str:
    """Return `text` without terminal escapes and control characters (tab and newline stay).

    A lone return becomes a newline. What is left is legal in XML 1.0 and cannot drive a terminal.
    """
    return _CONTROL.sub("", _ANSI.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def first_line(text: str) -> str:
    """Return the line of a message that says what is wrong; the others show it."""
    lines = plain(text).strip().splitlines()
    return lines[0].strip() if lines else ""


def shorten(text: str, limit: int) -> str:
    """Return `text` with its middle left out where it is longer than `limit` characters, and saying so."""
    if len(text) <= limit:
        return text
    head, tail = limit // 3, limit - limit // 3
    return f"{text[:head]}\n[... {len(text) - limit} characters left out ...]\n{text[-tail:]}"


def last_line(traceback: str) -> str:
    """Return the line of a traceback that says what was raised."""
    lines = [line for line in plain(traceback).strip().splitlines() if line.strip()]
    told = [line for line in lines if not line.startswith((" ", "\t"))]
    return (told or lines or [""])[-1].strip()


def traceback_text(traceback: str) -> str:
    """Return a traceback with the line that says what was raised first; the rest says where."""
    said = last_line(traceback)
    return f"{said}\n\n{traceback}" if said and "\n" in traceback.strip() else traceback


def fault_text(fault: Fault) -> str:
    """Return one fault in a line: its class, its clauses, what is wrong, what it looks like."""
    hints = f" ({'; '.join(fault.hints)})" if fault.hints else ""
    return plain(f"{fault.fault_class}, {fault.level} {' '.join(fault.clauses)}: {first_line(fault.message)}{hints}")


def cut(text: str, most: int) -> str:
    """Return the beginning of a line that is longer than so many characters, and an ellipsis."""
    text = " ".join(plain(text).split("\n"))
    return text if len(text) <= most else f"{text[: most - 4].rstrip()} ..."


def input_line(check: CheckFinished) -> str:
    """Return the inputs of a check in one line: arrays, and values other than None; empty where nothing is known."""
    told = []
    for one in check.inputs:
        if one.shape is not None:
            values = f" {one.summary}" if one.summary.startswith("[") else ""
            told.append(f"{one.name} {one.dtype} ({', '.join(map(str, one.shape))}){values}")
        elif one.summary != "None":
            told.append(f"{one.name} = {first_line(one.summary)}")
    line = plain("; ".join(told))
    return line if len(line) <= LONGEST_INPUT else f"{line[:LONGEST_INPUT]} ..."


def expectation_text(check: CheckFinished) -> str:
    """Return what a recorded known failure says of this check, in one line; empty where there is none."""
    known = check.expectation
    if known is None:
        return ""
    who = f"owner {known.owner}, {known.issue}"
    where = f"{known.file}, entry {known.entry}" if known.file else "the expectation"
    match known.state:
        case Known.MET:
            text = f"expected until {known.expires} ({who})"
        case Known.OTHER_SIGNATURE:
            said = f"{known.outcome}: {first_line(check.message)}"
            said = said if len(said) <= 100 else f"{said[:96]} ..."
            text = f"not the expected failure: {where} wants /{known.signature}/, which is not in {said!r} ({who})"
        case Known.EXPIRED:
            text = f"the expectation expired on {known.expires}: {where} ({who})"
        case Known.PASSES:
            text = f"passes, where {where} expects a failure until {known.expires} ({who}); "
            text += REMOVE.format(known.file or "FILE")
    return plain(" ".join(text.split()))


def disputed(check: CheckFinished) -> bool:
    """Whether a finding is covered by a known failure that does not excuse it, which a reader has to be told."""
    return check.expectation is not None and check.outcome is not Outcome.XPASS


def stale_text(one: Stale) -> str:
    """Return what is said of an expectation that covers no check any more, in one line."""
    return plain(
        f"stale: {one.file}, entry {one.entry}: {one.check!r} covers no check of "
        f"{', '.join(one.columns)} (owner {one.owner}, {one.issue}); {REMOVE.format(one.file)}"
    )


def fraction_text(value: float | None) -> str:
    """Return `0.42` of the tolerance as `42 %`, more than all of it as `3.2x`, a non-finite error in words."""
    if value is None:
        return "-"
    if math.isinf(value):
        return "without bound"  # nothing was allowed, or the error is not finite
    if value > 1:
        return f"{value:.3g}x"
    return f"{100 * value:.0f} %" if value >= 0.1 else f"{100 * value:.2g} %"


def fraction_sentence(value: float | None) -> str:
    """Return the fraction of the tolerance in words, for a line that stands alone."""
    if value is None:
        return ""
    if math.isinf(value):
        return "nothing was allowed, or the error is not finite"
    return f"{value:.3g} times the tolerance" if value > 1 else f"{fraction_text(value)} of the tolerance"


def number(value: float | None) -> str:
    return "not finite" if value is None else f"{value:.6g}"


def worst_text(comparison: Comparison | None) -> str:
    """Return `amplitude[0, 3, 5]: expected 1.5, actual 2` of the worst element; empty where there is none."""
    worst = comparison.worst if comparison else None
    if comparison is None or worst is None:
        return ""
    index = f"[{', '.join(map(str, worst.index))}]" if worst.index else ""
    return plain(f"{comparison.output}{index}: expected {worst.expected}, actual {worst.actual}")


def replace(path: Path, text: str) -> None:
    """Write beside `path`, then put it in place: a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8", newline="\n")
    os.replace(beside, path)
