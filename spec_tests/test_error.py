"""Errors: bad input is refused with the right error, in words that name it."""

KIND = "error"


def test_error(check, verdict):
    verdict(check)
