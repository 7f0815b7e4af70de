"""JUnit XML of a run, for what reads test results in CI.

One testsuite per backend@device, one testcase per check that was asked: findings first, in the order in which every
reader shows them. What was not asked is one skipped testcase for each reason, whatever the number of checks. A backend
that never started is a testcase too: a file without it would look like a clean run.
"""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path

from ptychoparity.core.events import BackendEvent, CheckFinished, Stale
from ptychoparity.core.outcomes import Outcome, Standing
from ptychoparity.core.verdicts import Status
from ptychoparity.reports.events import Run
from ptychoparity.reports.gravity import class_name, class_of
from ptychoparity.reports.queries import columns, findings, fraction, groups
from ptychoparity.reports.text import (
    expectation_text,
    fault_text,
    first_line,
    input_line,
    plain,
    replace,
    stale_text,
    traceback_text,
)

MOST_NAMED = 20
"""Checks that were not asked for one reason, by their ids."""

_ELEMENTS = {
    Standing.WRONG: "failure",
    Standing.BROKEN: "error",
    Standing.EXPECTED: "skipped",
    Standing.SILENT: "skipped",
}
"""What a testcase holds by the standing of its outcome; one that passes holds nothing."""


def render(run: Run) -> str:
    """The run as one JUnit document."""
    root = ET.Element("testsuites", name="ptychoparity")
    idle = [backend for backend in run.header.backends if backend.status is not Status.READY]
    names = list(dict.fromkeys([*columns(run), *(backend.column for backend in idle)]))
    for name in names:
        suite = ET.SubElement(root, "testsuite", name=name, timestamp=run.header.started)
        _properties(suite, _facts(run, name))
        mine = [check for check in run.checks if check.column == name]
        for group in groups(findings(run)):
            for check in group.checks:
                if check.column == name:
                    _testcase(suite, check)
        for check in mine:
            if check.outcome.asked and not check.outcome.bad:
                _testcase(suite, check)
        for reason, checks in _silent(mine).items():
            _not_asked(suite, reason, checks)
        for stale in run.footer.stale_expectations:
            if name in stale.columns:
                _stale(suite, stale)
        for backend in idle:
            if backend.column == name:
                _idle(suite, backend)
        _count(suite)
    for attribute in ("tests", "failures", "errors", "skipped"):
        root.set(attribute, str(sum(int(suite.get(attribute, "0")) for suite in root)))
    root.set("time", f"{run.footer.seconds:.3f}")
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def write(run: Run, path: Path) -> None:
    """Write the document; `path` is replaced in one step."""
    replace(path, render(run))


def _facts(run: Run, name: str) -> dict[str, str]:
    contracts = run.header.contracts
    facts = {
        "run": run.header.run,
        "profile": run.header.profile,
        "gate": run.header.gate,
        "contracts": f"{contracts.spec} revision {contracts.revision} {contracts.digest}",
        "exit": str(int(run.footer.exit)),
    }
    for verdict in run.footer.verdicts:
        if verdict.column == name:
            facts |= {"verdict": verdict.verdict, "why": verdict.why}
    return facts


def _properties(parent: ET.Element, facts: dict[str, str]) -> None:
    properties = ET.SubElement(parent, "properties")
    for name, value in facts.items():
        ET.SubElement(properties, "property", name=name, value=plain(value))


def _testcase(suite: ET.Element, check: CheckFinished) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        classname=f"{check.operation}.{check.kind}",
        name=plain(check.id),
        time=f"{check.seconds:.4f}",
    )
    facts = {"level": check.level, "clauses": " ".join(check.blamed), "outcome": check.outcome}
    if check.ended.bad:
        facts["class"] = class_name(class_of(check))
    if check.not_provided:
        facts["not provided"] = ", ".join(check.not_provided)
    if (used := fraction(check)) is not None:
        facts["tolerance used"] = f"{used:.4g}"
    _properties(case, facts)
    element = _ELEMENTS.get(check.outcome.standing)
    if element:
        verdict = ET.SubElement(case, element, message=first_line(check.message) or check.outcome)
        if element != "skipped":
            verdict.set("type", check.outcome)
        verdict.text = _body(check)
    if check.captured:
        ET.SubElement(case, "system-out").text = plain(check.captured)


def _silent(checks: Sequence[CheckFinished]) -> dict[str, list[CheckFinished]]:
    """Checks that were not asked, by the reason."""
    found: dict[str, list[CheckFinished]] = {}
    for check in checks:
        if not check.outcome.asked:
            found.setdefault(first_line(check.message) or check.outcome, []).append(check)
    return found


def _not_asked(suite: ET.Element, reason: str, checks: Sequence[CheckFinished]) -> None:
    """One case for all that was not asked for the same reason: a claim that is not made is no flood of skips."""
    operations = list(dict.fromkeys(check.operation for check in checks))
    where = operations[0] if len(operations) == 1 else f"{len(operations)} operations"
    case = ET.SubElement(suite, "testcase", classname=f"{where}.not-asked", name=plain(reason), time="0")
    _properties(case, {"checks": str(len(checks)), "outcome": checks[0].outcome, "operations": " ".join(operations)})
    skipped = ET.SubElement(case, "skipped", message=f"{len(checks)} not asked: {reason}")
    skipped.text = plain("\n".join(check.id for check in checks[:MOST_NAMED]))
    if len(checks) > MOST_NAMED:
        skipped.text += f"\nand {len(checks) - MOST_NAMED} more"


def _body(check: CheckFinished) -> str:
    parts = [check.message, *(f"{fault_text(one)}" for one in check.faults[1:])]
    parts += filter(None, ("\n".join(check.faults[0].hints) if check.faults else "",))
    if check.outcome is Outcome.XFAIL:
        parts.append(expectation_text(check))
    if asked := input_line(check):
        parts.append(f"Asked with {asked}")
    if check.raised and check.raised.traceback:
        parts.append(traceback_text(check.raised.traceback))
    if check.reproduce:
        parts.append("Reproduce:\n" + "\n".join(check.reproduce))
    return plain("\n\n".join(parts))


def _idle(suite: ET.Element, backend: BackendEvent) -> None:
    name = f"{backend.column} starts"
    case = ET.SubElement(suite, "testcase", classname="backend.start", name=name, time="0")
    element = "error" if backend.status is Status.BROKEN else "skipped"
    verdict = ET.SubElement(case, element, message=first_line(backend.reason) or backend.status)
    verdict.text = plain("\n".join(filter(None, (backend.reason, backend.detail))))


def _stale(suite: ET.Element, stale: Stale) -> None:
    """It turns the verdict, so it is a test that failed."""
    text = stale_text(stale)
    name = plain(f"{stale.file}, entry {stale.entry}: {stale.check}")
    case = ET.SubElement(suite, "testcase", classname="expectations", name=name, time="0")
    ET.SubElement(case, "failure", message=text, type="stale").text = text


def _count(suite: ET.Element) -> None:
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    for attribute, element in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(sum(case.find(element) is not None for case in cases)))
    suite.set("time", f"{sum(float(case.get('time', '0')) for case in cases):.3f}")
