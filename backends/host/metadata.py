"""The JSON metadata of raw scans: the member `_metadata` of NPZ files and of products (DATA.NPZ.METADATA)."""

import json
from typing import Any

SCALE = ("scale_contract_version", "measurement_domain")
PAIRS = {"ci_intensity_v2": "count_intensity", "legacy_v1": "normalized_amplitude"}
"""scale_contract_version to the measurement_domain it goes with; there are no others (HOUSE.SCAN.SCALE_PAIR)."""


def parsed(name: str, text: str) -> dict[str, Any]:
    """The JSON object `text`, known as `name`; ValueError where it is none or its scale contradicts itself."""
    if not isinstance(text, str):
        raise ValueError(f"{name} must be a JSON text, got {text!r}")
    try:
        values = json.loads(text)
    except json.JSONDecodeError as reason:
        raise ValueError(f"{name} must be JSON: {reason}") from reason
    if not isinstance(values, dict):
        raise ValueError(f"{name} must be a JSON object, got {text!r}")
    version, domain = (_text(name, values, field) for field in SCALE)
    if (version or domain) and (version is None or PAIRS.get(version) != domain):
        known = " and ".join(f"({a}, {b})" for a, b in PAIRS.items())
        pair = f"scale_contract_version = {version!r} with measurement_domain = {domain!r}"
        raise ValueError(f"{name} says {pair}; supported are {known}")
    return values


def _text(name: str, values: dict[str, Any], field: str) -> str | None:
    value = values.get(field)
    if value is not None and (not isinstance(value, str) or not value):
        raise ValueError(f"{field} in {name} must be a text, got {value!r}")
    return value


def number(name: str, values: dict[str, Any], field: str) -> float | None:
    """The positive number `field` of the metadata called `name`, None where there is none; ValueError for others."""
    value = values.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < float("inf"):
        raise ValueError(f"{field} in {name} must be a positive number, got {value!r}")
    return float(value)
