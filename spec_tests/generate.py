"""Contracts x backends -> checks, each with an id that never changes between runs.

<operation>/<kind>/<case>/<backend>@<device>
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ptychoparity.core.kinds import Kind
from ptychoparity.spec_tests.catalogue import level_of
from ptychoparity.spec_tests.contract import Contract, contracts
from ptychoparity.spec_tests.descriptors import array_schemas, complete, dtypes, scalar, scalar_schemas
from ptychoparity.spec_tests.expressions import evaluate
from ptychoparity.spec_tests.tables import edges, tables

INFO_OPERATION = "describe"


@dataclass(frozen=True)
class Case:
    """One thing a contract asks, of any backend."""

    operation: str
    kind: str
    name: str
    clauses: tuple[str, ...]
    data: dict[str, Any] = field(default_factory=dict)
    """What the kind needs: `given`, `expect`, `raises`, a relation's name, a golden's keys."""

    @property
    def id(self) -> str:
        return f"{self.operation}/{self.kind}/{self.name}"


@dataclass(frozen=True)
class Check:
    """A case asked of one backend on one device."""

    case: Case
    backend: str
    device: str
    against: str = ""
    """Parity: the other backend."""

    @property
    def id(self) -> str:
        pair = f"~{self.against}" if self.against else ""
        return f"{self.case.id}/{self.backend}{pair}@{self.device}"

    def level(self, framework: str) -> str:
        """Of its most binding clause that applies; a case that compares a whole answer is bound by what any is."""
        whole = self.case.kind in ("example", "golden", "boundary") and self.case.operation in contracts()
        general = contracts()[self.case.operation].general if whole else ()
        return level_of((*self.case.clauses, *general), framework)


def _edges(spec: dict[str, Any]) -> list[int]:
    ends = spec.get("enum", [spec.get("minimum"), spec.get("maximum")])
    return sorted({*ends, *spec.get("edges", [])} - {None})


def _edge_cases(contract: Contract) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every constraint's edges, one at a time: dimensions, scalars, dtypes, families, minima."""
    for name, spec in contract["dims"].items():
        for value in _edges(spec):
            yield f"{name}={value}", {"dims": {name: value}}
    symbols: dict[str, Any] = {name: spec["default"] for name, spec in contract["dims"].items()}
    for name, schema in scalar_schemas(contract).items():
        rule = contract["generate"][name]
        if "minimum" in rule:
            for end in ("minimum", "maximum"):
                value = evaluate(rule[end], symbols)
                yield f"{name}={value}", {"values": {name: value}}
        for value in rule.get("enum", [True, False] if schema.get("type") == "boolean" else []):
            value = scalar(value, symbols)
            # an argument that bears a dimension's name is told apart from the dimension
            label = f"{name}-argument" if name in contract["dims"] else name
            yield f"{label}={value}", {"values": {name: value}}
    for label, given, _ in _field_edges(contract):
        yield label, given
    for name, schema in array_schemas(contract).items():
        for number, spec in enumerate(contract["generate"][name]):
            label = "None" if spec is None else f"{spec['family']}-{number}"
            yield f"{name}.{label}", {"arrays": {name: spec}}
        if all(spec is None for spec in contract["generate"][name]):  # only cases of their own give one
            continue
        if len(dtypes(schema)) > 1:
            for dtype in dtypes(schema):
                if dtype not in ("int8", "int16"):
                    yield f"{name}.{dtype}", {"arrays": {name: _plain(contract, name, dtype)}}
        if "minimum" in schema:
            planted = {
                **_plain(contract, name, dtypes(schema)[0]),
                "plant": [[[0] * len(schema["shape"]), schema["minimum"]]],
            }
            yield f"{name}.minimum", {"arrays": {name: planted}}


def _field_edges(contract: Contract) -> Iterator[tuple[str, dict[str, Any], str]]:
    """(name, given, clause) of every value of every field of the objects the input holds, one field at a time.

    Where another input chooses the table, each of the tables it may choose.
    """
    for name, rule in contract["generate"].items():
        if not isinstance(rule, dict) or "table" not in rule:
            continue
        chooser = rule["table"]
        names = [chooser] if chooser in tables() else contract["generate"][chooser]["enum"]
        chosen = {table: {} if table == chooser else {chooser: table} for table in names}
        for table, others in chosen.items():
            for label, value, clause in edges(tables()[table]):
                yield f"{name}.{table}.{label}", {"values": {**others, name: value}}, clause


def _plain(contract: Contract, name: str, dtype: str) -> dict[str, Any]:
    """The array's first family that is no None, in `dtype`."""
    spec = next(spec for spec in contract["generate"][name] if spec is not None)
    return {**spec, "dtype": dtype}


def _holds(contract: Contract, given: dict[str, Any]) -> bool:
    """Whether the contract's own rules admit an edge, the rest being at its defaults."""
    descriptor = complete(contract, given, "edge")
    symbols = {**descriptor["dims"], **descriptor["values"]}
    return all(evaluate(rule, symbols) for rule in contract.get("requires", []))


def cases(contract: Contract) -> list[Case]:
    """Everything one contract asks of a single backend."""
    op, general = contract.operation, contract.general
    found = [Case(op, "smoke", "default", general, {"given": {}})]
    for kind, section in (("example", "examples"), ("error", "errors"), ("golden", "goldens")):
        found += [Case(op, kind, c["id"], tuple(c["clauses"]), c) for c in contract[section]]
    found += [Case(op, "boundary", c["id"], tuple(c["clauses"]), c) for c in contract.get("boundaries", [])]
    about = {name: (clause,) for name, _, clause in _field_edges(contract) if clause in contract.clauses}
    found += [
        Case(op, "boundary", name, about.get(name, general), {"given": given})
        for name, given in _edge_cases(contract)
        if _holds(contract, given)
    ]
    found.append(Case(op, "property", "against-oracle", general, {"given": {}}))
    for relation in contract["relations"]:
        found.append(Case(op, "relation", relation.get("id", relation["name"]), tuple(relation["clauses"]), relation))
    return found


def parity_cases(contract: Contract) -> list[Case]:
    """What two backends are compared on directly, on the same input: the default and every dimension's largest."""
    largest = {name: max(_edges(spec)) for name, spec in contract["dims"].items() if name in ("B", "n", "gridsize")}
    given = {"default": {}, "large": {"dims": largest}, "random": {}}
    return [Case(contract.operation, "parity", name, contract.general, {"given": g}) for name, g in given.items()]


def info_case() -> Case:
    return Case(INFO_OPERATION, "smoke", "info", ("HOUSE.INFO.HONEST",))


def all_cases() -> list[Case]:
    return [info_case(), *(case for contract in contracts().values() for case in cases(contract))]


def checks(
    backends: Sequence[tuple[str, str]], operations: Sequence[str] | None = None, extra: Sequence[Case] = ()
) -> list[Check]:
    """Every check for the given (backend, device) pairs, in phases; parity for each pair of backends.

    `extra` cases, a scan's, are asked of every backend too.

    Neighbours in the list share a case, so that inputs and the oracle's answers are made once.
    """
    chosen = [c for name, c in contracts().items() if operations is None or name in operations]
    found = [Check(case, backend, device) for case in (info_case(), *extra) for backend, device in backends]
    for contract in chosen:
        found += [Check(case, b, d) for case in cases(contract) for b, d in backends]
        for case in parity_cases(contract):
            for i, (first, first_device) in enumerate(backends):
                for second, device in backends[i + 1 :]:
                    other = first if first_device == device else f"{first}@{first_device}"
                    if first == second or first_device == device:
                        found.append(Check(case, second, device, against=other))
    return sorted(found, key=lambda check: Kind(check.case.kind).phase)
