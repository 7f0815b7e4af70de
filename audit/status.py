"""How far a counterpart stands in for a symbol, difference by difference."""

import builtins
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ptychoparity.audit.counterparts import Counterpart, Matcher
from ptychoparity.audit.evidence import plain_name
from ptychoparity.audit.misfits import Misfit, bound
from ptychoparity.audit.model import Parameter, Symbol

STATUSES = ("present", "partial", "missing", "diverging")
"""present: nothing that was compared differs; partial: it is there, and lacks members or parameters that client or spec
use; missing: no counterpart; diverging: it has what is used, and something differs."""
MADE = re.compile(r"([a-z_][\w.]*)\(")
"""A default that a function makes; of Python's own one knows what they make."""


class Difference(NamedTuple):
    kind: str
    """lacks (what is used), lacks unused, parameter, name, order, default, annotation, returns, kind; and what is no
    divergence: more (takes more than it has to), untold (signatures do not tell), own (it is the reference's)."""
    text: str
    used: bool = False
    parameter: str = ""

    @property
    def general(self) -> str:
        """The same of any parameter, where its name is no matter."""
        return ANNOTATED.sub("parameters are ", self.text) if self.kind == "annotation" else self.text


ANNOTATED = re.compile(r"^'\w+' is (?=.* there, )")
HARMLESS = ("more", "untold", "own")
"""Kinds of differences that are no divergence."""


# the counterpart


def differences(
    symbol: Symbol | None, other: Symbol | None, used: set[str], positional: int = 0, called: bool = False
) -> list[Difference]:
    """Of a symbol of the reference and its counterpart.

    `used`: names of parameters that are given by name; `positional`: how many arguments are given by position;
    `called`: whether it is known of a call that it gives no more than these.
    """
    if symbol is None or other is None:
        return []
    found = []
    member = symbol.kind in ("attribute", "field") and symbol.parent.rpartition(".")[2][:1].isupper()
    if member and symbol.name != other.name:
        found.append(Difference("name", f"is called {other.name!r} here"))
    if _kind(symbol) != _kind(other):
        found.append(Difference("kind", f"{_a(_kind(symbol))} there, {_a(_kind(other))} here"))
    takes = ("class", "function", "method")
    if symbol.kind in takes and other.kind in takes:
        found += _parameters(bound(symbol), bound(other), used, positional, called)
        if symbol.kind != "class" and other.kind != "class":
            found += _said("returns", "answers", symbol.returns, other.returns)
    elif symbol.kind in ("attribute", "field") and other.kind in ("attribute", "field"):
        found += _said("annotation", "is declared", symbol.returns, other.returns)
        if symbol.kind == other.kind == "field" and _differs(symbol.value, other.value):
            kind = _default_kind(symbol.value, other.value)
            found.append(Difference(kind, f"{_default(symbol.value)} there, {_default(other.value)} here"))
    return found


def _kind(symbol: Symbol) -> str:
    """A field and a property are attributes to whoever reads them."""
    held = symbol.kind == "field" or any(text.endswith("property") for text in symbol.decorators)
    return "attribute" if held else symbol.kind


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def _parameters(
    mine: Sequence[Parameter], theirs: Sequence[Parameter], used: set[str], positional: int, called: bool
) -> list[Difference]:
    found: list[Difference] = []
    pairs, rest = _paired(mine, theirs, positional)
    given = [one.name for one in mine[:positional]]
    for one in rest:
        found.append(_unpaired(one, theirs, one.name in used, one.name in given))
    anything = [one.name for one in mine if one.kind == "variadic keyword"]
    for one, other in pairs:
        found += _parameter(one, other, one.name in used)
    found += _order(pairs, theirs, positional)
    matched = {other.name for _, other in pairs}
    for one in theirs:
        if one.name not in matched and not one.variadic:
            may_be_given = one.kind != "positional-only" and (one.name in used or not called)
            if one.required and anything and may_be_given:
                found.append(Difference("untold", f"needs {one.name!r}, there through **{anything[0]} if at all"))
            elif one.required:
                only = ", keyword-only" if one.kind == "keyword-only" else ""
                found.append(Difference("parameter", f"needs {one.name!r}{only}, which the reference has not"))
            else:
                found.append(Difference("more", f"takes also {one}"))
    return found


def _unpaired(one: Parameter, theirs: Sequence[Parameter], by_name: bool, by_place: bool) -> Difference:
    """Of a parameter that is not among `theirs`: it is lacked, unless `*` or `**` may take what is given."""
    stars = {other.kind: other.name for other in theirs if other.variadic}
    keyword, rest = stars.get("variadic keyword"), stars.get("variadic positional")
    if keyword and not by_place and one.kind != "positional-only":
        return Difference("untold", f"takes {one.name!r} through **{keyword} if at all", by_name, one.name)
    if rest and not by_name and one.kind != "keyword-only":
        return Difference("untold", f"takes {one.name!r} through *{rest} if at all", by_place, one.name)
    if keyword:
        return Difference(
            "lacks" if by_place else "parameter", f"takes no {one.name!r} by position", by_place, one.name
        )
    return Difference("lacks" if by_name else "lacks unused", f"takes no {one.name!r}", by_name, one.name)


def _paired(
    mine: Sequence[Parameter], theirs: Sequence[Parameter], positional: int
) -> tuple[list[tuple[Parameter, Parameter]], list[Parameter]]:
    """Parameters of the two that are the same one, and those that are left.

    By name, by a name like it, and, where both have to be given or are given by position, by their place.
    """
    here = {one.name: one for one in theirs if not one.variadic}
    alike = {plain_name(name): one for name, one in here.items()}
    plain = [one for one in mine if not one.variadic]
    found = {one.name: here.get(one.name) or alike.get(plain_name(one.name)) for one in plain}
    taken = {other.name for other in found.values() if other is not None}
    for number, one in enumerate(plain):
        other = theirs[number] if number < len(theirs) else None
        if found[one.name] is None and other is not None and not other.variadic and other.name not in taken:
            both = [one, other]
            by_place = all(each.kind != "keyword-only" for each in both)
            if by_place and (number < positional or all(each.required for each in both)):
                found[one.name] = other
                taken.add(other.name)
    pairs = [(one, found[one.name]) for one in plain if found[one.name] is not None]
    return pairs, [one for one in plain if found[one.name] is None]


def _parameter(one: Parameter, other: Parameter, used: bool) -> list[Difference]:
    found = []
    if one.name != other.name:
        found.append(Difference("lacks" if used else "parameter", f"{one.name!r} is called {other.name!r}", used))
    if _differs(one.default, other.default):
        there, here = _default(one.default), _default(other.default)
        kind = _default_kind(one.default, other.default)
        found.append(Difference(kind, f"{one.name!r}: {there} there, {here} here", used))
    found += _said("annotation", f"{one.name!r} is", one.annotation, other.annotation, used)
    if one.kind != other.kind and "keyword-only" in (other.kind,):
        found.append(Difference("kind", f"{one.name!r} only by name here", used))
    return found


def _default_kind(*several: str | None) -> str:
    """What a function makes, `option(64)`, may be the other's default: the signature does not tell."""
    found = [MADE.match(text or "") for text in several]
    made = [one is not None and not hasattr(builtins, one[1]) for one in found]
    return "untold" if made.count(True) == 1 else "default"


def _default(text: str | None) -> str:
    return "has to be given" if text is None else f"default {text}"


def _order(
    pairs: Sequence[tuple[Parameter, Parameter]], theirs: Sequence[Parameter], positional: int
) -> list[Difference]:
    """Whether arguments by position mean something else: `positional` of them are given so."""
    places = {one.name: number for number, one in enumerate(theirs)}
    plain = [(one, other) for one, other in pairs if "keyword-only" not in (one.kind, other.kind)]
    in_their_order = sorted(plain, key=lambda pair: places[pair[1].name])
    if in_their_order != plain:
        there = ", ".join(one.name for one, _ in plain)
        here = ", ".join(other.name for _, other in in_their_order)
        return [Difference("order", f"order {there} there, {here} here", positional > 1)]
    return [
        Difference("order", f"{one.name!r} is argument {number + 1} there, {places[other.name] + 1} here", True)
        for number, (one, other) in enumerate(pairs[:positional])
        if places[other.name] != number
    ]


def _said(kind: str, verb: str, mine: str | None, theirs: str | None, used: bool = False) -> list[Difference]:
    """Annotations, where both say something."""
    if not mine or not theirs or _type(mine) == _type(theirs):
        return []
    return [Difference(kind, f"{verb} {mine} there, {theirs} here", used)]


def _type(text: str) -> str:
    """An annotation without what is only another way to write it."""
    plain = re.sub(r"['\"\s]", "", text)
    plain = re.sub(r"\b(?:typing|pathlib|np|numpy|tf|torch|tensorflow|keras|collections\.abc)\.", "", plain)
    plain = re.sub(r"Optional\[(.+)\]$", r"\1|None", plain)
    union = re.fullmatch(r"Union\[(.+)\]", plain)
    plain = union[1].replace(",", "|") if union and "[" not in union[1] else plain
    plain = plain.replace("Dict[", "dict[").replace("List[", "list[").replace("Tuple[", "tuple[")
    return "|".join(sorted(plain.split("|"))) if "[" not in plain else plain


def _differs(mine: str | None, theirs: str | None) -> bool:
    def plain(text: str | None) -> str | None:
        if text is None:
            return None
        try:
            return repr(float(text))
        except ValueError:
            return text.replace('"', "'").strip()

    return plain(mine) != plain(theirs)


def status_of(found: Counterpart | None, several: Iterable[Difference]) -> str:
    if found is None:
        return "missing"
    kinds = {one.kind for one in several}
    if "lacks" in kinds:
        return "partial"
    return "diverging" if kinds.difference(HARMLESS) else "present"


def own_status(symbol: Symbol | None, through: str, lost: Iterable[Difference], unfit: Iterable[Misfit]) -> str:
    """Of a symbol the client touches in the candidate itself: whether it bears what the client does."""
    if symbol is None:
        return "present" if through else "missing"
    if list(lost) or any(one.lacks for one in unfit):
        return "partial"
    return "diverging" if list(unfit) else "present"


# members of classes and modules


def moved(
    several: Iterable[Difference], symbol: Symbol | None, target: Symbol | None, matcher: Matcher
) -> list[Difference]:
    """Without what a class lacks and another class has in its place: settings that lie elsewhere are not lost."""
    found = []
    for one in several:
        name = one.parameter
        best = matcher.best(f"{symbol.id}.{name}") if symbol and symbol.kind == "class" and name else None
        if best is not None and one.kind.startswith("lacks"):
            owner, _, last = best.symbol.rpartition(".")
            same = target is not None and owner == target.id
            said = f"{last!r}, a member" if same and last == name else f"{last!r} of {owner.rpartition('.')[2]}"
            one = Difference("parameter", f"takes no {name!r}: it is {said}", one.used, name)
        found.append(one)
    return found


def members_lacking(names: Iterable[str], matcher: Matcher) -> list[Difference]:
    """Touched members of a class, or symbols of a module, without a counterpart."""
    lost = sorted(name.rpartition(".")[2] for name in names if matcher.best(name) is None)
    return [Difference("lacks", f"has no {name!r}", True) for name in lost]
