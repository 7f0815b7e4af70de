"""Parity: two backends on the same input, against each other."""

KIND = "parity"


def test_parity(check, verdict):
    verdict(check)
