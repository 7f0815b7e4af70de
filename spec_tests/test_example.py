"""Examples: the contract's own cases, against the oracle and against stated numbers."""

from collections.abc import Callable

from ptychoparity.spec_tests.generate import Check

KIND = "example"


def test_example(check: Check, verdict: Callable[[Check], None]) -> None:
    verdict(check)
