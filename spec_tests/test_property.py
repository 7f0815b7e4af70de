"""Properties: random valid inputs against the oracle, the smallest failure kept."""

KIND = "property"


def test_property(check, verdict):
    verdict(check)
