"""`ptychoparity list`: what there is."""

from backends import registry
from harness.header import encoded_clauses
from spec_tests.catalogue import catalogue
from spec_tests.contract import contracts
from spec_tests.generate import all_cases, cases, parity_cases


def run(what: str) -> int:
    for line in {"backends": backends, "contracts": listed_contracts, "clauses": clauses, "checks": checks}[what]():
        print(line)
    return 0


def backends() -> list[str]:
    rows = []
    for name in registry.names():
        entry = registry.find(name)
        rows.append(f"{name:20} {entry.missing() or 'ready'}")
    return rows


def listed_contracts() -> list[str]:
    return [
        f"{name:22} {len(cases(c)) + len(parity_cases(c)):4} cases {len(c.clauses):3} clauses  {c['title']}"
        for name, c in contracts().items()
    ]


def clauses() -> list[str]:
    encoded = encoded_clauses()
    return [
        f"{c.id:32} {c.level:6} {'encoded' if c.id in encoded else '-':8} {c.statement}" for c in catalogue().values()
    ]


def checks() -> list[str]:
    return [case.id for case in all_cases()] + [case.id for c in contracts().values() for case in parity_cases(c)]
