"""Errors: bad input is refused with the right error, in words that name it."""

from collections.abc import Callable

from ptychoparity.spec_tests.generate import Check

KIND = "error"


def test_error(check: Check, verdict: Callable[[Check], None]) -> None:
    verdict(check)
