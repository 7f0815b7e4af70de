"""JUnit XML of a run, for what reads test results in CI.

One testsuite per backend@device, one testcase per check. A backend that never started is a testcase too:
a file without it would look like a clean run.
"""

import xml.etree.ElementTree as ET
from pathlib import Path

from ptychoparity.core.events import BackendEvent, CheckFinished, Stale
from ptychoparity.core.outcomes import Outcome, Standing
from ptychoparity.core.verdicts import Status
from ptychoparity.reports.events import Run
from ptychoparity.reports.queries import columns, fraction
from ptychoparity.reports.text import expectation_text, first_line, input_line, plain, replace, stale_text

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
        for check in run.checks:
            if check.column == name:
                _testcase(suite, check)
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
    facts = {"level": check.level, "clauses": " ".join(check.clauses), "outcome": check.outcome}
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


def _body(check: CheckFinished) -> str:
    parts = [check.message]
    if check.outcome is Outcome.XFAIL:
        parts.append(expectation_text(check))
    if asked := input_line(check):
        parts.append(f"Asked with {asked}")
    if check.raised and check.raised.traceback:
        parts.append(check.raised.traceback)
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
