"""Where two backends could be compared inside a workflow: tap points by stage, chosen from a chain by rules.

The rules are data, in `taps.toml`.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ptychoparity.audit.callchain import Chain
from ptychoparity.audit.model import Place
from ptychoparity.audit.trace import Merged

RULES = Path(__file__).parent / "taps.toml"
WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@dataclass(frozen=True, slots=True)
class Tap:
    """A call at which a stage can be watched."""

    stage: str
    place: Place
    """The line of the call."""
    text: str
    target: str
    caller: str
    depth: int
    """Calls below the entry."""
    observe: str
    rule: str
    """What chose it."""
    ran: int | None
    """How often the run came by; None where there was no run, or where it does not see calls of libraries."""


@dataclass(frozen=True)
class Rule:
    name: str = ""
    outside: str = ""
    avoid: str = ""


@dataclass(frozen=True)
class Stage:
    name: str
    observe: str
    rules: tuple[Rule, ...]


@lru_cache(maxsize=1)
def stages() -> tuple[Stage, ...]:
    rows = tomllib.loads(RULES.read_text(encoding="utf-8"))["stage"]
    return tuple(Stage(row["name"], row["observe"], tuple(Rule(**rule) for rule in row["rules"])) for row in rows)


@dataclass(frozen=True, slots=True)
class _Call:
    depth: int
    order: int
    place: Place
    text: str
    target: str
    caller: str
    outside: bool
    ran: int | None
    reached: bool
    """Whether the run came by; True where there was none."""


def taps(chain: Chain, merged: Merged | None = None) -> tuple[Tap, ...]:
    """One proposed point for each stage that the chain has, in the order of stages."""
    every = sorted(_calls(chain, merged), key=lambda one: (not one.reached, one.depth, one.order))
    found = []
    for stage in stages():
        fitting = [(one, rule) for rule in stage.rules for one in every if _fits(rule, one)]
        chosen = next((pair for pair in fitting if pair[0].reached), next(iter(fitting), None))
        if chosen is not None:
            one, rule = chosen
            found.append(Tap(stage.name, one.place, one.text, one.target, one.caller, one.depth, stage.observe,
                             rule.name or rule.outside, one.ran))  # fmt: skip
    return tuple(found)


def missing(found: tuple[Tap, ...]) -> tuple[str, ...]:
    """Stages nothing in the chain was chosen for."""
    return tuple(stage.name for stage in stages() if stage.name not in {tap.stage for tap in found})


def _calls(chain: Chain, merged: Merged | None) -> Iterator[_Call]:
    order = 0
    lines = {one.place for one in merged.trace.seen if one.inside} if merged else set()
    for name, step in chain.steps.items():
        for edge in step.edges:
            if edge.kind in ("call", "construct") and edge.cut != "decorated":
                order += 1
                ran = merged.edges.get((name, edge.place, edge.target), 0) if merged else None
                yield _Call(step.depth, order, edge.place, edge.text, edge.target, name, False, ran, ran != 0)
        for call in step.outside:
            order += 1
            yield _Call(
                step.depth,
                order,
                call.place,
                call.text,
                call.target,
                name,
                True,
                None,
                not merged or call.place in lines,
            )


def _fits(rule: Rule, one: _Call) -> bool:
    if one.outside:
        return bool(rule.outside) and re.fullmatch(rule.outside, one.target) is not None
    words = " ".join(WORDS.findall(one.target.rpartition(".")[2])).lower()
    return bool(rule.name) and re.fullmatch(rule.name, words) is not None and not (
        rule.avoid and re.search(rule.avoid, words)
    )  # fmt: skip
