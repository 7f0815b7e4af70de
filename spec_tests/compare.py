"""The one comparison rule.

    |expected - actual| <= max(|expected| * max(rtol, ulps * eps), peak_rtol * max|expected|, atol, bound)

eps is that of the actual answer's precision. `bound` is what rounding to float32 may amount to at this element, which
the oracle computes with the answer (`ptychoparity.reference.bounds`); errors that lie within it are then held to
statistics over all elements (`error_statistics`). Relative terms end at float32's smallest normal number, below which
an implementation may flush to 0. With a `period` the difference is taken to the nearest whole number of periods, as a
phase's is. Shapes are compared exactly; dtypes are the contract's business (`Contract.output_errors`). JSON values,
whose tolerance is `exact`, are equal or not; random outputs are held against a law instead (`spec_tests.laws`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np

from ptychoparity.spec_tests import bounds, exact, named_arrays
from ptychoparity.spec_tests.bounds import Bounds, Parts
from ptychoparity.spec_tests.diagnosis import Where
from ptychoparity.spec_tests.error_statistics import SYSTEMATIC, Statistics, statistics
from ptychoparity.spec_tests.facets import Facet
from ptychoparity.spec_tests.laws import LAWS
from ptychoparity.spec_tests.ulps import ULP_EDGES, ULP_LABELS, ulp_histogram


@dataclass(frozen=True)
class Comparison:
    """One output held against its expected value."""

    output: str
    ok: bool
    note: str = ""
    shape: tuple[int, ...] = ()
    dtype: str = ""
    elements: int = 0
    differing: int = 0
    worst: dict[str, Any] | None = None
    used: float | None = None
    """Worst error over its allowance: above 1 it fails."""
    peak_error: float | None = None
    """Largest error over the largest expected magnitude."""
    ulps: tuple[int, ...] | None = None
    tolerance: Mapping[str, Any] | None = None
    bias: float | None = None
    """The factor that explains the errors best, less 1, in eps of float32; None where too few elements say."""
    spread: float | None = None
    """Root mean square of error over allowance."""
    rounding: bool = False
    """Whether lower precision explains every element that fails; False where all is well, and for a wrong value."""
    facet: Facet | None = None
    """What is wrong with a JSON value, where it is known."""
    where: Where | None = None
    """A small picture of where it differs."""
    allowed: np.ndarray | None = field(default=None, repr=False, compare=False)
    """Of each element, where the comparison failed; infinite where nothing is compared."""

    def sentence(self) -> str:
        """What is wrong, for the first line of a message."""
        if self.worst is None or (self.note and not self.differing):
            return f"{self.output}: {self.note}"
        w = self.worst
        share = f"{self.differing} of {self.elements} values differ"
        times = f", {self.used:.3g} times the tolerance" if self.used is not None else ""
        return (
            f"{self.output}: {share}; worst at {w['index']}: expected {w['expected']}, got {w['actual']}"
            f" (error {_number(w['error'])}, allowed {_number(w['allowed'])}{times})"
        )

    def event(self) -> dict[str, Any]:
        """As the event stream keeps it."""
        row: dict[str, Any] = {"output": self.output, "ok": self.ok}
        if self.note:
            row["note"] = self.note
        if self.elements:
            row |= {
                "shape": list(self.shape), "dtype": self.dtype, "elements": self.elements,
                "differing": self.differing, "worst": self.worst, "used": self.used, "peak_error": self.peak_error,
                "tolerance": dict(self.tolerance or {}),
            }  # fmt: skip
        row |= {name: value for name in ("bias", "spread") if (value := getattr(self, name)) is not None}
        if self.where is not None:
            row["where"] = {"axes": list(self.where.axes), "rows": list(self.where.rows)}
        if self.ulps is not None:
            row["ulps"] = {"labels": list(ULP_LABELS), "counts": list(self.ulps)}
        return row


def _number(value: float | None) -> str:
    return "not finite" if value is None else f"{value:.3g}"


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


SMALLEST = 64 * float(np.finfo(np.float32).tiny)
"""What is below float32's smallest normal number may be 0: in the input, and in some terms of a sum, scaled then."""


def allowance(expected: np.ndarray, tolerance: Mapping[str, Any], eps: float, parts: Parts | None = None) -> np.ndarray:
    """Right-hand side of the rule, element by element."""
    magnitude = np.abs(expected)
    magnitude = np.where(np.isfinite(magnitude), magnitude, 0.0)  # NaN and inf allow nothing: they are met exactly
    relative = max(tolerance.get("rtol", 0.0), tolerance.get("ulps", 0.0) * eps)
    peak = float(magnitude.max(initial=0.0))
    floor = max(tolerance.get("peak_rtol", 0.0) * peak, tolerance.get("atol", 0.0))
    if relative > 0 or parts is not None:
        floor = max(floor, SMALLEST)
    found = np.maximum(magnitude * relative, floor)
    if parts is not None:
        found = np.maximum(found, bounds.allowed(parts, tolerance["roundings"]))
    return np.where(np.isfinite(expected), found, 0.0) if parts is not None else found


GIVEN = "given"
"""Stands for a bound that a relation computed."""


def doubled(tolerance: Mapping[str, Any]) -> dict[str, Any]:
    """The tolerance of two answers that are each within it of the truth."""
    found = {k: 2 * v if k in ("rtol", "ulps", "peak_rtol", "atol", "systematic") else v for k, v in tolerance.items()}
    if "bound" in tolerance:
        counts = tolerance["roundings"]
        twice = {part: 2 * n for part, n in counts.items()} if isinstance(counts, Mapping) else 2 * counts
        found |= {"roundings": twice, "systematic": 2 * tolerance.get("systematic", SYSTEMATIC)}
    return found | {"why": f"twice the tolerance: {tolerance['why']}"}


def _parts(output: str, expected: np.ndarray, tolerance: Mapping[str, Any], made: Bounds | None) -> Parts | None:
    """The parts of the bound that a tolerance names. Raises LookupError where nobody computed it."""
    bound = tolerance.get("bound")
    if bound is None:
        return None
    if bound == "value":
        return {"value": np.abs(expected)}
    if made is None:
        raise LookupError(f"{output}: its tolerance names the bound {bound!r}, and it is compared without bounds")
    return made.parts(bound, output)


def compare(
    output: str, expected: Any, actual: Any, tolerance: Mapping[str, Any], mask: np.ndarray | None = None,
    made: Bounds | None = None,
) -> Comparison:  # fmt: skip
    """Hold `actual` against `expected`; where `mask` is False nothing is compared. `made`: the oracle's bounds."""
    given = tolerance.get("bound")
    if isinstance(given, np.ndarray):  # a relation's own
        tolerance = {**tolerance, "bound": GIVEN}
    if tolerance.get("exact"):
        return _exact(output, expected, actual, tolerance)
    if expected is None or actual is None:
        note = "" if expected is actual else f"expected {_kind(expected)}, got {_kind(actual)}"
        return Comparison(output, expected is actual, note)
    if isinstance(expected, str) or isinstance(actual, str):
        same = isinstance(expected, str) and isinstance(actual, str) and expected == actual
        return Comparison(output, same, "" if same else f"expected {expected!r}, got {actual!r}")
    expected, actual = np.asarray(expected), np.asarray(actual)
    if expected.shape != actual.shape:
        return Comparison(output, False, f"expected shape {expected.shape}, got {actual.shape}")
    if actual.dtype.kind not in "biufc":
        return Comparison(output, False, f"dtype {actual.dtype} holds no numbers")
    if np.array_equal(expected, actual):
        return _equal(output, actual, tolerance)
    wide = np.complex128 if "c" in (expected.dtype.kind, actual.dtype.kind) else np.float64
    e, a = expected.astype(wide), actual.astype(wide)
    difference = _difference(e, a, tolerance)
    eps = float(np.finfo(actual.dtype).eps) if actual.dtype.kind in "fc" else 0.0
    parts = {"given": given} if isinstance(given, np.ndarray) else _parts(output, e, tolerance, made)
    allowed = np.broadcast_to(allowance(e, tolerance, eps, parts), e.shape)
    if mask is not None:
        difference = np.where(mask, difference, 0.0)
        allowed = np.where(mask, allowed, np.inf)
    return _judge(output, e, actual, difference, allowed, tolerance, parts)


def _difference(expected: np.ndarray, actual: np.ndarray, tolerance: Mapping[str, Any]) -> np.ndarray:
    """actual - expected, to the nearest whole period; 0 where both are one NaN or infinity, else infinite there."""
    with np.errstate(all="ignore"):
        difference = actual - expected
        if "period" in tolerance:
            difference = difference - tolerance["period"] * np.rint(difference / tolerance["period"])
    same = (np.isnan(expected) & np.isnan(actual)) | (expected == actual)
    return np.where(same, 0.0, np.where(np.isnan(difference), np.inf, difference))


def _exact(output: str, expected: Any, actual: Any, tolerance: Mapping[str, Any]) -> Comparison:
    """JSON values: equal, types and all, or told apart by the first key that differs."""
    return compare_json(output, expected, actual, tolerance)[0]


def compare_json(output: str, expected: Any, actual: Any, tolerance: Mapping[str, Any]) -> list[Comparison]:
    """JSON values: equal, types and all, or one comparison for each place that differs, MOST_PLACES at most.

    `either` names keys of which several values are right: {"accelerator": ["cpu", "auto"]}.
    """
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        for key, right in tolerance.get("either", {}).items():
            if expected.get(key) in right and actual.get(key) in right:
                expected = {**expected, key: actual[key]}
    places = list(islice(exact.differences(output, expected, actual), MOST_PLACES))
    if places:
        return [Comparison(one.where, False, one.what, tolerance=tolerance, facet=one.facet) for one in places]
    return [Comparison(output, True, f"{exact.leaves(expected)} values are equal", used=0.0, tolerance=tolerance)]


MOST_PLACES = 12
"""Places of a JSON answer that are told one by one."""


def _equal(output: str, actual: np.ndarray, tolerance: Mapping[str, Any]) -> Comparison:
    """The common case, said without arithmetic: every element is equal."""
    ulps = (actual.size,) + (0,) * len(ULP_EDGES) if actual.dtype.kind in "fc" else None
    return Comparison(
        output, True, "equal", actual.shape, str(actual.dtype), int(actual.size), 0, None, 0.0, 0.0, ulps, tolerance
    )


def _judge(
    output: str, e: np.ndarray, actual: np.ndarray, difference: np.ndarray, allowed: np.ndarray,
    tolerance: Mapping[str, Any], parts: Parts | None,
) -> Comparison:  # fmt: skip
    if difference.size == 0:
        return Comparison(output, True, "empty", tolerance=tolerance)
    error = np.abs(difference)
    with np.errstate(all="ignore"):
        ratio = np.where((error == 0) | np.isinf(allowed), 0.0, error / allowed)
    bad = error > allowed
    flat = int(np.argmax(ratio)) if ratio.max() > 0 else int(np.argmax(error))
    index = tuple(int(i) for i in np.unravel_index(flat, error.shape))
    peak = float(np.abs(e[np.isfinite(e)]).max(initial=0.0))
    told = _told(e, difference, allowed, tolerance, parts) if parts is not None else None
    note = told.sentence if told is not None and not bad.any() else ""
    return Comparison(
        output, not (bad.any() or note), note, actual.shape, str(actual.dtype), int(error.size), int(bad.sum()),
        worst={
            "index": list(index), "expected": _show(e[index]), "actual": _show(actual[index]),
            "error": _finite(error[index]), "allowed": _finite(allowed[index]),
        },
        used=_finite(ratio.max()), peak_error=_finite(error.max() / peak) if peak else None,
        ulps=ulp_histogram(e, actual, error) if actual.dtype.kind in "fc" else None, tolerance=tolerance,
        bias=None if told is None else told.bias, spread=None if told is None else told.spread,
        rounding=_rounding(e, actual, difference, bad, tolerance, parts), allowed=allowed if bad.any() or note else None
    )  # fmt: skip


def _told(
    e: np.ndarray, difference: np.ndarray, allowed: np.ndarray, tolerance: Mapping[str, Any], parts: Parts
) -> Statistics | None:
    common = np.broadcast_to(bounds.shared(parts, tolerance["roundings"]), e.shape)
    return statistics(e, difference, allowed, tolerance.get("systematic", SYSTEMATIC), common)


PRECISION = 1e-4
"""An error below this, of what is summed, may be lower precision; above it a value is wrong."""
SEVERAL = 8
"""Failing elements from which errors may be told to be one factor, or one offset."""


def _rounding(
    e: np.ndarray, actual: np.ndarray, difference: np.ndarray, bad: np.ndarray, tolerance: Mapping[str, Any],
    parts: Parts | None,
) -> bool:  # fmt: skip
    """Whether every failing element is explained by lower precision: small, and neither a factor nor an offset."""
    if not bad.any() or actual.dtype.kind not in "fc":
        return False
    size = np.abs(e)
    if parts is not None:
        size = np.broadcast_to(bounds.magnitude(parts), e.shape)
    elif tolerance.get("peak_rtol") or tolerance.get("atol"):
        size = np.full(e.shape, float(size[np.isfinite(size)].max(initial=0.0)))
    d, value = difference[bad], e[bad]
    if d.size < SEVERAL and np.all(value):  # of a few values none can tell a factor from cancelled precision
        size = np.abs(e)
    if not (np.abs(d) <= PRECISION * size[bad]).all():
        return False
    if d.size < SEVERAL:
        return True
    power, weight = float(np.sum(np.abs(d) ** 2)), float(np.sum(np.abs(value) ** 2))
    factor = float(np.sum((np.conj(value) * d).real)) / weight if weight else 0.0
    left = min(float(np.sum(np.abs(d - factor * value) ** 2)), float(np.sum(np.abs(d - np.mean(d)) ** 2)))
    return left > power / 2


def compare_law(output: str, amplitude: Any, answer: Mapping[str, Any], tolerance: Mapping[str, Any]) -> Comparison:
    """Hold the random `answer[output]` against the tolerance's law; `amplitude` is what it follows, without noise.

    With `scale`, another output of the answer, a value stands for the count (value * scale)^2.
    """
    values, amplitude = np.asarray(answer[output]), np.asarray(amplitude, dtype=float)
    if values.shape != amplitude.shape:
        return Comparison(output, False, f"expected shape {amplitude.shape}, got {values.shape}")
    if values.dtype.kind not in "iuf" or not np.isfinite(values).all() or values.min(initial=0) < 0:
        return Comparison(output, False, f"{values.dtype}, not all of it finite and not negative: these are no counts")
    if values.size == 0:
        return Comparison(output, True, "empty", tolerance=tolerance)
    # counts in single precision have no odd ones above 2^24
    counts, eps = values.astype(float), float(np.finfo(np.float32).eps) if values.dtype == np.float32 else 0.0
    if "scale" in tolerance:
        counts = (counts * float(answer[tolerance["scale"]])) ** 2
        eps = float(np.finfo(values.dtype).eps) if values.dtype.kind == "f" else 0.0
    found = LAWS[tolerance["law"]](counts, amplitude, eps, tolerance)
    used, bad = max(one.used for one in found), [one.sentence for one in found if one.used > 1]
    return Comparison(
        output, not bad, "; ".join(bad), values.shape, str(values.dtype), int(values.size), used=_finite(used),
        tolerance=tolerance,
    )  # fmt: skip


def _show(value: Any) -> str:
    if np.iscomplexobj(value):
        return f"{value.real:.9g}{value.imag:+.9g}i"
    digits = 17 if np.asarray(value).dtype == np.float64 else 9
    return f"{value:.{digits}g}" if np.asarray(value).dtype.kind == "f" else str(value)


def _kind(value: Any) -> str:
    return "None" if value is None else f"an array of shape {np.shape(value)}"


@dataclass(frozen=True)
class MemberComparison(Comparison):
    """One array of a dictionary of named arrays; `output` is its place, `weights["conv1/kernel"]`."""

    def sentence(self) -> str:
        if self.worst is None:
            return super().sentence()
        w = self.worst
        allowed = _number(w["allowed"]) + (f", {self.used:.3g} times the tolerance" if self.used is not None else "")
        return (
            f"{self.output}{w['index'] or ''}: expected {w['expected']}, got {w['actual']}"
            f" (error {_number(w['error'])}, allowed {allowed}; {self.differing} of {self.elements} values differ)"
        )


def compare_members(
    output: str, expected: Mapping[str, Any], actual: Any, tolerance: Mapping[str, Any]
) -> list[Comparison]:
    """Hold every array of a dictionary of named arrays against that of the same name, each by the one rule."""
    if not isinstance(actual, Mapping):
        return [Comparison(output, False, f"expected a dictionary of {len(expected)} names, got {_kind(actual)}")]
    found: list[Comparison] = []
    for name, one in expected.items():
        where = named_arrays.place(output, name)
        if name not in actual:
            found.append(Comparison(where, False, "missing from the answer"))
        elif isinstance(one, Mapping):
            found += compare_members(where, one, actual[name], tolerance)
        else:
            found.append(MemberComparison(**vars(compare(where, one, actual[name], tolerance))))
    return found + [
        Comparison(named_arrays.place(output, name), False, "no such name is expected")
        for name in actual
        if name not in expected
    ]


def compare_outputs(
    tolerances: Mapping[str, Mapping[str, Any]], expected: Mapping[str, Any], actual: Mapping[str, Any],
    made: Bounds | None = None,
) -> list[Comparison]:  # fmt: skip
    """Every output of `expected` that has a tolerance against `actual`. `made`: the oracle's bounds for it."""
    found = []
    for output, tolerance in tolerances.items():
        if output not in expected:
            continue
        if output not in actual:
            found.append(Comparison(output, False, "missing from the answer"))
            continue
        if "law" in tolerance:
            # a golden stores the amplitude under the output's own name
            amplitude = expected.get(tolerance["amplitude"], expected[output])
            found.append(compare_law(output, amplitude, actual, tolerance))
            continue
        if tolerance.get("exact"):
            found += compare_json(output, expected[output], actual[output], tolerance)
            continue
        if isinstance(expected[output], Mapping):
            found += compare_members(output, expected[output], actual[output], tolerance)
            continue
        mask = None
        where = tolerance.get("where")
        if (
            where
            and (there := expected.get(where["output"])) is not None
            and np.shape(there) == np.shape(expected[output])
        ):
            mask = np.asarray(there) > where["above"]
        found.append(compare(output, expected[output], actual[output], tolerance, mask, made))
    return found
