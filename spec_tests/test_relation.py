"""Relations: what must hold between a backend's own answers."""

from collections.abc import Callable

from ptychoparity.spec_tests.generate import Check

KIND = "relation"


def test_relation(check: Check, verdict: Callable[[Check], None]) -> None:
    verdict(check)
