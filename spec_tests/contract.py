"""Contracts: one JSON document per operation, checked when it is loaded."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Any

import jsonschema

from ptychoparity.core.errors import UsageError
from ptychoparity.spec_tests import additions, files, named_arrays, scenarios, supported, vocabulary
from ptychoparity.spec_tests.catalogue import catalogue, meta
from ptychoparity.spec_tests.expressions import evaluate
from ptychoparity.spec_tests.facets import Facet
from ptychoparity.spec_tests.families import FAMILIES
from ptychoparity.spec_tests.relations import relations
from ptychoparity.spec_tests.tables import tables
from ptychoparity.spec_tests.vocabulary import Misfit

SECTIONS = ("examples", "errors", "relations", "goldens", "boundaries", "scenarios")
"""Where a contract's cases stand."""


Broken = Iterator[tuple[str, str]]
"""What a contract breaks: JSON pointer and reason."""


class ContractError(UsageError):
    """A contract that cannot be used: the message names the file, the JSON pointer and the reason."""

    def __init__(self, file: str, pointer: str, reason: str) -> None:
        super().__init__(f"{file} at {pointer or '/'}: {reason}")
        self.file, self.pointer, self.reason = file, pointer, reason


@dataclass(frozen=True)
class Contract:
    """One operation's document. `data` is the document itself."""

    operation: str
    data: dict[str, Any]
    digest: str
    added: bool = False
    """Whether it is the user's own (`ptychoparity.spec_tests.additions`): our oracle does not know it."""

    def __getitem__(self, key: str) -> Any:
        return self.data[key]

    def get(self, key: str, default: Any = None) -> Any:
        return self.data.get(key, default)

    @property
    def general(self) -> tuple[str, ...]:
        """The clauses that any comparison with the oracle tests."""
        return tuple(self.data["general"])

    @property
    def clauses(self) -> tuple[str, ...]:
        return tuple(self.data["clauses"])

    def input_errors(self, inputs: dict[str, Any]) -> list[str]:
        """What makes `inputs` no valid input of the operation."""
        symbols = vocabulary.bind(self["input"], inputs, dims=self.get("dims", {}))
        found = vocabulary.errors(self["input"], inputs, symbols)
        if not found:
            found = [f"{rule} does not hold" for rule in self.get("requires", []) if not evaluate(rule, symbols)]
        return found

    def output_misfits(self, inputs: dict[str, Any], outputs: Mapping[str, Any]) -> list[Misfit]:
        """What in `outputs` breaks the contract, given the inputs that fixed the dimensions."""
        found = vocabulary.misfits(self["output"], outputs, self.output_symbols(inputs, outputs), inputs)
        return found + self._elsewhere(inputs, outputs)

    def output_symbols(self, inputs: dict[str, Any], outputs: Mapping[str, Any]) -> dict[str, Any]:
        """The dimensions: those that the inputs fix, and those that only the outputs show."""
        fixed = vocabulary.bind(self["input"], inputs, dims=self.get("dims", {}))
        return vocabulary.bind(self["output"], outputs, fixed)

    def output_errors(self, inputs: dict[str, Any], outputs: Any) -> list[str]:
        """As `output_misfits`, one sentence each, of whatever was answered."""
        if not isinstance(outputs, dict):
            return [not_a_dictionary(outputs)]
        return [one.text for one in self.output_misfits(inputs, outputs)]

    @property
    def may_leave_out(self) -> frozenset[str]:
        """The outputs that a backend other than ours may leave out, since no MUST asks for them."""
        return frozenset(self.get("may_leave_out", ()))

    def _elsewhere(self, inputs: dict[str, Any], outputs: Mapping[str, Any]) -> list[Misfit]:
        """Output files that lie elsewhere than at the target."""
        targets = [inputs[name] for name in files.target_names(self["input"])]
        written = {n: outputs.get(n) for n, sub in self["output"]["properties"].items() if files.kind_of(sub)}
        return [
            Misfit(name, Facet.VALUE, f"{name}: expected the path {' or '.join(targets)}, got {path}")
            for name, path in written.items()
            if isinstance(path, str) and path not in targets
        ]


def not_a_dictionary(outputs: Any) -> str:
    """What is said of an answer that holds no outputs."""
    return f"call() returned {type(outputs).__name__}; expected dict[str, array]"


def _pointer(path: Any) -> str:
    return "".join(f"/{part}" for part in path)


@cache
def _meta_schema() -> jsonschema.protocols.Validator:
    text = resources.files(__package__).joinpath("schemas/contract.schema.json").read_text()
    return jsonschema.Draft202012Validator(json.loads(text))


def _object(pairs: list[tuple[str, Any]], file: str) -> dict[str, Any]:
    """A JSON object. JSON lets the last of two equal keys win in silence: that is a mistake of whoever wrote them."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key in found if sum(key == other for other, _ in pairs) > 1)
        raise ContractError(file, "/", f"the key {twice!r} stands twice in one object")
    return found


def parse(text: str, file: str) -> Contract:
    """A checked contract from its JSON text. Raises ContractError."""
    try:
        data = json.loads(text, object_pairs_hook=lambda pairs: _object(pairs, file))
    except json.JSONDecodeError as error:
        raise ContractError(file, f"line {error.lineno}", error.msg) from error
    wrong = jsonschema.exceptions.best_match(_meta_schema().iter_errors(data))
    if wrong is not None:
        reason = wrong.message if len(wrong.message) < 400 else f"... {wrong.message[-300:]}"
        raise ContractError(file, _pointer(wrong.absolute_path), reason)
    for pointer, reason in supported.refusals(data):
        raise ContractError(file, pointer, reason)
    _check_references(data, file)
    return Contract(data["operation"], data, hashlib.sha256(text.encode()).hexdigest())


def _check_references(data: dict[str, Any], file: str) -> None:
    """What a schema cannot say, rule by rule. Raises ContractError for the first that is broken."""
    for rule in _RULES:
        for pointer, reason in rule(data):
            raise ContractError(file, pointer, reason)


def _clauses_exist(data: dict[str, Any]) -> Broken:
    for number, clause_id in enumerate(data["clauses"]):
        if clause_id not in catalogue():
            yield f"/clauses/{number}", f"{clause_id!r} is not in the clause catalogue"


def _cases_are_named(data: dict[str, Any]) -> Broken:
    """Every case has a name of its own, and clauses of the contract's."""
    for section in SECTIONS:
        seen: set[str] = set()
        for number, case in enumerate(data.get(section, [])):
            for clause_id in case["clauses"]:
                if clause_id not in data["clauses"]:
                    yield f"/{section}/{number}/clauses", f"{clause_id!r} is not among the contract's clauses"
            name = case.get("id", case.get("name"))
            if name in seen:
                yield f"/{section}/{number}", f"{name!r} is used twice"
            seen.add(name)


def _relations_exist(data: dict[str, Any]) -> Broken:
    for number, relation in enumerate(data["relations"]):
        if relation["name"] not in relations():
            yield f"/relations/{number}/name", f"there is no relation {relation['name']!r}"


def _families_exist(data: dict[str, Any]) -> Broken:
    for pointer, family in _families(data):
        if family not in FAMILIES:
            yield pointer, f"family {family!r} is not one of {sorted(FAMILIES)}"


def _tables_exist(data: dict[str, Any]) -> Broken:
    """A table that a generate rule names is there, or an input chooses among tables that are."""
    for name, rule in data["generate"].items():
        if not isinstance(rule, dict) or "table" not in rule:
            continue
        chooser = data["generate"].get(rule["table"], {})
        named = chooser.get("enum", []) if isinstance(chooser, dict) and chooser else [rule["table"]]
        for table in named or [rule["table"]]:
            if table not in tables():
                yield f"/generate/{name}/table", f"table {table!r} is not one of {sorted(tables())}"


def _clauses_have_checks(data: dict[str, Any]) -> Broken:
    """Every clause has a case that carries it, or is tested by any comparison with the oracle."""
    carried = {clause for section in SECTIONS for case in data.get(section, []) for clause in case["clauses"]}
    for clause_id in data["clauses"]:
        if clause_id not in carried | set(data["general"]):
            yield "/clauses", f"no check in this contract covers clause {clause_id!r}"
    if not set(data["general"]) <= set(data["clauses"]):
        yield "/general", "names a clause that is not among the contract's clauses"


def _outputs_have_tolerances(data: dict[str, Any]) -> Broken:
    """Every output has a tolerance, and every tolerance an output."""
    arrays, properties = [*files.arrays(data["output"]), *files.texts(data["output"])], data["output"]["properties"]
    objects = [name for name, schema in properties.items() if schema.get("type") == "object"]
    for output in [*arrays, *named_arrays.dictionaries(data["output"]), *objects]:
        if output not in data["tolerance"]:
            yield "/tolerance", f"output {output!r} has no tolerance"
    for output in data["tolerance"]:
        if output not in arrays and output not in properties:
            yield f"/tolerance/{output}", "there is no such output"


def _outputs_are_there(data: dict[str, Any]) -> Broken:
    """What is said of outputs beside their schema is said of outputs that there are, with clauses that there are."""
    properties = data["output"]["properties"]
    named = [("may_leave_out", name) for name in data.get("may_leave_out", [])]
    members = {*files.arrays(data["output"]), *files.texts(data["output"])}
    named += [("binds", name.partition("[")[0]) for name in data.get("binds", {}) if name not in members]
    for section, name in named:
        if name not in properties:
            yield f"/{section}", f"there is no output {name!r}"
    for name in data.get("forbidden", {}).keys() & properties.keys():
        yield f"/forbidden/{name}", "is an output of the contract"
    cited = [c for facets in data.get("binds", {}).values() for clauses in facets.values() for c in clauses]
    cited += [c for clauses in data.get("forbidden", {}).values() for c in clauses]
    cited += [c for part in data.get("parts", {}).values() for c in part.get("clauses", [])]
    for clause_id in cited:
        if clause_id not in catalogue():
            yield "/binds", f"{clause_id!r} is not in the clause catalogue"


_RULES = (
    _clauses_exist, _cases_are_named, _relations_exist, _families_exist, _tables_exist, _clauses_have_checks,
    _outputs_have_tolerances, _outputs_are_there,
)  # fmt: skip
"""In the order in which a broken contract is told of them."""


def _families(node: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Every array family the document names, with where it stands."""
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, child in children:
        if name == "family" and isinstance(child, str):
            yield f"{pointer}/family", child
        yield from _families(child, f"{pointer}/{name}")


def load(path: Path) -> Contract:
    """One contract from a file. Raises ContractError."""
    try:
        return parse(path.read_text(encoding="utf-8"), path.name)
    except OSError as error:
        raise ContractError(path.name, "/", f"cannot be read: {error.strerror}") from error


def contracts() -> MappingProxyType[str, Contract]:
    """Every contract of the project and of the folders added, by operation. Raises ContractError."""
    return _contracts(additions.current().folders)


@cache
def _contracts(folders: tuple[Path, ...]) -> MappingProxyType[str, Contract]:
    found = _in_folder(resources.files(__package__).joinpath("contracts"))
    for folder in folders:
        for operation, contract in _in_folder(folder).items():
            if operation in found:
                raise ContractError(f"{operation}.json", "/operation", f"there is a contract of {operation!r} already")
            found[operation] = replace(contract, added=True)
    for operation in found:
        for pointer, reason in scenarios.refusals(found, operation):
            raise ContractError(f"{operation}.json", pointer, reason)
    return MappingProxyType(found)


def _in_folder(folder: Traversable) -> dict[str, Contract]:
    """The contracts of one folder, by operation."""
    found = {}
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if file.name.endswith(".json") and file.name != additions.CLAUSES:
            contract = parse(file.read_text(encoding="utf-8"), file.name)
            if file.name != f"{contract.operation}.json":
                raise ContractError(file.name, "/operation", f"{contract.operation!r} does not match the file's name")
            found[contract.operation] = contract
    return found


def version() -> dict[str, Any]:
    """Version of the set of contracts: the spec's commit, our revision, a digest of all documents and field tables."""
    fields = json.dumps({name: dict(rows) for name, rows in tables().items()}, sort_keys=True)
    digest = hashlib.sha256(("".join(c.digest for c in contracts().values()) + fields).encode()).hexdigest()
    return {"spec": meta()["spec"], "revision": meta()["revision"], "digest": digest[:16]}
