"""What an audit needs beyond the rest of ptychoparity: the extra `audit`. Imports nothing of it."""

import importlib.util

from ptychoparity.core.errors import UsageError

EXTRA = ("griffe", "grimp", "jedi")


def require() -> None:
    """Raise UsageError with the line that installs what is missing."""
    missing = [name for name in EXTRA if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageError(f"audit needs {', '.join(missing)}: pip install 'ptychoparity[audit]'")
