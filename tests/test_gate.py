"""The rules of a verdict, one by one; their order; and the exit code that verdicts make."""

from dataclasses import replace
from itertools import count, pairwise

import pytest

from ptychoparity.core.events import BackendEvent, CheckFinished, Expectation, Verdict
from ptychoparity.core.exits import Exit
from ptychoparity.core.kinds import Kind
from ptychoparity.core.levels import Gate, Level
from ptychoparity.core.outcomes import Outcome
from ptychoparity.core.verdicts import Judgement, Known, Status
from ptychoparity.reports import gate, rules
from ptychoparity.reports.rules import RULES, Case
from tests import sample_run

CONFORMS, FAILS, NOT_JUDGED = Judgement.CONFORMS, Judgement.DOES_NOT_CONFORM, Judgement.NOT_JUDGED
IN_PART = Judgement.CONFORMS_IN_PART
NUMBERS = count()


def backend(
    status: Status = Status.READY, reason: str = "", info: bool = True, lacks: tuple[str, ...] = (), partial=()
):
    return BackendEvent(
        name="b", device="cpu", status=status, reason=reason, detail="", info={"name": "b"} if info else None,
        loaded=None, operations=("diffract", "translate"), not_claimed=lacks, not_applicable=(), partial=partial,
    )  # fmt: skip


def check(
    outcome: Outcome = Outcome.PASS, level: Level = Level.MUST, operation: str = "diffract", **more
) -> CheckFinished:
    made = sample_run.check("diffract", more.pop("kind", Kind.EXAMPLE), str(next(NUMBERS)), "b", "cpu")
    return replace(made, outcome=outcome, level=level, operation=operation, **more)


def known(state: Known, ended: Outcome = Outcome.FAIL, level: Level = Level.MUST) -> CheckFinished:
    """A check that a recorded known failure covers."""
    outcome = {Known.MET: Outcome.XFAIL, Known.PASSES: Outcome.XPASS}.get(state, ended)
    expectation = Expectation(owner="o", issue="i", expires="2027-01-01", signature="s", file="f", entry=1,
                              state=state, outcome=ended)  # fmt: skip
    return check(outcome, level, expectation=expectation)


def case(*checks: CheckFinished, of: BackendEvent | None = None, **more) -> Case:
    return Case(of or backend(), checks, **more)


FAIL, PASS = Outcome.FAIL, Outcome.PASS

SAID = {
    rules.skipped: [
        (case(), None),
        (case(of=backend(Status.SKIPPED, "no CUDA here")), (Judgement.SKIPPED, "no CUDA here")),
    ],
    rules.broken: [
        (case(), None),
        (case(of=backend(Status.BROKEN, "killed")), (NOT_JUDGED, "killed")),
        (case(of=backend(Status.BROKEN, "no licence", info=False)), (NOT_JUDGED, "it did not start: no licence")),
    ],
    rules.fails: [
        (case(check(), known(Known.MET)), None),
        (case(check(FAIL, Level.SHOULD), check(FAIL, Level.HOUSE), check(FAIL, Level.INFO)), None),
        (case(check(FAIL)), (FAILS, "1 check fails in diffract")),
        (case(check(FAIL), check(Outcome.CRASH, operation="a")), (FAILS, "2 checks fail in a, diffract")),
        (case(check(FAIL), check(FAIL, Level.SHOULD)), (FAILS, "1 check fails in diffract; 1 more beside the gate")),
        (case(check(FAIL, Level.SHOULD), gate=Gate.SHOULD), (FAILS, "1 check fails in diffract")),
        (case(check(FAIL, Level.HOUSE), gate=Gate.SHOULD), None),
        (case(check(FAIL, Level.HOUSE), gate=Gate.HOUSE), (FAILS, "1 check fails in diffract")),
        (case(check(FAIL, Level.MAY), gate=Gate.HOUSE), None),
        (case(check(FAIL), known(Known.MET)), (FAILS, "1 check fails in diffract; 1 check fails as expected")),
        (case(known(Known.PASSES, PASS, Level.INFO)), (FAILS, "1 expected failure passes")),
        (case(known(Known.PASSES, PASS), known(Known.PASSES, PASS)), (FAILS, "2 expected failures pass")),
        (case(known(Known.EXPIRED)), (FAILS, "1 check fails in diffract; 1 expectation has expired")),
        (case(known(Known.EXPIRED), known(Known.EXPIRED)),
         (FAILS, "2 checks fail in diffract; 2 expectations have expired")),
        (case(known(Known.OTHER_SIGNATURE, level=Level.HOUSE)),
         (FAILS, "1 check fails in diffract; 1 fails otherwise than expected")),
        (case(check(), stale=1), (FAILS, "1 expectation is stale")),
        (case(check(), stale=2), (FAILS, "2 expectations are stale")),
        (case(check(FAIL, kind=Kind.PARITY, against="other")),
         (FAILS, "1 check fails in diffract, parity with other alone")),
        (case(check(FAIL, kind=Kind.PARITY, against="other"), check(FAIL)), (FAILS, "2 checks fail in diffract")),
    ],
    rules.too_little: [
        (case(), None),
        (case(emptiness=("f: 3 checks", "g: none")), (NOT_JUDGED, "f: 3 checks; g: none")),
    ],
    rules.nothing_passes: [
        (case(check()), None),
        (case(), (NOT_JUDGED, "no check was run on it")),
        (case(check(Outcome.NOT_RUN)), (NOT_JUDGED, "no check was run on it")),
        (case(check(FAIL, Level.HOUSE)), (NOT_JUDGED, "no check was run on it")),
        (case(known(Known.MET)), (NOT_JUDGED, "no check passes that is not expected to fail")),
        (case(check(operation="describe"), check(Outcome.SKIP)), (NOT_JUDGED, "no check was run on it")),
        (case(check(operation="describe")), None),
    ],
    rules.silent: [
        (case(check(), check(Outcome.NOT_RUN, operation="a")), None),
        (case(check(), check(Outcome.NOT_RUN, operation="a"), check(operation="a"), selected=True), None),
        (case(check(), check(Outcome.NOT_RUN, operation="b"), check(Outcome.NOT_RUN, operation="a"), selected=True),
         (NOT_JUDGED, "asked for, and not run at all: a, b")),
    ],
    rules.passes_selected: [
        (case(check()), None),
        (case(check(), selected=True), (CONFORMS, "1 selected check passes")),
        (case(check(), check(), known(Known.MET), check(FAIL, Level.HOUSE), selected=True),
         (CONFORMS, "2 selected checks pass; 1 check fails as expected; 1 finding below the gate")),
        (case(check(not_provided=("scale",)), selected=True),
         (IN_PART, "1 selected check passes; not provided: diffract without scale")),
    ],
    rules.passes: [
        (case(check()), (CONFORMS, "every check passes in all 2 operations")),
        (case(check(), of=backend(lacks=("a", "b"))),
         (CONFORMS, "every check passes in the 2 of 4 operations it claims; not claimed: a, b")),
        (case(check(), check(FAIL, Level.HOUSE), check(FAIL, Level.HOUSE)),
         (CONFORMS, "every check that gates passes in all 2 operations; 2 findings below the gate")),
        (case(check(), known(Known.MET), known(Known.MET)),
         (CONFORMS, "every other check passes in all 2 operations; 2 checks fail as expected")),
        (case(check(not_provided=("b",)), check(not_provided=("a", "b")), check(operation="z", not_provided=("c",)),
              of=backend(partial=("group_scan without oversampling",))),
         (IN_PART, "every check passes in all 2 operations; "
          "not provided: diffract without b, a; z without c; group_scan without oversampling")),
        (case(check(), of=backend(partial=("y without z",), lacks=("a",))),
         (IN_PART, "every check passes in the 2 of 3 operations it claims; not claimed: a; not provided: y without z")),
    ],
}  # fmt: skip
"""Each rule with what it says of a case: a verdict and its reason, or nothing."""


@pytest.mark.parametrize(("rule", "number"), [(rule, n) for rule, said in SAID.items() for n in range(len(said))])
def test_a_rule_says_what_is_so(rule, number):
    given, said = SAID[rule][number]
    assert rule(given) == said


def test_every_rule_has_its_cases_and_its_sentence():
    assert set(SAID) == set(RULES)
    assert all(rule.__doc__ and rule.__doc__.endswith(".") for rule in RULES)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_can_decide(rule):
    """There is a case that this rule decides: no rule before it speaks."""
    deciding = [
        given for given, said in SAID[rule] if said and all(r(given) is None for r in RULES[: RULES.index(rule)])
    ]
    assert deciding
    for given in deciding:
        verdict = gate.verdict_of(given)
        assert (verdict.verdict, verdict.why) == rule(given)


def _decided(order, given: Case):
    return next(said for rule in order if (said := rule(given)) is not None)


TOGETHER = {
    (rules.broken, rules.fails): case(check(FAIL), of=backend(Status.BROKEN, "ended")),
    (rules.fails, rules.too_little): case(check(FAIL), emptiness=("too little",)),
    (rules.too_little, rules.nothing_passes): case(check(Outcome.NOT_RUN), emptiness=("too little",)),
    (rules.nothing_passes, rules.silent): case(check(Outcome.NOT_RUN), selected=True),
    (rules.silent, rules.passes_selected): case(check(), check(Outcome.NOT_RUN, operation="a"), selected=True),
    (rules.passes_selected, rules.passes): case(check(), selected=True),
}
"""Neighbours among the rules, and a case of which both speak. Skipped and broken exclude each other."""


def test_the_order_of_the_rules_matters():
    """Were two neighbours to change places, a verdict or its reason would be another."""
    pairs = list(pairwise(RULES))
    assert set(TOGETHER) == set(pairs[1:])
    for (first, second), given in TOGETHER.items():
        swapped = list(RULES)
        place = RULES.index(first)
        swapped[place : place + 2] = second, first
        assert _decided(RULES, given) == first(given) != _decided(swapped, given) == second(given)


def verdict(judgement: Judgement, name: str = "b", expected: int = 0) -> Verdict:
    counts = {Outcome.XFAIL: expected} if expected else {}
    return Verdict(backend=name, device="cpu", counts=counts, verdict=judgement, why="")


@pytest.mark.parametrize(
    ("judgements", "code"),
    [
        ((), Exit.NOT_JUDGED),
        ((CONFORMS,), Exit.CONFORMS),
        ((CONFORMS, NOT_JUDGED), Exit.NOT_JUDGED),
        ((FAILS, NOT_JUDGED), Exit.DOES_NOT_CONFORM),
        ((CONFORMS, Judgement.SKIPPED), Exit.NOT_JUDGED),
    ],
)
def test_the_gravest_verdict_is_the_exit_code(judgements, code):
    verdicts = [verdict(one, str(number)) for number, one in enumerate(judgements)]
    assert gate.exit_of(verdicts) is code


def test_an_optional_backend_may_be_skipped_and_may_not_fail():
    assert gate.exit_of([verdict(IN_PART), verdict(CONFORMS)]) is Exit.CONFORMS
    optional = frozenset({"gpu@cpu"})
    assert gate.exit_of([verdict(CONFORMS), verdict(Judgement.SKIPPED, "gpu")], optional) is Exit.CONFORMS
    assert gate.exit_of([verdict(Judgement.SKIPPED, "gpu")], optional) is Exit.NOT_JUDGED
    assert gate.exit_of([verdict(CONFORMS), verdict(FAILS, "gpu")], optional) is Exit.DOES_NOT_CONFORM


def test_the_sentence_of_a_run_names_every_backend():
    backends = [replace(backend(), name=name) for name in ("good", "known")]
    backends.append(replace(backend(Status.SKIPPED, "absent"), name="gone"))
    checks = [replace(one, backend=name) for name in ("good", "known") for one in (check(), check())]
    checks.append(replace(known(Known.MET), backend="known"))
    gates = dict.fromkeys(("good@cpu", "known@cpu", "gone@cpu"), "must")
    verdicts, code, sentence = gate.judge_run(backends, checks, {}, gates, selected=True)
    assert sentence == "good@cpu conforms; known@cpu conforms but for 1 expected failure; gone@cpu was skipped"
    assert code is Exit.NOT_JUDGED and [one.counts for one in verdicts] == [{PASS: 2}, {PASS: 2, Outcome.XFAIL: 1}, {}]
    assert gate.judge_run([], [], {}, {}) == ((), Exit.NOT_JUDGED, "nothing was run")


def test_a_gate_is_a_level_and_all_that_bind_more():
    assert {one.value: one.levels for one in Gate} == {
        "must": (Level.MUST,), "should": (Level.MUST, Level.SHOULD), "house": (Level.MUST, Level.SHOULD, Level.HOUSE),
    }  # fmt: skip
