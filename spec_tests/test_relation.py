"""Relations: what must hold between a backend's own answers."""

KIND = "relation"


def test_relation(check, verdict):
    verdict(check)
