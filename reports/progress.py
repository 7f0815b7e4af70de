"""A run as it goes: bars on a terminal, sparse lines elsewhere, both with the time that is left."""

import os
import time
from collections import Counter
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.text import Text

from ptychoparity.core.events import CheckFinished, Event
from ptychoparity.reports.text import first_line, plain

MOST_FAILURES = 10
"""Failures of a backend that are named as they come, where there are no bars."""
STEPS = 10
"""Lines per backend, where there are no bars."""


def left(elapsed: float, done: int, total: int) -> str:
    """Return `about 40 s left`, `about 3 min left`; nothing before anything is done, and when all is."""
    if not 0 < done < total:
        return ""
    seconds = elapsed * (total - done) / done
    return f"about {max(1, round(seconds))} s left" if seconds <= 90 else f"about {round(seconds / 60)} min left"


class Progress:
    """Shows a run as it goes; give its `on_event` every event.

    `totals` maps `backend@device` to its number of checks. Where the console is not a terminal, or CI is set,
    sparse lines stand in for the bars.
    """

    def __init__(self, totals: Mapping[str, int], console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        self._totals = dict(totals)
        self._done: Counter[str] = Counter()
        self._bad: Counter[str] = Counter()
        self._tasks: dict[str, TaskID] = {}
        self._began = time.monotonic()
        terminal = self._console.is_terminal and not self._console.is_dumb_terminal
        live = terminal and os.environ.get("CI", "").lower() not in ("1", "true")
        self._bars = self._make_bars() if live else None

    def _make_bars(self) -> Bars:
        return Bars(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TextColumn("{task.fields[failing]}", markup=False),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}", markup=False),
            console=self._console,
            expand=True,
            redirect_stdout=False,  # pytest has its hands on both
            redirect_stderr=False,
        )

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        if self._bars:
            self._bars.start()
            for name in self._totals:
                self._task(self._bars, name)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars:
            self._bars.stop()

    def on_event(self, event: Event) -> None:
        """Count one event of the stream; all but finished checks are ignored."""
        if not isinstance(event, CheckFinished):
            return
        name = event.column
        self._done[name] += 1
        self._bad[name] += event.outcome.bad
        if self._bars:
            self._bars.update(
                self._task(self._bars, name), completed=self._done[name], failing=self._failing(name), left=self._left()
            )
        else:
            self._say(name, event)

    def _task(self, bars: Bars, name: str) -> TaskID:
        if name not in self._tasks:
            total = self._totals.get(name)
            self._tasks[name] = bars.add_task(name, total=total, failing=self._failing(name), left=self._left())
        return self._tasks[name]

    def _failing(self, name: str) -> str:
        return f"{self._bad[name]} failing"

    def _left(self) -> str:
        """Of the whole run: its backends take turns."""
        return left(time.monotonic() - self._began, self._done.total(), sum(self._totals.values()))

    def _say(self, name: str, event: CheckFinished) -> None:
        done, total = self._done[name], self._totals.get(name, 0)
        if event.outcome.bad and self._bad[name] <= MOST_FAILURES:
            self._line(f"{event.outcome}: {event.id}: {first_line(event.message)}")
        step = max(1, total // STEPS)
        if done % step == 0 or done == total:
            said = [f"{name}: {done}/{total or '?'} checks", self._failing(name), self._left()]
            self._line(", ".join(filter(None, said)))

    def _line(self, text: str) -> None:
        self._console.print(Text(plain(text)), soft_wrap=True, highlight=False)
