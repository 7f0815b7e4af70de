"""What a relation is called with."""

from collections.abc import Mapping
from typing import Any, NoReturn, Protocol

import numpy as np

from ptychoparity.backends.protocol import Answer, Raised
from ptychoparity.spec_tests.facets import Facet

Inputs = dict[str, Any]
"""One input of the operation the relation is cited by, by name."""
Options = dict[str, Any]
"""What the contract says beside the relation's name."""


class Call(Protocol):
    """Asks the backend, and ends the check where what it answers does not hold."""

    random: np.random.Generator
    """The same draws for the same input."""
    answer: Answer
    """How the last call went."""

    def __call__(
        self,
        operation: str,
        inputs: Inputs,
        *,
        numpy_seed: int | None = ...,
        watch: bool = ...,
        layout: Mapping[str, str] = ...,
    ) -> dict[str, Any]:
        """Return the outputs, held against their contract.

        numpy_seed: seeds NumPy's global state before. watch: look for inputs that were changed in place.
        layout: how the arrays of an input lie in the backend's memory (`ptychoparity.backends.remote.LAYOUTS`).
        """

    def refused(self, operation: str, inputs: Inputs) -> Raised:
        """Return what is raised for bad input; an answer to it ends the check."""

    def hold(self, what: str, expected: Any, actual: Any, tolerance: Mapping[str, Any]) -> None:
        """Compare two values."""

    def fail(self, why: str, facet: Facet = ...) -> NoReturn:
        """End the check: what is broken, in a sentence; by default a value."""
