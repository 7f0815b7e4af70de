"""From an operation's name to the function that answers it: a table of modules, read when a backend is built."""

import inspect
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import Any

from ptychoparity.backends.host.byte_order import native
from ptychoparity.backends.protocol import UnknownOperation


class Operations:
    """The operations of one backend.

    Adding one takes a function of the operation's name and a line in the backend's table.
    """

    def __init__(self, package: str, table: Mapping[str, str], **beside: Any) -> None:
        """Import the functions of `table`, from an operation's name to its module below `package`.

        `beside` is what functions need beside their inputs, a device for example. A function gets what it names
        among its keyword-only parameters.
        """
        self._functions = {
            name: _bound(getattr(import_module(f"{package}.{module}"), name), beside) for name, module in table.items()
        }

    def names(self) -> frozenset[str]:
        """The operations there are."""
        return frozenset(self._functions)

    def call(self, operation: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """Answer one operation, per its contract. Raises UnknownOperation for one that is not in the table."""
        if operation not in self._functions:
            raise UnknownOperation(f"{operation!r} is not claimed; claimed are {', '.join(sorted(self._functions))}")
        return self._functions[operation](**native(inputs))


def _bound(function: Callable[..., Any], beside: Mapping[str, Any]) -> Callable[..., Any]:
    takes = inspect.signature(function).parameters
    return partial(function, **{name: value for name, value in beside.items() if _by_keyword(takes.get(name))})


def _by_keyword(parameter: inspect.Parameter | None) -> bool:
    return parameter is not None and parameter.kind is inspect.Parameter.KEYWORD_ONLY
