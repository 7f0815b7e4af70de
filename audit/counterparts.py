"""What the candidate has in place of a symbol of the reference: evidence by evidence, with a confidence.

Each piece of evidence has a weight w between 0 and 1 and a strength s; the confidence is 1 - product of (1 - w s), as
if each were an independent reason. `evidence.WEIGHTS` says how much each kind counts; below `ACCEPTED` nothing is taken
for a counterpart, below `SHOWN` nothing is named. A member of a class is looked for in the class's counterparts only,
and is as sure as they are times its own.
"""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from ptychoparity.audit.evidence import (
    Evidence,
    Names,
    alike,
    confidence,
    module_of,
    plain_name,
    same_calls,
    same_members,
    signature,
)
from ptychoparity.audit.index import Sources, Tree
from ptychoparity.audit.mapping import Mapping, renamed
from ptychoparity.audit.model import Place, Symbol
from ptychoparity.audit.paths import last_name, split

ONE_OF_SEVERAL = 0.4
"""Strength of a row of the mapping that has several on both sides, of two that are not alike in name."""
ACCEPTED = 0.5
SHOWN = 0.3
KINDS = {"class": ("class",), "function": ("function",), "method": ("method", "function")}
"""What may stand in for what, the mapping apart."""


@dataclass(frozen=True, slots=True)
class Counterpart:
    symbol: str
    confidence: float
    evidence: tuple[Evidence, ...]
    own: bool = True
    """False where it is the reference's own symbol, which the candidate uses."""


class Matcher:
    """Counterparts in one tree for symbols of another."""

    def __init__(self, reference: Tree, candidate: Tree, mappings: tuple[Mapping, Mapping], sources: Sources) -> None:
        self.reference, self.candidate, self.sources = reference, candidate, sources
        self.mapping, self.theirs = mappings
        self._mine, self._theirs = Names(reference), Names(candidate)
        self._known: dict[str, tuple[Counterpart, ...]] = {}

    @cached_property
    def _pool(self) -> list[Symbol]:
        kinds = ("class", "function", "method")
        return [one for one in self.candidate.symbols.values() if one.kind in kinds and "<locals>" not in one.id]

    @cached_property
    def _by_plain(self) -> dict[str, list[Symbol]]:
        found: dict[str, list[Symbol]] = {}
        for one in self._pool:
            found.setdefault(plain_name(one.name), []).append(one)
        return found

    @cached_property
    def _used_by_candidate(self) -> dict[str, list[tuple[Place, str]]]:
        """Symbols of the reference that the candidate uses itself, with the first places."""
        if self.candidate.package == self.reference.package:
            return {}  # two versions of one package: each uses its own
        raw = self.candidate.touches(self.reference)
        found: dict[str, list[tuple[Place, str]]] = {}
        for one in (*raw.imports, *raw.calls, *raw.uses):
            if one.target in self.reference.symbols:
                last = one.what.rpartition(".")[2] if hasattr(one, "what") else last_name(one.text)
                if last:
                    found.setdefault(one.target, []).append((one.place, last))
        return {name: sorted(set(places)) for name, places in found.items()}

    @cached_property
    def _callers(self) -> Counter:
        return Counter(call.target for call in self.candidate.calls if call.target)

    def match(self, name: str) -> tuple[Counterpart, ...]:
        """Everything worth naming, the surest first; accepted is what has at least `ACCEPTED`."""
        if name not in self._known:
            self._known[name] = ()  # asked in a circle: nothing yet
            self._known[name] = tuple(sorted(self._find(name), key=self._order))
        return self._known[name]

    def best(self, name: str) -> Counterpart | None:
        """The counterpart: one of the candidate's own where one is accepted, else the reference's own it uses."""
        accepted = [one for one in self.match(name) if one.confidence >= ACCEPTED]
        return next((one for one in accepted if one.own), accepted[0] if accepted else None)

    def _order(self, one: Counterpart) -> tuple:
        same = self._is_used(one.symbol)
        return -one.confidence, -same, len(one.symbol), one.symbol

    def _is_used(self, name: str) -> int:
        return self._callers[name]

    def _find(self, name: str) -> list[Counterpart]:
        symbol = self.reference.symbols.get(name)
        found = self._shared(name)
        if name == self.reference.package:
            whole = Evidence("contract mapping", 1.0, "the packages that are compared")
            return [*found, Counterpart(self.candidate.package, confidence((whole,)), (whole,))]
        if "()" in name:
            return [*found, *self._made(name)]
        owner = self.reference.symbols.get(name.rpartition(".")[0])
        if owner is not None and owner.kind == "class":
            mapped = self._mapped(name)
            best = self.best(owner.id)
            found = found if best is None or not best.own else []  # another class of its own has taken its place
            return [*found, *(mapped or self._members(owner.id, name.rpartition(".")[2]))]
        if owner is not None and owner.kind in ("attribute", "field"):
            return [*found, *self._held(owner.id, name.rpartition(".")[2])]
        if symbol is None:
            return [*found, *self._named(name.rpartition(".")[2], None)]
        if symbol.kind == "module":
            return found
        if symbol.kind in KINDS:
            return [*found, *self._named(symbol.name, symbol)]
        return [*found, *self._attributes(symbol)]

    def _shared(self, name: str) -> list[Counterpart]:
        places, text, strength = self._used_by_candidate.get(name, []), "the candidate uses the reference's own", 1.0
        module = name.rpartition(".")[0]
        if not places and module in self.reference.modules:
            places = [one for one in self._used_by_candidate.get(module, []) if name in self.reference.symbols]
            text, strength = f"the candidate imports the reference's {module}", 0.75
        if not places:
            return []
        text += f", {len(places)} places" if len(places) > 1 else ""
        evidence = (Evidence("reference's own", strength, text, *places[0]),)
        return [Counterpart(name, confidence(evidence), evidence, own=False)]

    # by mapping, name, signature and calls

    def _mapped(self, name: str) -> list[Counterpart]:
        """What the mapping sets beside a symbol, with everything else that speaks for it."""
        symbol = self.reference.symbols.get(name)
        names = {other for topic in self.mapping.topics_of(name) for other in self.theirs.topics.get(topic, ())}
        every = [self._weighed(symbol, self.candidate.symbols[one]) for one in sorted(names)]
        return [one for one in every if one.confidence >= SHOWN]

    def _named(self, name: str, symbol: Symbol | None) -> list[Counterpart]:
        if symbol is None:
            near = self._by_plain.get(plain_name(name), [])
            evidence = [(one, tuple(alike(name, one.name))) for one in near]
            return [Counterpart(one.id, confidence(why), why) for one, why in evidence]
        wanted = KINDS[symbol.kind]
        pool = [one for one in self._pool if one.kind in wanted]
        names = {other for topic in self.mapping.topics_of(symbol.id) for other in self.theirs.topics.get(topic, ())}
        pool += [self.candidate.symbols[one] for one in sorted(names) if self.candidate.symbols[one] not in pool]
        every = [self._weighed(symbol, one) for one in pool]
        return sorted((one for one in every if one.confidence >= SHOWN), key=self._order)[:6]

    def _weighed(self, symbol: Symbol, other: Symbol) -> Counterpart:
        evidence = []
        theirs = set(self.theirs.topics_of(other.id))
        common = [topic for topic in self.mapping.topics_of(symbol.id) if topic in theirs]
        named = alike(symbol.name, other.name)
        if common:
            sure = bool(named) or any(self._is_pair(topic, symbol.id, other.id) for topic in common)
            said = ", ".join(common) + ("" if sure else ", one of several")
            evidence.append(Evidence("contract mapping", 1.0 if sure else ONE_OF_SEVERAL, said))
        evidence += named
        if symbol.kind == other.kind == "class":
            evidence += same_members(self._mine.members(symbol.id), self._theirs.members(other.id))
        evidence += signature(symbol, other)
        evidence += same_calls(self._mine.called(symbol), self._theirs.called(other))
        if evidence and module_of(symbol) == module_of(other):
            evidence.append(Evidence("same module", 1.0, f"both in a module {module_of(other)!r}"))
        return Counterpart(other.id, confidence(tuple(evidence)), tuple(evidence))

    def _is_pair(self, topic: str, name: str, other: str) -> bool:
        """Whether a row of the mapping says which is which: one side has one only, or both are the likeliest."""
        mine, theirs = self.mapping.topics[topic], self.theirs.topics[topic]
        return 1 in (len(mine), len(theirs)) or (name, other) == (mine[0], theirs[0])

    # members, attributes, what functions make, modules

    def owners(self, cls: str) -> list[Counterpart]:
        """The classes a class's members are looked for in: its counterpart, then what the mapping sets beside it."""
        best = self.best(cls)
        if best is None or not best.own:
            return [best] if best else []
        beside = {one for topic in self.mapping.topics_of(cls) for one in self.theirs.topics.get(topic, ())}
        row = (Evidence("contract mapping", 1.0, "the mapping sets it beside the class"),)
        others = sorted(one for one in beside if one != best.symbol and self.candidate.symbols[one].kind == "class")
        return [best, *(Counterpart(one, confidence(row), row) for one in others)]

    def _members(self, cls: str, name: str) -> list[Counterpart]:
        found = []
        for owner in self.owners(cls):
            tree = self.candidate if owner.own else self.reference
            for wanted, strength, why in self._wanted(name):
                target = self._member_of(tree, owner.symbol, wanted)
                if target:
                    sure = round(owner.confidence * strength, 3)
                    kind = "same name" if wanted == name else "like name" if not why else "contract mapping"
                    said = why or f"member of {owner.symbol}, which is sure to {owner.confidence:.2f}"
                    found.append(Counterpart(target, sure, (Evidence(kind, 1.0, said),), own=owner.own))
                    break
            else:
                found += self._member_like(tree, owner, name)
            if found:
                break
        return found

    def _wanted(self, name: str) -> list[tuple[str, float, str]]:
        """Names a member may have: its own, and what the configuration bridge calls it."""
        other, clause = renamed(name, self.candidate.package)
        return [(name, 1.0, "")] + ([(other, 0.95, f"the bridge calls it so, {clause}")] if other else [])

    def _member_of(self, tree: Tree, cls: str, name: str) -> str:
        if tree.symbols.get(cls, None) is None or tree.symbols[cls].kind != "class":
            return ""
        values = tree.resolver.classes.member(cls, name)
        return next((one.id for one in values if one.kind == "symbol" and one.id in tree.symbols), "")

    def _member_like(self, tree: Tree, owner: Counterpart, name: str) -> list[Counterpart]:
        if tree.symbols.get(owner.symbol, None) is None or tree.symbols[owner.symbol].kind != "class":
            return []
        line, _ = tree.resolver.classes.line_of(owner.symbol)
        prefixes = tuple(f"{one}." for one in line)
        near = [
            one for one in tree.symbols.values()
            if one.id.startswith(prefixes) and one.parent in line and plain_name(one.name) == plain_name(name)
        ]  # fmt: skip
        said = f"member of {owner.symbol}, which is sure to {owner.confidence:.2f}"
        return [
            Counterpart(one.id, round(owner.confidence * 0.85, 3), (Evidence("like name", 1.0, said),), own=owner.own)
            for one in near[:1]
        ]

    def _attributes(self, symbol: Symbol) -> list[Counterpart]:
        """A module's attribute: one of the same name in the module of the same name."""
        near = [
            one for one in self.candidate.symbols.values()
            if one.kind == "attribute" and one.name == symbol.name and one.parent in self.candidate.modules
        ]  # fmt: skip
        found = []
        for one in near:
            evidence = [Evidence("same name", 1.0, f"both are called {symbol.name!r}")]
            if module_of(one) == module_of(symbol):
                evidence.append(Evidence("same module", 1.0, f"both in a module {module_of(one)!r}"))
            elif len(symbol.name) < 6:  # `cfg` and the like mean nothing by themselves
                continue
            found.append(Counterpart(one.id, confidence(tuple(evidence)), tuple(evidence)))
        return found

    def _held(self, attribute: str, name: str) -> list[Counterpart]:
        """What is asked of an attribute's value: the same of what its counterpart holds."""
        best = self.best(attribute)
        if best is None:
            return []
        why = (Evidence("same name", 1.0, f"of what {best.symbol} holds, which is sure to {best.confidence:.2f}"),)
        return [Counterpart(f"{best.symbol}.{name}", round(best.confidence * 0.9, 3), why, best.own)]

    def _made(self, path: str) -> list[Counterpart]:
        """What is asked of a function's answer: the same of what the counterpart answers."""
        name, _, rest = path.partition("()")
        found = []
        for one in self.match(name):
            if one.confidence < ACCEPTED or not one.own:
                continue
            values = self.candidate.resolver.find(one.symbol)
            for step in split(f"x(){rest}")[1]:
                values = tuple(made for value in values for made in self.candidate.resolver.step(value, step))
            known = [value for value in values if value.kind == "symbol" or self.sources.tree_of(value.id) is None]
            if not known:
                unknown = (Evidence("same name", 1.0, f"what {one.symbol} answers is not known from source"),)
                found.append(Counterpart(f"{one.symbol}(){rest}", round(ACCEPTED * 0.9 * one.confidence, 3), unknown))
            for value in known[:1]:
                if value.kind in ("symbol", "outside"):
                    target = value.id if value.kind == "symbol" else f"{one.symbol}(){rest}"
                    said = f"what {one.symbol} answers, which is sure to {one.confidence:.2f}"
                    said += f"; from {value.id}" if value.kind == "outside" else ""
                    found.append(
                        Counterpart(target, round(one.confidence * 0.9, 3), (Evidence("same name", 1.0, said),))
                    )
        return found

    def module(self, name: str, touched: list[str]) -> None:
        """Finds a module's counterpart by its name and by where the counterparts of what is touched in it lie."""
        votes: Counter = Counter()
        for one in touched:
            best = self.best(one)
            target = self.candidate.symbols.get(best.symbol) if best and best.own else None
            if target is not None:
                module = next(m for m in _parents(target.id) if m in self.candidate.modules)
                votes[module] += 1
        found = self._shared(name)
        tail = name.removeprefix(f"{self.reference.package}.")
        for other in sorted(self.candidate.modules):
            evidence = []
            if other.removeprefix(f"{self.candidate.package}.") == tail:
                evidence.append(Evidence("same name", 1.0, "the same name below the package"))
            elif plain_name(other.rpartition(".")[2]) == plain_name(name.rpartition(".")[2]) and "." in other:
                evidence.append(Evidence("like name", 1.0, "the same last name, or one like it"))
            if votes[other]:
                said = f"{votes[other]} of {len(touched)} touched symbols have their counterparts there"
                evidence.append(Evidence("members", votes[other] / len(touched), said))
            if evidence and confidence(tuple(evidence)) >= SHOWN:
                found.append(Counterpart(other, confidence(tuple(evidence)), tuple(evidence)))
        self._known[name] = tuple(sorted(found, key=self._order))


def _parents(name: str) -> list[str]:
    """Itself and what it lies in, outwards."""
    parts = name.split(".")
    return [".".join(parts[:number]) for number in range(len(parts), 0, -1)]
