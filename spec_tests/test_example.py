"""Examples: the contract's own cases, against the oracle and against stated numbers."""

KIND = "example"


def test_example(check, verdict):
    verdict(check)
