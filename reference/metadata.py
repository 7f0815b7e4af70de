"""JSON metadata of raw scans (DATA.NPZ.METADATA), and the pair of units it may name (HOUSE.SCAN.SCALE_PAIR)."""

import json
from typing import Any

import numpy as np

from ptychoparity.reference import npz

PAIRS = [("ci_intensity_v2", "count_intensity"), ("legacy_v1", "normalized_amplitude"), (None, None)]
"""(scale_contract_version, measurement_domain): both of one row, or neither."""


def parse(name: str, text: str) -> dict[str, Any]:
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


def read_metadata(path: str) -> dict[str, Any]:
    """The JSON text `_metadata` of an NPZ file, read without pickle; see the contract `read_metadata`."""
    text = npz.members(path, ("_metadata",)).get("_metadata")
    answer: dict[str, Any] = dict.fromkeys(("metadata", "nphotons", "scale_contract_version", "measurement_domain"))
    if text is None:
        return answer
    if text.dtype.kind != "U" or text.size != 1:
        raise ValueError(f"_metadata has dtype {text.dtype} and shape {text.shape}: one text is asked for")
    metadata = parse("_metadata", text.item())
    nphotons = metadata.get("nphotons")
    if nphotons is not None and (type(nphotons) not in (int, float) or not 0 < nphotons < np.inf):
        raise ValueError(f"_metadata: nphotons={nphotons!r}, a positive number is asked for")
    answer |= {name: metadata.get(name) for name in answer}
    return answer | {"metadata": text.item(), "nphotons": None if nphotons is None else np.float64(nphotons)}
