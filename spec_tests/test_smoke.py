"""Smoke: does the adapter answer at all, in the contract's shapes and dtypes?"""

from collections.abc import Callable

from ptychoparity.spec_tests.generate import Check

KIND = "smoke"


def test_smoke(check: Check, verdict: Callable[[Check], None]) -> None:
    verdict(check)
