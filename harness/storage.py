"""Files of a run, never half written: write beside, then rename."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ptychoparity.reports.text import replace


def write_json(path: Path, value: Any) -> None:
    replace(path, json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def shown(path: Path) -> str:
    """A path as a command has it: relative where it lies below the working directory, absolute elsewhere."""
    path = Path(os.path.abspath(path))
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def new_run(runs: Path, suffix: str = "") -> Path:
    """A fresh folder `runs/<UTC time>`, with `suffix` at its end."""
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H%M%SZ") + suffix
    for number in range(100):
        folder = runs / (stamp if number == 0 else f"{stamp}-{number}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        return folder
    raise FileExistsError(f"{runs}: a hundred runs began in one second")


def point_latest(folder: Path) -> None:
    """`runs/latest` shows this run."""
    link = folder.parent / f".latest.{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(folder.name)
    link.replace(folder.parent / "latest")


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
