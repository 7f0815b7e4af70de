"""What moved between two audits of the same packages. A line that moved is told, and is no change."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.audit.compose import VERSION
from harness.audit.status import HARMLESS
from harness.mistakes import Mistake

RANK = {"present": 0, "diverging": 1, "partial": 2, "missing": 3}
"""From best to worst."""
FILES = ("summary", "parity_map", "asset_inventory")


@dataclass(frozen=True)
class Snapshot:
    """One audit, as far as it is compared."""

    folder: str
    packages: Mapping[str, str]
    """Role to package."""
    symbols: Mapping[str, Mapping[str, Any]]
    modules: Mapping[str, Mapping[str, Any]]
    chain: Mapping[str, str] | None
    """Function of the call chain to where it is defined; None where there is no chain."""


@dataclass
class Difference:
    """Sentences by subject; `worse` those that say something got worse."""

    a: str
    b: str
    changes: dict[str, list[str]] = field(default_factory=dict)
    moved: list[str] = field(default_factory=list)
    worse: list[str] = field(default_factory=list)

    def say(self, subject: str, text: str, worse: bool = False) -> None:
        self.changes.setdefault(subject, []).append(text)
        if worse:
            self.worse.append(text)

    def lines(self) -> Iterator[str]:
        """The whole answer as text."""
        total = sum(len(texts) for texts in self.changes.values())
        yield f"{self.a} -> {self.b}: {total} changes, {len(self.worse)} for the worse; {len(self.moved)} lines moved"
        for subject, texts in self.changes.items():
            yield f"\n{subject}"
            yield from (f"  {'!' if text in self.worse else '-'} {text}" for text in sorted(texts))
        if self.moved:
            yield "\nlines moved (no change)"
            yield from (f"  - {text}" for text in self.moved)


def read(folder: Path) -> Snapshot:
    """The audit in a folder. Raises Mistake where there is none, or one of another version."""
    found = {name: _json(folder, name) for name in FILES}
    for name, value in found.items():
        if value.get("version") != VERSION:
            raise Mistake(f"{folder}: {name}.json has version {value.get('version')!r}; {VERSION} can be compared")
    chain = _json(folder, "callchain") if (folder / "callchain.json").exists() else None
    try:
        return Snapshot(
            folder.name,
            {one["role"]: one["package"] for one in found["summary"]["sources"]},
            symbols_of(found["parity_map"]),
            {one["name"]: one for one in found["asset_inventory"]["modules"]},
            {row["name"]: row["defined"] for row in chain["tree"] if row["defined"]} if chain else None,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise Mistake(f"{folder}: its JSON is none that an audit writes: {error!r}") from error


def _json(folder: Path, name: str) -> dict[str, Any]:
    file = folder / f"{name}.json"
    try:
        value = json.loads(file.read_bytes())
    except OSError as error:
        raise Mistake(f"{folder} holds no audit: {file.name} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise Mistake(f"{file} is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise Mistake(f"{file}: an object is asked for")
    return value


def compare(a: Snapshot, b: Snapshot) -> Difference:
    """From `a` to `b`. Raises Mistake where they are about different packages."""
    for role in ("reference", "candidate"):
        if a.packages.get(role) != b.packages.get(role):
            mine, theirs = a.packages.get(role), b.packages.get(role)
            raise Mistake(f"{a.folder} has the {role} {mine!r}, {b.folder} {theirs!r}: nothing to compare")
    found = Difference(a.folder, b.folder)
    _symbols(found, a.symbols, b.symbols)
    _modules(found, a.modules, b.modules)
    if a.chain is not None and b.chain is not None:
        _chain(found, a.chain, b.chain)
    found.moved.sort()
    return found


def symbols_of(parity: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What is compared of each symbol of a parity map, by its name; the candidate's own are marked."""
    found = {}
    for row in (*parity["rows"], *parity["needs"]):
        symbol, counterpart = row["symbol"], row["counterpart"]
        place = symbol["place"] if symbol else None
        lost = [one["text"] for one in row["differences"] if one["kind"] not in HARMLESS]
        found[row["name"] if row["side"] == "reference" else f"{row['name']} (candidate)"] = {
            "status": row["status"], "there": row["there"], "gap": row["gap"],
            "signature": symbol["signature"] if symbol else "",
            "counterpart": counterpart["symbol"] if counterpart else "",
            "owner": row["target_owner"]["name"] or row["owner"]["name"],
            "lacks": [*lost, *(f"the client {one['text']}" for one in row["misfits"])],
            "at": f"{place['path']}:{place['line']}" if place else "",
        }  # fmt: skip
    return found


def _symbols(found: Difference, a: Mapping[str, Any], b: Mapping[str, Any]) -> None:
    for name in sorted(b.keys() - a.keys()):
        gap = b[name]["gap"]
        found.say("symbols new", f"{name}: {b[name]['status']}{', a gap' if gap else ''}", gap)
    for name in sorted(a.keys() - b.keys()):
        found.say("symbols gone", f"{name}: was {a[name]['status']}; client and spec touch it no more")
    for name in sorted(a.keys() & b.keys()):
        _symbol(found, name, a[name], b[name])


def _symbol(found: Difference, name: str, a: Mapping[str, Any], b: Mapping[str, Any]) -> None:
    if a["status"] != b["status"]:
        worse = RANK.get(b["status"], 9) > RANK.get(a["status"], 9)
        found.say("status", f"{name}: {a['status']} -> {b['status']}", worse)
    if a["there"] != b["there"]:
        found.say("status", f"{name}: {'is there now' if b['there'] else 'is not there any more'}", a["there"])
    if a["gap"] != b["gap"]:
        found.say("gaps", f"{name}: {'new' if b['gap'] else 'closed'}", b["gap"])
    for key, subject in (("signature", "signatures"), ("counterpart", "counterparts"), ("owner", "owners")):
        if a[key] != b[key]:
            found.say(subject, f"{name}: {a[key] or 'none'} -> {b[key] or 'none'}")
    for lost in sorted(set(b["lacks"]) - set(a["lacks"])):
        found.say("differences", f"{name}: {lost}", True)
    comparable = a["there"] == b["there"] and a["counterpart"] and b["counterpart"]
    for gained in sorted(set(a["lacks"]) - set(b["lacks"])) if comparable else ():
        found.say("differences", f"{name}: no more: {gained}")
    if a["at"] != b["at"] and a["at"] and b["at"]:
        found.moved.append(f"{name}: {a['at']} -> {b['at']}")


def _modules(found: Difference, a: Mapping[str, Any], b: Mapping[str, Any]) -> None:
    for name in sorted(b.keys() - a.keys()):
        found.say("modules", f"{name}: new, {b[name]['lines']} lines")
    for name in sorted(a.keys() - b.keys()):
        found.say("modules", f"{name}: gone")
    for name in sorted(a.keys() & b.keys()):
        before, after = _hard(a[name]), _hard(b[name])
        for package in sorted(after - before):
            found.say("hard imports", f"{name}: cannot be imported without {package} any more", True)
        for package in sorted(before - after):
            found.say("hard imports", f"{name}: can be imported without {package} now")
        old, new = _gaps(a[name]), _gaps(b[name])
        for gap in sorted(new - old):
            found.say("module gaps", f"{name}: new: {gap}", True)
        for gap in sorted(old - new):
            found.say("module gaps", f"{name}: closed: {gap}")
        states = a[name]["readiness"]["state"], b[name]["readiness"]["state"]
        if states[0] != states[1]:
            found.say("results", f"{name}: {states[0]} -> {states[1]}", states[1] == "failing")
        public = [{one["id"] for one in side["public"]} for side in (a[name], b[name])]
        for symbol in sorted(public[0] - public[1]):
            found.say("public surface", f"{symbol}: gone")
        for symbol in sorted(public[1] - public[0]):
            found.say("public surface", f"{symbol}: new")


def _hard(module: Mapping[str, Any]) -> set[str]:
    return {one["name"] for one in module["dependencies"] if one["chain"]}


def _gaps(module: Mapping[str, Any]) -> set[str]:
    """Without hard imports, which are told above, and without counts, which hang on other modules."""
    return {one["text"].partition(";")[0] for one in module["gaps"] if one["kind"] != "hard import"}


def _chain(found: Difference, a: Mapping[str, str], b: Mapping[str, str]) -> None:
    for name in sorted(b.keys() - a.keys()):
        found.say("call chain", f"{name}: reached now")
    for name in sorted(a.keys() - b.keys()):
        found.say("call chain", f"{name}: not reached any more")
