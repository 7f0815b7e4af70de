"""Parity: two backends on the same input, against each other."""

from collections.abc import Callable

from ptychoparity.spec_tests.generate import Check

KIND = "parity"


def test_parity(check: Check, verdict: Callable[[Check], None]) -> None:
    verdict(check)
