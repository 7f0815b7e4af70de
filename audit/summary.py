"""What an audit comes to: counts, risks, questions nobody has answered, next steps. Each part tells its own."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ptychoparity.audit.assets import Inventory
from ptychoparity.audit.citations import Citations
from ptychoparity.audit.decision import Decision
from ptychoparity.audit.documents.asset_inventory import chain
from ptychoparity.audit.documents.blocks import Code, Inline, cited, flat
from ptychoparity.audit.index import Sources
from ptychoparity.audit.model import Fault
from ptychoparity.audit.parity_map import ParityMap, Row
from ptychoparity.audit.status import STATUSES

MOST = 5
"""So many of a kind are named; the documents have all."""


@dataclass(frozen=True)
class Told:
    """What one part says."""

    counts: tuple[tuple[str, int], ...] = ()
    risks: tuple[Inline, ...] = ()
    questions: tuple[Inline, ...] = ()
    steps: tuple[Inline, ...] = ()


def together(parts: Iterable[Told]) -> Told:
    """All of them as one, in their order."""
    every = list(parts)
    return Told(*(sum((getattr(one, name) for one in every), ()) for name in Told.__dataclass_fields__))


def of_inventory(inventory: Inventory, citations: Citations) -> Told:
    """Sizes; what cannot be imported without an optional package; what no test names; names that are not there."""
    modules = inventory.modules
    public = sum(len(one.public) for one in modules)
    counts = [
        ("modules of the candidate", len(modules)),
        ("their lines", sum(one.lines for one in modules)),
        ("their public symbols", public),
        ("of these named in a test", sum(len(one.named) for one in modules)),
    ]
    risks: list[Inline] = []
    for name in inventory.optional:
        hard = [(one, d) for one in modules for d in one.dependencies if d.name == name and d.hard]
        if hard:
            counts.append((f"modules that hang on {name}", len(hard)))
        if hard and name not in inventory.frameworks:
            shortest = min(hard, key=lambda pair: (len(pair[1].chain), pair[0].name))
            text = f" of {len(modules)} modules cannot be imported without "
            way = chain(shortest[1].chain, citations)
            risks.append((str(len(hard)), text, Code(name), ", which is optional: ", way))
    unnamed = [one for one in modules if any(gap.kind == "untested" for gap in one.gaps)]
    untested = [one for one in unnamed if not one.reach.through]
    if unnamed and inventory.tests:
        names = _named([Code(one.name) for one in untested or unnamed])
        reached = f"of these {len(untested)} are reached by none: " if untested else "all are reached through others: "
        risks.append((f"{len(unnamed)} modules with a public surface are named in no test; {reached}", names))
    missing = [(one, gap) for one in modules for gap in one.gaps if gap.kind == "missing name"]
    if missing:
        counts.append(("names used that are not there", len(missing)))
    for one, gap in missing[:MOST]:
        risks.append((Code(one.name), " uses ", Code(gap.target), ", which is not there: ",
                      cited(citations, gap.places, 1)))  # fmt: skip
    if len(missing) > MOST:
        risks.append(f"{len(missing) - MOST} more such names are in the inventory.")
    failing = [one for one in modules if one.readiness == "failing"]
    for one in failing:
        risks.append((Code(one.name), ": contract checks fail, of ", flat(Code(name) for name in one.operations)))
    steps: list[Inline] = []
    if untested and inventory.tests:
        largest = sorted(untested, key=lambda one: (-len(one.public), one.name))[:MOST]
        names = flat(Code(one.name) for one in largest)
        steps.append(("Write tests for what has none, the largest surface first: ", names))
    return Told(tuple(counts), tuple(risks), (), tuple(steps))


def of_decision(decision: Decision) -> Told:
    """The choice and the policies, which are open."""
    best = max((one.total for one in decision.considered if one.total is not None), default=None)
    near = [one.option.title for one in decision.considered if one.total is not None and best - one.total < 0.05]
    questions: list[Inline] = []
    if len(near) > 1:
        questions.append(f"The scores of {'; '.join(near)} lie within 0.05: the weights decide, not the facts.")
    questions += [f"{one.title}: {one.question}" for one in decision.policies]
    steps: tuple[Inline, ...] = ("Choose the orchestration surface and give it an owner (decision.md).",)
    return Told((("options compared", len(decision.considered)),), (), tuple(questions), steps)


def of_chain(data: Mapping[str, Any]) -> Told:
    """Of the call chain's document: its size, writes that a port must repeat or drop, calls nobody could resolve."""
    counts = [(f"call chain: {name}", number) for name, number in data["counts"].items()]
    risks: list[Inline] = []
    for kind, what in (("params", "the legacy parameters"), ("random", "random state of the process")):
        found = [one for one in data["effects"] if (one["kind"], one["mode"]) == (kind, "write")]
        if found:
            shown = _named([Code(one["at"]) for one in found])
            risks.append((f"{len(found)} lines of the chain write {what}: ", shown))
    questions: list[Inline] = []
    if data["chosen"]:
        questions.append(
            ("Is ", Code(data["entry"]), f" where the work begins? {data['chosen']} --entry names another.")
        )
    if data["unresolved"]:
        shown = _named([Code(one["at"]) for one in data["unresolved"]])
        questions.append((f"What do these {len(data['unresolved'])} calls of the chain lead to: ", shown))
    run = data["run"]
    if run is not None and run["state"] != "finished":
        why = f": {run['exception']['type']}: {run['exception']['message']}" if run["exception"] else ""
        questions.append(
            f"The traced run {run['state']} after {run['seconds']} s{why}: what it did not reach is not known."
        )
    if run is None:
        questions.append("No run was traced: which of the chain's calls a run takes is not known.")
    if data["without_tap"]:
        questions.append(f"Where can {', '.join(data['without_tap'])} be tapped? The chain shows no point for it.")
    return Told(tuple(counts), tuple(risks), tuple(questions), ())


def of_parity(found: ParityMap) -> Told:
    """Statuses; the gaps most hangs on, each with a line of the client; who nobody owns."""
    counts = Counter(row.status for row in found.rows)
    touched = "touched" if found.client or found.specs.files else "public"
    told = [(f"{touched} symbols of the reference", len(found.rows))]
    told += [(f"of these {status}", counts[status]) for status in STATUSES]
    told.append(("symbols of the candidate that the client or the spec touches", len(found.needs)))
    gaps = found.gaps
    clauses = {clause for row in gaps for clause in row.musts}
    told += [("gaps", len(gaps)), ("MUST clauses that hang on gaps", len(clauses))]
    risks: list[Inline] = [_gap(row) for row in gaps[:MOST]]
    risks += [f"The same of {len(one.names)} symbols: {one.text}" for one in found.shared[:MOST]]
    absent = [
        row
        for row in (*found.rows, *found.needs)
        if any(one.found == "missing" and one.who == "client" for one in row.touches)
    ]
    if absent:
        names = _named([Code(row.name) for row in absent])
        risks.append((f"{len(absent)} names that are used or named are not there: ", names))
    questions: list[Inline] = []
    unsure = [row for row in found.rows if row.counterpart is not None and row.counterpart.confidence < UNSURE]
    if unsure:
        names = _named([Code(row.name) for row in unsure])
        questions.append((f"{len(unsure)} counterparts are guesses (confidence below {UNSURE:g}): ", names))
    unowned = [row for row in gaps if row.symbol is not None and not row.owner.name]
    if unowned:
        questions.append((f"{len(unowned)} gaps have no owner: ", _named([Code(row.name) for row in unowned])))
    steps: list[Inline] = []
    if gaps:
        steps.append(("Close the gaps most hangs on first: ", flat(Code(row.name) for row in gaps[:MOST])))
    return Told(tuple(told), tuple(risks), tuple(questions), tuple(steps))


UNSURE = 0.7
"""A counterpart below this confidence is a question."""


def _gap(row: Row) -> Inline:
    """One gap in a line: what, how many hang on it, where the client touches it."""
    first = next((one for one in row.touches if one.who == "client"), None) or next(iter(row.touches), None)
    where: Inline = (", touched at ", Code(str(first.place))) if first else ""
    why = f"the client {row.misfits[0].text}" if row.misfits else row.differences[0].text if row.differences else ""
    hangs = f"{len(row.paths)} client paths and {len(row.musts)} MUST clauses hang on it"
    return (Code(row.name), f" is {row.status}{f' ({why})' if why else ''}: {hangs}", where)


def of_faults(sources: Sources) -> Told:
    """What could not be read or decided, where there is something."""
    counts = Counter(fault.kind for _, fault in sources.faults)
    told = tuple((f"faults: {kind}", number) for kind, number in sorted(counts.items()))
    first: Inline = "What could not be read or decided from source is in blockers.md."
    return Told(told, (), (first,), ())


def _named(names: Sequence[Inline]) -> Inline:
    shown = flat(names[:MOST])
    return (shown, f" and {len(names) - MOST} more") if len(names) > MOST else shown


GROUPS = (
    ("Not read", ("file", "syntax", "shadowed"), "These files are missing from everything else that is said here."),
    ("No version", ("git",), "What is cited there holds for the files as they lie there."),
    ("Names that are not known", ("star",), "Names that come through such an import are not resolved."),
    ("Chosen at run time", ("dynamic",), "Source does not tell what is imported or called."),
    ("Imports of what is not there", ("missing",), "They fail when they are reached."),
    ("Imports in a circle", ("cycle",), "What is there when a module runs depends on who imports it first."),
)


def grouped(sources: Sources) -> list[tuple[str, str, list[tuple[str, Fault]]]]:
    """(title, what it means, (role, fault)) of the faults there are; what could not be read first."""
    every = sources.faults
    known = {kind for _, kinds, _ in GROUPS for kind in kinds}
    groups = [*GROUPS, ("Other", tuple(sorted({fault.kind for _, fault in every} - known)), "")]
    found = [(title, text, [one for one in every if one[1].kind in kinds]) for title, kinds, text in groups]
    return [one for one in found if one[2]]
