"""Smoke: does the adapter answer at all, in the contract's shapes and dtypes?"""

KIND = "smoke"


def test_smoke(check, verdict):
    verdict(check)
