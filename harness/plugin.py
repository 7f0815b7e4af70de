"""The engine: pytest collects the checks of spec_tests/test_*.py, a Session judges them.

Options only say what to run; nothing here changes what a check means.
"""

import contextlib
import importlib
import shlex
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ptychoparity.core.errors import UsageError
from ptychoparity.core.events import Event
from ptychoparity.core.outcomes import Standing
from ptychoparity.harness import project
from ptychoparity.harness.options import OPTIONS
from ptychoparity.harness.session import Session
from ptychoparity.harness.settings import Settings, from_options
from ptychoparity.reports.events import Run
from ptychoparity.reports.text import expectation_text
from ptychoparity.spec_tests.additions import Additions, using
from ptychoparity.spec_tests.checks import place
from ptychoparity.spec_tests.generate import Check

SESSION = pytest.StashKey[Session]()
SETTINGS = pytest.StashKey[Settings]()
CHECKS = pytest.StashKey[list[Check]]()
RUN = pytest.StashKey[Run]()
LISTENERS = pytest.StashKey[Sequence[Callable[[Event], None]]]()
SUITE = "ptychoparity.spec_tests"


def folder_of(package: str) -> Path:
    return Path(importlib.import_module(package).__path__[0]).resolve()


@cache
def collected() -> dict[Path, str]:
    """The folders whose modules pytest collects, and what each is installed as."""
    return {folder_of(package): package for package in (SUITE, "ptychoparity.benchmarks")}


class InstalledModule(pytest.Module):
    """A module under its installed name: from its path alone pytest would import it a second time."""

    def _getobj(self) -> Any:
        return importlib.import_module(f"{collected()[self.path.parent]}.{self.path.stem}")


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    return InstalledModule.from_parent(parent, path=module_path) if module_path.parent in collected() else None


def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A folder of ours, without its `__init__` imported by path."""
    return pytest.Dir.from_parent(parent, path=path) if path in collected() else None


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("ptychoparity", "contract checks of ptychography backends")
    for option in OPTIONS:
        option.add(group.addoption)


def pytest_configure(config: pytest.Config) -> None:
    """Names of backends, contracts of the user's own, and what `ptychoparity.toml` says, for as long as pytest runs.

    What `ptychoparity check` names is in use by then.
    """
    if SETTINGS in config.stash:
        return
    added = contextlib.ExitStack()
    config.add_cleanup(added.close)
    try:
        added.enter_context(project.applied(config.option))
        folders, oracle = config.getoption("contracts"), config.getoption("oracle")
        if folders or oracle:
            added.enter_context(using(Additions.of(folders, oracle)))
    except UsageError as error:
        raise pytest.UsageError(str(error)) from error


def settings(config: pytest.Config) -> Settings:
    """The settings of the run, made once: by `ptychoparity check`, or here of pytest's options. Raises UsageError."""
    if SETTINGS not in config.stash:
        config.stash[SETTINGS] = from_options(config.option)
    return config.stash[SETTINGS]


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Options that cannot be used are named before anything is collected."""
    try:
        settings(session.config)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from error


def _checks(config: pytest.Config) -> list[Check]:
    """Every selected check, made once."""
    if CHECKS not in config.stash:
        config.stash[CHECKS] = settings(config).checks()
    return config.stash[CHECKS]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "check" in metafunc.fixturenames:
        if hasattr(metafunc.config, "workerinput"):  # each worker would judge a part, and call it a run
            raise pytest.Collector.CollectError(
                "checks cannot be shared out by pytest-xdist: run spec_tests without -n"
            )
        mine = [c for c in _checks(metafunc.config) if c.case.shown == metafunc.module.KIND]
        metafunc.parametrize("check", mine, ids=[c.id for c in mine])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Phases in order, expensive operations last; neighbours share a case, so inputs and oracle answers are made
    once."""

    def order(item: pytest.Item) -> tuple[bool, int]:
        check = check_of(item)
        return place(check.case) if isinstance(check, Check) else (False, -1)

    items[:] = [item for item in items if check_of(item) is None or isinstance(check_of(item), Check)]
    items.sort(key=order)


def check_of(item: pytest.Item) -> Any:
    """The item's check; a placeholder of pytest's where a kind has none; None for other tests."""
    return item.callspec.params.get("check") if hasattr(item, "callspec") else None


def _deselected(config: pytest.Config, asked: list[Check]) -> str:
    """What pytest's own selection left of the checks (-k, --deselect, --lf, a file or an id); empty where it is all."""
    every = len(_checks(config))
    if len(asked) == every:
        return ""
    words = "".join(f" -k {shlex.quote(text)}" for text in [config.option.keyword] if text)
    return f"{len(asked)} of {every} checks, as pytest was told{words}"


@pytest.hookimpl(tryfirst=True)  # processes are forked before a progress bar has a thread
def pytest_collection_finish(session: pytest.Session) -> None:
    """Start the run once it is known that something will be asked."""
    asked = [check for item in session.items if isinstance(check := check_of(item), Check)]
    if session.config.option.collectonly or not asked:
        return
    run = None
    try:
        chosen = settings(session.config)
        part = replace(chosen.selection, other=_deselected(session.config, asked))
        chosen = replace(chosen, selection=part)
        run = Session(chosen, session.config.stash.get(LISTENERS, []), asked)
        run.start()
    except BaseException as error:  # interrupted while backends start: nothing of them may stay
        if run is not None:
            run.abandon()
        if isinstance(error, UsageError):
            raise pytest.UsageError(str(error)) from error
        raise
    session.config.stash[SESSION] = run


@pytest.fixture
def verdict(request: pytest.FixtureRequest) -> Callable[[Check], None]:
    """Judge a check: returns when it passes, skips or fails the test otherwise."""
    session = request.config.stash[SESSION]

    def judge(check: Check) -> None:
        event = session.run(check)
        if event.outcome.bad:
            pytest.fail(f"{event.outcome}: {event.message}\n{event.reproduce[0]}", pytrace=False)
        if event.outcome.standing is Standing.EXPECTED:
            pytest.xfail(f"{expectation_text(event)}: {event.message}")
        if event.outcome.standing is not Standing.GOOD:
            pytest.skip(f"{event.outcome}: {event.message}")

    return judge


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """The run's verdict is the exit code, unless tests outside the run failed too."""
    from ptychoparity.harness import reporting

    run = session.config.stash.get(SESSION, None)
    if run is None:
        return
    if exitstatus in (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR):
        run.abandon()
        del session.config.stash[SESSION]
        return
    code = run.finish()
    session.config.stash[RUN] = reporting.write_reports(run.folder)
    others_failed = exitstatus == 1 and not run.any_failed()
    session.exitstatus = 1 if others_failed else exitstatus if exitstatus > 1 and exitstatus != 5 else code


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    run = config.stash.get(SESSION, None)
    if run is not None:
        footer = config.stash[RUN].footer
        terminalreporter.section("ptychoparity")
        terminalreporter.write_line(f"{footer.verdict} (exit {int(footer.exit)})")
        terminalreporter.write_line(f"report: {run.folder / 'index.html'}")
