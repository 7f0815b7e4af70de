"""Named metamorphic relations a contract may cite.

A relation is a function `(call, inputs, options)`. `call(operation, inputs)` asks the backend, with the
answer already held against its contract; `call.hold(...)` compares two of its answers with a stated
allowance; `call.fail(...)` says in a sentence what is broken.
"""

from collections.abc import Callable
from types import MappingProxyType

from ptychoparity.spec_tests.relations import (
    batch,
    containers,
    evaluation,
    formats,
    groups,
    losses,
    manners,
    merging,
    metrics,
    optics,
    overlaps,
    patches,
    probes,
    saving,
    scales,
    scans,
    settings,
    simulation,
    sizes,
    stitching,
    training,
    translation,
    written,
)
from ptychoparity.spec_tests.relations.call import Call, Inputs, Options

Relation = Callable[[Call, Inputs, Options], None]

_MODULES = (
    batch,
    containers,
    evaluation,
    formats,
    groups,
    losses,
    manners,
    merging,
    metrics,
    optics,
    overlaps,
    patches,
    probes,
    saving,
    scales,
    scans,
    sizes,
    simulation,
    settings,
    stitching,
    training,
    translation,
    written,
)

RELATIONS: MappingProxyType[str, Relation] = MappingProxyType(
    {function.__name__: function for module in _MODULES for function in module.RELATIONS}
)

LEAST = 3
"""Inputs every relation is tried on, where the profile has as many."""


def inputs_tried(name: str, wanted: int) -> int:
    """How many of a profile's `wanted` inputs a relation is tried on: its module's INPUTS_SHARE, LEAST at least."""
    share = next((getattr(m, "INPUTS_SHARE", 1.0) for m in _MODULES if RELATIONS[name] in m.RELATIONS), 1.0)
    return max(min(wanted, LEAST), round(wanted * share))
