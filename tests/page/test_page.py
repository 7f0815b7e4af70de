"""page.js and its kin, executed: what the page lists, filters, opens and keeps in its address."""

import math
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from ptychoparity.core.events import CheckFinished
from ptychoparity.core.outcomes import Outcome
from ptychoparity.reports import events
from ptychoparity.reports.html import render
from ptychoparity.reports.html.columns import SHOWN, mark
from ptychoparity.reports.queries import findings, fraction, groups
from tests import sample_run
from tests.page.browser import Browser

SCREENFUL = 60


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> events.Run:
    return events.read(sample_run.build(tmp_path_factory.mktemp("run")))


@pytest.fixture(scope="module")
def page(run: events.Run) -> str:
    return render.render(run)


@pytest.fixture
def browser(page: str) -> Browser:
    return Browser(page)


def _ids(browser: Browser) -> list[str]:
    """The ids of the rows drawn, after everything was drawn."""
    while not browser.is_hidden("more"):
        browser.click("#more")
    return browser.drawn("row.check.id")


def _in_order(run: events.Run) -> list[CheckFinished]:
    """The checks as the page lists them."""
    found = [check for group in groups(findings(run)) for check in group.checks]
    return found + [check for check in run.checks if not check.outcome.bad]


def _used(check: CheckFinished) -> str:
    """How the page writes the fraction of a tolerance."""
    used = fraction(check)
    if used is None:
        return "–"
    if math.isinf(used):
        return "✗ not finite"
    return (
        f"✗ {used:#.3g}x" if used > 1 else f"{math.floor(100 * used + 0.5)} %" if used >= 0.1 else f"{100 * used:.2g} %"
    )


def test_rows_say_what_the_stream_says(run: events.Run, browser: Browser) -> None:
    """Findings first, in the order in which every reader shows them; a cell for each column of the table."""
    ordered = _in_order(run)
    expected = [
        [f"{mark(one.outcome).symbol} {one.outcome}", one.operation, one.kind.value, one.case, one.column, _used(one),
         "0.0123"]
        for one in ordered
    ]  # fmt: skip
    assert browser.rows() == expected[:SCREENFUL]
    assert [column.heading for column in SHOWN] == browser.ask(
        'document.querySelectorAll("#list th").map((head) => head.textContent)'
    )
    assert browser.text("more") == f"Show {SCREENFUL} more of {len(ordered)}"
    assert _ids(browser) == [one.id for one in ordered]
    assert browser.rows() == expected and browser.is_hidden("more")


def test_every_mark_is_that_of_its_outcome(run: events.Run, browser: Browser) -> None:
    _ids(browser)
    states = dict(browser.drawn("[row.check.outcome, row.className]"))
    assert states == {one.outcome.value: mark(one.outcome).state for one in run.checks}
    assert set(states) == {outcome.value for outcome in Outcome}


FILTERED: dict[tuple[str, str], Callable[[CheckFinished], bool]] = {
    ("outcome", "bad"): lambda check: check.outcome.bad,
    ("outcome", "xfail"): lambda check: check.outcome is Outcome.XFAIL,
    ("backend", "pytorch@cpu"): lambda check: check.column == "pytorch@cpu",
    ("operation", "diffract"): lambda check: check.operation == "diffract",
    ("kind", "relation"): lambda check: check.kind == "relation",
    ("level", "HOUSE"): lambda check: check.level == "HOUSE",
    ("class", "crash"): lambda check: check.outcome is Outcome.CRASH,
    ("area", "REASM"): lambda check: any(clause.startswith("REASM.") for clause in check.clauses),
    ("q", "  SIGSEGV "): lambda check: "SIGSEGV" in check.message,
}


@pytest.mark.parametrize(("name", "value"), FILTERED)
def test_a_filter_keeps_what_it_says(name: str, value: str, run: events.Run, browser: Browser) -> None:
    browser.choose(name, value)
    wanted = {check.id for check in run.checks if FILTERED[name, value](check)}
    assert 0 < len(wanted) < len(run.checks)
    status = browser.text("status")
    assert set(_ids(browser)) == wanted and status.endswith(f", {len(wanted)} of {len(run.checks)} checks")
    assert f", {len(browser.clauses())} of {len(run.header.clauses)} clauses, " in status
    shown = [group.anchor for group in groups(findings(run)) if wanted & {check.id for check in group.checks}]
    assert browser.findings() == shown and status.startswith(f"{len(shown)} of ")
    browser.click("#clear")
    assert len(_ids(browser)) == len(run.checks) and browser.is_hidden("clear") and browser.chosen() == {}


def test_filters_add_up_and_narrow_the_matrix(run: events.Run, browser: Browser) -> None:
    browser.choose("backend", "pytorch@cpu")
    browser.choose("outcome", "fail")
    wanted = [one for one in run.checks if one.column == "pytorch@cpu" and one.outcome is Outcome.FAIL]
    assert set(_ids(browser)) == {one.id for one in wanted}
    assert set(browser.clauses()) == {clause for one in wanted for clause in one.clauses}
    heads = 'document.querySelectorAll(".matrix th[data-column]")'
    hidden = browser.ask(f"{heads}.map((head) => [head.dataset.column, head.hidden])")
    assert dict(hidden) == {"tensorflow@cpu": True, "pytorch@cpu": False}


def test_a_row_opens_and_closes(run: events.Run, browser: Browser) -> None:
    check = groups(findings(run))[0].lead
    assert browser.details() == []
    browser.click("#list .open")
    (said,) = browser.details()
    assert check.id in said and check.comparisons[-1].output in said and "✗ beyond tolerance" in said
    texts = "Worst element[1, 31, 33]", "Expected2.2847741", "Inputsfield: complex64 (2, 64, 64)", "wrong value, MUST"
    for text in (*texts, check.reproduce[0]):
        assert text in said
    browser.click("#list .open")
    assert browser.details() == []
    other = next(number for number, one in enumerate(_in_order(run)) if one.id == sample_run.FAILING_ID)
    browser.click("#list .open", other)
    (said,) = browser.details()
    assert said.index("✗ beyond tolerance") < said.index("✓ within tolerance"), "what failed comes first"


def test_what_a_backend_printed_is_text(run: events.Run, browser: Browser) -> None:
    browser.choose("kind", "error")
    browser.choose("outcome", "error")
    (said,) = browser.details()
    assert "<script>alert(1)</script>" in said and "Traceback (most recent call last)" in said


def _links(page: str) -> dict[str, str]:
    """Check id to the address that its link in a finding leads to."""
    found = re.findall(r'href="(#at=checks&amp;q=[^"]*)"><code>([^<]*)</code>', page)
    return {name: address.replace("&amp;", "&") for address, name in found}


def test_the_link_of_a_check_opens_it(run: events.Run, page: str, browser: Browser) -> None:
    links = _links(page)
    assert set(links) == {check.id for check in findings(run)}
    for name, address in links.items():
        browser.follow(address)
        assert _ids(browser) == [name]
        (said,) = browser.details()
        assert name in said
        assert browser.ask("globalThis.inView") == "checks"
    browser.back()
    assert _ids(browser) == [list(links)[-2]]


def test_a_finding_is_a_line_that_its_anchor_opens(run: events.Run, page: str) -> None:
    for group in groups(findings(run)):
        browser = Browser(page, f"#{group.anchor}")
        opened = 'document.querySelectorAll(".finding").filter((row) => row.open).map((row) => row.attributes.id)'
        assert browser.ask(opened) == [group.anchor] and browser.ask("globalThis.inView") == group.anchor
    assert Browser(page).ask('document.querySelectorAll(".finding").filter((row) => row.open).length') == 0


def test_an_anchor_that_the_filters_hide_is_shown_all_the_same(run: events.Run, browser: Browser) -> None:
    group = groups(findings(run))[0]
    browser.choose("class", "crash")
    assert group.anchor not in browser.findings()
    browser.follow(f"#{group.anchor}")
    assert group.anchor in browser.findings() and browser.chosen() == {}


def test_where_no_finding_is_left_the_page_says_so(browser: Browser) -> None:
    assert browser.is_hidden("nothing")
    browser.choose("outcome", "pass")
    assert browser.findings() == [] and not browser.is_hidden("nothing")
    assert browser.ask('document.querySelectorAll(".level-group").every((one) => one.hidden)')


def test_clauses_without_a_check_are_shown_where_they_are_wanted(run: events.Run, browser: Browser) -> None:
    cited = {clause for check in run.checks if check.outcome.asked for clause in check.clauses}
    every = {clause.id for clause in run.header.clauses}
    assert set(browser.clauses()) == cited < every
    browser.choose("clauses", "all")
    assert set(browser.clauses()) == every and browser.is_hidden("clear"), "it filters nothing"


def test_a_cell_of_the_matrix_leads_to_its_checks(run: events.Run, page: str, browser: Browser) -> None:
    (address,) = re.findall(r'href="(#at=checks&amp;clause=REASM.CANVAS&amp;backend=pytorch%40cpu)"', page)
    browser.follow(address.replace("&amp;", "&"))
    wanted = {one.id for one in run.checks if "REASM.CANVAS" in one.clauses and one.column == "pytorch@cpu"}
    assert set(_ids(browser)) == wanted and browser.clauses() == ["REASM.CANVAS"]
    assert browser.text("only") == "Clause REASM.CANVAS ×"
    browser.click("#only")
    assert browser.is_hidden("only") and len(_ids(browser)) > len(wanted)


def test_the_address_keeps_the_filters(page: str, browser: Browser) -> None:
    browser.choose("level", "HOUSE")
    browser.choose("q", "a b&c=d")
    again = Browser(page, browser.address)
    assert again.chosen() == {"level": "HOUSE", "q": "a b&c=d"}
    browser.choose("q", "")
    browser.choose("kind", "smoke")
    browser.back()
    assert browser.chosen() == {"level": "HOUSE"}


def test_an_id_that_the_page_puts_together_is_whole(run: events.Run) -> None:
    name = "diffract/smoke/default/pytorch@cpu"
    check = replace(run.checks[0], id=name, operation="diffract", kind=run.checks[0].kind.SMOKE, case="default",
                    reproduce=(f"ptychoparity check --only {name}",))  # fmt: skip
    browser = Browser(render.render(replace(run, checks=(check,), artifacts=())))
    assert _ids(browser) == [name]
    assert f"ptychoparity check --only {name}" in browser.details()[0]


def test_a_finding_beyond_the_first_is_drawn_when_it_is_opened(run: events.Run) -> None:
    crash = next(check for check in run.checks if check.outcome is Outcome.CRASH)
    many = tuple(
        replace(crash, id=f"operation_{n}/x", operation=f"operation_{n}") for n in range(render.MOST_GROUPS + 2)
    )
    browser = Browser(render.render(replace(run, checks=many)))
    inside = 'document.querySelectorAll(".finding").map((row) => row.querySelectorAll(".drawn .detail").length)'
    assert browser.ask(inside) == [0] * len(many)
    last = f'document.querySelectorAll(".finding")[{len(many) - 1}]'
    for _ in range(2):
        browser.do(f"{{ const row = {last}; row.open = true; row.dispatch('toggle'); }}")
        assert browser.ask(inside) == [0] * (len(many) - 1) + [1], "once"
    said = browser.ask(f"{last}.textContent")
    assert many[-1].id in said and many[-1].reproduce[0] in said
