"""The oracle's answers, kept while neighbouring checks ask for the same input."""

import warnings
from collections import OrderedDict
from pathlib import Path
from typing import Any

from ptychoparity.reference import dispatch
from ptychoparity.spec_tests import additions, files, named_arrays
from ptychoparity.spec_tests.additions import Answers
from ptychoparity.spec_tests.contract import Contract

CACHE_BYTES = 400 << 20


class Oracle:
    """Answers for inputs whose files lie below `scratch`."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._added = additions.current().answers()
        self._kept: OrderedDict[str, tuple[dict[str, Any], int]] = OrderedDict()
        self._size = 0

    def _answers(self, contract: Contract) -> Answers:
        return (self._added or _no_answer) if contract.added else dispatch.call

    def answer(self, contract: Contract, key: str, inputs: dict[str, Any]) -> dict[str, Any] | None:
        """The outputs for `inputs`; equal keys of one contract, equal inputs.

        None where no oracle knows the operation, which is one of the user's own.
        """
        name = f"{contract.operation} {key}"
        if name in self._kept:
            self._kept.move_to_end(name)
            return self._kept[name][0]
        outputs = self.once(contract, inputs)
        if outputs is None:
            return None
        size = named_arrays.nbytes(outputs)
        self._kept[name] = (outputs, size)
        self._size += size
        while len(self._kept) > 1 and self._size > CACHE_BYTES:
            _, (_, forgotten) = self._kept.popitem(last=False)
            self._size -= forgotten
        return outputs

    def once(self, contract: Contract, inputs: dict[str, Any]) -> dict[str, Any] | None:
        """As `answer`, of inputs that nobody will ask again: nothing is kept."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what the oracle warns of is asked of the backend, by example
            fresh = files.afresh(contract["input"], inputs, self._scratch)
            outputs = self._answers(contract)(contract.operation, fresh)
        return None if outputs is None else files.with_members(contract["output"], outputs)


def _no_answer(operation: str, inputs: dict[str, Any]) -> None:
    """What an oracle that is not there knows."""
