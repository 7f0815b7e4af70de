"""Goldens: stored numbers that no run regenerates."""

KIND = "golden"


def test_golden(check, verdict):
    verdict(check)
