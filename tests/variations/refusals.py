"""The same refusals, of another class or in other words."""

import re
from typing import Any

from ptychoparity.backends.numpy.adapter import NumpyBackend


class InvalidInput(ValueError):
    """What a library raises for bad values."""


class MissingEntry(KeyError):
    """What a library raises for a name that is not there."""


class Subclassed(NumpyBackend):
    """Subclasses of ValueError and KeyError, the words unchanged."""

    def call(self, operation: str, inputs: dict[str, Any]) -> dict[str, Any]:
        try:
            return super().call(operation, inputs)
        except ValueError as error:
            raise InvalidInput(str(error)) from error
        except KeyError as error:
            raise MissingEntry(*error.args) from error


class Reworded(NumpyBackend):
    """The oracle's sentence within one of its own; the input is named, and so are the numbers."""

    def call(self, operation: str, inputs: dict[str, Any]) -> dict[str, Any]:
        try:
            return super().call(operation, inputs)
        except ValueError as error:
            said = re.sub(r"\bis asked for\b|\bare asked for\b", "would be needed", str(error))
            raise ValueError(f"Invalid call of {operation}(): {said}. See the manual.") from error
