"""What moved between two audits of the same packages. A line that moved is told, and is no change."""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ptychoparity.audit.compose import VERSION
from ptychoparity.audit.status import HARMLESS
from ptychoparity.core.errors import UsageError

RANK = {"present": 0, "diverging": 1, "partial": 2, "missing": 3}
"""From best to worst."""
LONGEST = 200
FILES = ("summary", "parity_map", "asset_inventory")


@dataclass(frozen=True)
class Snapshot:
    """One audit, as far as it is compared."""

    folder: str
    packages: Mapping[str, str]
    """Role to package."""
    versions: Mapping[str, str]
    """Role to commit or version."""
    specs: tuple[str, ...]
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
    about: list[str] = field(default_factory=list)
    """Which versions are compared, and what else was not the same."""

    def say(self, subject: str, text: str, worse: bool = False) -> None:
        self.changes.setdefault(subject, []).append(text)
        if worse:
            self.worse.append(text)

    def say_of(self, subject: str, several: Mapping[str, list[str]], worse: Collection[str] = ()) -> None:
        """Of many the same, once: `several` are sentences with a gap `{}` to the names that fill it."""
        for text, names in several.items():
            who = names[0] if len(names) == 1 else f"{len(names)} ({', '.join(sorted(names))})"
            last = f"{text.removeprefix('{}: ')}: {{}}" if text.startswith("{}: ") and len(names) > 1 else text
            self.say(subject, last.replace("{}", who), text in worse)

    def lines(self) -> Iterator[str]:
        """The whole answer as text."""
        total = sum(len(texts) for texts in self.changes.values())
        yield f"{self.a} -> {self.b}: {total} changes, {len(self.worse)} for the worse; {len(self.moved)} lines moved"
        yield from self.about
        for subject, texts in self.changes.items():
            yield f"\n{subject}"
            yield from (f"  {'!' if text in self.worse else '-'} {text}" for text in sorted(texts))
        if self.moved:
            yield "\nlines moved (no change)"
            yield from (f"  - {text}" for text in self.moved)


def read(folder: Path) -> Snapshot:
    """The audit in a folder. Raises UsageError where there is none, or one of another version."""
    found = {name: _json(folder, name) for name in FILES}
    for name, value in found.items():
        if value.get("version") != VERSION:
            raise UsageError(f"{folder}: {name}.json has version {value.get('version')!r}; {VERSION} can be compared")
    chain = _json(folder, "callchain") if (folder / "callchain.json").exists() else None
    try:
        return Snapshot(
            folder.name,
            {one["role"]: one["package"] for one in found["summary"]["sources"]},
            {one["role"]: one["version"] for one in found["summary"]["sources"]},
            tuple(sorted(one["path"].rpartition("/")[2] for one in found["parity_map"]["specs"])),
            symbols_of(found["parity_map"]),
            {one["name"]: one for one in found["asset_inventory"]["modules"]},
            {row["name"]: row["defined"] for row in chain["tree"] if row["defined"]} if chain else None,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{folder}: its JSON is none that an audit writes: {error!r}") from error


def _json(folder: Path, name: str) -> dict[str, Any]:
    file = folder / f"{name}.json"
    try:
        value = json.loads(file.read_bytes())
    except OSError as error:
        raise UsageError(f"{folder} holds no audit: {file.name} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise UsageError(f"{file} is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise UsageError(f"{file}: an object is asked for")
    return value


def compare(a: Snapshot, b: Snapshot) -> Difference:
    """From `a` to `b`. Raises UsageError where they are about different packages."""
    for role in ("reference", "candidate", "client"):
        if a.packages.get(role) != b.packages.get(role):
            mine, theirs = a.packages.get(role), b.packages.get(role)
            raise UsageError(f"{a.folder} has the {role} {mine!r}, {b.folder} {theirs!r}: nothing to compare")
    found = Difference(a.folder, b.folder)
    for role, version in a.versions.items():
        other = b.versions.get(role, "not read")
        same = "both at " + version if version == other else f"{version} -> {other}"
        found.about.append(f"{role} {a.packages[role]}: {same}")
    if a.specs != b.specs:
        there, here = (", ".join(one.specs) or "none" for one in (a, b))
        found.about.append(f"the specs are not the same ({there} -> {here}): symbols come and go with them")
    if (a.chain is None) != (b.chain is None):
        found.about.append("one of them has no call chain")
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
        lost = {(one["kind"], _about(one)): one["text"] for one in row["differences"] if one["kind"] not in HARMLESS}
        found[row["name"] if row["side"] == "reference" else f"{row['name']} (candidate)"] = {
            "status": row["status"], "there": row["there"], "gap": row["gap"],
            "signature": symbol["signature"] if symbol else "",
            "counterpart": counterpart["symbol"] if counterpart else "",
            "owner": row["target_owner"]["name"] or row["owner"]["name"],
            "lacks": lost | {("misfit", one["text"]): f"the client {one['text']}" for one in row["misfits"]},
            "at": f"{place['path']}:{place['line']}" if place else "",
        }  # fmt: skip
    return found


def _about(difference: Mapping[str, Any]) -> str:
    """Which parameter a difference is about, as far as its sentence begins with it."""
    quoted = re.match(r"(?:takes no |has no |needs )?'(\w+)'", difference["text"])
    return difference["parameter"] or (quoted[1] if quoted else "")


def _symbols(found: Difference, a: Mapping[str, Any], b: Mapping[str, Any]) -> None:
    for name in sorted(b.keys() - a.keys()):
        gap = b[name]["gap"]
        found.say("symbols new", f"{name}: {b[name]['status']}{', a gap' if gap else ''}", gap)
    for name in sorted(a.keys() - b.keys()):
        found.say("symbols gone", f"{name}: was {a[name]['status']}; no touch of it is found any more")
    for name in sorted(a.keys() & b.keys()):
        _symbol(found, name, a[name], b[name])
    owners: dict[str, list[str]] = {}
    for name in sorted(a.keys() & b.keys()):
        if (mine := a[name]["owner"]) != (theirs := b[name]["owner"]):
            owners.setdefault(f"{mine or 'nobody'} -> {theirs or 'nobody'}: {{}}", []).append(name)
    found.say_of("owners", owners)


def _symbol(found: Difference, name: str, a: Mapping[str, Any], b: Mapping[str, Any]) -> None:
    if a["status"] != b["status"]:
        worse = RANK.get(b["status"], 9) > RANK.get(a["status"], 9)
        found.say("status", f"{name}: {a['status']} -> {b['status']}", worse)
    elif a["there"] != b["there"]:
        found.say("status", f"{name}: {'is there now' if b['there'] else 'is not there any more'}", a["there"])
    if a["gap"] != b["gap"]:
        found.say("gaps", f"{name}: {'new' if b['gap'] else 'closed'}", b["gap"])
    if a["signature"] != b["signature"] and a["signature"] and b["signature"]:
        found.say("signatures", f"{name}: {signature_change(a['signature'], b['signature'])}")
    if a["counterpart"] != b["counterpart"]:
        found.say("counterparts", f"{name}: {a['counterpart'] or 'none'} -> {b['counterpart'] or 'none'}")
    for key in sorted(b["lacks"].keys() - a["lacks"].keys()):
        found.say("differences", f"{name}: {_cut(b['lacks'][key])}", True)
    for key in sorted(b["lacks"].keys() & a["lacks"].keys()):
        if a["lacks"][key] != b["lacks"][key]:
            found.say("differences", f"{name}: was: {_cut(a['lacks'][key])}; is: {_cut(b['lacks'][key])}")
    comparable = a["there"] == b["there"] and a["counterpart"] and b["counterpart"]
    for key in sorted(a["lacks"].keys() - b["lacks"].keys()) if comparable else ():
        found.say("differences", f"{name}: no more: {_cut(a['lacks'][key])}")
    if a["at"] != b["at"] and a["at"] and b["at"]:
        found.moved.append(f"{name}: {a['at']} -> {b['at']}")


def _cut(text: str) -> str:
    """A sentence in one line: orders of long parameter lists run to thousands of characters."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."


def signature_change(a: str, b: str) -> str:
    """Which parameters came, went and changed; of what has none, both."""
    (head, mine, tail), (other, theirs, end) = _parts(a), _parts(b)
    if not mine and not theirs:
        return f"{a} -> {b}"
    said = [f"{one} is new" for name, one in theirs.items() if name not in mine]
    said += [f"{one} is gone" for name, one in mine.items() if name not in theirs]
    said += [f"{mine[name]} -> {one}" for name, one in theirs.items() if name in mine and mine[name] != one]
    kept = [name for name in mine if name in theirs]
    said += ["another order"] if kept != [name for name in theirs if name in mine] else []
    said += [f"{head}{tail} -> {other}{end}"] if (head, tail) != (other, end) else []
    return "; ".join(said) or f"{a} -> {b}"


def _parts(signature: str) -> tuple[str, dict[str, str], str]:
    """`f(a: int = 1) -> b` as name, parameters by name, and the rest."""
    head, bracket, rest = signature.partition("(")
    if not bracket or not head.isidentifier():
        return signature, {}, ""
    texts, depth, quoted = [""], 1, ""
    for number, sign in enumerate(rest):
        if quoted:
            quoted = "" if sign == quoted else quoted
        elif sign in "'\"":
            quoted = sign
        else:
            depth += (sign in "([{") - (sign in ")]}")
            if not depth:
                return head, _by_name([one.strip() for one in texts if one.strip()]), rest[number + 1 :]
        if sign == "," and depth == 1 and not quoted:
            texts.append("")
        else:
            texts[-1] += sign
    return signature, {}, ""


def _by_name(texts: Sequence[str]) -> dict[str, str]:
    """Parameters by their names; the marks `*` and `/` are told of those they stand for."""
    named: dict[str, str] = {}
    only = ""
    for text in texts:
        if text == "/":
            named = {name: f"{one} (by position only)" for name, one in named.items()}
        elif text != "*":
            named[re.split(r"[:=]", text, maxsplit=1)[0].strip()] = f"{text}{only}"
        only = " (by name only)" if text == "*" else only
    return named


def _modules(found: Difference, a: Mapping[str, Any], b: Mapping[str, Any]) -> None:
    for name in sorted(b.keys() - a.keys()):
        found.say("modules", f"{name}: new, {b[name]['lines']} lines")
    for name in sorted(a.keys() - b.keys()):
        found.say("modules", f"{name}: gone")
    hard: dict[str, list[str]] = {}
    gaps: dict[str, list[str]] = {}
    surface: dict[str, list[str]] = {}
    for name in sorted(a.keys() & b.keys()):
        before, after = _hard(a[name]), _hard(b[name])
        for package in sorted(after - before):
            hard.setdefault(f"{{}}: cannot be imported without {package} any more", []).append(name)
        for package in sorted(before - after):
            hard.setdefault(f"{{}}: can be imported without {package} now", []).append(name)
        old, new = _gaps(a[name]), _gaps(b[name])
        for change, several in (("new", new - old), ("closed", old - new)):
            for gap in sorted(several):
                text, what = _missing_name(gap)
                gaps.setdefault(f"{name}: {change}: {text}", []).append(what)
        states = a[name]["readiness"]["state"], b[name]["readiness"]["state"]
        if states[0] != states[1]:
            found.say("results", f"{name}: {states[0]} -> {states[1]}", states[1] == "failing")
        public = [{one["id"] for one in side["public"]} for side in (a[name], b[name])]
        for change, several in (("gone", public[0] - public[1]), ("new", public[1] - public[0])):
            for symbol in sorted(several):
                surface.setdefault(f"{name}: {change}: {{}}", []).append(symbol.removeprefix(f"{name}."))
    own = _frameworks(a) & _frameworks(b)
    lost = {text for text in hard if text.endswith("any more") and not any(f" {one} any" in text for one in own)}
    found.say_of("hard imports", hard, lost)
    found.say_of("module gaps", gaps, {text for text in gaps if ": new: " in text})
    found.say_of("public surface", surface)


def _frameworks(modules: Mapping[str, Any]) -> set[str]:
    """What more than half of the modules hang on is what the package is made of."""
    counts = Counter(name for one in modules.values() for name in _hard(one))
    return {name for name, number in counts.items() if 2 * number > len(modules)}


def _missing_name(gap: str) -> tuple[str, str]:
    """A gap with `{}` for a name it is about, so that those of one class are told together."""
    found = re.fullmatch(r"uses (.+)\.(\w+), which is not there", gap)
    return (f"uses of {found[1]}, which are not there: {{}}", found[2]) if found else (gap, "")


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
