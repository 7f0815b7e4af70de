"""Boundaries: each constraint's edges, one at a time, against the oracle."""

KIND = "boundary"


def test_boundary(check, verdict):
    verdict(check)
