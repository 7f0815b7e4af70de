"""The verdict of a run: who conforms, who does not, who could not be judged."""

from collections.abc import Mapping, Sequence

from ptychoparity.core.events import BackendEvent, CheckFinished, Stale, Verdict
from ptychoparity.core.exits import Exit
from ptychoparity.core.levels import Gate
from ptychoparity.core.outcomes import Outcome
from ptychoparity.core.verdicts import Judgement
from ptychoparity.reports.rules import RULES, Case, many


def verdict_of(case: Case) -> Verdict:
    """Return one backend's verdict with its reason in a sentence: what the first rule that has one says."""
    judgement, why = next(found for rule in RULES if (found := rule(case)) is not None)
    return Verdict(
        backend=case.backend.name, device=case.backend.device, counts=case.counts, verdict=judgement, why=why
    )


def _sentence(verdict: Verdict) -> str:
    """A backend with known failures does not conform without a word on them."""
    was = "was " if verdict.verdict is Judgement.SKIPPED else ""
    known = verdict.counts.get(Outcome.XFAIL, 0)
    but = f" but for {many(known, 'expected failure', 'expected failures')}" if known else ""
    return f"{verdict.column} {was}{verdict.verdict}{but if verdict.verdict.exit is Exit.CONFORMS else ''}"


def exit_of(verdicts: Sequence[Verdict], optional: frozenset[str] = frozenset()) -> Exit:
    """Return the exit code of a run. `optional` columns may be skipped freely.

    One that does not conform outweighs one that could not be judged; where nobody was judged, that is what is said.
    """
    codes = {
        one.verdict.exit
        for one in verdicts
        if not (one.verdict is Judgement.SKIPPED and one.column in optional)
    }  # fmt: skip
    if Exit.DOES_NOT_CONFORM in codes:
        return Exit.DOES_NOT_CONFORM
    return Exit.CONFORMS if codes == {Exit.CONFORMS} else Exit.NOT_JUDGED


def judge_run(
    backends: Sequence[BackendEvent],
    checks: Sequence[CheckFinished],
    emptiness: Mapping[str, Sequence[str]],
    gates: Mapping[str, str],
    optional: frozenset[str] = frozenset(),
    selected: bool = False,
    stale: Sequence[Stale] = (),
) -> tuple[tuple[Verdict, ...], Exit, str]:
    """Return verdicts, exit code and one sentence. Keys are `backend@device`; `optional` ones may be skipped freely.

    With `selected` only part of the suite was run, and the verdict says so. `stale` as in the footer.
    """
    verdicts = tuple(
        verdict_of(
            Case(
                backend=backend,
                checks=tuple(check for check in checks if check.column == backend.column),
                emptiness=tuple(emptiness.get(backend.column, ())),
                gate=Gate(gates[backend.column]),
                selected=selected,
                stale=sum(backend.column in one.columns for one in stale),
            )
        )
        for backend in backends
    )
    return verdicts, exit_of(verdicts, optional), "; ".join(map(_sentence, verdicts)) or "nothing was run"
