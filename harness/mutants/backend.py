"""A backend with one fault at a time: what stands in a worker where the backend itself would."""

import dataclasses
import importlib
import os
from typing import Any

from ptychoparity.harness.mutants.wrappers import WRAPPERS

BASE = "PTYCHOPARITY_MUTATED"
"""Environment variable: `module:Class` of the backend that is mutated."""

CONTROL = "mutate"
"""Operation that sets the active mutant and answers with what the backend then says of itself."""


class Mutated:
    """The backend named in $PTYCHOPARITY_MUTATED; conforming until the operation `mutate` sets a mutant.

    The mutant is a dict: `operation`, `how` (a wrapper's name), `options`. `None` takes it away.
    """

    def __init__(self, device: str = "cpu") -> None:
        module, _, name = os.environ[BASE].partition(":")
        self._backend = getattr(importlib.import_module(module), name)(device=device)
        self._mutant: dict[str, Any] | None = None

    def info(self) -> Any:
        info = self._backend.info()
        if self._mutant is not None and self._mutant["how"] == "says":
            return dataclasses.replace(info, **self._mutant["options"])
        return info

    def operations(self) -> frozenset[str]:
        return self._backend.operations()

    def parts(self) -> dict[str, dict[str, bool]]:
        return self._backend.parts() if hasattr(self._backend, "parts") else {}

    def call(self, operation: str, inputs: dict[str, Any]) -> dict[str, Any]:
        if operation == CONTROL:
            self._mutant = inputs["mutant"]
            return {"info": dataclasses.asdict(self.info())}
        if self._mutant is None or operation != self._mutant["operation"]:
            return self._backend.call(operation, inputs)

        def ask(changed: dict[str, Any]) -> dict[str, Any]:
            return self._backend.call(operation, changed)

        return WRAPPERS[self._mutant["how"]](ask, inputs, **self._mutant["options"])

    def synchronize(self) -> None:
        self._backend.synchronize()
