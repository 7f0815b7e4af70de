"""`ptychoparity list`: what there is."""

from ptychoparity.backends import registry
from ptychoparity.spec_tests.catalogue import catalogue
from ptychoparity.spec_tests.checks import every_case, of_contract
from ptychoparity.spec_tests.contract import contracts
from ptychoparity.spec_tests.unchecked import carried, unchecked


def run(what: str) -> int:
    for line in {"backends": backends, "contracts": listed_contracts, "clauses": clauses, "checks": checks}[what]():
        print(line)
    return 0


def backends() -> list[str]:
    rows = []
    for name in registry.names():
        try:
            state = registry.find(name).missing() or "ready"
        except registry.UnknownBackend as error:
            state = error.reason
        rows.append(f"{name:20} {state}")
    return rows


def listed_contracts() -> list[str]:
    return [
        f"{name:22} {len(of_contract(c)):4} cases {len(c.clauses):3} clauses  {c['title']}"
        for name, c in contracts().items()
    ]


def clauses() -> list[str]:
    states = {**dict.fromkeys(carried(), "encoded"), **{id: entry.state for id, entry in unchecked().items()}}
    return [f"{c.id:32} {c.level:6} {states.get(c.id, '-'):13} {c.statement}" for c in catalogue().values()]


def checks() -> list[str]:
    return [case.id for case in every_case()]
