"""Operation `read_config`: a YAML file as a mapping (CFG.YAML)."""

from pathlib import Path
from typing import Any

import yaml


def read_config(path: str) -> dict[str, Any]:
    """{"document": mapping}. Raises FileNotFoundError, or a ValueError for what is no YAML or no mapping."""
    if not Path(path).exists():
        raise FileNotFoundError(f"{path}: no such file")
    try:
        document = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is not readable YAML: {error}") from error
    if not isinstance(document, dict):
        raise ValueError(f"{path} holds a {type(document).__name__}, where a mapping of fields is asked for")
    return {"document": document}
