"""How far a correct answer in single precision may be from the exact one, element by element.

A bound is made of parts: arrays that broadcast to the answer, each a magnitude by which one rounding is multiplied. A
tolerance says how many roundings each part may have, so that an element is allowed

    (sum over parts of roundings * part) * 2^-24

2^-24 being the most that one rounding to float32 changes a number, relative to it. Of a sum of products the part is the
same operation on absolute values: small where little is summed, large where much cancels, and the same for every order
of summation (Higham, Accuracy and Stability of Numerical Algorithms, 2002, 3.1 and 3.5).
"""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np

ROUNDING = 2.0**-24
"""The largest relative error of one rounding to float32: half an eps."""

Parts = dict[str, np.ndarray]

BOUNDS = {
    "translation": "interpolation",
    "extraction": "interpolation",
    "groups": "interpolation",
    "stitching": "stitching",
    "merging": "stitching",
    "diffraction": "waves",
    "modes": "waves",
    "illumination": "waves",
    "registration": "waves",
    "poisson": "losses",
    "objective": "losses",
    "complex_mae": "losses",
    "variation": "losses",
    "composition": "metrics",
    "levelling": "metrics",
    "evaluation": "metrics",
}
"""Each bound's module in this folder; the function there has its name. `value` is the answer's own magnitude."""

NAMES = ("value", *BOUNDS)


@cache
def function(name: str) -> Callable[[dict[str, Any], dict[str, Any]], dict[str, Parts]]:
    """The parts of one bound, by output, for inputs and the oracle's answer to them."""
    return getattr(import_module(f"{__package__}.{BOUNDS[name]}"), name)
