"""Named metamorphic relations a contract may cite.

A relation is a function `(call, inputs, options)`. `call(operation, inputs)` asks the backend, with the
answer already held against its contract; `call.hold(...)` compares two of its answers with a stated
allowance; `call.fail(...)` says in a sentence what is broken.
"""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from spec_tests.relations import (
    batch,
    containers,
    formats,
    groups,
    losses,
    manners,
    merging,
    optics,
    patches,
    scales,
    scans,
    settings,
    stitching,
    translation,
)

Relation = Callable[[Any, dict[str, Any], dict[str, Any]], None]

_MODULES = (
    batch,
    containers,
    formats,
    groups,
    losses,
    manners,
    merging,
    optics,
    patches,
    scales,
    scans,
    settings,
    stitching,
    translation,
)

RELATIONS: MappingProxyType[str, Relation] = MappingProxyType(
    {function.__name__: function for module in _MODULES for function in module.RELATIONS}
)
