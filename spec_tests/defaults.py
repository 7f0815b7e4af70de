"""One setting, three layers, and where their defaults disagree.

A setting has a default in the configuration classes, in the flat store as it is after import (measured:
fixtures/goldens/legacy_params.json), and in the torch classes. Which one a program gets depends on what it
happens to build first, so a page shows every disagreement (PARAMS.DEFAULTS).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import fixtures
from spec_tests.tables import Row, tables

LAYERS = ("configuration class", "legacy dictionary", "torch class")
TRAINING = ("torch_data", "torch_model", "torch_training")
TORCH_TABLES = {"ModelConfig": TRAINING, "TrainingConfig": TRAINING, "InferenceConfig": ("torch_inference",)}
"""The configuration classes, and the torch tables whose fields can stand for theirs."""


@dataclass(frozen=True)
class Absent:
    """The layer has no such setting."""


ABSENT = Absent()


@dataclass(frozen=True)
class Default:
    """A setting's default in each of LAYERS, in the layer's own words, and what they mean in the setting's."""

    setting: str
    legacy_key: str | None
    torch_key: str | None
    values: tuple[Any, ...]
    meanings: tuple[Any, ...]

    @property
    def disagrees(self) -> bool:
        there = [value for value in self.meanings if value is not ABSENT]
        return any(value != there[0] or isinstance(value, bool) != isinstance(there[0], bool) for value in there[1:])

    def event(self) -> dict[str, Any]:
        """As a run's header has it: a layer that lacks the setting is left out of `values`, keyed by layer."""
        told = {layer: value for layer, value in zip(LAYERS, self.values, strict=True) if value is not ABSENT}
        return {
            "setting": self.setting, "legacy_key": self.legacy_key, "torch_key": self.torch_key, "values": told
        }  # fmt: skip


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
    for owner in TORCH_TABLES:
        for field, row in tables()[owner].items():
            if "default" not in row:
                continue
            legacy_key, torch = row.get("legacy"), _torch_row(owner, field)
            legacy = measured().get(legacy_key, ABSENT) if legacy_key else ABSENT
            torch_key, torch_row = torch or (None, {})
            values = (row["default"], legacy, torch_row.get("default", ABSENT))
            meanings = (row["default"], legacy, torch_row.get("means", values[2]))
            yield Default(f"{owner}.{field}", legacy_key if legacy is not ABSENT else None, torch_key, values, meanings)


def conflicts() -> list[Default]:
    """The settings whose layers disagree, in the order of the configuration classes."""
    return [one for one in defaults() if one.disagrees]
