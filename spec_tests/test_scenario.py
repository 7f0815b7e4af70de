"""Scenarios: several operations one after another, some of them in a new process."""

KIND = "scenario"


def test_scenario(check, verdict):
    verdict(check)
