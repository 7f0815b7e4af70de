"""Named metamorphic relations a contract may cite.

A relation is a function `(call, inputs, options)`. `call(operation, inputs)` asks the backend, with the
answer already held against its contract; `call.hold(...)` compares two of its answers with a stated
allowance; `call.fail(...)` says in a sentence what is broken.

Every module here that has a tuple `RELATIONS` takes part; none is listed.
"""

import pkgutil
from collections.abc import Callable
from functools import cache
from importlib import import_module
from types import MappingProxyType, ModuleType

from ptychoparity.spec_tests.relations.call import Call, Inputs, Options

Relation = Callable[[Call, Inputs, Options], None]

LEAST = 3
"""Inputs every relation is tried on, where the profile has as many."""


@cache
def _homes() -> MappingProxyType[str, ModuleType]:
    """The module of every relation, by the relation's name. Raises ValueError where two have one name."""
    found: dict[str, ModuleType] = {}
    for listed in pkgutil.iter_modules(__path__):
        module = import_module(f"{__name__}.{listed.name}")
        for function in getattr(module, "RELATIONS", ()):
            if function.__name__ in found:
                raise ValueError(f"relation {function.__name__!r}: expected one module to have it, got two")
            found[function.__name__] = module
    return MappingProxyType(found)


@cache
def relations() -> MappingProxyType[str, Relation]:
    """Every relation, by name."""
    return MappingProxyType({name: getattr(module, name) for name, module in _homes().items()})


def inputs_tried(name: str, wanted: int) -> int:
    """How many of a profile's `wanted` inputs a relation is tried on: its module's INPUTS_SHARE, LEAST at least."""
    share: float = getattr(_homes()[name], "INPUTS_SHARE", 1.0)
    return max(min(wanted, LEAST), round(wanted * share))
