"""Random answers are judged by statistics: the laws a tolerance may name.

    {"law": "poisson", "amplitude": "amplitude", "samples": [0], "sigmas": 7, "peak_rtol": 1e-6, "why": "..."}

Every value is to be a Poisson draw of rate A^2, independent of all others, where A is the noise-free amplitude.
`peak_rtol` says how far, of the largest amplitude, a backend's A may be off: a rate is an interval, and what lies
within costs nothing. `samples` are the axes along which one pattern follows another.

A count k at rate r is sqrt(2 (k ln(k/r) - k + r)) sigmas away. By Chernoff's bound, which needs no large numbers, a
draw is z sigmas away on one side with a chance of at most exp(-z^2 / 2); and a sum of draws is a draw of the summed
rate. Of n values the limit is sqrt(sigmas^2 + 2 ln n): a million of them fail by chance as rarely as one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

ENOUGH = 5.0
"""Expected counts from which a value says something of the variance on its own; fainter pixels are pooled."""

LARGE = 1e4
"""Rate from which the last digit of a count is anyone's guess: odd and even differ by exp(-2 r) of a chance."""


@dataclass(frozen=True)
class Finding:
    """One test: how much of its limit was used, and what to say where that is more than all of it."""

    used: float = 0.0
    sentence: str = ""


@dataclass(frozen=True)
class Draw:
    """Counts, the rates they were drawn at, and the interval these lie in: arrays of one shape."""

    counts: np.ndarray
    rates: np.ndarray
    low: np.ndarray
    high: np.ndarray
    sigmas: float
    samples: tuple[int, ...]
    eps: float
    """Of the precision the counts were read from; 0 where they must be whole exactly."""

    def limit(self, tests: int) -> float:
        return float(np.sqrt(self.sigmas**2 + 2 * np.log(max(tests, 1))))

    def by_sample(self, values: np.ndarray) -> np.ndarray:
        """(samples, pixels): one row per pattern."""
        first = np.moveaxis(values, self.samples, range(len(self.samples)))
        return first.reshape(int(np.prod(first.shape[: len(self.samples)])), -1)


def surprise(counts: Any, low: Any, high: Any) -> np.ndarray:
    """How many sigmas counts are away from the nearest rate in [low, high]; infinite for counts where that is 0."""
    counts = np.asarray(counts, dtype=float)
    rate = np.clip(counts, low, high)
    with np.errstate(divide="ignore", invalid="ignore"):
        # log1p: at large counts k ln(k/r) and k - r are equal to many digits
        away = rate - counts - np.where(counts > 0, counts * np.log1p((rate - counts) / counts), 0.0)
    return np.sqrt(2 * np.maximum(away, 0.0))


def _index(flat: int, values: np.ndarray) -> tuple[tuple[int, ...], list[int]]:
    index = tuple(int(i) for i in np.unravel_index(flat, values.shape))
    return index, list(index)


def whole(draw: Draw) -> Finding:
    """Counts are whole, to the rounding of what they are read from."""
    off = np.abs(draw.counts - np.rint(draw.counts))
    with np.errstate(divide="ignore", invalid="ignore"):
        used = np.where(off == 0, 0.0, off / (4 * draw.eps * draw.counts))
    at, shown = _index(int(np.argmax(used)), used)
    bad = int(np.count_nonzero(used > 1))
    return Finding(float(used[at]), f"{bad} of {used.size} counts are not whole, as {draw.counts[at]:.9g} at {shown}")


def fine(draw: Draw) -> Finding:
    """Large counts are drawn to the last one: as many are odd as even. Single precision has no odd ones above 2^24."""
    large = draw.counts[draw.rates >= LARGE]
    if draw.eps or not large.size:
        return Finding()
    odd, size = float(np.sum(np.rint(large) % 2)), large.size
    shares = np.array([odd, size - odd]) / size
    away = np.sqrt(2 * size * np.sum(shares * np.log(2 * shares, where=shares > 0, out=np.zeros(2))))
    limit = draw.limit(1)
    return Finding(
        float(away) / limit,
        f"{odd:.9g} of {size} counts at rates from {LARGE:g} are odd: {away:.3g} sigmas off (allowed {limit:.3g})",
    )


def dark(draw: Draw) -> Finding:
    """Where the rate is zero, to the allowance of the amplitude, nothing is counted."""
    nothing = draw.low == 0
    count, high = float(draw.counts[nothing].sum()), float(draw.high[nothing].sum())
    at, shown = _index(int(np.argmax(np.where(nothing, draw.counts, -1))), draw.counts)
    return Finding(
        float(surprise(count, 0.0, high)) / draw.limit(1),
        f"{count:.9g} counts in {int(nothing.sum())} pixels of rate zero, as {draw.counts[at]:.9g} at {shown}"
        f" (at most {high:.3g} are expected in all of them)",
    )


def single(draw: Draw) -> Finding:
    """No pixel holds a count that its rate makes impossible."""
    away, limit = surprise(draw.counts, draw.low, draw.high), draw.limit(draw.counts.size)
    at, shown = _index(int(np.argmax(away)), away)
    return Finding(
        float(away[at]) / limit,
        f"an impossible count of {draw.counts[at]:.9g} at {shown}, where the rate is {draw.rates[at]:.9g}:"
        f" {away[at]:.3g} sigmas (allowed {limit:.3g} among {away.size} pixels)",
    )


def _strata(draw: Draw) -> Iterator[tuple[str, tuple[np.ndarray, ...]]]:
    """(counts, rates, low, high) of each sample, and of the pixels of each decade of rates."""
    arrays = (draw.counts, draw.rates, draw.low, draw.high)
    for number, rows in enumerate(zip(*map(draw.by_sample, arrays), strict=True)):
        yield f"in pattern {number}", rows
    lit = draw.low > 0
    decade = np.floor(np.log10(draw.rates, where=lit, out=np.zeros_like(draw.rates)))
    for power in np.unique(decade[lit]):
        chosen = lit & (decade == power)
        yield f"at rates from {10.0**power:.6g}", tuple(values[chosen] for values in arrays)


def mean(draw: Draw) -> Finding:
    """Counts are the rate on average: in every pattern, and in every decade of rates."""
    strata = list(_strata(draw))
    limit, worst = draw.limit(len(strata)), Finding()
    for name, arrays in strata:
        count, rate, low, high = (float(values.sum()) for values in arrays)
        away, size = float(surprise(count, low, high)), arrays[0].size
        if away / limit >= worst.used:
            worst = Finding(
                away / limit,
                f"the mean of {size} counts {name} is {count / size:.6g} where {rate / size:.6g} is expected:"
                f" {away:.3g} sigmas (allowed {limit:.3g})",
            )
    return worst


def _pooled(draw: Draw) -> tuple[np.ndarray, ...]:
    """(counts, rates, slack) of pixels, and of faint pixels taken together until they expect ENOUGH.

    Pools are cut off the running sum of rates: below 1 at sums of 6, above at sums of 10, so that each expects at
    least 5.
    """
    arrays = (draw.counts.ravel(), draw.rates.ravel(), (draw.high - draw.rates).ravel())
    rates = arrays[1]
    parts = [tuple(values[rates >= ENOUGH] for values in arrays)]
    for chosen, size in (((rates > 0) & (rates < 1), ENOUGH + 1), ((rates >= 1) & (rates < ENOUGH), 2 * ENOUGH)):
        number = np.floor(np.cumsum(rates[chosen]) / size).astype(int)
        pools = int(number[-1]) if number.size else 0  # the last pool is not full, and is left out
        parts.append(tuple(np.bincount(number, values[chosen], pools + 1)[:pools] for values in arrays))
    return tuple(np.concatenate(columns) for columns in zip(*parts, strict=True))


def dispersion(draw: Draw) -> Finding:
    """The variance is the mean: the sum of (k - r)^2 / r, each of mean 1 and variance 2 + 1/r."""
    counts, rates, slack = _pooled(draw)
    if not rates.size:
        return Finding()
    total = float(np.sum((counts - rates) ** 2 / rates))
    below = draw.sigmas * float(np.sqrt(np.sum(2 + 1 / rates))) + float(np.sum(slack**2 / rates))
    above = below + draw.sigmas**2  # a sum of squares reaches farther up than down
    off = total - rates.size
    return Finding(
        abs(off) / (above if off > 0 else below),
        f"the variance of {rates.size} values is {total / rates.size:.4g} times their mean"
        f" (allowed {max(0.0, 1 - below / rates.size):.3g} to {1 + above / rates.size:.3g})",
    )


def skew(draw: Draw) -> Finding:
    """The third moment is the rate: rounded normal draws are symmetric, and pass every other test.

    Of z = (k - r) / sqrt(r), z^3 - 3z has the mean s = 1 / sqrt(r) and the variance 6 + 18/r + 1/r^2; it is weighted
    by s, so that faint pixels, whose skewness is large, say most.
    """
    chosen = (draw.rates >= ENOUGH) & (draw.high - draw.rates < 0.01 * np.sqrt(draw.rates))
    counts, rates = draw.counts[chosen], draw.rates[chosen]
    if not rates.size:
        return Finding()
    s, z = 1 / np.sqrt(rates), (counts - rates) / np.sqrt(rates)
    off, limit = float(np.sum(s * (z**3 - 3 * z - s))), draw.limit(1)
    # a cube of few values reaches farther than a normal sum: the last term is one value at the limit
    allowed = limit * float(np.sqrt(np.sum(s**2 * (6 + 18 / rates + 1 / rates**2)))) + float(s.max()) * limit**3
    expected = float(np.sum(s**2))
    return Finding(
        abs(off) / allowed,
        f"the skewness of {rates.size} values is {1 + off / expected:.3g} times that of Poisson draws"
        f" (allowed {1 - allowed / expected:.3g} to {1 + allowed / expected:.3g}; 0 is that of normal draws)",
    )


def fresh(draw: Draw) -> Finding:
    """A pattern's noise says nothing of the next one's: the products of standardised residuals sum to about 0."""
    counts, rates = draw.by_sample(draw.counts), draw.by_sample(draw.rates)
    limit, worst = draw.limit(len(rates)), Finding()
    for number in range(len(rates) - 1):
        pair = slice(number, number + 2)
        both = (rates[pair] >= ENOUGH).all(axis=0)
        if not both.any():
            continue
        residuals = (counts[pair, both] - rates[pair, both]) / np.sqrt(rates[pair, both])
        product, size = float(np.sum(residuals.prod(axis=0))), int(both.sum())
        allowed = limit * float(np.sqrt(size)) + limit**2
        if abs(product) / allowed >= worst.used:
            worst = Finding(
                abs(product) / allowed,
                f"the noise of patterns {number} and {number + 1} correlates by {product / size:.3g} over {size} pixels"
                f" (allowed {allowed / size:.3g})",
            )
    return worst


def poisson(counts: np.ndarray, amplitude: np.ndarray, eps: float, tolerance: Mapping[str, Any]) -> list[Finding]:
    """What each test finds in counts that should be draws of rate amplitude^2; arrays of one shape, float64."""
    slack = tolerance["peak_rtol"] * float(amplitude.max(initial=0.0))
    low, high = np.maximum(amplitude - slack, 0.0) ** 2, (amplitude + slack) ** 2
    samples = tuple(tolerance["samples"])
    draw = Draw(counts, amplitude**2, low, high, float(tolerance["sigmas"]), samples, eps)
    return [test(draw) for test in (whole, fine, dark, mean, dispersion, skew, fresh, single)]


LAWS = {"poisson": poisson}
