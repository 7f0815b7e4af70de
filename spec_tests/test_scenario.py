"""Scenarios: several operations one after another, some of them in a new process."""

from collections.abc import Callable

from ptychoparity.spec_tests.generate import Check

KIND = "scenario"


def test_scenario(check: Check, verdict: Callable[[Check], None]) -> None:
    verdict(check)
