"""The legacy parameter dictionary (PARAMS.*): kept because the contract asks for it, read by none of our code."""

from typing import Any

from ptychoparity.backends.host import legacy_params

cfg: dict[str, Any] = dict(legacy_params.DEFAULTS)
"""The one dictionary; it is changed and never replaced (PARAMS.CFG)."""


def bigN() -> int:
    """Side of a group's joint field of view, from what the dictionary holds now (PARAMS.BIGN)."""
    return cfg["N"] + cfg["offset"] * (cfg["gridsize"] - 1)


def get(key: str, *default: Any) -> Any:
    """A value, derived ones computed. KeyError for a key that is not there, unless a default is given."""
    if key == "bigN":
        return bigN()
    if key not in cfg and default:
        return default[0]
    return cfg[key]


def set(key: str, value: Any) -> None:
    """One entry (PARAMS.SET). ValueError where the key is no text."""
    if not isinstance(key, str):
        raise ValueError(f"params key {key!r}: expected a text")
    cfg[key] = value
