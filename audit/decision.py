"""Options for the orchestration surface on weighted criteria, with the measured facts filled in. It decides nothing.

The score of a criterion says how near an option is to the best of them: `(1 + best) / (1 + value)` where lower is
better, `value / best` where higher is, so that the best has 1 and a difference of little weighs little. An option's
score is the mean of these, weighted. A fact that cannot be measured for every option is left out for all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ptychoparity.audit.assets import Inventory
from ptychoparity.audit.criteria import Criteria, Criterion, Option, Policy
from ptychoparity.audit.index import Sources, Tree
from ptychoparity.audit.measures import Fact, Reached, entries_of, measure
from ptychoparity.audit.model import Symbol
from ptychoparity.core.errors import UsageError

Owner = Callable[[Sequence[Symbol]], str]


@dataclass(frozen=True)
class Considered:
    """An option with everything measured."""

    option: Option
    modules: tuple[str, ...]
    entries: tuple[Symbol, ...]
    lost: tuple[str, ...]
    """Entries that are not there."""
    facts: Mapping[str, Fact]
    scores: Mapping[str, float]
    """By fact; without those that could not be measured."""
    total: float | None
    owner: str


@dataclass(frozen=True)
class Decision:
    """The comparison. The choice is not in it."""

    package: str
    criteria: Criteria
    considered: tuple[Considered, ...]
    left_out: tuple[tuple[Criterion, str], ...]
    """Criteria that could not be measured for every option, with why."""

    @property
    def scored(self) -> tuple[Criterion, ...]:
        out = {one.fact for one, _ in self.left_out}
        return tuple(one for one in self.criteria.criteria if one.fact not in out)

    @property
    def policies(self) -> tuple[Policy, ...]:
        return self.criteria.policies


def build(
    sources: Sources, tree: Tree, inventory: Inventory, criteria: Criteria, owner: Owner | None = None
) -> Decision:
    """Measure each option of `criteria` on `tree`. `owner` names who answers for some symbols.

    Raises UsageError where a user's file names entries that are not there.
    """
    measured = [(option, *_measured(sources, tree, inventory, criteria, option)) for option in criteria.options]
    left_out = []
    for one in criteria.criteria:
        why = [facts[one.fact].text for _, _, _, facts in measured if facts[one.fact].value is None]
        if why:
            left_out.append((one, why[0]))
    out = {one.fact for one, _ in left_out}
    scored = [one for one in criteria.criteria if one.fact not in out]
    considered = []
    for option, reached, lost, facts in measured:
        scores = {one.fact: score(one, facts, [other for _, _, _, other in measured]) for one in scored}
        total = sum(one.weight * scores[one.fact] for one in scored) / sum(one.weight for one in scored)
        who = owner(reached.entries) if owner is not None and reached.entries else ""
        considered.append(Considered(option, reached.modules, reached.entries, tuple(lost), facts, scores, total, who))
    return Decision(tree.package, criteria, tuple(considered), tuple(left_out))


def _measured(
    sources: Sources, tree: Tree, inventory: Inventory, criteria: Criteria, option: Option
) -> tuple[Reached, list[str], dict[str, Fact]]:
    modules, entries, lost = entries_of(sources, tree, option.entries)
    if lost and criteria.own:
        raise UsageError(f"--criteria {criteria.file}: option {option.title!r}: {tree.package} has no {lost[0]!r}")
    reached = Reached(sources, tree, inventory, criteria.bridge, tuple(modules), tuple(entries))
    names = [one.fact for one in criteria.criteria] + [name for one in criteria.policies for name in one.facts]
    return reached, lost, {name: measure(name, reached) for name in dict.fromkeys(names)}


def score(criterion: Criterion, facts: Mapping[str, Fact], every: Sequence[Mapping[str, Fact]]) -> float:
    """How near an option is to the best of all, from 0 to 1."""
    value = facts[criterion.fact].value
    values = [one[criterion.fact].value for one in every]
    if criterion.better == "lower":
        return (1 + min(values)) / (1 + value)
    best = max(values)
    return value / best if best else 1.0
