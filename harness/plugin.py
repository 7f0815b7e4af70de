"""The engine: pytest collects the checks of spec_tests/test_*.py, a Session judges them.

Options only say what to run; nothing here changes what a check means.
"""

import fnmatch
import importlib
import os
import shlex
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ptychoparity.core.devices import missing
from ptychoparity.core.errors import UsageError
from ptychoparity.core.profiles import PROFILES
from ptychoparity.fixtures import integration_scan
from ptychoparity.fixtures.simulate import write_scan
from ptychoparity.harness import expectations
from ptychoparity.harness.options import AUTO, OPTIONS, SELECTING
from ptychoparity.harness.session import Session, Settings
from ptychoparity.reports.events import BAD_OUTCOMES, Run
from ptychoparity.reports.facts import expectation_text
from ptychoparity.spec_tests.checks import phase
from ptychoparity.spec_tests.generate import Check, checks

SESSION = pytest.StashKey[Session]()
CHECKS = pytest.StashKey[list[Check]]()
RUN = pytest.StashKey[Run]()
LISTENERS = pytest.StashKey[list]()
MEASURED_SCAN = "siemens_star_velociprobe_n64.npz"
"""A real scan (APS Velociprobe), looked for in $PTYCHOPARITY_DATA."""
SUITE = "ptychoparity.spec_tests"
DEFAULT_BACKENDS = ("tensorflow", "pytorch")


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


def _selection(config: pytest.Config) -> str | None:
    parts = [f"{name} {', '.join(config.getoption(name))}" for name in SELECTING if config.getoption(name)]
    return "; ".join(parts) or None


def _scan(config: pytest.Config) -> Path | None:
    """The scan asked for: a file; `integration`, the stored one; `simulated`, made beside the runs from a fixed
    seed; `auto`, the measured one where the environment says it is, else the simulated one."""
    text = config.getoption("scan")
    measured = Path(os.environ.get("PTYCHOPARITY_DATA", "")) / MEASURED_SCAN
    if text == "auto":
        text = str(measured) if "PTYCHOPARITY_DATA" in os.environ and measured.is_file() else "simulated"
    if text == "integration":
        return integration_scan()
    if text != "simulated":
        return None if text is None else Path(text).resolve()
    path = Path(config.getoption("runs")).resolve() / "simulated_scan.npz"
    return path if path.is_file() else write_scan(path, seed=1)


def settings(config: pytest.Config) -> Settings:
    asked = config.getoption("device") or [AUTO]
    auto = AUTO in asked
    backends = tuple(dict.fromkeys(n for text in config.getoption("backend") for n in text.split(",") if n))
    return Settings(
        backends=backends or DEFAULT_BACKENDS, profile=PROFILES[config.getoption("profile")],
        devices=tuple(dict.fromkeys([*(("cpu", "cuda") if auto else ()), *(d for d in asked if d != AUTO)])),
        optional_devices=frozenset({"cuda"}) - set(asked) if auto else frozenset(),
        runs=Path(config.getoption("runs")), timeout=config.getoption("timeout"), gate=config.getoption("gate"),
        selection=_selection(config), scan=_scan(config), command=tuple(sys.argv),
    )  # fmt: skip


def _checks(config: pytest.Config) -> list[Check]:
    """Every selected check, made once."""
    if CHECKS not in config.stash:
        chosen = settings(config)
        absent = {device for device in chosen.optional_devices if missing(device)}
        pairs = [(b, d) for d in chosen.devices if d not in absent for b in chosen.backends]
        found = checks(pairs, config.getoption("operation") or None, scan=chosen.scan is not None)
        kinds, globs = config.getoption("kind"), config.getoption("only")
        config.stash[CHECKS] = [
            c
            for c in found
            if (not kinds or c.case.shown in kinds)
            and (not globs or any(c.id == g or fnmatch.fnmatchcase(c.id, g) for g in globs))
        ]
    return config.stash[CHECKS]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "check" in metafunc.fixturenames:
        mine = [c for c in _checks(metafunc.config) if c.case.shown == metafunc.module.KIND]
        metafunc.parametrize("check", mine, ids=[c.id for c in mine])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Phases in order; within a phase neighbours share a case, so inputs and oracle answers are made once."""

    def place(item: pytest.Item) -> int:
        check = check_of(item)
        return phase(check.case) if isinstance(check, Check) else -1

    items[:] = [item for item in items if check_of(item) is None or isinstance(check_of(item), Check)]
    items.sort(key=place)


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
        files = map(expectations.read, map(Path, session.config.getoption("expectations")))
        chosen = settings(session.config)
        chosen = replace(
            chosen, expectations=tuple(one for file in files for one in file.entries),
            selection="; ".join(filter(None, (chosen.selection, _deselected(session.config, asked)))) or None,
        )  # fmt: skip
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
def verdict(request: pytest.FixtureRequest):
    """Judge a check: returns when it passes, skips or fails the test otherwise."""
    session = request.config.stash[SESSION]

    def judge(check: Check) -> None:
        event: dict[str, Any] = session.run(check)
        if event["outcome"] in BAD_OUTCOMES:
            pytest.fail(f"{event['outcome']}: {event['message']}\n{event['reproduce'][0]}", pytrace=False)
        if event["outcome"] == "xfail":
            pytest.xfail(f"{expectation_text(event)}: {event['message']}")
        if event["outcome"] != "pass":
            pytest.skip(f"{event['outcome']}: {event['message']}")

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
    session.config.stash[RUN] = reporting.write_reports(run.folder, ours=True)
    others_failed = exitstatus == 1 and not run.any_failed()
    session.exitstatus = 1 if others_failed else exitstatus if exitstatus > 1 and exitstatus != 5 else code


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    run = config.stash.get(SESSION, None)
    if run is not None:
        footer = config.stash[RUN].footer
        terminalreporter.section("ptychoparity")
        terminalreporter.write_line(f"{footer['verdict']} (exit {footer['exit']})")
        terminalreporter.write_line(f"report: {run.folder / 'index.html'}")
