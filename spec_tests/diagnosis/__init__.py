"""What the difference between an expected and an actual array looks like, for the engineer who looks for its cause.

A hint is `kind: details`. It is stated only where it explains the difference: with it applied to the expected values,
what is left is within the allowance, or a hundredfold smaller. Hints of the kind `where` say which elements differ.
Operations whose hints are of one kind probably share a cause (`reports.queries`).

Pure functions of arrays that never raise, and cheap: what is tried out is tried on MOST_POINTS elements at most.
"""

from typing import Any

import numpy as np

from ptychoparity.spec_tests.diagnosis import extent, forms, places, shifts, values
from ptychoparity.spec_tests.diagnosis.pair import Pair, numeric
from ptychoparity.spec_tests.diagnosis.picture import Where, picture

MOST_HINTS = 4

__all__ = ["Where", "hints", "where"]


def hints(expected: Any, actual: Any, allowed: Any = 0.0) -> tuple[str, ...]:
    """Return what the difference looks like, at most MOST_HINTS sentences; none where nothing explains it.

    `expected` and `actual`: arrays of any shape, real or complex, integer or boolean; of other values nothing is said.
    `allowed`: the largest difference that is none, a number or an array that broadcasts to `expected`; infinite where
    nothing is compared.
    """
    one, other = numeric(expected), numeric(actual)
    if one is None or other is None or one.size == 0 or other.size == 0:
        return ()
    with np.errstate(all="ignore"):
        if one.shape != other.shape:
            return forms.hints(one, other)[:MOST_HINTS]
        pair = Pair.of(one, other, allowed)
        if not pair.differs:
            return ()
        found = [*extent.not_finite(pair), *_causes(pair), *extent.hints(pair)]
    return tuple(dict.fromkeys(found))[:MOST_HINTS]


def _causes(pair: Pair) -> list[str]:
    """The plainest explanation, and others of its sort that explain as much."""
    if found := values.hints(pair):
        return found
    for part in (pair, *pair.members_that_differ()):
        if found := places.hints(part) or shifts.hints(part) or places.permuted(part):
            return found
    return values.by_member(pair) or places.reordered(pair) or values.represented(pair)


def where(expected: Any, actual: Any, allowed: Any = 0.0) -> Where | None:
    """Return a small picture of the errors of two arrays of one shape; None where there is none to be drawn."""
    one, other = numeric(expected), numeric(actual)
    if one is None or other is None or one.shape != other.shape or one.size < 2:
        return None
    with np.errstate(all="ignore"):
        return picture(Pair.of(one, other, allowed))
