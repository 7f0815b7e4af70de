"""`ptychoparity check`: a front for `pytest spec_tests`, with the same checks and ids."""

import argparse
import contextlib
import io
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from rich.console import Console

from ptychoparity.core.errors import UsageError
from ptychoparity.core.events import Event
from ptychoparity.core.exits import Exit
from ptychoparity.harness import plugin
from ptychoparity.harness.output import own_stderr
from ptychoparity.harness.settings import Settings, from_options
from ptychoparity.reports import events, terminal
from ptychoparity.reports.progress import Progress
from ptychoparity.spec_tests.contract import contracts
from ptychoparity.spec_tests.generate import Check
from ptychoparity.spec_tests.unchecked import unchecked


def pytest_arguments() -> list[str]:
    """The suite, run by pytest; the options are in the run's settings."""
    suite = plugin.folder_of(plugin.SUITE)
    found = [str(suite), "-p", "ptychoparity.harness.plugin", "--import-mode=importlib"]
    found += ["-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:randomly"]
    # whatever pytest configuration lies around the working directory is not this run's
    return [*found, "-c", os.devnull, "--rootdir", str(suite)]


class Watch:
    """Shows progress while the run goes on."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress: Progress | None = None
        self._stack = contextlib.ExitStack()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        checks = [c for item in session.items if isinstance(c := plugin.check_of(item), Check)]
        totals = Counter(f"{c.backend}@{c.device}" for c in checks)
        self._progress = self._stack.enter_context(Progress(totals, self._console))

    def on_event(self, event: Event) -> None:
        if self._progress is not None:
            self._progress.on_event(event)

    def close(self) -> None:
        self._stack.close()


class Wiring:
    """Hands settings and watch to the plugin before the run starts."""

    def __init__(self, settings: Settings, watch: Watch) -> None:
        self.settings, self.watch = settings, watch
        self.run: events.Run | None = None

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[plugin.SETTINGS] = self.settings
        config.stash[plugin.LISTENERS] = [self.watch.on_event]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self.watch.close()
        self.run = session.config.stash.get(plugin.RUN, None)


def settings_of(arguments: argparse.Namespace) -> Settings:
    """The settings. Names that do not exist, and documents that are broken, are named before anything starts."""
    contracts()
    unchecked()
    try:
        Path(arguments.runs).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=arguments.runs):
            pass
    except OSError as error:
        raise UsageError(f"--runs {arguments.runs}: no results can be kept there: {error.strerror}") from error
    return from_options(arguments)


def _alone() -> contextlib.AbstractContextManager[Any]:
    """Options and plugins meant for somebody's own tests are kept away from a run."""
    mine = {name: value for name, value in os.environ.items() if name not in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")}
    return mock.patch.dict(os.environ, {**mine, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}, clear=True)


def run(arguments: argparse.Namespace) -> int:
    settings = settings_of(arguments)
    with own_stderr() as console:
        return _run(arguments, settings, Watch(console))


def _run(arguments: argparse.Namespace, settings: Settings, watch: Watch) -> int:
    wiring = Wiring(settings, watch)
    spoken = io.StringIO()
    with contextlib.redirect_stderr(spoken) if not sys.stderr.isatty() else contextlib.nullcontext(), _alone():
        stop = [f"--maxfail={arguments.max_fail}"] if arguments.max_fail else []
        code = pytest.main([*pytest_arguments(), *stop], plugins=[watch, wiring])
    if wiring.run is None:  # a run that ended has a verdict of its own, whatever pytest's code
        cut = code in (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR)
        sys.stderr.write(spoken.getvalue())
        why = "the run was cut off: it has no verdict" if cut else "no check matches: nothing was run or judged"
        print(f"ptychoparity: {why}", file=sys.stderr)
        return Exit.NOT_JUDGED
    page = os.path.relpath(wiring.run.directory / "index.html")
    terminal.print_summary(wiring.run, terminal.console(), page, arguments.budget)
    return int(code)
