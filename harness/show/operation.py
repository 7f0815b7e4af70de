"""The reference page of one operation: its contract, section by section."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ptychoparity.harness.show import values
from ptychoparity.harness.show.page import Page
from ptychoparity.spec_tests.catalogue import clause
from ptychoparity.spec_tests.checks import of_contract
from ptychoparity.spec_tests.contract import Contract
from ptychoparity.spec_tests.relations import relations

_SENTENCE = re.compile(r"(?<=[.])(?<!e\.g\.)(?<!i\.e\.)\s+(?=[A-Za-z])")


def page_of(contract: Contract) -> Page:
    """The page of a contract."""
    page = Page()
    page.title(f"{contract.operation}: {contract['title']}")
    page.heading("Definition")
    for sentence in _SENTENCE.split(contract["definition"]):
        page.say(sentence)
    _values(page, contract)
    _tolerances(page, contract)
    _examples(page, "Examples", contract["examples"])
    _examples(page, "Boundaries", contract.get("boundaries", []))
    _errors(page, contract)
    _relations(page, contract)
    _goldens(page, contract)
    _scenarios(page, contract)
    _clauses(page, contract)
    kinds: dict[str, int] = {}
    for case in of_contract(contract):
        kinds[case.shown] = kinds.get(case.shown, 0) + 1
    page.heading("Checks")
    page.say(", ".join(f"{number} {kind}" for kind, number in kinds.items()))
    page.say(f"ptychoparity check --operation {contract.operation} --backend NAME")
    return page


def _values(page: Page, contract: Contract) -> None:
    """Inputs, outputs, sizes, and what must hold between inputs."""
    if contract["dims"]:
        page.heading("Sizes")
        page.table((name, values.size(spec)) for name, spec in contract["dims"].items())
    page.heading("Inputs")
    page.table(values.rows(contract["input"]))
    for rule in contract.get("requires", []):
        page.say(f"requires {rule}")
    page.heading("Outputs")
    page.table(values.rows(contract["output"]))


def _tolerances(page: Page, contract: Contract) -> None:
    """How much each output may differ; outputs with one rule together."""
    page.heading("Tolerances")
    same: dict[str, list[str]] = {}
    for output, rule in contract["tolerance"].items():
        same.setdefault(values.tolerance(rule), []).append(output)
    for text, outputs in same.items():
        page.say(f"{', '.join(outputs)}: {text}")


def _cited(case: Mapping[str, Any]) -> str:
    return f"[{', '.join(case['clauses'])}]"


def _examples(page: Page, heading: str, cases: Sequence[Mapping[str, Any]]) -> None:
    """Cases with one input each, and the values they state."""
    if not cases:
        return
    page.heading(heading)
    for case in cases:
        page.say(f"{case['id']}: {case.get('why', '')}".rstrip(": ") + f" {_cited(case)}")
        page.say(f"given {values.given(case)}", 2)
        for one in case.get("expect", ()):
            page.say(f"expect {values.stated(one)}", 2)
        for key, words in (("warns", "expect the warning"), ("warns_not", "expect no warning")):
            if key in case:
                page.say(f"{words} {case[key]}", 2)


def _errors(page: Page, contract: Contract) -> None:
    """Bad inputs, and how they must be refused."""
    if not contract["errors"]:
        return
    page.heading("Errors")
    for case in contract["errors"]:
        named = ", ".join(map(values.json_text, case["message"]))
        page.say(f"{case['id']}: {' or '.join(case['raises'])} naming {named} {_cited(case)}")
        page.say(f"given {values.given(case)}", 2)


def _relations(page: Page, contract: Contract) -> None:
    """Metamorphic relations, with the sentence that each is."""
    if not contract["relations"]:
        return
    page.heading("Relations")
    for cited in contract["relations"]:
        said = (relations()[cited["name"]].__doc__ or "").strip().splitlines()
        name = cited.get("id", cited["name"])
        page.say(f"{name}: {said[0] if said else ''} {_cited(cited)}")
        if cited.get("needs"):
            page.say(f"also calls {', '.join(cited['needs'])}", 2)


def _goldens(page: Page, contract: Contract) -> None:
    """Stored numbers, and those that the contract departs from on purpose."""
    if contract["goldens"]:
        page.heading("Stored numbers")
        for case in contract["goldens"]:
            page.say(f"{case['id']}: {', '.join(case.get('outputs', ()))} in {case['file']} {_cited(case)}")
    for known in contract.get("disagreements", []):
        page.say(f"departs from {known['file']} ({', '.join(known['keys'])}): {known['why']} [{known['clause']}]")


def _scenarios(page: Page, contract: Contract) -> None:
    """Scenarios, step by step."""
    if not contract.get("scenarios"):
        return
    page.heading("Scenarios")
    for case in contract["scenarios"]:
        page.say(f"{case['id']}: {case['why']} {_cited(case)}")
        for step in case["steps"]:
            fresh = ", in a new process" if step.get("new_process") else ""
            page.say(f"{step['id']}: {step['operation']}{fresh}", 2)


def _clauses(page: Page, contract: Contract) -> None:
    """The clauses, the most binding first."""
    page.heading("Clauses")
    found = sorted(map(clause, contract.clauses), key=lambda one: one.level.rank)
    page.table((f"{one.level:6} {one.id}", f"({one.section}) {one.statement}") for one in found)
