"""The findings of a run in the terminal: how many of each class, the gravest in a line each, and the first few in full.

What stands here fits one screen, so that the gravest is seen without scrolling; the page has all of it.
"""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from ptychoparity.core.kinds import Kind
from ptychoparity.core.levels import Level
from ptychoparity.reports.causes import cause, extent
from ptychoparity.reports.events import Run
from ptychoparity.reports.queries import (
    Group,
    Tally,
    columns,
    findings,
    fraction,
    groups,
    kin_text,
    tallies,
    worst_failed,
)
from ptychoparity.reports.text import (
    cut,
    disputed,
    expectation_text,
    fraction_sentence,
    input_line,
    plain,
    worst_text,
)

MOST_LINES = 14
"""Findings told in a line."""
MOST_IN_FULL = 5
LONGEST_LINE = 160


def print_findings(run: Run, console: Console) -> None:
    """Print the table of classes, the list of the gravest findings, and some in full; nothing where there is none."""
    found = groups(findings(run))
    if not found:
        return
    total = sum(len(group.checks) for group in found)
    must = sum(len(group.checks) for group in found if group.level is Level.MUST)
    console.print()
    say(console, f"Findings: {must} MUST, {total - must} of other levels", style="bold")
    _print_table(tallies(found), console)
    shown = foremost(found, MOST_LINES)
    _print_list(shown, len(columns(run)) > 1, console)
    left = len(found) - len(shown)
    if left:
        rest = total - sum(len(group.checks) for group in shown)
        say(console, f"{left} more kinds of findings ({rest} checks) are on the page, in summary.md and in junit.xml.")
    for group in _in_full(shown):
        _print_in_full(group, console)


def foremost(found: Sequence[Group], most: int) -> list[Group]:
    """Return the first groups, in their order: of each cause no more than one, and of each class of the most binding
    level the first at least.

    The operations that share a cause are named with the first of them.
    """
    causes: set[tuple[str, str, str]] = set()
    distinct = []
    for group in found:
        if (group.column, group.kinship, group.operation) in causes:
            continue
        causes |= {(group.column, group.kinship, name) for name in group.kin}
        distinct.append(group)
    first = {group.class_name: group for group in reversed(distinct) if group.level is distinct[0].level}
    kept = [group for group in distinct if group is first.get(group.class_name)][:most]
    kept += [group for group in distinct if group not in kept][: most - len(kept)]
    return [group for group in distinct if group in kept]


def _in_full(shown: Sequence[Group]) -> list[Group]:
    """The first groups that differ in operation or class; two where there is one operation and one class alone."""
    first = {(group.operation, group.column, group.class_name): group for group in reversed(shown)}
    kept = [group for group in shown if group is first[group.operation, group.column, group.class_name]]
    return kept[:MOST_IN_FULL] if len(kept) > 1 else list(shown[:2])


def _print_table(counted: Sequence[Tally], console: Console) -> None:
    """Classes by levels, and the operations they are in."""
    levels = [level for level in Level if any(one.by_level.get(level) for one in counted)]
    wide = max(len(one.name) for one in counted)
    say(console, " " * (wide + 2) + "".join(f"{level:>8}" for level in levels), style="dim")
    for one in counted:
        numbers = "".join(f"{one.by_level.get(level) or '.':>8}" for level in levels)
        line = f"  {one.name:<{wide}}{numbers}   {', '.join(one.operations)}"
        say(console, _fitting(console, line))


def _print_list(shown: Sequence[Group], several: bool, console: Console) -> None:
    """A line for each group: level, class, operation, number of checks, what is wrong."""
    console.print()
    places = [f"{group.operation} on {group.column}" if several else group.operation for group in shown]
    wide, classes = max(map(len, places)), max(len(group.class_name) for group in shown)
    for group, place in zip(shown, places, strict=True):
        line = f"{group.level:<6} {group.class_name:<{classes}}  {place:<{wide}} {len(group.checks):>4}  "
        say(console, _fitting(console, line + "; ".join(filter(None, (group.told, kin_text(group))))))


def _fitting(console: Console, line: str) -> str:
    return cut(line, console.width if console.is_terminal else LONGEST_LINE)


def _print_in_full(group: Group, console: Console) -> None:
    check = group.lead
    console.print()
    say(console, f"{check.outcome.upper()} {check.id}", style="bold red")
    say(console, f"  {group.class_name}, {check.level} {' '.join(check.blamed)}")
    say(console, f"  {group.heading}")
    if disputed(check):
        say(console, f"  {expectation_text(check)}", style="yellow")
    element = worst_text(worst_failed(check))
    if element and "expected" not in group.heading:
        say(console, f"  worst {element}")
        say(console, f"  {fraction_sentence(fraction(check))}")
    for text in filter(None, (cause(check), extent(check), kin_text(group))):
        say(console, f"  {text}", style="magenta")
    if asked := input_line(check):
        say(console, f"  asked with {asked}", style="dim")
    for line in check.reproduce:
        console.print(Text(plain(f"  $ {line}"), style="cyan"), soft_wrap=True, highlight=False)
    others = Counter(one.kind for one in group.checks[1:])
    if others:
        say(console, f"  and {_more(others)} of {check.operation}")


def _more(others: Counter[Kind]) -> str:
    """`2 more relation checks`, `52 more checks (9 example, 43 boundary)`."""
    many = others.total()
    if len(others) == 1:
        return f"{many} more {next(iter(others))} check{'s' * (many > 1)}"
    return f"{many} more checks ({', '.join(f'{number} {kind}' for kind, number in others.items())})"


def say(console: Console, text: str, style: str = "") -> None:
    """Print one line; a terminal folds it between words and keeps its indent, a file or a pipe gets it whole."""
    indent = len(text) - len(text.lstrip(" "))
    if console.is_terminal and indent:
        console.print(
            Padding(Text(plain(text[indent:]), style=style), (0, 0, 0, indent), expand=False), highlight=False
        )
    else:
        console.print(Text(plain(text), style=style), soft_wrap=not console.is_terminal, highlight=False)
