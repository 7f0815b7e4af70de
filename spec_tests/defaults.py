"""One setting, three layers, and where their defaults disagree.

A setting has a default in the configuration classes, in the flat store as it is after import (measured:
fixtures/goldens/legacy_params.json), and in the torch classes. Which one a program gets depends on what it
happens to build first, so a page shows every disagreement (PARAMS.DEFAULTS).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ptychoparity import fixtures
from ptychoparity.spec_tests.tables import Row, tables

LAYERS = ("configuration class", "legacy dictionary", "torch class")
TRAINING = ("torch_data", "torch_model", "torch_training")
TORCH_TABLES = {"ModelConfig": TRAINING, "TrainingConfig": TRAINING, "InferenceConfig": ("torch_inference",)}
"""The configuration classes, and the torch tables whose fields can stand for theirs."""


@dataclass(frozen=True)
class Default:
    """A setting's default by layer, without the layers that lack it."""

    setting: str
    keys: Mapping[str, str]
    """What each layer calls it."""
    values: Mapping[str, Any]
    """In the layer's own words."""
    meanings: Mapping[str, Any]
    """In the words of the configuration classes."""

    @property
    def disagrees(self) -> bool:
        first, *others = self.meanings.values()
        return any(one != first or isinstance(one, bool) != isinstance(first, bool) for one in others)

    def event(self) -> dict[str, Any]:
        """As a run's header has it: what it is called and what it is, in each of LAYERS, None where it is not there."""
        told = [{"key": self.keys[one], "value": self.values[one]} if one in self.values else None for one in LAYERS]
        return {"setting": self.setting, "layers": told}


@cache
def measured() -> dict[str, Any]:
    """The flat store as it is after import, by legacy key."""
    file = fixtures.goldens() / "legacy_params.json"
    return json.loads(file.read_text())["params_cfg_after_importing_ptycho_params"]


def _torch_row(owner: str, field: str) -> tuple[str, Row] | None:
    """The torch field that stands for a setting: "table.field" and its row."""
    for table in TORCH_TABLES[owner]:
        for name, row in tables()[table].items():
            if row.get("of", name) == field:
                return f"{table}.{name}", row
    return None


def defaults() -> Iterator[Default]:
    """Every setting that has a default in the configuration classes."""
    ours, legacy, torch = LAYERS
    for owner in TORCH_TABLES:
        for field, row in tables()[owner].items():
            if "default" not in row:
                continue
            keys, values = {ours: field}, {ours: row["default"]}
            if row.get("legacy") in measured():
                keys[legacy], values[legacy] = row["legacy"], measured()[row["legacy"]]
            key, torch_row = _torch_row(owner, field) or ("", {})
            if "default" in torch_row:
                keys[torch], values[torch] = key, torch_row["default"]
            meant = {torch: torch_row["means"]} if "means" in torch_row else {}
            yield Default(f"{owner}.{field}", keys, values, {**values, **meant})


def conflicts() -> list[Default]:
    """The settings whose layers disagree, in the order of the configuration classes."""
    return [one for one in defaults() if one.disagrees]
