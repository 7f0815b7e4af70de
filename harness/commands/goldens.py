"""`ptychoparity goldens DIR`: oracle and backends against stored numbers, whatever their seed."""

import contextlib
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ptychoparity.backends import registry
from ptychoparity.backends.protocol import Raised, Returned
from ptychoparity.core.errors import UsageError
from ptychoparity.harness.settings import DEFAULT_BACKENDS
from ptychoparity.harness.targets import Pool, Target
from ptychoparity.reference import dispatch
from ptychoparity.reports import terminal
from ptychoparity.spec_tests import answers, files, goldens, ties
from ptychoparity.spec_tests.bounds import Bounds
from ptychoparity.spec_tests.compare import Comparison, compare_outputs
from ptychoparity.spec_tests.contract import Contract, contracts, not_a_dictionary

ORACLE = "oracle"
Ask = Callable[[Contract, dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Row:
    """One stored key held against one answerer."""

    file: str
    key: str
    operation: str
    who: str
    comparison: Comparison


class NoAnswer(Exception):
    """A backend that could not answer; the message says why."""


def ask_oracle(contract: Contract, inputs: dict[str, Any]) -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return dispatch.call(contract.operation, inputs)


def ask_target(target: Target, timeout: float) -> Ask:
    def ask(contract: Contract, inputs: dict[str, Any]) -> dict[str, Any]:
        answer = target.call(contract.operation, inputs, timeout)
        if isinstance(answer, Returned) and not isinstance(answer.outputs, dict):
            raise NoAnswer(not_a_dictionary(answer.outputs))
        if isinstance(answer, Returned):  # what is wrong in form is for `check` to say: here values are compared
            return answers.received(contract, inputs, answer.outputs, complete=target.complete).outputs
        raise NoAnswer(f"{answer.type}: {answer.message}" if isinstance(answer, Raised) else type(answer).__name__)

    return ask


def compare_folder(
    folder: Path, who: str, ask: Ask, claimed: Collection[str] | None = None
) -> tuple[list[Row], list[str]]:
    """Every golden of every contract that the folder holds; and the goldens of files it does not hold.

    With `claimed` only those operations are asked. A file that is there and cannot be read, or lacks a key, is a row
    that fails.
    """
    rows, absent = [], []
    for contract in contracts().values():
        if claimed is not None and contract.operation not in claimed:
            continue
        tolerances = goldens.tolerances(contract, folder)
        for golden in contract["goldens"]:
            try:
                inputs, expected, keys = goldens.load(golden, folder, contract.get("golden_cases", {}))
            except goldens.GoldenBroken as broken:
                unread = Comparison("unreadable", False, str(broken))
                rows.append(Row(golden["file"], golden["id"], contract.operation, who, unread))
                continue
            except goldens.GoldenMissing as missing:
                absent.append(f"{contract.operation}/{golden['id']}: {missing}")
                continue
            try:
                answer = _answer(contract, inputs, ask)
                settled = ties.settled(contract, inputs, expected, answer)
                asked = {n: t for n, t in tolerances.items() if n in answer or n not in contract.may_leave_out}
                found = compare_outputs(asked, settled, answer, Bounds(contract.operation, inputs, settled))
            except (NoAnswer, ValueError) as error:
                found = [Comparison(output, False, str(error)) for output in keys]
            for c in found:
                file = goldens.home(folder, golden["file"], keys[c.output])
                rows.append(Row(file, keys[c.output], contract.operation, who, c))
    return rows, absent


def _answer(contract: Contract, inputs: dict[str, Any], ask: Ask) -> dict[str, Any]:
    """The outputs, those of files among them: what is written lies in a folder that is taken away again."""
    with tempfile.TemporaryDirectory(prefix="ptychoparity-goldens-") as scratch:
        outputs = ask(contract, files.afresh(contract["input"], inputs, Path(scratch)))
        return files.with_readable_members(contract["output"], outputs).values


def not_compared(folder: Path, rows: list[Row]) -> dict[str, list[str]]:
    """Files and keys that no contract reads as an output or an input: operations not built yet."""
    used: dict[str, set[str]] = {}
    for row in rows:
        used.setdefault(row.file, set()).add(row.key)
    read: dict[str, set[str]] = {}
    for contract in contracts().values():
        for golden in contract["goldens"]:
            keys = read.setdefault(golden["file"], set())
            with contextlib.suppress(goldens.GoldenBroken):  # the comparisons say it
                keys |= goldens.keys_read(golden, folder, contract.get("golden_cases", {}))
        for known in contract.get("disagreements", []):
            read.setdefault(known["file"], set()).update(known["keys"])
    left = {}
    for path in sorted(p for p in folder.iterdir() if p.suffix in (".npz", ".json") and p.name != "manifest.json"):
        if path.name not in used:
            left[path.name] = ["no operation of it is built yet"]
            continue
        known = used[path.name] | read.get(path.name, set())
        keys = set(_readable(path)) - {key.partition("/")[0] for key in known if path.suffix == ".json"} - known
        if keys:
            left[path.name] = sorted(keys)
    return left


def _readable(path: Path) -> dict[str, Any]:
    """What a file holds; nothing where it cannot be read, which the comparisons say."""
    try:
        return goldens.read(path)
    except goldens.GoldenBroken:
        return {}


def disagreements(folder: Path) -> list[tuple[str, str, str, float, str]]:
    """Stored answers the contract departs from on purpose: file, key, clause, how far, why."""
    found = []
    for contract in contracts().values():
        for known in contract.get("disagreements", []):
            if not (folder / known["file"]).is_file():
                continue
            stored = _readable(folder / known["file"])
            for key, right in known["keys"].items():
                with contextlib.suppress(goldens.GoldenBroken):
                    ours = goldens.fetch(stored, known["file"], right)
                    apart = _apart(goldens.fetch(stored, known["file"], key), ours)
                    found.append((known["file"], key, known["clause"], apart, known["why"]))
    return found


def _apart(one: Any, other: Any) -> float:
    """The largest difference of two arrays; of two JSON objects, how many of their values differ."""
    if isinstance(one, dict):
        return float(sum(one.get(name) != other.get(name) for name in {*one, *other}))
    return float(np.max(np.abs(one - other)))


def _table(rows: list[Row], who: list[str]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("file")
    table.add_column("key", overflow="fold")
    for name in who:
        table.add_column(Text(f"{name}\nerror"), justify="right")
        table.add_column("of budget", justify="right")
    cells: dict[tuple[str, str], dict[str, Comparison]] = {}
    for row in rows:
        cells.setdefault((row.file, row.key), {})[row.who] = row.comparison
    exact: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for (file, key), by in cells.items():
        if all(c.ok and c.used == 0 for c in by.values()):
            exact[file, tuple(by)] += 1
            continue
        line = [file, key]
        for name in who:
            line += _cells(by.get(name))
        table.add_row(*map(Text, line))
    for (file, answered), count in exact.items():
        cells_of = [("0", "0 %") if name in answered else ("-", "-") for name in who]
        table.add_row(*map(Text, (file, f"({count} more keys)", *(cell for pair in cells_of for cell in pair))))
    return table


def _cells(found: Comparison | None) -> list[str]:
    if found is None:
        return ["-", "-"]
    if found.worst is None and found.ok and found.used:  # a law: no element is the worst
        return ["-", f"{100 * found.used:.3g} %"]
    if found.worst is None:
        return ["0" if found.ok else "FAILS", "0 %" if found.ok else found.note]
    error, used = found.worst["error"], found.used
    share = "not finite" if used is None else f"{100 * used:.3g} %"
    return ["not finite" if error is None else f"{error:.2e}", share if found.ok else f"FAILS {share}"]


def run(folder: Path, names: list[str], timeout: float) -> int:
    """0 when every key is within its budget, 1 when one is not, 2 when nothing could be compared."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder")
    folder = folder.resolve()
    console = terminal.console()
    rows, absent = compare_folder(folder, ORACLE, ask_oracle)
    who, unjudged, unclaimed = [ORACLE], [], []
    for name in [n for text in names or DEFAULT_BACKENDS for n in text.split(",")]:
        with Pool() as pool:  # one at a time: two frameworks take memory for nothing
            target = pool.add(registry.find(name), "cpu")
            if target.status == "skipped":
                unjudged.append(f"{name}: skipped, {target.reason}")
                continue
            if not target.start():
                unjudged.append(f"{name}: did not start, {target.reason}")
                continue
            claimed = target.description["operations"]
            found = compare_folder(folder, name, ask_target(target, timeout), claimed)[0]
            rows += found
            who.append(name)
            if left := sorted({row.operation for row in rows} - set(claimed)):
                unclaimed.append(f"not claimed by {name}: {', '.join(left)}")
            if not found:
                unjudged.append(f"{name}: could not be judged, it claims no operation that this folder has numbers of")
    console.print(_table(rows, who))
    for file, key, clause, apart, why in disagreements(folder):
        console.print(
            f"intended disagreement  {file} {key}: {apart:.3g} apart from the contract ({clause}): {why}",
            markup=False, soft_wrap=True,
        )  # fmt: skip
    for file, keys in not_compared(folder, rows).items():
        console.print(f"not compared  {file}: {', '.join(keys)}", markup=False, soft_wrap=True)
    for text in absent:
        console.print(f"not in this folder  {text}", markup=False, soft_wrap=True)
    for text in (*unclaimed, *unjudged):
        console.print(text, markup=False, soft_wrap=True)
    return _verdict(rows, unjudged, console)


def _verdict(rows: list[Row], unjudged: list[str], console: Console) -> int:
    bad = [r for r in rows if not r.comparison.ok]
    for row in bad:
        console.print(
            f"FAILS  {row.who} {row.file} {row.key}: {row.comparison.sentence()}", markup=False, soft_wrap=True
        )
    console.print(f"{len(rows) - len(bad)} of {len(rows)} comparisons within budget")
    if bad:
        return 1
    return 2 if not rows or unjudged else 0
