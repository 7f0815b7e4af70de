"""The order of findings, which every reader shares: what binds most, what is gravest, one operation after the other."""

import io
import itertools
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from ptychoparity.core.events import CheckFinished, Comparison, Fault, Raised
from ptychoparity.core.faults import FaultClass
from ptychoparity.core.kinds import Kind
from ptychoparity.core.levels import Level
from ptychoparity.core.outcomes import Outcome
from ptychoparity.reports import events, gravity, junit, markdown, queries, terminal, terminal_findings, text
from ptychoparity.reports.html import payload, render
from tests import sample_run

VALUE, FORM = FaultClass.WRONG_VALUE, FaultClass.FORM


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> events.Run:
    return events.read(sample_run.build(tmp_path_factory.mktemp("run"), pictures=False))


def _comparison(peak: float | None, share: float = 1.0) -> Comparison:
    """One that failed by so much of the largest expected magnitude, in that share of its elements."""
    return replace(sample_run.comparison(50.0, "out"), peak_error=peak, elements=1000, differing=round(1000 * share))


def finding(
    operation: str,
    fault_class: FaultClass = VALUE,
    level: Level = Level.MUST,
    *,
    kind: Kind = Kind.PROPERTY,
    case: str = "plain",
    comparisons: Sequence[Comparison] = (),
    hints: tuple[str, ...] = (),
    message: str = "differs",
    clauses: tuple[str, ...] = ("A.B", "C.D", "E.F"),
    output: str = "out",
    raised: Raised | None = None,
) -> CheckFinished:
    """A check of any operation that ended with one fault."""
    made = sample_run.check("diffract", kind, case, "pytorch", "cpu")
    fault = Fault(fault_class=fault_class, message=message, clauses=clauses, level=level, output=output, hints=hints)
    return replace(
        made, id=f"{operation}/{kind}/{case}/pytorch@cpu", operation=operation, outcome=Outcome.FAIL, level=level,
        message=message, faults=(fault,), comparisons=tuple(comparisons), raised=raised,
    )  # fmt: skip


def order(*checks: CheckFinished) -> list[str]:
    return [group.operation for group in queries.groups(checks)]


def test_what_binds_most_comes_first_then_the_gravest_class() -> None:
    made = [
        finding(f"{level}/{fault_class.rank}", fault_class, level)
        for level, fault_class in itertools.product(reversed(Level), reversed(FaultClass))
    ]
    wanted = [f"{level}/{fault_class.rank}" for level in Level for fault_class in FaultClass]
    assert order(*made) == wanted


def test_each_operation_has_its_turn_before_any_has_its_second() -> None:
    several = [finding("a", message=f"{word} is wrong") for word in ("this", "that", "the other")]
    assert order(*several, finding("b"), finding("c"), finding("b", output="other")) == ["a", "b", "c", "a", "b", "a"]


def test_the_largest_error_comes_first_within_a_class() -> None:
    """Light a thousandfold too bright, content mirrored, one pixel of many, a factor of 1.001."""
    bright = finding("bright", comparisons=[_comparison(999.0)])
    mirrored = finding("mirrored", comparisons=[_comparison(1.4)])
    edge = finding("edge", comparisons=[_comparison(1.0, 0.01)])
    slight = finding("slight", comparisons=[_comparison(0.001)])
    for shuffled in itertools.permutations([bright, mirrored, edge, slight]):
        assert order(*shuffled) == ["bright", "mirrored", "edge", "slight"]


@pytest.mark.parametrize(
    ("made", "magnitude"),
    [
        ((), 0),
        ((_comparison(None),), 0),
        ((_comparison(1e9),), gravity.LARGEST),
        ((_comparison(1e-30),), gravity.SMALLEST),
        ((_comparison(1.0, 0.0),), gravity.SMALLEST),
        ((sample_run.comparison(0.5), _comparison(0.01)), -2),
    ],
)
def test_a_magnitude_is_bounded_and_known_of_everything(made: tuple[Comparison, ...], magnitude: int) -> None:
    assert gravity.magnitude(finding("a", comparisons=made)) == magnitude


def test_checks_that_have_the_same_wrong_are_one_group() -> None:
    same = [
        finding("a", message="out: 3 of 9 values differ; worst at [1, 2]: expected 1.5, got -2e-3", case="1"),
        finding("a", message="out: 12 of 480 values differ; worst at [0, 7, 3]: expected nan, got 4", case="2"),
        finding(
            "a", message="out: 1 of 2 values differ; worst at []: expected 0.5, got inf", case="3", output="out[0]"
        ),
    ]
    (group,) = queries.groups(same)
    assert len(group.checks) == 3
    dtypes = [finding("a", FORM, message=f"out: has dtype {name}, expected float32") for name in ("int32", "float64")]
    assert len(queries.groups(dtypes)) == 1
    ratios = [finding("a", hints=(f"constant ratio {number}: got",)) for number in ("2", "1 + 3e-06", "0.5")]
    assert len(queries.groups(ratios)) == 1
    hinted = [finding("a", hints=("mirrored: along axis 1",)), finding("a", hints=("mirrored: along axis 2",))]
    assert len(queries.groups([*same, *hinted])) == 2
    assert len(queries.groups([*same, finding("a", output="other", message=same[0].message)])) == 2
    assert len(queries.groups([*same, replace(same[0], backend="tensorflow")])) == 2


def test_a_finding_is_filed_under_the_operation_at_fault() -> None:
    asked = finding("stitch", kind=Kind.RELATION)
    blamed = replace(asked, faults=(replace(asked.faults[0], operation="cut"),))
    assert order(blamed, asked) == ["cut", "stitch"]


def test_the_plainest_of_a_group_leads_it() -> None:
    told = finding("a", kind=Kind.RELATION, comparisons=[_comparison(1.0)])
    others = [finding("a", kind=kind, comparisons=[_comparison(1.0)]) for kind in (Kind.BOUNDARY, Kind.GOLDEN)]
    (group,) = queries.groups([*others, told])
    assert group.lead is told


def _raised(where: str, said: str = "ValueError: 3 is no power of two") -> Raised:
    trace = f'Traceback (most recent call last):\n  File "a.py", line 1, in f\n  File "{where}", line 7, in g\n{said}'
    return Raised(type="ValueError", message="3 is no power of two", traceback=trace)


RAISED = FaultClass.RAISED
ALIKE = {
    "the same hint": (
        finding("a", hints=("mirrored: along axis 1",)), finding("b", hints=("mirrored: along axis 2",)),
        "also in b (the same hint, mirrored)",
    ),
    "another hint": (finding("a", hints=("mirrored: at a point",)), finding("b", hints=("sign: got is minus",)), ""),
    "where alone is no cause": (finding("a", hints=("where: all 4",)), finding("b", hints=("where: all 4",)), ""),
    "the same hint of another class": (
        finding("a", hints=("low precision: every value",)),
        finding("b", FaultClass.ROUNDING, hints=("low precision: every value",)),
        "",
    ),
    "the same exception": (
        finding("a", RAISED, raised=_raised("x.py")),
        finding("b", RAISED, raised=_raised("x.py", "ValueError: 5 is no power of two")),
        "also in b (the same exception)",
    ),
    "raised elsewhere": (
        finding("a", RAISED, raised=_raised("x.py")), finding("b", RAISED, raised=_raised("y.py")), "",
    ),
    "the same class and clause": (
        finding("a", FORM, clauses=("TOL.DTYPES",)), finding("b", FORM, clauses=("TOL.DTYPES",)),
        "also in b (the same class under TOL.DTYPES)",
    ),
    "too many clauses to tell": (finding("a", FORM), finding("b", FORM), ""),
    "another backend": (
        finding("a", hints=("sign: got is minus",)),
        replace(finding("b", hints=("sign: got is minus",)), backend="tensorflow"),
        "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("about", ALIKE)
def test_operations_that_probably_share_a_cause_are_named_together(about: str) -> None:
    one, other, said = ALIKE[about]
    first = next(group for group in queries.groups([one, other]) if group.operation == "a")
    assert queries.kin_text(first) == said


def test_of_many_that_share_a_cause_some_are_named() -> None:
    found = queries.groups([finding(f"o{number}", hints=("sign: got is minus",)) for number in range(12)])
    assert queries.kin_text(found[0]) == "also in o1, o2, o3, o4, o5, o6 and 5 more (the same hint, sign)"


def test_the_size_is_that_of_the_output_at_fault() -> None:
    other = replace(_comparison(1e6), output="other")
    mine = replace(_comparison(0.01), output="out[2] after a shift")
    assert gravity.magnitude(finding("a", comparisons=[other, mine])) == -2
    assert gravity.magnitude(finding("a", comparisons=[other])) == 0
    assert gravity.magnitude(finding("a", comparisons=[other, mine], output="")) == 4


def test_the_first_screen_has_each_class_and_each_cause_once() -> None:
    many = [finding(f"value{number}", message=word) for number, word in enumerate("abcdefghijklmnop")]
    alike = [finding(f"alike{number}", hints=("sign: got is minus",)) for number in range(5)]
    found = queries.groups([*many, *alike, finding("form", FORM), finding("slow", FaultClass.TIMEOUT, Level.SHOULD)])
    shown = terminal_findings.foremost(found, 6)
    assert [group.operation for group in shown] == ["alike0", "value0", "value1", "value2", "value3", "form"]
    assert shown == [group for group in found if group in shown], "in the order that every reader has"


def test_classes_are_counted_per_level() -> None:
    found = queries.groups([finding("a"), finding("a", case="2"), finding("b", FORM, Level.HOUSE), finding("c", FORM)])
    told = [(one.name, dict(one.by_level), one.operations) for one in queries.tallies(found)]
    assert told == [
        ("wrong value", {Level.MUST: 2}, ("a",)),
        ("shape or dtype", {Level.MUST: 1, Level.HOUSE: 1}, ("c", "b")),
    ]


def test_a_traceback_says_first_what_was_raised() -> None:
    assert text.last_line(_raised("x.py").traceback) == "ValueError: 3 is no power of two"
    long = 'Traceback (most recent call last):\n  File "a.py", line 1\nKeyError: "k"\n\n'
    assert text.last_line(long) == 'KeyError: "k"' and text.last_line("") == ""


def _terminal(run: events.Run) -> str:
    console = Console(width=120, record=True, file=io.StringIO())
    terminal.print_summary(run, console)
    return console.export_text()


def test_every_reader_shows_the_same_order(run: events.Run) -> None:
    made = [
        finding("slow", FaultClass.TIMEOUT), finding("form", FORM), finding("house", level=Level.HOUSE),
        finding("slight", comparisons=[_comparison(0.001)], message="slight is off"),
        finding("bright", comparisons=[_comparison(999.0)], message="bright is off"),
    ]  # fmt: skip
    told = replace(run, checks=tuple(made))
    wanted = ["bright", "slight", "form", "slow", "house"]
    assert re.findall(r"^[A-Z]+ +(?:wrong value|timeout|shape or dtype) +(\w+)", _terminal(told), re.M) == wanted
    assert re.findall(r"^### .*: `(\w+)` \(", markdown.render(told), re.M) == wanted
    page = render.render(told)
    assert re.findall(r'<details class="finding" id="f-(\w+)-property', page) == wanted
    names = [case.get("name", "").split("/")[0] for case in ET.fromstring(junit.render(told)).iter("testcase")]
    assert names[:5] == wanted
    data = json.loads(payload.fit(told, 10**6)[0])
    place = [column["name"] for column in data["columns"]].index("operation")
    assert [data["table"][row[place]] for row in data["checks"]] == wanted and data["findings"] == [1] * 5


def test_the_first_screen_holds_the_findings_before_the_table_of_operations(run: events.Run) -> None:
    lines = _terminal(run).splitlines()
    first = lines.index("Findings: 7 MUST, 2 of other levels")
    assert first < 8 and lines[first + 1].split() == ["MUST", "SHOULD", "HOUSE"]
    table = next(number for number, line in enumerate(lines) if line.startswith("operation"))
    assert table > max(number for number, line in enumerate(lines) if line.startswith(("FAIL ", "ERROR ", "CRASH ")))
    row = next(line for line in lines if line.startswith("  wrong value "))
    assert row.split()[2:] == ["3", "1", "1", "diffract,", "extract_patches,", "reassemble_position"]


def test_a_pipe_folds_nothing_and_a_terminal_gets_lines_that_fit(run: events.Run) -> None:
    long = replace(run, checks=(finding("a" * 30, message="word " * 100),))
    console = Console(width=80, record=True, file=io.StringIO())
    terminal.print_summary(long, console)
    assert f"  {('word ' * 100).strip()}" in console.export_text().splitlines()
    wide = Console(width=80, record=True, force_terminal=True, file=io.StringIO())
    terminal_findings.print_findings(long, wide)
    assert max(map(len, wide.export_text().splitlines())) <= 80


def test_warnings_leave_room_for_the_findings(run: events.Run) -> None:
    noisy = replace(run, footer=replace(run.footer, emptiness=tuple(f"x@cpu: {n} is empty\nmore" for n in range(30))))
    lines = _terminal(noisy).splitlines()
    assert sum(line.startswith("  Warning: ") for line in lines) == terminal.MOST_WARNINGS
    assert "  and 26 more warnings, on the page" in lines


def test_a_verdict_with_brackets_is_whole(run: events.Run) -> None:
    why = "f.npz: forward error 0.4 (above 0.05): probe [a], object (b) do not belong together [red]"
    verdicts = (replace(run.footer.verdicts[0], why=why), *run.footer.verdicts[1:])
    told = replace(run, footer=replace(run.footer, verdicts=verdicts, verdict=f"x could not be judged ({why})"))
    for said in (_terminal(told), render.render(told)):
        assert said.count(why) == 2


def test_what_is_not_asked_is_one_skipped_case_per_reason(run: events.Run, tmp_path: Path) -> None:
    one = sample_run.check("diffract", "example", "plain", "pytorch", "cpu")
    silent = [
        replace(one, id=f"{operation}/example/{number}/pytorch@cpu", operation=operation, outcome=Outcome.NOT_RUN,
                message=f"pytorch@cpu does not claim {operation}")
        for operation in ("frc", "register") for number in range(40)
    ]  # fmt: skip
    root = ET.fromstring(junit.render(replace(run, checks=(one, *silent))))
    suite = root.find("testsuite[@name='pytorch@cpu']")
    assert suite is not None and (suite.get("tests"), suite.get("skipped")) == ("3", "2")
    case = next(case for case in suite.iter("testcase") if case.get("classname") == "frc.not-asked")
    assert case.get("name") == "pytorch@cpu does not claim frc"
    number = case.find("properties/property[@name='checks']")
    assert number is not None and number.get("value") == "40"
    skipped = case.find("skipped")
    assert skipped is not None and (skipped.text or "").endswith("and 20 more")


def test_what_is_not_provided_is_no_whole_pass(run: events.Run) -> None:
    whole = sample_run.check("diffract", "example", "plain", "pytorch", "cpu")
    part = replace(whole, id="part", not_provided=("scale", "canvas_origin"))
    assert queries.tally([whole, part]) == [("pass", 1, False), ("pass in part", 1, False)]
    assert queries.tally([part]) == [("pass in part", 1, False)]
    page = render.render(replace(run, checks=(whole, part)))
    row = page.split('data-clause="PHYS.FFT.NORM"')[1].split("</tr>")[0]
    assert "◐ 1 pass, 1 pass in part" in row
    assert "<dt>pass in part</dt><dd>1</dd>" in page
    assert json.loads(payload.fit(replace(run, checks=(part,)), 10**6)[0])["table"].count("scale, canvas_origin") == 1


def test_a_clause_that_a_failed_check_is_not_blamed_under_is_not_judged(run: events.Run) -> None:
    made = finding("diffract", FORM, clauses=("ERR.SHAPES",))
    page = render.render(replace(run, checks=(made,)))
    assert made.clauses == ("PHYS.FFT.NORM", "PHYS.FFT.SHIFT", "ERR.SHAPES")
    for clause, said in (("PHYS.FFT.NORM", "– 1 not judged"), ("ERR.SHAPES", "✗ 1 fail")):
        assert said in page.split(f'data-clause="{clause}"')[1].split("</tr>")[0]
