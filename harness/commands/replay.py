"""`ptychoparity replay FILE`: one recorded failure again, on its own input."""

import json
import tempfile
from pathlib import Path

from rich.console import Console

from harness.mistakes import Mistake
from harness.profiles import PROFILES
from harness.session import Session, Settings
from reports.events import BAD_OUTCOMES
from spec_tests import contract
from spec_tests.generate import Check, checks

KEYS = {"id", "operation", "kind", "case", "backend", "device", "against", "descriptor", "contracts", "outcome"}


def read(path: Path) -> dict:
    """The recorded failure. Raises Mistake when the file is not one."""
    try:
        kept = json.loads(path.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise Mistake(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    except json.JSONDecodeError as error:
        raise Mistake(f"{path} is not JSON: line {error.lineno}: {error.msg}") from error
    if not isinstance(kept, dict) or not kept.keys() >= KEYS:
        raise Mistake(f"{path} is no recorded failure: it lacks {', '.join(sorted(KEYS - set(kept)))}")
    return kept


def find(kept: dict, backend: str) -> Check:
    """The check of that case, on `backend`. Raises Mistake when the contracts no longer have it."""
    pairs = [(backend, kept["device"])] + ([(kept["against"].split("@")[0], kept["device"])] if kept["against"] else [])
    wanted = f"{kept['operation']}/{kept['kind']}/{kept['case']}"
    for check in checks(list(reversed(pairs))):
        if check.case.id == wanted and check.backend == backend:
            return check
    raise Mistake(f"the contracts have no check {wanted} any more")


def run(path: Path, backend: str | None, timeout: float) -> int:
    """0 when the failure is fixed, 1 when it is failing still, 2 when it cannot be asked."""
    kept, console = read(path), Console(highlight=False)
    name = backend or kept["backend"]
    check = find(kept, name)
    if kept["contracts"]["digest"] != contract.version()["digest"]:
        console.print("note: the contracts have changed since this failure was recorded")
    names = (check.against.split("@")[0], name) if check.against else (name,)
    with tempfile.TemporaryDirectory(prefix="ptychoparity-replay-") as folder:
        settings = Settings(
            names, PROFILES["quick"], (kept["device"],), runs=Path(folder), timeout=timeout, selection=check.id
        )
        session = Session(settings)
        session.start()
        event = session.run(check, kept["descriptor"])
        session.finish()
    if event["outcome"] == "pass":
        console.print(f"fixed: {check.id} passes on the recorded input", markup=False, soft_wrap=True)
        return 0
    if event["outcome"] not in BAD_OUTCOMES:
        console.print(f"could not be judged: {event['message']}", markup=False, soft_wrap=True)
        return 2
    console.print(f"failing: {check.id}: {event['outcome']}: {event['message']}", markup=False, soft_wrap=True)
    return 1
