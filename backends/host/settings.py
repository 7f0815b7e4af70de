"""What reading configurations from outside takes: names that are known, files that are YAML."""

from collections.abc import Collection
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml


def known(where: str, given: Collection[str], names: Collection[str]) -> None:
    """ValueError for the first of `given` that is none of `names`; it says the closest (HOUSE.CONFIG.REFUSED)."""
    for name in given:
        if name not in names:
            close = get_close_matches(name, names, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"the fields are {', '.join(sorted(names))}"
            raise ValueError(f"{where} has no field {name!r}: {hint}")


def read_yaml(path: str) -> dict[str, Any]:
    """The mapping in a YAML file, read by the safe loader (CFG.YAML).

    Raises FileNotFoundError, or a ValueError for what is no YAML, no text or no mapping; each names the path.
    """
    file = Path(path)
    if not file.is_file():
        raise FileNotFoundError(f"{path} is not a file")
    try:
        content = yaml.safe_load(file.read_bytes())
    except yaml.YAMLError as error:
        raise ValueError(f"{path} cannot be read as YAML: {error}") from error
    if not isinstance(content, dict):
        raise ValueError(f"{path} must hold a mapping of fields, got {type(content).__name__}")
    return content
