"""What holds at the end of a test session: no module of ours has two names."""

import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent


def two_names() -> dict[str, list[str]]:
    """File to its names, where a module was imported twice: it then has two of each of its classes."""
    found: dict[str, list[str]] = {}
    for name, module in list(sys.modules.items()):
        file = Path(getattr(module, "__file__", None) or "/")
        ours = file.is_relative_to(PROJECT) and not any(
            part.startswith(".") for part in file.relative_to(PROJECT).parts
        )
        if ours and name != "__main__":
            found.setdefault(str(file), []).append(name)
    return {file: names for file, names in found.items() if len(names) > 1}


def pytest_sessionfinish(session: pytest.Session) -> None:
    if found := two_names():
        print(f"\nmodules with two names: {found}", file=sys.stderr)
        session.exitstatus = 1
