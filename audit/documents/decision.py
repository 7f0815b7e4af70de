"""The comparison of options as a document: options, scores, the facts behind them, policies, and what is open."""

from collections.abc import Sequence
from typing import Any

from ptychoparity.audit.citations import Citations
from ptychoparity.audit.criteria import Criterion, Policy
from ptychoparity.audit.decision import Considered, Decision
from ptychoparity.audit.documents.blocks import (
    Block,
    Bullets,
    Code,
    Document,
    Heading,
    Inline,
    Paragraph,
    Rows,
    cited,
    flat,
    place_data,
    sources_block,
    sources_data,
)
from ptychoparity.audit.index import Sources
from ptychoparity.audit.measures import Fact, explained

MOST_PLACES = 4
MOST_NAMES = 240
"""Characters of names shown in a cell."""


def compose(decision: Decision, sources: Sources, citations: Citations) -> Document:
    """The document `decision`."""
    blocks: list[Block] = [
        Paragraph(
            ("Options for the surface that a workflow calls in ", Code(decision.package),
             ", compared on what source says. The numbers order nothing by themselves: weights are a judgement, "
             "and the choice is left to people.")
        ),
        sources_block(sources),
        Heading("Options"),
        *_options(decision),
        Heading("Scores"),
        *_scores(decision),
        Heading("Measured facts"),
        *_facts(decision, citations),
        Heading("Policies"),
        *_policies(decision, citations),
        Heading("Left to people"),
        Bullets(tuple(_open(decision))),
    ]  # fmt: skip
    return Document("decision", "Decision: the orchestration surface", tuple(blocks), data(decision, sources))


def _options(decision: Decision) -> list[Block]:
    rows, notes = [], []
    for one in decision.considered:
        owner = one.owner or "not known"
        rows.append((one.option.title, flat(Code(name) for name in one.modules), str(len(one.entries)), owner))
        if one.option.note:
            notes.append((one.option.title, ": ", one.option.note))
        if one.lost:
            notes.append((one.option.title, ": not there: ", flat(Code(name) for name in one.lost)))
    head = ("Option", "Modules of its entries", "Entries", "Provisional owner")
    told = Paragraph(
        ("From ", Code(decision.criteria.file), "; the owner is a suggestion from the history of the entries.")
    )
    return [told, Rows(head, tuple(rows), frozenset({2})), *([Bullets(tuple(notes))] if notes else [])]


def _scores(decision: Decision) -> list[Block]:
    head = ("Criterion", "Weight", "Better", *(one.option.title for one in decision.considered))
    rows = []
    for criterion in decision.scored:
        cells = [_score(one, criterion) for one in decision.considered]
        rows.append((title(criterion.fact), f"{criterion.weight:g}", criterion.better, *cells))
    rows.append(("Score", "", "", *(f"{one.total:.3f}" for one in decision.considered)))
    how = [
        "A cell holds the measured value, and in parentheses its score.",
        "Where lower is better the score is (1 + best) / (1 + value), where higher is better value / best; best is the "
        "best of the options, which so has 1.",
        "The last row is the mean of the scores, weighted. It is no better than the weights.",
    ]
    how += [f"Left out, {title(one.fact)}: {why}." for one, why in decision.left_out]
    numbers = frozenset({1, *range(3, len(head))})
    return [Rows(head, tuple(rows), numbers), Bullets(tuple(how))]


def _score(one: Considered, criterion: Criterion) -> str:
    return f"{one.facts[criterion.fact].value:g} ({one.scores[criterion.fact]:.2f})"


def title(fact: str) -> str:
    """`call_depth` as words."""
    kind, _, argument = fact.partition(":")
    return f"hangs on {argument}" if argument else kind.replace("_", " ")


def _facts(decision: Decision, citations: Citations) -> list[Block]:
    blocks: list[Block] = []
    for criterion in decision.criteria.criteria:
        name = criterion.fact
        blocks.append(Heading(title(name), 3))
        why = f" It counts because {criterion.why}." if criterion.why else ""
        blocks.append(Paragraph(f"{explained(name)}{why}"))
        blocks.append(Bullets(tuple(_fact(one, name, citations) for one in decision.considered)))
    return blocks


def _fact(one: Considered, name: str, citations: Citations) -> Inline:
    fact = one.facts[name]
    return (one.option.title, ": ", *_shown(fact, citations))


def _shown(fact: Fact, citations: Citations) -> tuple[Inline, ...]:
    if fact.value is None:
        return ("not measured: ", fact.text)
    text = fact.text if len(fact.text) <= MOST_NAMES else f"{fact.text[:MOST_NAMES].rpartition(', ')[0]}, ..."
    shown: tuple[Inline, ...] = (f"{fact.value:g}",)
    if text:
        shown += (" (", Code(text), ")")
    if fact.places:
        shown += (": ", cited(citations, fact.places, MOST_PLACES))
    return shown


def _policies(decision: Decision, citations: Citations) -> list[Block]:
    head = ("Policy", "Question", *(one.option.title for one in decision.considered), "Choices")
    rows = []
    for policy in decision.policies:
        cells = [_policy(policy, one) for one in decision.considered]
        rows.append((policy.title, policy.question, *cells, flat(policy.choices, "; ")))
    blocks: list[Block] = [Rows(head, tuple(rows))]
    for policy in decision.policies:
        for name in policy.facts:
            blocks.append(Heading((policy.title, ": ", title(name)), 3))
            blocks.append(Paragraph(explained(name)))
            blocks.append(Bullets(tuple(_fact(one, name, citations) for one in decision.considered)))
    return blocks


def _policy(policy: Policy, one: Considered) -> str:
    facts = [(name, one.facts[name]) for name in policy.facts]
    return "; ".join(f"{title(name)}: {'?' if f.value is None else format(f.value, 'g')}" for name, f in facts)


def _open(decision: Decision) -> list[Inline]:
    items: list[Inline] = ["Choice of an option: open.", "Owner of the choice: open; the owners above are provisional."]
    items += [f"{one.title}: open. {one.question}" for one in decision.policies]
    for one in decision.considered:
        unresolved = sum(len(fact.places) for name, fact in one.facts.items() if name == "unresolved_calls")
        if unresolved:
            items.append(f"{one.option.title}: {unresolved} calls on the way are not resolved.")
    items.append(
        "Next step: choose, write the choice and its reason down beside this audit, and give the work an owner."
    )
    return items


def data(decision: Decision, sources: Sources) -> dict[str, Any]:
    """The comparison as JSON."""
    return {
        "package": decision.package,
        "sources": sources_data(sources),
        "criteria": [
            {"fact": c.fact, "weight": c.weight, "better": c.better, "why": c.why, "how": explained(c.fact)}
            for c in decision.criteria.criteria
        ],
        "left_out": [{"fact": c.fact, "why": why} for c, why in decision.left_out],
        "options": [_option_data(one) for one in decision.considered],
        "policies": [
            {
                "title": p.title,
                "question": p.question,
                "facts": list(p.facts),
                "choices": list(p.choices),
                "choice": None,
            }
            for p in decision.policies
        ],
        "choice": None,
    }


def _option_data(one: Considered) -> dict[str, Any]:
    return {
        "title": one.option.title, "note": one.option.note, "modules": list(one.modules),
        "entries": [symbol.id for symbol in one.entries], "not_there": list(one.lost), "owner": one.owner or None,
        "facts": {name: _fact_data(fact) for name, fact in sorted(one.facts.items())},
        "scores": {name: round(value, 6) for name, value in sorted(one.scores.items())},
        "score": None if one.total is None else round(one.total, 6),
    }  # fmt: skip


def _fact_data(fact: Fact) -> dict[str, Any]:
    places: Sequence[Any] = [place_data(place) for place, _ in fact.places]
    return {"value": fact.value, "text": fact.text, "places": places}
