"""The dtypes that the contracts ask of an answer, read from their documents."""

import json
import re
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

CONTRACTS = "ptychoparity.spec_tests"
"""Only the documents of this package are read; nothing of the engine is imported."""

AS_STORED = frozenset({"read_product", "read_cxi"})
"""Operations that answer what a file holds in its own precision: several dtypes are allowed, and the file chooses."""


@cache
def _outputs(operation: str) -> dict[str, Any]:
    """Schemas of an operation's outputs, by name."""
    document = resources.files(CONTRACTS).joinpath("contracts", f"{operation}.json").read_text(encoding="utf-8")
    return json.loads(document)["output"]["properties"]


def in_contract_dtypes(operation: str, inputs: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """`answer` of the oracle without what its contract does not name, each array in the dtype of the contract.

    Where a contract allows several dtypes, that is the first; `{"like": name}` is the dtype of that input. None, JSON
    values and files stay as they are.
    """
    if operation in AS_STORED:
        return answer
    schemas = _outputs(operation)
    return {name: _converted(value, schemas[name], inputs) for name, value in answer.items() if name in schemas}


def _converted(value: Any, schema: dict[str, Any], inputs: dict[str, Any]) -> Any:
    if isinstance(value, dict) and "arrays" in schema:
        named = {name: (one, _member(name, schema["arrays"])) for name, one in value.items()}
        return {name: _converted(one, member, inputs) for name, (one, member) in named.items()}
    if not isinstance(value, np.ndarray) or "ndarray" not in schema:
        return value
    wanted = schema["ndarray"]["dtype"]
    if isinstance(wanted, dict):
        return value.astype(inputs[wanted["like"]].dtype)
    return value.astype(wanted if isinstance(wanted, str) else wanted[0])


def _member(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of one array in a dictionary of named arrays: by name, else by pattern, else that of all others."""
    if name in schema.get("properties", {}):
        return schema["properties"][name]
    matching = (sub for pattern, sub in schema.get("patternProperties", {}).items() if re.search(pattern, name))
    return next(matching, schema.get("additionalProperties") or {})
