"""JSON metadata of raw scans (DATA.NPZ.METADATA), and the pair of units it may name (HOUSE.SCAN.SCALE_PAIR)."""

import json

PAIRS = [("ci_intensity_v2", "count_intensity"), ("legacy_v1", "normalized_amplitude"), (None, None)]
"""(scale_contract_version, measurement_domain): both of one row, or neither."""


def parse(name: str, text: str) -> dict:
    try:
        metadata = json.loads(text)
    except (TypeError, json.JSONDecodeError) as error:
        raise ValueError(f"{name} is not JSON: {error}") from error
    if not isinstance(metadata, dict):
        raise ValueError(f"{name} is {text!r}: a JSON object is asked for")
    pair = metadata.get("scale_contract_version"), metadata.get("measurement_domain")
    if pair not in PAIRS:
        raise ValueError(f"{name}: scale_contract_version={pair[0]!r}, measurement_domain={pair[1]!r}, one of {PAIRS}")
    return metadata
