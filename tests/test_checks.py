"""A kind of checks is one object: what there is of it follows, and it may make several calls, restart, keep files."""

import contextlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest

from ptychoparity.backends import registry
from ptychoparity.backends.protocol import Returned
from ptychoparity.core.kinds import SELECTABLE, Kind
from ptychoparity.harness import prefetch, targets
from ptychoparity.harness.check_runner import CheckRunner
from ptychoparity.harness.targets import Pool
from ptychoparity.spec_tests import checks, descriptors, generate
from ptychoparity.spec_tests.checks.base import CheckKind
from ptychoparity.spec_tests.checks.single import Example
from ptychoparity.spec_tests.contract import contracts
from ptychoparity.spec_tests.outcomes import CheckFailed
from ptychoparity.spec_tests.trial import JudgeOptions
from tests.running import PROJECT, prefetching

OPTIONS = JudgeOptions(examples=3, relation_examples=3, timeout=20.0, seed=0)


class Twice(CheckKind):
    """Two operations of one target, a new process in between, a file kept from the first call to the second."""

    kind = Kind.CLIENT
    cost = 8

    def without_contract(self):
        return [self.case("diffract-then-translate", "in-order", ["PHYS.FFT.NORM"])]

    def operations(self, case):
        return ("diffract", "translate")

    def judge(self, trial, case):
        given = trial.descriptor or {"steps": [{"dims": {"B": 1}}, {"dims": {"B": 2}}]}
        for number, (operation, step) in enumerate(zip(self.operations(case), given["steps"], strict=True)):
            contract = contracts()[operation]
            descriptor = descriptors.complete(contract, step, case.id)
            trial.ask(contract, trial.expand(contract, descriptor, clear=False))
            kept = trial.scratch / "kept.txt"
            if number == 0:
                kept.write_text("by the first step")
                trial.target.restart()
            elif not kept.is_file():
                raise CheckFailed("what the first step wrote is gone")
        trial.record.descriptor = given
        return f"{trial.record.calls} calls"


@contextmanager
def _running(*names: str, ahead: Sequence[generate.Check] = ()) -> Iterator[CheckRunner]:
    with Pool() as pool:
        for name in names:
            entry = registry.find(name)
            mine = prefetch.of_target(ahead, f"{name}@cpu")
            if mine:
                pool.add(entry, "cpu", partial(prefetch.PrefetchingRunner, checks=mine, options=OPTIONS))
            else:
                pool.add(entry, "cpu")
        pool.start()
        runner = CheckRunner(OPTIONS, pool)
        try:
            yield runner
        finally:
            runner.close()


@pytest.fixture
def twice(monkeypatch):
    """The registry with one more kind."""
    more = {**checks.kinds(), Kind.CLIENT: Twice()}
    monkeypatch.setattr(checks, "kinds", lambda: MappingProxyType(more))
    checks._every_case.cache_clear()
    yield next(c for c in generate.checks([("numpy", "cpu")], []) if c.case.kind == Kind.CLIENT)
    checks._every_case.cache_clear()


# -- the registry -------------------------------------------------------------------------------------------


def test_what_can_be_selected_is_what_the_kinds_are_displayed_as():
    assert set(SELECTABLE) == {kind.shown or kind.kind for kind in checks.kinds().values()}
    assert set(SELECTABLE) - {Kind.SCENARIO} == {case.shown for case in checks.every_case()}  # no contract has one yet


def test_every_displayed_kind_has_its_file():
    files = {path.stem.removeprefix("test_") for path in (PROJECT / "spec_tests").glob("test_*.py")}
    assert files == {str(kind) for kind in SELECTABLE}


def test_displayed_kinds_and_ids_of_scan_and_describe_stay():
    ids = [case.id for case in checks.every_case() if case.kind in (Kind.SCAN, Kind.DESCRIBE)]
    assert "describe/smoke/info" in ids and "scan/example/grouping" in ids and len(ids) == 7


def test_what_needs_a_scan_or_another_backend_is_not_run_ahead():
    ahead = {kind.kind for kind in checks.kinds().values() if not kind.ahead}
    assert ahead == {Kind.SCAN, Kind.PARITY}


def test_a_kind_that_is_added_is_in_every_list(twice):
    assert twice.id == "diffract-then-translate/client/in-order/numpy@cpu"
    assert targets.command(twice).endswith(f"--backend numpy --device cpu --only {twice.id}")
    assert checks.place(twice.case) > checks.place(next(c for c in checks.every_case() if c.kind == Kind.PARITY))


# -- several calls ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["here", pytest.param("ahead", marks=pytest.mark.alone)])
def test_a_check_may_call_restart_and_call_again(twice, how):
    if how == "ahead" and not prefetch.possible():
        pytest.skip("no process can be forked here")
    with _running("numpy", ahead=[twice] if how == "ahead" else []) as runner:
        target = runner._targets["numpy@cpu"]
        result = prefetching(target).result(twice) if how == "ahead" else runner.run(twice)
        assert (result.event.outcome, result.event.message) == ("pass", "2 calls")
        again = runner.run(twice, dict(result.event.descriptor))
        assert again.event.digest == result.event.digest != ""


def test_a_target_that_lacks_one_of_the_operations_is_not_asked(twice):
    name = "tests.miniatures.dishonest:ClaimsLittle"
    with _running(name) as runner:
        event = runner.run(replace(twice, backend=name)).event
    assert event.outcome == "not-run" and event.message == f"{name}@cpu does not claim translate"


@pytest.mark.alone
def test_a_restart_is_another_process_of_the_same_adapter(tmp_path):
    """Asked of the worker, and through the prefetching process."""
    every = generate.checks([("numpy", "cpu")], ["translate"])[:3]
    for ahead in ([], every if prefetch.possible() else []):
        with _running("numpy", ahead=ahead) as runner:
            target = runner._targets["numpy@cpu"]
            said, before = target.description, _process_of(target)
            target.restart()
            assert _process_of(target) not in (None, before) and target.description == said
            answer = target.call("params_get", _given("params_get", tmp_path), 20.0)
            assert isinstance(answer, Returned)
            if ahead:
                assert [prefetching(target).result(check).event.outcome for check in every] == ["pass"] * 3


def _given(operation: str, scratch: Path) -> dict:
    contract = contracts()[operation]
    return descriptors.expand(contract, descriptors.base(contract), scratch)


def _process_of(target) -> int | None:
    """The backend's process: a child of this one, or of the prefetching one."""
    parent = target.process._process.pid if isinstance(target.process, prefetch.PrefetchingRunner) else None
    if parent is None:
        return target.process._process().pid
    return int(Path(f"/proc/{parent}/task/{parent}/children").read_text().split()[0])


# -- what an example states ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"warns": "SomeWarning"}, "expected the warning SomeWarning, got none"),
        ({"warns": "UserWarning"}, "expected the warning UserWarning, got none"),
        ({"warns_not": "SomeWarning"}, None),
    ],
)
def test_a_named_warning_must_be_there(data, message):
    _example(data, (), message)


def test_a_named_warning_must_not_be_there():
    _example({"warns_not": "SomeWarning"}, (("SomeWarning", "text"),), "expected no warning, got")
    _example({"warns_not": "SomeWarning"}, (("OtherWarning", "text"),), None)
    _example({"warns": "SomeWarning"}, (("SomeWarning", "text"),), None)


def _example(data: dict, warnings: tuple, message: str | None) -> None:
    """Judge an example of `diffract` whose answer is right and warns."""
    case = next(c for c in checks.every_case() if c.kind == Kind.EXAMPLE and c.operation == "diffract")
    case = replace(case, data={**case.data, "expect": [], **data})
    trial: Any = SimpleNamespace(
        given=lambda *_: {}, expand=lambda *_: {}, ask=lambda *_, **__: ({}, Returned(0.0, warnings=warnings)),
        expected=lambda *_: {}, compare=lambda *_: None, noting=contextlib.nullcontext,
    )  # fmt: skip
    if message is None:
        assert Example().judge(trial, case) == ""
        return
    with pytest.raises(CheckFailed, match=message):
        Example().judge(trial, case)
