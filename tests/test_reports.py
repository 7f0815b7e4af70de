"""The readers of a run: each must say what the stream says, whole, escaped, and small."""

import io
import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rich.console import Console

from ptychoparity.core.events import CheckStarted
from ptychoparity.core.exits import Exit
from ptychoparity.core.outcomes import Outcome, Standing
from ptychoparity.core.verdicts import Status
from ptychoparity.reports import events, junit, markdown, progress, queries, terminal, text
from ptychoparity.reports.html import matrix, payload, render
from tests import sample_run

LOADING = {"src", "href", "action", "poster", "srcset", "data", "xlink:href"}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> events.Run:
    return events.read(sample_run.build(tmp_path_factory.mktemp("run")))


@pytest.fixture(scope="module")
def page(run: events.Run) -> str:
    return render.render(run)


class _Tags(HTMLParser):
    """Start tags with their attributes, and the text of each element named `script`."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.text: list[str] = []
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts[-1] += data
        elif self._inside != "style":
            self.text.append(data)


class _Data:
    """The rows of the page by their names, as page.js reads them."""

    def __init__(self, text: str) -> None:
        data = json.loads(text)
        self.table, names = data["table"], [column["name"] for column in data["columns"]]
        self.by_id = {}
        for row in data["checks"]:
            check = dict(zip([*names, "detail"], row, strict=True))
            shared = {column["name"] for column in data["columns"] if column["shared"]}
            check |= {name: self.table[check[name]] for name in shared}
            if check["detail"] is not None:
                check["detail"] = dict(zip(data["fields"]["detail"], check["detail"], strict=True))
            self.by_id[check["id"]] = check

    def detail(self, row: dict, field: str) -> list[str]:
        return [self.table[place] for place in row["detail"][field]]


def _rewrite(run: events.Run, directory: Path, change) -> Path:
    lines = (run.directory / "events.jsonl").read_text(encoding="utf-8").splitlines()
    path = directory / "events.jsonl"
    path.write_text("\n".join(change(lines)), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("error", "change"),
    [
        (events.EmptyRun, lambda lines: []),
        (events.HeaderMissing, lambda lines: lines[1:]),
        (events.FooterMissing, lambda lines: lines[:-1]),
        (events.DuplicateCheck, lambda lines: [*lines[:3], lines[2], *lines[3:]]),
        (events.BadEvent, lambda lines: [*lines[:2], lines[2].replace('"calls"', '"cals"'), *lines[3:]]),
        (events.BadEvent, lambda lines: [*lines[:2], lines[2][:40], *lines[3:]]),
    ],
)
def test_a_broken_run_says_how(run: events.Run, tmp_path: Path, error: type, change) -> None:
    with pytest.raises(error):
        events.read(_rewrite(run, tmp_path, change))


def test_junit_counts_what_the_footer_counts(run: events.Run, tmp_path: Path) -> None:
    junit.write(run, tmp_path / "junit.xml")
    root = ET.parse(tmp_path / "junit.xml").getroot()
    counts: Counter[Standing] = Counter()
    for outcome, number in run.footer.counts.items():
        counts[outcome.standing] += number
    silent = [check for check in run.checks if not check.outcome.asked]
    reasons = {check.message for check in silent}
    wanted = len(run.checks) - len(silent) + len(reasons) + 1
    assert int(root.get("tests")) == wanted, "every check, a case for each reason not to ask, the backend skipped"
    assert int(root.get("failures")) == counts[Standing.WRONG]
    assert int(root.get("errors")) == counts[Standing.BROKEN]
    assert int(root.get("skipped")) == len(reasons) + counts[Standing.EXPECTED] + 1
    suites = {suite.get("name"): suite for suite in root}
    assert set(suites) == {"tensorflow@cpu", "pytorch@cpu", "upstream-tensorflow@cpu"}
    assert not suites["tensorflow@cpu"].findall(".//failure")
    assert len(list(tmp_path.iterdir())) == 1, "nothing is left beside the file"


def test_junit_says_what_failed_and_how_to_repeat_it(run: events.Run) -> None:
    root = ET.fromstring(junit.render(run))
    case = next(case for case in root.iter("testcase") if case.get("name") == sample_run.FAILING_ID)
    failure = case.find("failure")
    assert case.get("classname") == "diffract.golden"
    assert failure.get("message") == "amplitude: 37 of 8192 elements beyond their allowance"
    assert "worst (1, 31, 33)" in failure.text
    assert "ptychoparity check --only" in failure.text
    house = next(case for case in root.iter("testcase") if "linear" in case.get("name"))
    assert house.find("properties/property[@name='level']").get("value") == "HOUSE"
    assert house.find("properties/property[@name='class']").get("value") == "wrong value"
    hostile = next(case for case in root.iter("testcase") if "error/wrong-shape" in case.get("name"))
    assert "<script>alert(1)</script> ]]>" in hostile.find("error").get("message")


def test_junit_reports_a_backend_that_does_not_start(run: events.Run) -> None:
    *ready, idle = run.header.backends
    idle = replace(idle, status=Status.BROKEN, reason="ImportError: no module named ptycho")
    root = ET.fromstring(junit.render(replace(run, header=replace(run.header, backends=(*ready, idle)))))
    suite = root.find("testsuite[@name='upstream-tensorflow@cpu']")
    assert (suite.get("tests"), suite.get("errors")) == ("1", "1")


def test_the_page_loads_nothing(page: str) -> None:
    for tag, attributes in _Tags(page).tags:
        for name in LOADING & set(attributes):
            if not (tag == "a" and name == "href"):
                assert attributes[name].startswith("data:"), f"<{tag} {name}={attributes[name]!r}>"
        assert not any(name.startswith("on") for name in attributes), f"<{tag}> has a handler"
        assert "style" not in attributes, "the policy forbids style attributes"
    style = page.split("<style>")[1].split("</style>")[0]
    assert "url(" not in style and "@import" not in style
    policy = next(attributes for _, attributes in _Tags(page).tags if "http-equiv" in attributes)["content"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy


def test_the_policy_admits_the_script_that_is_there(page: str) -> None:
    scripts = _Tags(page).scripts
    assert len(scripts) == 2
    style = page.split("<style>")[1].split("</style>")[0]
    assert f"script-src '{render.content_hash(scripts[1])}'" in page
    assert f"style-src '{render.content_hash(style)}'" in page


def test_hostile_text_stays_text(page: str) -> None:
    parsed = _Tags(page)
    assert [tag for tag, _ in parsed.tags].count("script") == 2
    assert not any(attributes.get("src") == "x" for _, attributes in parsed.tags)
    assert "<script>alert(1)</script> ]]> <img" in "".join(parsed.text)
    assert not re.search(r"[\x00-\x08\x0b-\x1f]", page)
    data = parsed.scripts[0]
    assert "<" not in data and "alert(1)" in data


def test_the_page_puts_the_verdict_first_and_must_before_house(run: events.Run, page: str) -> None:
    text = " ".join("".join(_Tags(page).text).split())
    order = [run.footer.verdict, "Findings 9", "MUST 7", "wrong value", "timeout", "SHOULD 1", "HOUSE 1"]
    order += ["canvas: shape (82, 82)", "Clauses and backends", "All checks", "What was run", "Coverage of"]
    order += ["Operations and", "No picture"]
    at = 0
    for part in order:
        assert part in text[at:], f"{part!r} does not come after what is before it"
        at = text.index(part, at)
    assert "pip install 'ptychopinn" in text
    assert "one FFT: error is a few eps" in text
    assert "ptychoparity check --only 'diffract/relation/energy_is_conserved@pytorch:cpu' --seed 7" in text


def test_the_matrix_counts_the_checks_of_a_clause(run: events.Run, page: str) -> None:
    # FFT.SHIFT is never the first clause of a check: all that a check cites count.
    cited = [one for one in run.checks if "PHYS.FFT.SHIFT" in one.clauses and one.backend == "pytorch"]
    failed = sum(one.outcome is Outcome.FAIL for one in cited)
    row = page.split('data-clause="PHYS.FFT.SHIFT"')[1].split("</tr>")[0]
    assert f"✗ {failed} fail, {len(cited) - failed} pass" in row
    assert "· no check" in page.split('data-clause="METRIC.FRC"')[1].split("</tr>")[0]


def test_the_page_holds_every_check_once(run: events.Run, page: str) -> None:
    data = _Data(_Tags(page).scripts[0])
    assert sorted(data.by_id) == sorted(check.id for check in run.checks)
    row = data.by_id[sample_run.FAILING_ID]
    assert (row["outcome"], row["used"]) == ("fail", 11.2)
    assert data.detail(row, "reproduce") == ["ptychoparity check --only '\x01' --seed 7"]


def test_fifteen_hundred_checks_stay_small(tmp_path: Path) -> None:
    big = events.read(sample_run.build(tmp_path, total=1500))
    render.write(big, tmp_path / "index.html")
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert len(text.encode()) < render.MOST_BYTES
    assert len(json.loads(_Tags(text).scripts[0])["checks"]) == 1500


def test_what_does_not_fit_is_left_out_and_said(run: events.Run) -> None:
    whole, nothing = payload.fit(run, 10_000_000)
    assert nothing == ""
    less, note = payload.fit(run, len(whole.encode()) * 2 // 3)
    assert "left out" in note
    data = _Data(less)
    assert len(data.by_id) == len(run.checks)
    assert data.by_id[sample_run.FAILING_ID]["detail"]["comparisons"], "findings keep their comparisons longest"
    with pytest.raises(ValueError, match="are left on the page"):
        payload.fit(run, 10)


def test_where_the_bare_list_is_too_large_findings_are_what_is_listed(run: events.Run) -> None:
    findings = [check.id for check in run.checks if check.outcome.bad]
    few, note = payload.fit(run, 2000)
    listed = _Data(few).by_id
    assert 0 < len(listed) <= len(findings) < len(run.checks)
    assert set(listed) <= set(findings)
    assert note.startswith(f"{len(run.checks) - len(listed)} of {len(run.checks)} checks are not listed")


def test_thousands_of_findings_stay_small(run: events.Run) -> None:
    worst = next(check for check in run.checks if check.outcome is Outcome.ERROR)
    noisy = replace(worst, captured="noise " * 2000)
    checks = tuple(replace(noisy, id=f"{n}", operation=f"operation_{n}") for n in range(1500))
    page = render.render(replace(run, checks=checks))
    assert len(page.encode()) < render.MOST_BYTES
    assert "more groups" in page


def test_markdown_says_verdict_findings_and_usage(run: events.Run) -> None:
    text = markdown.render(run)
    assert text.startswith("**pytorch@cpu does not conform")
    assert "| `pytorch@cpu` | **does not conform** |" in text
    assert "### wrong value: `diffract` (relation, golden) on `pytorch@cpu` x 2" in text
    assert "- mirrored: along axis 2\n- 37 of 8192 elements differ, only batch member 1 of axis 0 (size 2)" in text
    assert "- also in extract\\_patches (the same hint, mirrored)" in text
    assert "| wrong value | `diffract`, `extract_patches`, `reassemble_position` | 3 | 1 | 1 |" in text
    line = "ptychoparity check --only 'diffract/relation/energy_is_conserved@pytorch:cpu' --seed 7"
    assert f"```sh\n{line}\n```" in text
    assert re.search(r"\| `diffract` \| `amplitude` \| \d+ % \| 11.2x \| 70 % \|", text)
    assert "| `diffract` | `(relations)` | " in text
    assert "overhead per check 6.4 ms" in text
    assert len(text) < 65_536


def test_markdown_keeps_hostile_text_in_code() -> None:
    assert markdown._code("a `b` @you\n<img>") == "``a `b` @you <img>``"
    assert markdown._cell("a|b") == "`a\\|b`"
    assert markdown._fence(["```", "rm"]).startswith("````sh\n")
    assert "<img" not in markdown._prose("<img> *a*").replace("\\<img", "")


def test_the_terminal_fits_eighty_columns(run: events.Run) -> None:
    console = Console(width=80, record=True, file=io.StringIO())
    terminal.print_summary(run, console, "runs/latest/index.html")
    text = console.export_text()
    lines = text.splitlines()
    assert lines[0].startswith("pytorch@cpu does not conform")
    assert f"FAIL {sample_run.FAILING_ID}" not in lines, "the group shows its worst check"
    assert "FAIL diffract/relation/energy_is_conserved@pytorch:cpu" in lines
    assert "  worst amplitude[1, 31, 33]: expected 2.2847741, actual nan" in lines
    assert "  nothing was allowed, or the error is not finite" in lines
    whole = "  $ ptychoparity check --only 'diffract/relation/energy_is_conserved@pytorch:cpu' --seed 7"
    assert whole in lines, "a command is never broken over lines"
    assert re.search(r"^reassemble_position +13 +1 ", text, re.MULTILINE)
    assert "Page: runs/latest/index.html" in lines
    assert "overhead per check 6.4 ms" in text
    assert "\x1b" not in text and "[bold]" in text


def test_progress_is_sparse_where_there_is_no_terminal(run: events.Run) -> None:
    console = Console(width=80, record=True, file=io.StringIO())
    with progress.Progress({"tensorflow@cpu": 72, "pytorch@cpu": 90}, console) as shown:
        for check in run.checks:
            shown.on_event(CheckStarted(id=check.id))
            shown.on_event(check)
    lines = console.export_text().splitlines()
    assert any(line.startswith("tensorflow@cpu: 72/72 checks, 0 failing") for line in lines)
    assert lines[-1] == "pytorch@cpu: 90/90 checks, 9 failing", "the last one has no time left to tell"
    told = re.compile(r"tensorflow@cpu: \d+/72 checks, 0 failing, about \d+ s left")
    assert len(lines) < 40 and any(map(told.fullmatch, lines))


@pytest.mark.parametrize(
    ("elapsed", "done", "said"),
    [(10, 0, ""), (10, 10, "about 90 s left"), (1, 50, "about 1 s left"), (100, 10, "about 15 min left"), (9, 100, "")],
)
def test_the_time_left(elapsed: float, done: int, said: str) -> None:
    assert progress.left(elapsed, done, 100) == said


def test_progress_draws_bars_on_a_terminal(run: events.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    console = Console(width=100, record=True, force_terminal=True, file=io.StringIO())
    with progress.Progress({"tensorflow@cpu": 72}, console) as shown:
        for check in run.checks:
            shown.on_event(check)
    text = console.export_text()
    assert "72/72" in text and "9 failing" in text


def test_every_reader_says_what_is_not_checked(run: events.Run, page: str) -> None:
    console = Console(width=80, record=True, file=io.StringIO())
    terminal.print_summary(run, console)
    sentence = (
        "7 of 94 MUSTs of the spec have checks; 1 is not checkable (1.1 %; 5 % may be), 85 not yet checked, 1 orphan"
    )
    assert sentence in console.export_text() and sentence in page
    text = markdown.render(run)
    assert "| MUST | 94 | 7 | 1 | 85 | 1 |" in text and "| REASM | 2 | 1 | 0 | 1 | 0 |" in text
    for told in (text.replace("\\_", "_"), page):
        assert "PHYS.LOST is a MUST that no check carries" in told
    said = " ".join("".join(_Tags(page).text).split())
    assert "Nothing could be asked of it." in said and "the count-intensity profile (2)" in said
    assert said.index("PHYS.NONGOALS MUST Out of scope.") < said.index("TORCH.OWNER INFO"), "the most binding first"


def test_a_clause_of_another_framework_is_said_to_be_one(run: events.Run) -> None:
    (row,) = [row for row in matrix.rows(run) if row.clause.id == "REASM.CANVAS"]
    cells = dict(zip(queries.columns(run), row.cells, strict=True))
    assert cells["tensorflow@cpu"].mark.state == "pass"
    assert cells["pytorch@cpu"].mark.state == "idle" and cells["pytorch@cpu"].text.startswith(
        "not applicable (1 fail, "
    )


def test_a_run_from_before_coverage_was_recorded_is_readable(run: events.Run) -> None:
    old = replace(run, header=replace(run.header, coverage=None), artifacts=())
    assert "Coverage" not in markdown.render(old)
    assert 'id="coverage"' not in render.render(old) and 'href="#coverage"' not in render.render(old)


def test_a_run_without_checks_is_readable(run: events.Run) -> None:
    header = replace(run.header, backends=run.header.backends[2:], operations=(), clauses=())
    timing = replace(run.footer.timing, overhead_ms_median=None)
    footer = replace(run.footer, exit=Exit.NOT_JUDGED, counts={}, verdicts=run.footer.verdicts[2:], timing=timing)
    empty = events.Run(run.directory, header, footer, ())
    console = Console(width=80, record=True, file=io.StringIO())
    terminal.print_summary(empty, console)
    assert "Exit 2: at least one backend could not be judged." in console.export_text()
    assert "No findings." in markdown.render(empty)
    assert ET.fromstring(junit.render(empty)).get("skipped") == "1"
    assert "Not judged" in render.render(empty)


def test_a_fraction_of_the_tolerance_reads_well() -> None:
    assert [text.fraction_text(value) for value in (None, 0.0, 0.0031, 0.424, 1.0, 3.25, float("inf"))] == [
        "-", "0 %", "0.31 %", "42 %", "100 %", "3.25x", "without bound",
    ]  # fmt: skip


def test_what_is_wrong_with_an_event_is_said_in_a_line():
    with pytest.raises(events.BadEvent) as raised:
        events.checked({"event": "header", "schema": ["x" * 100] * 900})
    assert len(str(raised.value)) < 400
