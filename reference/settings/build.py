"""Operations `make_config` and `validate_config`: a configuration as plain values, and what makes it a bad one."""

import warnings
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import Any

from ptychoparity.reference.settings import rules
from ptychoparity.reference.settings.classes import CLASSES, DEFAULT_GROUPS, PATHS, REQUIRED

Fields = dict[str, Any]


def known(what: str, name: str, names: Any) -> None:
    """ValueError for a name that is none of `names`, with the closest (HOUSE.CONFIG.REFUSED)."""
    if name not in names:
        close = get_close_matches(name, names, 1)
        hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(sorted(names))}"
        raise ValueError(f"{what} has no field {name!r}: {hint}")


def path_text(value: str) -> str:
    return str(PurePosixPath(value))


def table(kind: str) -> Fields:
    if kind not in CLASSES:
        raise ValueError(f"kind = {kind!r}: one of {', '.join(CLASSES)} is asked for")
    return CLASSES[kind]


def build(kind: str, fields: Fields) -> Fields:
    """All fields of a class, those not given at their defaults; n_groups settled (CFG.N_IMAGES.*).

    Raises ValueError for an unknown field, TypeError for a required one that is missing, ValueError for bad
    execution settings, which are validated here (EXEC.POST_INIT). Nothing else is validated (CFG.VALIDATE.MANUAL).
    """
    defaults = table(kind)
    for name in fields:
        known(kind, name, defaults)
    built = {**defaults, **fields}
    for name, value in built.items():
        if isinstance(value, str) and value == REQUIRED:
            raise TypeError(f"{kind} needs {name!r}")
        if name in PATHS and value is not None:
            built[name] = path_text(value)
    if "model" in built:
        built["model"] = build("ModelConfig", built["model"])
    if built.get("n_images") is not None and built["n_groups"] is None:
        warnings.warn("n_images is deprecated: n_groups counts groups", DeprecationWarning, stacklevel=2)
        built["n_groups"] = built["n_images"]
    if kind == "TrainingConfig" and built["n_groups"] is None:
        built["n_groups"] = DEFAULT_GROUPS
    if kind == "PyTorchExecutionConfig":
        rules.check(kind, built)
    return built


def assign(built: Fields, assignments: Fields) -> None:
    """Later assignments by dotted name, as the client's `model.N` (CLIENT.V17.MUTATES_N)."""
    for dotted, value in assignments.items():
        *parents, last = dotted.split(".")
        target = built
        for parent in parents:
            target = target[parent]
        known("the configuration", last, target)
        target[last] = value


def make_config(kind: str, fields: Fields, assignments: Fields) -> dict[str, Any]:
    built = build(kind, fields)
    assign(built, assignments)
    return {"fields": built, "defaults": dict(table(kind))}


def validate_config(kind: str, fields: Fields, archive: str | None) -> dict[str, Any]:
    """{"valid": True}, or a ValueError that names the field, its value and what is allowed (CFG.VALIDATE.*)."""
    given = fields if archive is None else {**fields, "model_path": str(Path(archive).parent)}
    built = build(kind, given)
    if "model" in built:
        rules.check("ModelConfig", built["model"])
    rules.check(kind, built)
    return {"valid": True}
