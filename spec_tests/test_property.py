"""Properties: random valid inputs against the oracle, the smallest failure kept."""

from collections.abc import Callable

from ptychoparity.spec_tests.generate import Check

KIND = "property"


def test_property(check: Check, verdict: Callable[[Check], None]) -> None:
    verdict(check)
