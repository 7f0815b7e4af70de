"""`ptychoparity check`: a front for `pytest spec_tests`, with the same checks and ids."""

import argparse
import contextlib
import io
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from unittest import mock

import pytest
from rich.console import Console

from ptychoparity.backends import registry
from ptychoparity.core.errors import UsageError
from ptychoparity.core.exits import Exit
from ptychoparity.harness import expectations, plugin
from ptychoparity.harness.options import OPTIONS
from ptychoparity.reports import terminal
from ptychoparity.spec_tests import scan_checks
from ptychoparity.spec_tests.contract import contracts
from ptychoparity.spec_tests.unchecked import unchecked


def pytest_arguments(arguments: argparse.Namespace) -> list[str]:
    """The same request, as pytest takes it."""
    suite = plugin.folder_of(plugin.SUITE)
    found = [str(suite), "-p", "ptychoparity.harness.plugin", "--import-mode=importlib"]
    found += ["-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:randomly"]
    # whatever pytest configuration lies around the working directory is not this run's
    found += ["-c", os.devnull, "--rootdir", str(suite)]
    return found + [word for option in OPTIONS for word in option.words(getattr(arguments, option.name))]


class Watch:
    """Shows progress while the run goes on."""

    def __init__(self) -> None:
        self._progress: terminal.Progress | None = None
        self._stack = contextlib.ExitStack()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        checks = [c for item in session.items if isinstance(c := plugin.check_of(item), plugin.Check)]
        totals = Counter(f"{c.backend}@{c.device}" for c in checks)
        self._progress = self._stack.enter_context(terminal.Progress(dict(totals)))

    def on_event(self, event: dict) -> None:
        if self._progress is not None:
            self._progress.on_event(event)

    def close(self) -> None:
        self._stack.close()


class Wiring:
    """Hands the watch to the plugin before the run starts."""

    def __init__(self, watch: Watch) -> None:
        self.watch, self.run = watch, None

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[plugin.LISTENERS] = [self.watch.on_event]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self.watch.close()
        self.run = session.config.stash.get(plugin.RUN, None)


def validate(arguments: argparse.Namespace) -> None:
    """Names that do not exist are the user's to mend, before anything starts."""
    for text in arguments.backend:
        for name in text.split(","):
            registry.find(name)
    there = contracts()  # a broken document is named here, before anything starts
    unchecked()
    for operation in arguments.operation:
        if operation not in there:
            raise UsageError(f"no operation {operation!r}; there are {', '.join(contracts())}")
    for file in arguments.expectations:
        expectations.read(Path(file))
    if arguments.scan not in (None, "auto", "integration", "simulated"):
        scan_checks.Scan.open(Path(arguments.scan).resolve())
    if not arguments.timeout > 0:
        raise UsageError(f"--timeout {arguments.timeout:g}: more than 0 seconds are asked for")
    try:
        Path(arguments.runs).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=arguments.runs):
            pass
    except OSError as error:
        raise UsageError(f"--runs {arguments.runs}: no results can be kept there: {error.strerror}") from error


def _alone() -> contextlib.AbstractContextManager:
    """Options and plugins meant for somebody's own tests are kept away from a run."""
    mine = {name: value for name, value in os.environ.items() if name not in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")}
    return mock.patch.dict(os.environ, {**mine, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}, clear=True)


def run(arguments: argparse.Namespace) -> int:
    validate(arguments)
    watch = Watch()
    wiring = Wiring(watch)
    spoken = io.StringIO()
    with contextlib.redirect_stderr(spoken) if not sys.stderr.isatty() else contextlib.nullcontext(), _alone():
        code = pytest.main(pytest_arguments(arguments), plugins=[watch, wiring])
    if wiring.run is None:  # a run that ended has a verdict of its own, whatever pytest's code
        cut = code in (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR)
        sys.stderr.write(spoken.getvalue())
        why = "the run was cut off: it has no verdict" if cut else "no check matches: nothing was run or judged"
        print(f"ptychoparity: {why}", file=sys.stderr)
        return Exit.NOT_JUDGED
    page = os.path.relpath(wiring.run.directory / "index.html")
    terminal.print_summary(wiring.run, Console(), page, arguments.budget)
    return int(code)
