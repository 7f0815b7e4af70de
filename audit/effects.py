"""What a piece of source does that outlives it: files, the legacy parameters, random state, the environment.

The rules are data, in `effects.toml`; they are held against what calls and uses lead to.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ptychoparity.audit.index import Tree
from ptychoparity.audit.model import Call, Effect, Use
from ptychoparity.audit.paths import last_name

RULES = Path(__file__).parent / "effects.toml"
KINDS = ("file", "params", "random", "environment")
"""Those with rules; what is stored into a module's attribute is of kind `module`."""
CHANGES = {"update", "pop", "popitem", "clear", "setdefault", "append", "insert", "extend", "remove", "__setitem__"}
ASKS = {"get", "items", "keys", "values", "copy"}


@dataclass(frozen=True)
class Rule:
    kind: str
    target: re.Pattern | None = None
    store: re.Pattern | None = None
    """Something that is written into by subscript, attribute or one of its methods."""
    mode: str = "write"
    argument: int = 0
    keyword: str = ""
    say: str = ""


@lru_cache(maxsize=1)
def rules() -> tuple[Rule, ...]:
    found = tomllib.loads(RULES.read_text(encoding="utf-8"))
    made = []
    for kind in KINDS:
        for row in found[kind]:
            patterns = {name: re.compile(row.pop(name)) for name in ("target", "store") if name in row}
            made.append(Rule(kind, **patterns, **row))
    return tuple(made)


def effects_in(tree: Tree, scope: str) -> tuple[Effect, ...]:
    """The effects of what stands in a symbol itself, by line; not of what it calls."""
    calls, uses = tree.callees(scope), tree.uses_in(scope)
    found = {*_of_calls(calls, uses), *_of_uses(uses), *_of_modules(tree, uses)}
    return tuple(sorted(found, key=lambda one: (one.place, one.kind, one.what, one.mode)))


def _of_calls(calls: Iterable[Call], uses: Iterable[Use]) -> Iterator[Effect]:
    stores = {(use.place.line, use.text): use for use in uses}
    for call in calls:
        names = [name for name in (call.target, *call.candidates) if name]
        rule = next((rule for rule in rules() for name in names if rule.target and rule.target.fullmatch(name)), None)
        if rule is not None:
            yield Effect(rule.kind, call.place, _said(call, rule), _mode(call, rule), call.scope)
            continue
        owner, method = call.text.rpartition(".")[0], last_name(call.text)
        use = stores.get((call.place.line, owner))
        kind = _store(use.target) if use is not None and method in CHANGES | ASKS else None
        if kind:
            yield Effect(kind, call.place, _said(call, None), "write" if method in CHANGES else "read", call.scope)


def _of_uses(uses: Iterable[Use]) -> Iterator[Effect]:
    for use in uses:
        kind = _store(use.target)
        if kind and (use.mode != "read" or use.text.endswith("]")):
            mode = "read" if use.mode == "read" else "write"
            yield Effect(kind, use.place, use.text if use.mode != "delete" else f"del {use.text}", mode, use.scope)


def _of_modules(tree: Tree, uses: Iterable[Use]) -> Iterator[Effect]:
    """A function that stores into an attribute of a module: its own by `global`, or another's."""
    for use in uses:
        if use.mode != "read" and use.mode != "lookup" and use.target and not _store(use.target):
            owner, _, name = use.target.rpartition(".")
            if owner in tree.resolver.modules and name and use.scope not in tree.resolver.modules:
                yield Effect("module", use.place, use.text, "write", use.scope)


def _store(name: str | None) -> str | None:
    """Which kind of state a name holds."""
    for rule in rules():
        if name and rule.store and rule.store.fullmatch(name):
            return rule.kind
    return None


def _said(call: Call, rule: Rule | None) -> str:
    first = next((what for name, what in call.arguments if name == "0"), "") or next(
        (f"{name}={what}" for name, what in call.arguments if what and not name.isdigit()), ""
    )
    if len(call.arguments) > 1 and first:
        first += ", ..."
    text = f"{call.text}({first or ('...' if call.arguments or call.starred else '')})"
    return f"{rule.say}: {text}" if rule and rule.say and rule.say not in call.text else text


def _mode(call: Call, rule: Rule) -> str:
    if rule.mode != "argument":
        return rule.mode
    given = dict(call.arguments)
    text = given.get(rule.keyword) or given.get(str(rule.argument)) or "'r'"
    quoted = text[:1] in ("'", '"')
    return "write" if not quoted or set(text) & set("wax+") else "read"
