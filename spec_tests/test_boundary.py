"""Boundaries: each constraint's edges, one at a time, against the oracle."""

from collections.abc import Callable

from ptychoparity.spec_tests.generate import Check

KIND = "boundary"


def test_boundary(check: Check, verdict: Callable[[Check], None]) -> None:
    verdict(check)
