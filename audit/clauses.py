"""Which clauses of the catalogue hang on a symbol, and what says so."""

import json
import re
from collections.abc import Iterable
from functools import cached_property, lru_cache
from importlib import resources
from typing import Any, NamedTuple

from ptychoparity.audit.index import Tree
from ptychoparity.audit.model import Place, Symbol
from ptychoparity.audit.named import TELLING
from ptychoparity.audit.specs import Specs
from ptychoparity.audit.touches import Touch
from ptychoparity.spec_tests.catalogue import Clause, catalogue, meta

CITED = re.compile(r"((?:[\w-]+/)*[\w-]+\.py):(\d+)(?:-(\d+))?((?:,\s*\d+(?:-\d+)?)*)")
MORE = re.compile(r"(\d+)(?:-(\d+))?")
SECTION = re.compile(r"\b(API|PROD|CORE|IF|OVL)\b")
NAMING = {"name", "field", "attr", "method", "function", "class", "loader", "from", "to", "module"}
"""Keys of a clause's values whose text may be the name of a symbol."""


OF_ALL = {"HOUSE", "TOL", "ERR"}
"""Areas of clauses that contracts cite whatever the operation."""


class Hanging(NamedTuple):
    """A clause, and the evidence that it is about a symbol."""

    clause: str
    level: str
    evidence: str
    place: Place | None = None

    @property
    def named(self) -> bool:
        """Whether it is about the symbol itself; else only its section of the spec names it."""
        return not self.evidence.startswith("section")


class Clauses:
    """The catalogue, laid out for one tree."""

    def __init__(self, tree: Tree, other: Tree, specs: Specs) -> None:
        """`other`: the tree on the other side; the catalogue speaks of the reference where both have a name."""
        self.tree, self.other, self.specs = tree, other, specs
        self.first = tree.role == "reference"
        self.same_commit = _is_spec_commit(tree)
        """Whether lines that the catalogue cites are those of this source."""

    def of(
        self, symbol: Symbol | None, name: str, touches: Iterable[Touch], operations: Iterable[str] = ()
    ) -> tuple[Hanging, ...]:
        """Those that are about a symbol, by id; those whose section alone names it come after.

        `operations`: of the contracts, that a function is mapped to.
        """
        found: dict[str, Hanging] = {}
        asked = _of_contracts(operations) if symbol is not None and symbol.kind in ("function", "method") else ()
        for one in (*self._tables(name), *self._cited.get(name, ()), *self._said(symbol, name), *asked):
            found.setdefault(one.clause, one)
        strong = sorted(found.values())
        weak = sorted({one for one in self._by_section(touches) if one.clause not in found})
        kept = {one.clause: one for one in reversed(weak)}
        return (*strong, *sorted(kept.values()))

    def _tables(self, name: str) -> list[Hanging]:
        owner, _, field = name.rpartition(".")
        row = _field_clauses().get((owner.rpartition(".")[2], field)) if self.first else None
        return [_hanging(catalogue()[row], "table of fields")] if row in catalogue() else []

    @cached_property
    def _cited(self) -> dict[str, list[Hanging]]:
        """Symbols by what the catalogue cites of the code: the innermost one at a line, those that begin in a range."""
        found: dict[str, list[Hanging]] = {}
        if not self.same_commit:
            return found
        for one in catalogue().values():
            for path, first, last in citations(one):
                place = self._place(path, first, one)
                for name in self._at(place, last) if place else ():
                    found.setdefault(name, []).append(_hanging(one, "cites the code", place))
        return found

    @cached_property
    def _starts(self) -> dict[tuple[str, int], list[str]]:
        """Symbols by where they begin."""
        found: dict[tuple[str, int], list[str]] = {}
        for symbol in self.tree.symbols.values():
            if "<locals>" not in symbol.id and symbol.kind != "module":
                found.setdefault((symbol.place.path, symbol.place.line), []).append(symbol.id)
        return found

    def _at(self, place: Place, last: int) -> list[str]:
        """What begins at a line, or in a range of lines (outermost); else the innermost function or class it is in."""
        at = self.tree.symbol_at(place.path, place.line)
        inside = at is not None and at.kind != "module" and last <= at.end
        exact = self._starts.get((place.path, place.line), [])
        if exact:
            return exact
        if inside:
            return [at.id.partition(".<locals>")[0]]
        lines = range(place.line, last + 1)
        names = [name for line in lines for name in self._starts.get((place.path, line), [])]
        return [one for one in names if one.rpartition(".")[0] not in names]

    def _place(self, path: str, line: int, clause: Clause) -> Place | None:
        """A cited file, where it can only be one of this tree, or the clause says which side it is about."""
        mine, theirs = self._file(path, self.tree), self._file(path, self.other)
        if mine is None or line > self._lengths.get(mine, 0):
            return None
        prefixed = path.startswith(f"{self.tree.package.partition('.')[0]}/")
        if theirs is not None and not prefixed and not self._is_meant(clause, theirs, line):
            return None
        return Place(self.tree.role, mine, line)

    def _is_meant(self, clause: Clause, theirs: str, line: int) -> bool:
        """Of a name that both sides have: whose framework the clause is about; what is about both, the reference's."""
        frameworks = {one for one in clause.applies_to if one in ("tensorflow", "pytorch")}
        if len(frameworks) == 1:
            return framework(self.tree) in frameworks or framework(self.other) not in (*frameworks, "")
        beyond = line > next(one.facts["lines"] for one in self.other.modules.values() if one.file.path == theirs)
        return self.first or beyond

    def _file(self, path: str, tree: Tree) -> str | None:
        top = f"{tree.package}/{path}"
        known = [one for one in tree.files if one == path or one.endswith(f"/{path}")]
        return path if path in tree.files else top if top in tree.files else known[0] if len(known) == 1 else None

    @cached_property
    def _lengths(self) -> dict[str, int]:
        return {module.file.path: module.facts["lines"] for module in self.tree.modules.values()}

    def _said(self, symbol: Symbol | None, name: str) -> list[Hanging]:
        """Clauses whose statement or values name the symbol."""
        last = name.rpartition(".")[2].removesuffix("()")
        owner = name.rpartition(".")[0].rpartition(".")[2]
        kind = symbol.kind if symbol else "function"
        found = []
        for one, statement, values in _texts():
            if name in values or _names_it(name, owner if self.first else "", last, statement):
                found.append(_hanging(one, "statement"))
            elif kind in ("class", "function", "method", "module") and self._is_telling(last, kind, name):
                if _mentions(last, statement):
                    found.append(_hanging(one, "statement"))
                elif last in values:
                    found.append(_hanging(one, "values"))
            elif (
                kind in ("attribute", "field", "method")
                and self.first
                and last in values
                and _is_about(owner, statement)
            ):
                found.append(_hanging(one, "values"))
        return found

    def _is_telling(self, last: str, kind: str, name: str) -> bool:
        """A name no other symbol of the tree has, and no everyday word."""
        if not TELLING.search(last) or kind == "module" or (not self.first and last in self._others):
            return False
        return self._count.get(last, 0) <= 1 or name.count(".") == 2

    @cached_property
    def _others(self) -> set[str]:
        return {one.name for one in self.other.symbols.values() if one.kind in ("class", "function", "method")}

    @cached_property
    def _count(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for one in self.tree.symbols.values():
            if one.kind in ("class", "function") and "<locals>" not in one.id:
                found[one.name] = found.get(one.name, 0) + 1
        return found

    def _by_section(self, touches: Iterable[Touch]) -> list[Hanging]:
        found = []
        for one in touches:
            if one.who != "spec":
                continue
            spec = next(spec for spec in self.specs if spec.path == one.place.path)
            letters = next((key for key, path in meta()["sections"].items() if spec.path.endswith(path)), "")
            section = spec.section_at(one.place.line)
            if letters and section:
                rows = _sections().get((letters, section.number or section.title), ())
                found += [
                    _hanging(clause, f"section {letters} {section.number or section.title}", one.place)
                    for clause in rows
                ]
        return found


def _of_contracts(operations: Iterable[str]) -> list[Hanging]:
    """What the contracts of operations ask, but for what they ask of all."""
    every = catalogue()
    return [
        _hanging(every[name], f"contract of {operation}")
        for operation in operations
        for name in _contract(operation)
        if name in every and name.partition(".")[0] not in OF_ALL
    ]


@lru_cache(maxsize=256)
def _contract(operation: str) -> tuple[str, ...]:
    text = (
        resources.files("ptychoparity.spec_tests").joinpath(f"contracts/{operation}.json").read_text(encoding="utf-8")
    )
    return tuple(json.loads(text)["clauses"])


def citations(clause: Clause) -> list[tuple[str, int, int]]:
    """(file, first line, last line) of everything a clause's note about the code cites."""
    found = []
    for one in CITED.finditer(clause.code_says):
        found.append((one[1], int(one[2]), int(one[3] or one[2])))
        found += [(one[1], int(more[1]), int(more[2] or more[1])) for more in MORE.finditer(one[4])]
    return found


@lru_cache(maxsize=8)
def framework(tree: Tree) -> str:
    """tensorflow or pytorch, by what a tree imports most; empty where neither."""
    roots = [one.what.partition(".")[0] for one in tree.imports]
    counts = {
        "tensorflow": sum(one in ("tensorflow", "keras", "tf_keras") for one in roots),
        "pytorch": sum(one in ("torch", "lightning", "pytorch_lightning") for one in roots),
    }
    best = max(counts, key=lambda one: counts[one])
    return best if counts[best] else ""


def _is_spec_commit(tree: Tree) -> bool:
    commit = meta()["spec"].rpartition(" ")[2]
    return tree.version.removesuffix("+dirty") == commit


def _hanging(clause: Clause, evidence: str, place: Place | None = None) -> Hanging:
    return Hanging(clause.id, clause.level, evidence, place)


def _names_it(name: str, owner: str, last: str, text: str) -> bool:
    """Whether a text has the full name, or the last two parts of it."""
    for wanted in (name, f"{owner}.{last}") if owner else (name,) if "." in name else ():
        if wanted in text and re.search(rf"(?<![\w.]){re.escape(wanted)}(?!\w|\.\w)", text):
            return True
    return False


def _mentions(name: str, text: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", text) is not None


def _is_about(owner: str, statement: str) -> bool:
    """Whether a statement speaks of a class: 'Container attribute X' of `PtychoDataContainer`."""
    words = [word for word in re.findall(r"[A-Z][a-z]+", owner) if len(word) > 5 and word != "Config"]
    return any(re.search(rf"\b{word}\b", statement, re.IGNORECASE) for word in words)


@lru_cache(maxsize=1)
def _texts() -> tuple[tuple[Clause, str, frozenset[str]], ...]:
    """Each clause with its statement and the names among its values."""
    return tuple((one, one.statement, frozenset(_names(one.values))) for one in catalogue().values())


def _names(values: Any, key: str = "") -> list[str]:
    if isinstance(values, dict):
        return [name for inner, value in values.items() for name in _names(value, inner)]
    if isinstance(values, list):
        return [name for value in values for name in _names(value, key)]
    return [values] if isinstance(values, str) and key in NAMING else []


@lru_cache(maxsize=1)
def _field_clauses() -> dict[tuple[str, str], str]:
    """(class, field) to the clause of the field tables."""
    table = json.loads(
        resources.files("ptychoparity.spec_tests").joinpath("tables/config.json").read_text(encoding="utf-8")
    )
    return {
        (owner, field): row["clause"]
        for owner, fields in table.items()
        for field, row in fields.items()
        if row.get("clause")
    }


@lru_cache(maxsize=1)
def _sections() -> dict[tuple[str, str], tuple[Clause, ...]]:
    """(letters of the spec, section's number or title) to its clauses."""
    found: dict[tuple[str, str], list[Clause]] = {}
    for one in catalogue().values():
        for part in one.section.split(";"):
            letters = SECTION.match(part.strip())
            if not letters:
                continue
            rest = part.strip()[letters.end() :].strip()
            names = re.findall(r"\d+(?:\.\d+)*", rest) if "§" in rest else [rest]
            for name in names:
                found.setdefault((letters[1], name), []).append(one)
    return {key: tuple(rows) for key, rows in found.items()}
