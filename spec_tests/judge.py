"""Judging one check: ask, compare, say in words what is wrong.

The judge knows a backend only through `ask(backend, operation, inputs, timeout, **options) -> Answer`.
"""

import shutil
import time
import warnings
import zlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ptychoparity import fixtures
from ptychoparity.backends.protocol import Answer, Died, Raised, Returned, TimedOut
from ptychoparity.reference import dispatch
from ptychoparity.spec_tests import descriptors, exact, files, goldens, ties
from ptychoparity.spec_tests.compare import Comparison, compare, compare_outputs
from ptychoparity.spec_tests.contract import Contract, contracts
from ptychoparity.spec_tests.descriptors import Descriptor
from ptychoparity.spec_tests.digest import InputsDigest
from ptychoparity.spec_tests.explore import explore
from ptychoparity.spec_tests.generate import Case
from ptychoparity.spec_tests.outcomes import CheckErrored, CheckFailed, NotApplicable, NotShrunk
from ptychoparity.spec_tests.relations import RELATIONS, inputs_tried
from ptychoparity.spec_tests.strategies import descriptors as draws

Ask = Callable[..., Answer]
CACHE_BYTES = 400 << 20
EDGE = {"why": "a stated value of the example, given to the precision of the answer", "rtol": 1e-6, "atol": 2e-5}


@dataclass
class Record:
    """What a check leaves behind, whichever way it ends."""

    comparisons: list[Comparison] = field(default_factory=list)
    inputs: list[dict[str, Any]] = field(default_factory=list)
    descriptor: Descriptor | None = None
    adapter_seconds: float = 0.0
    oracle_seconds: float = 0.0
    calls: int = 0
    examples: int = 0
    captured: str = ""
    warnings: tuple[tuple[str, str], ...] = ()
    raised: dict[str, Any] | None = None
    asked: InputsDigest = field(default_factory=lambda: InputsDigest(Path()))


class Oracle:
    """The oracle's answers, kept while neighbouring checks ask for the same input."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._kept: OrderedDict[str, tuple[dict[str, Any], int]] = OrderedDict()
        self._size = 0

    def answer(self, contract: Contract, key: str, inputs: dict[str, Any]) -> dict[str, Any]:
        name = f"{contract.operation} {key}"
        if name in self._kept:
            self._kept.move_to_end(name)
            return self._kept[name][0]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what the oracle warns of is asked of the backend, by example
            outputs = dispatch.call(contract.operation, files.afresh(contract["input"], inputs, self._scratch))
        outputs = files.with_members(contract["output"], outputs)
        size = sum(v.nbytes for v in outputs.values() if isinstance(v, np.ndarray))
        self._kept[name] = (outputs, size)
        self._size += size
        while len(self._kept) > 1 and self._size > CACHE_BYTES:
            _, (_, forgotten) = self._kept.popitem(last=False)
            self._size -= forgotten
        return outputs


class Call:
    """What a relation asks with: every answer is held against its contract on the way."""

    def __init__(self, judge: "Judge", backend: str, descriptor: Descriptor) -> None:
        self._judge, self._backend = judge, backend
        self.random = np.random.Generator(np.random.PCG64(zlib.crc32(descriptors.key(descriptor).encode())))
        self.answer: Answer = Returned(0.0)

    def __call__(self, operation: str, inputs: dict[str, Any], **options: Any) -> dict[str, Any]:
        """The outputs. `options`: numpy_seed seeds NumPy's global state before, watch looks after the inputs."""
        outputs, self.answer = self._judge.ask(self._backend, contracts()[operation], inputs, **options)
        return outputs

    def refused(self, operation: str, inputs: dict[str, Any]) -> Raised:
        """What is raised for bad input; an answer to it ends the check."""
        return self._judge.refusal(self._backend, contracts()[operation], inputs)

    @property
    def record(self) -> Record:
        return self._judge.record

    def hold(self, what: str, expected: Any, actual: Any, tolerance: Mapping[str, Any]) -> None:
        """Compare; a relation that does not hold ends the check."""
        found = compare(what, expected, actual, tolerance)
        self._judge.record.comparisons.append(found)
        if not found.ok:
            raise CheckFailed(found.sentence(), [found])

    def fail(self, message: str) -> None:
        raise CheckFailed(message)


class Judge:
    """Judges checks one after another; `record` is that of the latest."""

    def __init__(self, ask: Ask, *, examples: int, relation_examples: int, timeout: float, seed: int, scratch: Path):
        self._ask, self._timeout, self._scratch = ask, timeout, scratch
        self._examples, self._relation_examples, self._seed = examples, relation_examples, seed
        self._oracle = Oracle(scratch)
        self.begin()

    def begin(self) -> None:
        """A fresh record, for the next check."""
        self.record = Record(asked=InputsDigest(self._scratch))

    def judge(self, case: Case, backend: str, against: str = "", descriptor: Descriptor | None = None) -> None:
        """Return if the check passes; raise CheckFailed, CheckErrored, NotApplicable or NotShrunk.

        With a `descriptor` just that input is judged (replay).
        """
        self.begin()
        contract = contracts()[case.operation]
        match case.kind:
            case "golden":
                self._golden(contract, case, backend)
            case "error":
                self._error(contract, case, backend, descriptor)
            case "property" | "relation":
                self._explored(contract, case, backend, descriptor)
            case "parity":
                self._parity(contract, case, backend, against, descriptor)
            case _:
                chosen = descriptor or descriptors.complete(contract, case.data["given"], case.id)
                self._once(contract, case, backend, chosen)

    def caller(self, backend: str, descriptor: Descriptor | None = None) -> Call:
        """A fresh record, and what relations and scan checks ask with."""
        self.begin()
        self.record.examples = 1
        return Call(self, backend, descriptor or {})

    def ask(self, backend: str, contract: Contract, inputs: dict[str, Any], **options: Any):
        """One call whose answer obeys the contract: (outputs and what is in their files, answer)."""
        answer = self._raw(backend, contract, inputs, **options)
        if isinstance(answer, Raised):
            raise CheckErrored(f"{contract.operation} raised {answer.type}: {answer.message}", raised=_raised(answer))
        wrong = contract.output_errors(inputs, answer.outputs)
        if wrong:
            raise CheckFailed("; ".join(wrong[:6]))
        return files.with_members(contract["output"], answer.outputs), answer

    def refusal(self, backend: str, contract: Contract, inputs: dict[str, Any]) -> Raised:
        """What the backend raises for bad input; accepting it ends the check."""
        answer = self._raw(backend, contract, inputs)
        if isinstance(answer, Returned):
            raise CheckFailed(f"{contract.operation} accepted bad input")
        return answer

    def _raw(self, backend: str, contract: Contract, inputs: dict[str, Any], **options: Any) -> Answer:
        timeout = self._timeout
        self.record.asked.add(contract.operation, inputs)
        answer = self._ask(backend, contract.operation, inputs, timeout, **options)
        record = self.record
        record.calls += 1
        record.adapter_seconds += answer.seconds
        record.captured = (record.captured + answer.captured)[-20_000:]
        record.warnings = answer.warnings
        if isinstance(answer, Died):
            raise NotShrunk("crash", f"{contract.operation}: {answer.how}")
        if isinstance(answer, TimedOut):
            raise NotShrunk("timeout", f"{contract.operation}: no answer within {timeout:g} s; its process was ended")
        return answer

    def _expand(self, contract: Contract, descriptor: Descriptor) -> dict[str, Any]:
        files.clear(self._scratch)  # what was written for the inputs before is read by now
        inputs = descriptors.expand(contract, descriptor, self._scratch)
        self.record.descriptor = descriptor
        self.record.inputs = descriptors.summarise(inputs)
        return inputs

    def _expected(self, contract: Contract, descriptor: Descriptor, inputs: dict[str, Any]) -> dict[str, Any]:
        begin = time.perf_counter()
        expected = self._oracle.answer(contract, descriptors.key(descriptor), inputs)
        self.record.oracle_seconds += time.perf_counter() - begin
        return expected

    def _compare(
        self,
        contract: Contract,
        inputs: Mapping[str, Any],
        tolerance: Mapping[str, Any],
        expected: Mapping[str, Any],
        actual: Mapping[str, Any],
    ) -> None:
        found = compare_outputs(tolerance, ties.settled(contract, inputs, expected, actual), actual)
        self.record.comparisons = found
        bad = [c for c in found if not c.ok]
        if bad:
            raise CheckFailed("; ".join(c.sentence() for c in bad[:4]), found)

    def _once(self, contract: Contract, case: Case, backend: str, descriptor: Descriptor) -> None:
        """smoke (contract only), example and boundary (oracle, and what the example states)."""
        inputs = self._expand(contract, descriptor)
        self.record.examples = 1
        outputs, answer = self.ask(backend, contract, inputs)
        if case.kind == "smoke":
            return
        self._stated(case, outputs)
        _warned(case, answer)
        self._compare(contract, inputs, contract["tolerance"], self._expected(contract, descriptor, inputs), outputs)

    def _stated(self, case: Case, outputs: Mapping[str, Any]) -> None:
        """The example's own numbers, which do not come from the oracle."""
        for stated in case.data.get("expect", []):
            value = outputs[stated["output"]]
            if "shape" in stated:
                if list(np.shape(value)) != stated["shape"]:
                    raise CheckFailed(
                        f"{stated['output']}: expected shape {stated['shape']}, got {list(np.shape(value))}"
                    )
                continue
            if "path" in stated:
                self._stated_at(stated, outputs, case.data["why"])
                continue
            if stated["value"] is None or isinstance(stated["value"], str):
                self._said(case, stated, value)
                continue
            index = tuple(stated["index"])
            if len(index) != np.ndim(value) or any(i >= n for i, n in zip(index, np.shape(value), strict=True)):
                raise CheckFailed(f"{stated['output']}: no element {list(index)} in shape {np.shape(value)}")
            want = complex(*stated["value"]) if isinstance(stated["value"], list) else stated["value"]
            got = np.asarray(value)[index]
            found = compare(f"{stated['output']}{list(index)}", np.asarray(want), got, EDGE)
            self.record.comparisons.append(found)
            if not found.ok:
                raise CheckFailed(
                    f"{stated['output']}{list(index)}: expected {want}, got {got} ({case.data['why']})",
                    [found],
                )

    def _said(self, case: Case, stated: Mapping[str, Any], value: Any) -> None:
        """A text, or that there is nothing."""
        found = compare(stated["output"], stated["value"], value, EDGE)
        self.record.comparisons.append(found)
        if not found.ok:
            raise CheckFailed(f"{found.sentence()} ({case.data['why']})", [found])

    def _stated_at(self, stated: Mapping[str, Any], outputs: Mapping[str, Any], why: str) -> None:
        """What an example states of one place of a JSON answer: its value, or that nothing is there."""
        name = stated["output"] + "".join(f"[{key!r}]" for key in stated["path"])
        try:
            found = exact.lookup(outputs[stated["output"]], stated["path"])
        except KeyError as missing:
            if stated.get("absent"):
                return
            raise CheckFailed(f"{name}: there is no {missing.args[0]} ({why})") from None
        if stated.get("absent"):
            raise CheckFailed(f"{name}: no such key is expected, got {exact.shown(found)} ({why})")
        wrong = exact.difference(name, stated["value"], found)
        if wrong:
            raise CheckFailed(f"{wrong[0]}: {wrong[1]} ({why})")

    def _error(self, contract: Contract, case: Case, backend: str, descriptor: Descriptor | None) -> None:
        """The right error, in words that name what is wrong."""
        inputs = self._expand(contract, descriptor or descriptors.complete(contract, case.data["given"], case.id))
        self.record.examples = 1
        answer = self._raw(backend, contract, inputs)
        wanted, fragments = case.data["raises"], case.data["message"]
        if isinstance(answer, Returned):
            raise CheckFailed(
                f"{contract.operation} accepted bad input: expected {' or '.join(wanted)} naming {fragments}"
            )
        self.record.raised = _raised(answer)
        if not set(wanted) & set(answer.bases):
            raise CheckFailed(
                f"{contract.operation} raised {answer.type}, expected {' or '.join(wanted)}: {answer.message}",
                raised=_raised(answer),
            )
        absent = [f for f in fragments if f not in answer.message]
        if absent:
            raise CheckFailed(f"the {answer.type} does not name {absent}: {answer.message!r}", raised=_raised(answer))

    def _golden(self, contract: Contract, case: Case, backend: str) -> None:
        folder = fixtures.goldens()
        inputs, expected, _ = goldens.load(case.data, folder)
        files.clear(self._scratch)
        inputs |= self._copies(case.data.get("inputs", {}), folder)
        inputs = files.afresh(contract["input"], inputs, self._scratch)
        self.record.inputs = descriptors.summarise(inputs)
        self.record.examples = 1
        outputs, _ = self.ask(backend, contract, inputs)
        self._compare(contract, inputs, goldens.tolerances(contract, folder), expected, outputs)

    def _copies(self, rules: Mapping[str, Any], folder: Path) -> dict[str, str]:
        """Stored files that are an input themselves, as copies: a backend that writes to one spoils no golden."""
        files = {name: rule["file"] for name, rule in rules.items() if isinstance(rule, dict) and "file" in rule}
        return {name: str(shutil.copy(folder / file, self._scratch / file)) for name, file in files.items()}

    def _explored(self, contract: Contract, case: Case, backend: str, descriptor: Descriptor | None) -> None:
        """property and relation: many inputs, the smallest failure kept."""
        test = self._property if case.kind == "property" else self._relation

        worst: dict[str, Comparison] = {}

        def once(chosen: Descriptor) -> None:
            self.record.comparisons = []
            try:
                test(contract, case, backend, chosen)
            except CheckFailed:
                self.record.asked.close()
                raise
            for one in self.record.comparisons:
                if one.output not in worst or (one.used or 0) > (worst[one.output].used or 0):
                    worst[one.output] = one

        if descriptor is not None:
            self.record.examples = 1
            once(descriptor)
            return
        wanted = self._examples if case.kind == "property" else inputs_tried(case.data["name"], self._relation_examples)
        found = explore(
            draws(contract, case.data.get("given", {}), case.id), once, examples=wanted,
            seed=self._seed + zlib.crc32(case.id.encode()), failures=CheckFailed,
        )  # fmt: skip
        self.record.examples = found.examples
        if found.failure is not None:
            self.record.inputs = descriptors.summarise(self._expand(contract, found.descriptor))
            raise found.failure
        # of all inputs, what came closest to its tolerance
        self.record.comparisons = sorted(worst.values(), key=lambda one: -(one.used or 0))

    def _property(self, contract: Contract, case: Case, backend: str, descriptor: Descriptor) -> None:
        inputs = self._expand(contract, descriptor)
        outputs, _ = self.ask(backend, contract, inputs)
        self._compare(contract, inputs, contract["tolerance"], self._expected(contract, descriptor, inputs), outputs)

    def _relation(self, contract: Contract, case: Case, backend: str, descriptor: Descriptor) -> None:
        inputs = self._expand(contract, descriptor)
        RELATIONS[case.data["name"]](Call(self, backend, descriptor), inputs, case.data.get("options", {}))

    def _parity(
        self, contract: Contract, case: Case, backend: str, against: str, descriptor: Descriptor | None
    ) -> None:
        """Two backends on one input: each within its tolerance of the truth, so within twice that of each other."""
        chosen = descriptor or descriptors.complete(contract, case.data["given"], case.id)
        inputs = self._expand(contract, chosen)
        self.record.examples = 1
        ours, _ = self.ask(backend, contract, inputs)
        mine = self.record.adapter_seconds
        try:
            theirs, _ = self.ask(against, contract, files.afresh(contract["input"], inputs, self._scratch))
        except CheckFailed as failure:
            raise NotApplicable(f"{against} gives nothing to compare with: {failure.message}", "not-run") from failure
        except NotShrunk as failure:
            raise NotApplicable(f"{against} gives nothing to compare with: {failure.message}", "not-run") from failure
        self.record.adapter_seconds = max(mine, self.record.adapter_seconds)
        self._compare(contract, inputs, _doubled(contract["tolerance"]), theirs, ours)


def _doubled(tolerances: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Every tolerance twice; what follows a law is left out, for two backends' noise is not the same."""
    numbers = ("rtol", "ulps", "peak_rtol", "atol")
    return {
        output: {k: 2 * v if k in numbers else v for k, v in t.items()} | {"why": f"twice the tolerance: {t['why']}"}
        for output, t in tolerances.items()
        if "law" not in t
    }


def _raised(answer: Raised) -> dict[str, Any]:
    return {"type": answer.type, "message": answer.message, "traceback": answer.traceback}


def _warned(case: Case, answer: Answer) -> None:
    """An example may ask for a named warning, or for none."""
    if "warns" not in case.data:
        return
    wanted, seen = case.data["warns"], [name for name, _ in answer.warnings]
    if wanted is not None and wanted not in seen:
        raise CheckFailed(f"expected the warning {wanted}, got {seen or 'none'}")
    if wanted is None and "IntegerAmplitudeWarning" in seen:
        raise CheckFailed(f"a warning where none is due: {answer.warnings}")
