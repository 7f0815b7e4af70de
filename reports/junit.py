"""JUnit XML of a run, for what reads test results in CI.

One testsuite per backend@device, one testcase per check. A backend that never started is a testcase too:
a file without it would look like a clean run.
"""

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

from ptychoparity.reports.asked import input_line
from ptychoparity.reports.events import Run
from ptychoparity.reports.facts import columns, expectation_text, first_line, fraction, key, plain, replace, stale_texts

_ELEMENTS = {
    "fail": "failure",
    "xpass": "failure",
    "error": "error",
    "crash": "error",
    "timeout": "error",
    "skip": "skipped",
    "xfail": "skipped",
    "not-run": "skipped",
}


def render(run: Run) -> str:
    """The run as one JUnit document."""
    root = ET.Element("testsuites", name="ptychoparity")
    idle = [backend for backend in run.header["backends"] if backend["status"] != "ready"]
    names = list(dict.fromkeys([*columns(run), *map(key, idle)]))
    for name in names:
        suite = ET.SubElement(root, "testsuite", name=name, timestamp=run.header["started"])
        _properties(suite, _facts(run, name))
        for check in run.checks:
            if key(check) == name:
                _testcase(suite, check)
        for stale, text in zip(run.footer.get("stale_expectations", []), stale_texts(run), strict=True):
            if name in stale["columns"]:
                _stale(suite, stale, text)
        for backend in idle:
            if key(backend) == name:
                _idle(suite, backend)
        _count(suite)
    for attribute in ("tests", "failures", "errors", "skipped"):
        root.set(attribute, str(sum(int(suite.get(attribute, "0")) for suite in root)))
    root.set("time", f"{run.footer['seconds']:.3f}")
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def write(run: Run, path: Path) -> None:
    """Write the document; `path` is replaced in one step."""
    replace(path, render(run))


def _facts(run: Run, name: str) -> dict[str, str]:
    contracts = run.header["contracts"]
    facts = {
        "run": run.header["run"],
        "profile": run.header["profile"],
        "gate": run.header["gate"],
        "contracts": f"{contracts['spec']} revision {contracts['revision']} {contracts['digest']}",
        "exit": str(run.footer["exit"]),
    }
    for verdict in run.footer["verdicts"]:
        if key(verdict) == name:
            facts |= {"verdict": verdict["verdict"], "why": verdict["why"]}
    return facts


def _properties(parent: ET.Element, facts: dict[str, str]) -> None:
    properties = ET.SubElement(parent, "properties")
    for name, value in facts.items():
        ET.SubElement(properties, "property", name=name, value=plain(value))


def _testcase(suite: ET.Element, check: dict[str, Any]) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        classname=f"{check['operation']}.{check['kind']}",
        name=plain(check["id"]),
        time=f"{check['seconds']:.4f}",
    )
    facts = {"level": check["level"], "clauses": " ".join(check["clauses"]), "outcome": check["outcome"]}
    if fraction(check) is not None:
        facts["tolerance used"] = f"{fraction(check):.4g}"
    _properties(case, facts)
    element = _ELEMENTS.get(check["outcome"])
    if element:
        verdict = ET.SubElement(case, element, message=first_line(check["message"]) or check["outcome"])
        if element != "skipped":
            verdict.set("type", check["outcome"])
        verdict.text = _body(check)
    if check.get("captured"):
        ET.SubElement(case, "system-out").text = plain(check["captured"])


def _body(check: dict[str, Any]) -> str:
    parts = [check["message"]]
    if check["outcome"] == "xfail":
        parts.append(expectation_text(check))
    if asked := input_line(check):
        parts.append(f"Asked with {asked}")
    if (check.get("raised") or {}).get("traceback"):
        parts.append(check["raised"]["traceback"])
    if check.get("reproduce"):
        parts.append("Reproduce:\n" + "\n".join(check["reproduce"]))
    return plain("\n\n".join(parts))


def _idle(suite: ET.Element, backend: dict[str, Any]) -> None:
    name = f"{key(backend)} starts"
    case = ET.SubElement(suite, "testcase", classname="backend.start", name=name, time="0")
    element = "error" if backend["status"] == "broken" else "skipped"
    verdict = ET.SubElement(case, element, message=first_line(backend["reason"]) or backend["status"])
    verdict.text = plain("\n".join(filter(None, (backend["reason"], backend.get("detail", "")))))


def _stale(suite: ET.Element, stale: dict[str, Any], text: str) -> None:
    """It turns the verdict, so it is a test that failed."""
    name = plain(f"{stale['file']}, entry {stale['entry']}: {stale['check']}")
    case = ET.SubElement(suite, "testcase", classname="expectations", name=name, time="0")
    ET.SubElement(case, "failure", message=text, type="stale").text = text


def _count(suite: ET.Element) -> None:
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    for attribute, element in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(sum(case.find(element) is not None for case in cases)))
    suite.set("time", f"{sum(float(case.get('time', '0')) for case in cases):.3f}")
