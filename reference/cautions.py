"""Named warnings of the oracle. Contracts ask for them by name, so a backend may define its own."""


class IntegerAmplitudeWarning(UserWarning):
    """Integer diffraction was read as amplitude: it looks like counts (HOUSE.SCAN.UNITS)."""


class FewerGroupsWarning(UserWarning):
    """More groups were asked for than there are positions (DATA.GROUP.CAP_GS1)."""
