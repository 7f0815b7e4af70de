"""What the call chain's JSON says, as blocks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ptychoparity.audit.documents.blocks import (
    Block,
    Bullets,
    Code,
    Heading,
    Inline,
    Paragraph,
    Rows,
    Tree,
    flat,
    sources_block,
)  # fmt: skip
from ptychoparity.audit.index import Sources

Row = Mapping[str, Any]


def of(data: Row, sources: Sources) -> tuple[Block, ...]:
    """The document's blocks, in order."""
    return (
        *_start(data, sources), *_run(data["run"]), *_tree(data), *_taps(data), *_effects(data), *_seen(data["run"]),
        *_unresolved(data["unresolved"]), *_libraries(data["libraries"]),
    )  # fmt: skip


def _start(data: Row, sources: Sources) -> Iterator[Block]:
    yield Paragraph(("Defined at ", Code(data["defined"]), ". Read from source; nothing was imported."))
    if data["chosen"]:
        yield Paragraph(data["chosen"])
    told: list[Inline] = []
    if data["depth"] is not None:
        told.append(f"Followed {data['depth']} calls deep.")
    if data["namespaces"]:
        told.append(("Followed only within ", flat(map(Code, data["namespaces"])), "."))
    if told:
        yield Bullets(tuple(told))
    yield Heading("Sources", fold=True)
    yield sources_block(sources)
    yield Heading("Counts", fold=True)
    yield Rows(("Count", "Number"), tuple((name, str(count)) for name, count in data["counts"].items()), frozenset({1}))


def _run(run: Row | None) -> Iterator[Block]:
    if run is None:
        return
    yield Heading("The run")
    times = "1 time" if run["entered"] == 1 else f"{run['entered']} times"
    spent = f"{run['state']} after {run['seconds']} s of {run['budget']} s"
    under = f" under Python {run['python'] or '(unknown)'}: {spent}; the entry point was called {times}."
    yield Paragraph((Code(run["command"]), under))
    if run["exception"]:
        error = run["exception"]
        yield Paragraph(
            ("It ended with ", Code(error["type"]), f": {error['message']}. What was seen until then counts below.")
        )
    if run["files"] or run["left"]:
        files = tuple((Code(row["at"]), Code(row["path"]), str(row["count"])) for row in run["files"])
        yield Rows(("Opened for writing at", "File", "Times"), files, frozenset({2}))
        yield Paragraph(("Left in its working folder: ", flat(map(Code, run["left"])) or "nothing", "."))


def _tree(data: Row) -> Iterator[Block]:
    yield Heading("Tree")
    said = "Each line begins where the call stands; what is called is followed once, where it is reached soonest."
    if data["run"]:
        said += " Ran: so often this way was taken while the entry point ran; never: not in this run."
    yield Paragraph(said)
    yield Tree(tuple(data["tree"]), data["run"] is not None)


def _taps(data: Row) -> Iterator[Block]:
    yield Heading("Proposed tap points")
    yield _rows(
        ("Stage", "Call", "At", "Depth", "What to compare"), data["taps"], data["run"] is not None,
        lambda one: (one["stage"], Code(one["target"]), Code(one["place"]), str(one["depth"]), one["observe"]), {3},
    )  # fmt: skip
    if data["without_tap"]:
        yield Paragraph(f"No point was found for: {', '.join(data['without_tap'])}.")


def _rows(head: tuple[str, ...], rows: Sequence[Row], ran: bool, cells: Any, numbers: set[int] = frozenset()) -> Rows:
    """A table; with a last column of how often the run took each row, where there was a run."""
    if not ran:
        return Rows(head, tuple(map(cells, rows)), frozenset(numbers))
    counted = ((*cells(one), "" if one["ran"] is None else str(one["ran"])) for one in rows)
    return Rows((*head, "Ran"), tuple(counted), frozenset({*numbers, len(head)}))


def _effect(row: Row) -> tuple[Inline, ...]:
    return row["kind"], row["mode"], Code(row["at"]), Code(row["what"]), Code(row["scope"])


def _effects(data: Row) -> Iterator[Block]:
    yield Heading("Side effects", fold=True)
    yield _rows(("Kind", "Mode", "At", "What", "In"), data["effects"], data["run"] is not None, _effect)
    if not data["effects"]:
        yield Paragraph("None was found.")
    if data["imports"]:
        yield Paragraph("While the modules it needs are imported, apart from the calls above:")
        yield _rows(("Kind", "Mode", "At", "What", "Module"), data["imports"], False, _effect)


def _seen(run: Row | None) -> Iterator[Block]:
    if run is None:
        return
    yield Heading("Only the run saw", fold=True)
    yield Paragraph("Ways that source does not show: through libraries, implicit methods, what is chosen at run time.")
    head = ("First", "At", "Caller", "Callee", "Times", "Through a library")
    yield Rows(head, tuple(
        (str(row["first"]), Code(row["at"]), Code(row["caller"]), Code(row["callee"]), str(row["count"]),
         "" if row["direct"] else "yes")
        for row in run["only"]
    ), frozenset({0, 4}))  # fmt: skip
    if not run["only"]:
        yield Paragraph("Nothing.")
    yield Heading("Never ran", fold=True)
    yield Bullets(tuple(map(Code, run["never"]))) if run["never"] else Paragraph("Everything that was found ran.")


def _unresolved(rows: Sequence[Row]) -> Iterator[Block]:
    yield Heading("Unresolved calls", fold=True)
    if not rows:
        yield Paragraph("None.")
    yield Rows(("At", "Call", "Why", "In"), tuple(
        (Code(row["at"]), Code(row["text"]), _why(row), Code(row["scope"])) for row in rows
    ))  # fmt: skip


def _why(row: Row) -> Inline:
    return (row["why"], "; one of ", flat(map(Code, row["candidates"]))) if row["candidates"] else row["why"]


def _libraries(rows: Sequence[Row]) -> Iterator[Block]:
    yield Heading("Calls of libraries", fold=True)
    cells = [
        (row["library"] if call is row["calls"][0] else "", str(call["count"]), Code(call["name"]), Code(call["at"]))
        for row in rows for call in row["calls"]
    ]  # fmt: skip
    yield Rows(("Library", "Calls", "What", "First at"), tuple(cells), frozenset({1}))
