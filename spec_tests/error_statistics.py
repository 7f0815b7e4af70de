"""What the errors of one answer are taken together, where each alone lies within its bound.

A bound is wide where much cancels, and a small fault hides below it: a factor of 1 + 1e-6, an epsilon added to every
value, an answer that went through half precision. Over thousands of elements it shows. Each error is taken in units of
its allowance, q = error / allowed, and so is each value, x = expected / allowed.

- **Factor**: g = sum x q / sum x^2, the factor 1 + g that explains the errors best. Rounding may be shared: one rounded
  scalar multiplies every element, a constant has one rounded value. So `systematic` roundings are allowed, a few eps
  (1e-6 is 17 roundings, or 8.4 eps), and beside them what independent errors make of g by chance.
- **Offset**: m, the mean of q, allowed what those shared roundings amount to, what a coordinate or a fit's coefficient
  that many elements share may err by, and chance.
- **Spread**: the root mean square of q, without the shared factor, is at most 1/sqrt(3), that of an error anywhere
  within its allowance with equal chance. A sum of several roundings is narrower, for they are never all at their worst
  and of one sign.

Errors are not independent where one coordinate serves a row, or one stage of a transform many elements: chance is
reckoned as if only every 64th counted. Where few elements, or few of the values, decide (an image of one value, one
bright pixel), nothing is said.
"""

from dataclasses import dataclass

import numpy as np

ROUNDING = 2.0**-24
EPS = 2.0**-23

ENOUGH = 1000
"""Elements below which nothing is said."""
DISTINCT = 200
"""Different values below which nothing is said; and how many elements, at least, must carry a fitted factor."""
ALIKE = 64
"""Elements whose errors may be one."""
SIGMAS = 6.0
CLEAR = 100
"""Times its bound that a magnitude must be to say something of an offset."""
SYSTEMATIC = 6
"""Roundings that all elements may share, where a tolerance does not say."""
UNIFORM = 3**-0.5


@dataclass(frozen=True)
class Statistics:
    """What was found: figures to print, and a sentence where one is beyond its limit."""

    bias: float
    """The fitted factor less 1, in eps."""
    spread: float
    """Root mean square of error over allowance."""
    sentence: str = ""


def statistics(
    expected: np.ndarray, difference: np.ndarray, allowed: np.ndarray, systematic: float, common: np.ndarray
) -> Statistics | None:
    """What the signed `difference` (actual less expected) says; None where it says nothing. Arrays of one shape.

    common: how much of what is allowed may be one error of many elements, a coordinate's, a fit's.
    """
    counted = (allowed > 0) & np.isfinite(allowed) & np.isfinite(difference) & np.isfinite(expected)
    if np.count_nonzero(counted) < ENOUGH:
        return None
    e, a = expected[counted], allowed[counted]
    q, x = difference[counted] / a, e / a
    power = np.abs(x) ** 2
    weight = float(power.sum())
    spread = float(np.sqrt(np.mean(np.abs(q) ** 2)))
    shared = systematic * ROUNDING
    factor = float(np.sum((np.conj(x) * q).real)) / weight if weight else 0.0
    # the effective number of elements that decide the factor
    carried = weight**2 / float(np.sum(power**2)) if weight else 0.0
    chance = SIGMAS * np.sqrt(ALIKE * float(np.sum(power * np.abs(q - factor * x) ** 2))) / weight if weight else 0.0
    mean, common_share, drift = _mean(e, a, q, common[counted] / a)
    found = Statistics(factor / EPS, spread)
    sentence = ""
    if carried >= DISTINCT and abs(factor) > shared + chance:
        sentence = _factor(factor, shared + chance)
    elif abs(mean) > (limit := shared * float(np.mean(np.abs(x))) + common_share + drift):
        sentence = f"the mean error is {abs(mean):.3g} of what one value may err, where {limit:.3g} would be rounding"
    elif (own := float(np.sqrt(np.mean(np.abs(q - factor * x) ** 2)))) > UNIFORM:
        sentence = f"errors are {own:.3g} of their bound, root mean square, where {UNIFORM:.3g} would be rounding"
    if sentence and _few(e):
        sentence = ""
    return Statistics(found.bias, found.spread, sentence)


def _mean(e: np.ndarray, a: np.ndarray, q: np.ndarray, common: np.ndarray) -> tuple[complex, float, float]:
    """The mean of `q`, what of it is one error of many elements, and what is chance.

    Of magnitudes only those count that stand clear of their bound: |x + error| is never below 0, so that near 0
    errors of either sign make it larger. Where few are left, nothing is said.
    """
    if not np.iscomplexobj(e) and e.min() >= 0:
        clear = e >= CLEAR * a
        q, common = q[clear], common[clear]
    if q.size < ENOUGH:
        return 0j, 0.0, 0.0
    mean = complex(np.mean(q))
    drift = SIGMAS * np.sqrt(ALIKE * float(np.mean(np.abs(q - mean) ** 2)) / q.size)
    return mean, float(np.mean(common)), drift


def _factor(factor: float, limit: float) -> str:
    return (
        f"every value lies within its bound, but together they are {1 + factor:.9g} times what is expected:"
        f" {factor / EPS:+.3g} eps, where {limit / EPS:.2g} would be rounding"
    )


def _few(values: np.ndarray) -> bool:
    """Whether the values are few, many times over."""
    return np.unique(values.astype(np.complex64 if np.iscomplexobj(values) else np.float32)).size < DISTINCT
