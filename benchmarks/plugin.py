"""The cases as pytest items, and what is left of them at the end. --backend, --device, --runs are the harness's.

pytest benchmarks -p ptychoparity.benchmarks.plugin
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ptychoparity.benchmarks import record, runner
from ptychoparity.benchmarks.cases import Case, cases
from ptychoparity.core.devices import missing
from ptychoparity.harness.settings import backends_of, devices_of

BENCH = pytest.StashKey[runner.Bench]()
ROWS = pytest.StashKey[list[record.Row]]()
SKIPPED = pytest.StashKey[list[str]]()
LOAD = pytest.StashKey[float]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--large", action="store_true", help="also the cases of more than ten gigabytes")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[BENCH] = runner.Bench(runner.Clock())
    config.stash[ROWS], config.stash[SKIPPED], config.stash[LOAD] = [], [], runner.load()


def devices(config: pytest.Config) -> list[str]:
    """Those of --device, without what `auto` alone names and this machine has not."""
    named, optional = devices_of(config.option)
    absent = {device: reason for device in named if device in optional and (reason := missing(device))}
    if not config.stash[SKIPPED]:
        config.stash[SKIPPED] += [f"{device}: {reason}" for device, reason in absent.items()]
    return [device for device in named if device not in absent]


def contenders(config: pytest.Config, case: Case) -> list[str]:
    """Backends, then the plain ways of the case."""
    return [*backends_of(config.option), *case.series.naive]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "bench" not in metafunc.fixturenames:
        return
    config = metafunc.config
    timed = [(case, name, device) for case in cases(config.getoption("large")) for device in devices(config)
             for name in contenders(config, case)]  # fmt: skip
    mark = pytest.mark.benchmark(timer=config.stash[BENCH].clock)
    ids = [f"{case.id}-{name.rpartition(':')[2]}@{device}" for case, name, device in timed]
    metafunc.parametrize("case, name, device", [pytest.param(*one, marks=mark) for one in timed], ids=ids)


@pytest.fixture(scope="session")
def bench(request: pytest.FixtureRequest) -> Iterator[runner.Bench]:
    yield request.config.stash[BENCH]
    request.config.stash[BENCH].stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    rows = config.stash[ROWS]
    if rows:
        described = {key: target.description for key, target in config.stash[BENCH].targets.items()}
        versions = {key: {"info": one["info"], "loaded": one["loaded"]} for key, one in described.items() if one}
        found = record.document(rows, config.stash[SKIPPED], versions, config.stash[LOAD])
        path = record.write(Path(config.getoption("runs")), found)
        record.show(rows, config.stash[SKIPPED])
        terminalreporter.write_line(f"written: {path}")
