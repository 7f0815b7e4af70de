"""Simulated scans: objects, probes, positions and exposure from an explicit generator, float64, no global state.

Every function that draws takes a `numpy.random.Generator` first and returns plain arrays. What cannot be
made is a `CannotSimulate` that names the field, its value and what was expected.
"""

from ptychoparity.core.errors import UsageError


class CannotSimulate(UsageError):
    """A scan that cannot be simulated as asked; the message names the field, the value and what was expected."""
