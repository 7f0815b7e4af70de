"""An audit on disk: one folder named by its time, written beside and renamed: none is half there, none replaced."""

import errno
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ptychoparity.core.errors import UsageError

TAKEN = (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR)


def stamp() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H%M%SZ")


def json_text(value: Any) -> str:
    """JSON as an audit writes it: ASCII, in the order given, one newline at its end."""
    return json.dumps(value, indent=1, ensure_ascii=True, allow_nan=False) + "\n"


def write(out: Path, texts: Callable[[str], Mapping[str, str]], now: Callable[[], str] = stamp) -> Path:
    """Write the files that `texts` makes for a time stamp into `out/<stamp>`; that folder.

    Where another audit of the same second is there already, the next second is waited for.
    Raises UsageError where nothing can be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        while True:
            name = now()
            if not (out / name).exists() and _written(out, name, texts(name)):
                return out / name
            time.sleep(0.2)
    except OSError as error:
        raise UsageError(f"--out {out}: no audit can be written there: {error.strerror or error}") from error


def check(out: Path) -> None:
    """Raise UsageError where no folder can be made in `out`, before anything is read; nothing is left there."""
    place = out
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        with tempfile.TemporaryDirectory(dir=place):
            pass
    except OSError as error:
        raise UsageError(f"--out {out}: no audit can be written there: {error.strerror or error}") from error


def _written(out: Path, name: str, texts: Mapping[str, str]) -> bool:
    """Whether it is there now; False where another came first."""
    beside = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=out))
    try:
        for file, text in texts.items():
            (beside / file).write_text(text, encoding="utf-8", newline="\n")
        umask = os.umask(0)
        os.umask(umask)
        beside.chmod(0o777 & ~umask)  # mkdtemp keeps others out
        os.rename(beside, out / name)
    except OSError as error:
        if error.errno in TAKEN and (out / name).exists():
            return False
        raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return True
