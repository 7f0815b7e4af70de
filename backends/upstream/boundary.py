"""What both adapters need: where the package under test came from, and how to say that it has no such setting."""

import importlib
import subprocess
from pathlib import Path
from typing import NoReturn

from ptychoparity.backends.protocol import UnknownOperation

RECORD = "COMMIT"
"""The file beside the packages that names their commit, for a source that is no git checkout."""


def unsupported(what: str) -> NoReturn:
    """The public code cannot do this part of an operation: it is not claimed. Raises UnknownOperation."""
    raise UnknownOperation(f"not claimed: {what}")


def commit(folder: Path) -> str:
    """The commit of the source in `folder`: of its record, else of its git checkout; empty where neither is there."""
    record = folder / RECORD
    if record.is_file():
        return record.read_text(encoding="utf-8").strip()
    if not (folder / ".git").exists():
        return ""
    asked = ["git", "-C", str(folder), "rev-parse", "HEAD"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()


def package_facts(name: str) -> dict[str, str]:
    """Where the package under test was loaded from, and its commit where that is known."""
    file = importlib.import_module(name).__file__ or ""
    return {"package": name, "package_file": file, "commit": commit(Path(file).resolve().parent.parent)}
