"""`ptychoparity mutate`: does every clause have a check that bites?

Exit 0 when every mutant is killed by a check that carries its clause, 1 when one is not or a binding clause
has no mutant, 2 when something could not be judged.
"""

import time
from collections import Counter
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ptychoparity.core.errors import UsageError
from ptychoparity.core.nearest import unknown
from ptychoparity.harness import storage
from ptychoparity.harness.mutants import catalogue
from ptychoparity.harness.mutants.catalogue import NOT_HUNTED, Mutant
from ptychoparity.harness.mutants.hunt import Hunt, Result
from ptychoparity.reports import terminal
from ptychoparity.spec_tests import catalogue as clauses_of
from ptychoparity.spec_tests import contract

BAD = ("survived", "wrong clause", "not equivalent")


def select(operations: list[str], clauses: list[str], quick: bool) -> tuple[Mutant, ...]:
    """The mutants of these operations and clauses. Raises UsageError for unknown names, and where there is none."""
    for operation in operations:
        if operation not in (known := {m.operation for m in catalogue.mutants()}):
            raise UsageError(unknown("operation", operation, sorted(known)))
    for clause in clauses:
        clauses_of.clause(clause)
    found = tuple(
        m
        for m in catalogue.mutants()
        if (not operations or m.operation in operations) and (not clauses or m.clause in clauses)
    )
    if not found:
        raise UsageError("no mutant is about that operation and clause")
    return catalogue.one_per_clause(found) if quick else found


def judge(results: list[Result], missing: list[str]) -> int:
    """The exit code."""
    outcomes = {r.outcome for r in results} - set(NOT_HUNTED)
    if not outcomes or "not judged" in outcomes:
        return 2
    return 1 if missing or outcomes & set(BAD) else 0


MOST_NAMED = 4
"""Checks that a line of the table names; all are in mutants.json."""


def _table(results: list[Result]) -> Table:
    """A line per clause: mutants, killed, by which checks."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in ("clause", "mutants", "killed", "by the checks"):
        table.add_column(name, justify="right" if name in ("mutants", "killed") else "left", overflow="fold")
    by_clause: dict[str, list[Result]] = {}
    for result in results:
        by_clause.setdefault(result.mutant.clause, []).append(result)
    for clause, mine in sorted(by_clause.items()):
        judged = [r for r in mine if r.outcome not in ("equivalent", *NOT_HUNTED)]
        killers = Counter(r.by for r in mine if r.outcome == "killed")
        shown = ", ".join(f"{check} ({n})" if n > 1 else check for check, n in killers.most_common(MOST_NAMED))
        shown += f" and {len(killers) - MOST_NAMED} others" if len(killers) > MOST_NAMED else ""
        killed = sum(killers.values())
        style = "" if killed == len(judged) else "bold red"
        said = shown if judged else mine[0].outcome
        table.add_row(clause, str(len(judged)), Text(str(killed), style=style), Text(said))
    return table


def _say(console: Console, results: list[Result], missing: list[str]) -> None:
    console.print(_table(results))
    texts = {
        "survived": "SURVIVED", "wrong clause": "KILLED BY THE WRONG CLAUSE", "not equivalent": "NOT EQUIVALENT",
        "not judged": "NOT JUDGED", "equivalent": "equivalent",
    }  # fmt: skip
    for result in results:
        mutant = result.mutant
        if result.outcome not in texts:
            continue
        killer = f" by {result.by} ({', '.join(result.clauses)}): {result.message}" if result.by else ""
        reason = killer or (f": {result.message}" if result.message else "")
        why = f" (declared equivalent: {mutant.equivalent})" if mutant.equivalent else ""
        console.print(
            f"{texts[result.outcome]}  {mutant.name} [{mutant.clause}] {mutant.does}{why}{reason}",
            markup=False, soft_wrap=True,
        )  # fmt: skip
    for clause in missing:
        console.print(f"NO MUTANT  {clause}", markup=False)


def _progress(console: Console, done: int, total: int, mutant: Mutant) -> None:
    if console.is_terminal:
        line = f"{done}/{total}  {mutant.name}"[: console.width - 1].ljust(console.width - 1)
        console.print(Text(line), end="\r")


def run(backend: str, operations: list[str], clauses: list[str], quick: bool, runs: Path, timeout: float) -> int:
    """Hunt the chosen mutants, write `runs/<time>-mutants/mutants.json`, print what became of them."""
    if quick and backend != "numpy":
        raise UsageError("--quick is of the numpy backend: one mutant of every clause")
    console, began = terminal.console(), time.perf_counter()
    chosen = select(operations, clauses, quick)
    missing = [] if operations or clauses else catalogue.without_mutant(chosen)
    results: list[Result] = []
    with Hunt(backend, timeout=timeout) as hunt:
        for number, mutant in enumerate(chosen):
            _progress(console, number, len(chosen), mutant)
            results.append(hunt.hunt(mutant))
    seconds = round(time.perf_counter() - began, 2)
    code = judge(results, missing)
    counts = Counter(r.outcome for r in results)
    folder = storage.new_run(runs, suffix="-mutants")
    storage.write_json(
        folder / "mutants.json",
        {
            "backend": backend, "quick": quick, "finished": storage.now(), "seconds": seconds, "exit": code,
            "contracts": contract.version(), "counts": dict(counts), "clauses_without_mutant": missing,
            "mutants": [r.row() for r in results],
        },
    )  # fmt: skip
    _say(console, results, missing)
    told = ", ".join(f"{n} {outcome}" for outcome, n in sorted(counts.items()))
    about = len({m.clause for m in chosen})
    console.print(
        f"{backend}: {len(chosen)} mutants of {about} clauses in {seconds:.0f} s: {told} (exit {code})",
        markup=False,
        soft_wrap=True,
    )
    console.print(f"results: {folder / 'mutants.json'}", markup=False, soft_wrap=True)
    return code
