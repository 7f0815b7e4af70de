"""Goldens: stored numbers that no run regenerates."""

from collections.abc import Callable

from ptychoparity.spec_tests.generate import Check

KIND = "golden"


def test_golden(check: Check, verdict: Callable[[Check], None]) -> None:
    verdict(check)
