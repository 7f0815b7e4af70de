"""`ptychoparity replay FILE`: one recorded failure again, on its own input."""

import json
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console

from ptychoparity.core.errors import UsageError
from ptychoparity.core.outcomes import Outcome
from ptychoparity.core.profiles import PROFILES
from ptychoparity.harness import targets
from ptychoparity.harness.session import Session
from ptychoparity.harness.settings import Selection, Settings
from ptychoparity.spec_tests import contract, files
from ptychoparity.spec_tests.checks import every_case, kind_of
from ptychoparity.spec_tests.generate import Check
from ptychoparity.spec_tests.scan_checks import Scan

KEYS = {"id", "operation", "kind", "case", "backend", "device", "against", "descriptor", "contracts", "outcome"}


def read(path: Path) -> dict[str, Any]:
    """The recorded failure. Raises UsageError when the file is not one."""
    try:
        kept = json.loads(path.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    except json.JSONDecodeError as error:
        raise UsageError(f"{path} is not JSON: line {error.lineno}: {error.msg}") from error
    if isinstance(kept, dict) and kept.keys() >= KEYS and not isinstance(kept["contracts"], dict):
        raise UsageError(f"{path} is no recorded failure: contracts is {kept['contracts']!r}, an object is asked for")
    if not isinstance(kept, dict) or not kept.keys() >= KEYS:
        raise UsageError(f"{path} is no recorded failure: it lacks {', '.join(sorted(KEYS - set(kept)))}")
    _trust_no_path(path, kept)
    return kept


def _trust_no_path(path: Path, kept: dict[str, Any]) -> None:
    """A file from elsewhere says what to ask, and not where to write. Raises UsageError."""
    for field in ("operation", "kind", "case", "backend", "device", "against"):
        if not isinstance(kept[field], str):
            raise UsageError(f"{path}: {field}: expected a text, got {kept[field]!r}")
    if kept["descriptor"] is not None:
        _plain_target(f"{path}: descriptor", kept["descriptor"])


def _plain_target(where: str, descriptor: Any) -> None:
    """A descriptor's target is one plain name; that of a scenario holds one descriptor per step. Raises UsageError."""
    if not isinstance(descriptor, dict):
        raise UsageError(f"{where}: expected an object, got {descriptor!r}")
    target, steps = descriptor.get("target", {}), descriptor.get("steps", {})
    for field, value in (("target", target), ("steps", steps)):
        if not isinstance(value, dict):
            raise UsageError(f"{where}.{field}: expected an object, got {value!r}")
    if "name" in target:
        files.plain_name(f"{where}.target.name", target["name"])
    for name, step in steps.items():
        _plain_target(f"{where}.steps.{name}", step)


def scan_of(path: Path, kept: dict[str, Any], check: Check) -> Scan | None:
    """The scan of a check that needs one; a failure of any other check has none to open. Raises UsageError."""
    if not kind_of(check.case).needs_scan:
        return None
    if not isinstance(kept.get("scan"), str):
        raise UsageError(f"{path}: scan: expected the path of the scan, got {kept.get('scan')!r}")
    return Scan.open(Path(kept["scan"]))


def find(kept: dict[str, Any], backend: str) -> Check:
    """The check of that case, on `backend`. Raises UsageError when the contracts no longer have it."""
    wanted = f"{kept['operation']}/{kept['kind']}/{kept['case']}"
    for case in every_case():
        if case.id == wanted:
            check = Check(case, backend, kept["device"], kept["against"])
            if targets.against(check) == targets.key(check):
                raise UsageError(f"{targets.key(check)} cannot be compared with itself")
            return check
    raise UsageError(f"the contracts have no check {wanted} any more")


def run(path: Path, backend: str | None, timeout: float) -> int:
    """0 when the failure is fixed, 1 when it is failing still, 2 when it cannot be asked."""
    kept, console = read(path), Console(highlight=False)
    name = backend or kept["backend"]
    check = find(kept, name)
    scan = scan_of(path, kept, check)
    if kept["contracts"]["digest"] != contract.version()["digest"]:
        console.print("note: the contracts have changed since this failure was recorded")
    other, _, device = (targets.against(check) or targets.key(check)).rpartition("@")
    names, devices = tuple(dict.fromkeys((other, name))), tuple(dict.fromkeys((device, kept["device"])))
    with tempfile.TemporaryDirectory(prefix="ptychoparity-replay-") as folder:
        settings = Settings(
            names,
            PROFILES["quick"],
            devices,
            runs=Path(folder),
            timeout=timeout,
            selection=Selection(only=(check.id,)),
            scan=scan,
        )
        session = Session(settings)
        try:
            session.start()
            event = session.run(check, kept["descriptor"])
            session.finish()
        except BaseException:
            session.abandon()
            raise
    if event.outcome is Outcome.PASS:
        console.print(f"fixed: {check.id} passes on the recorded input", markup=False, soft_wrap=True)
        return 0
    if not event.outcome.bad:
        console.print(f"could not be judged: {event.message}", markup=False, soft_wrap=True)
        return 2
    console.print(f"failing: {check.id}: {event.outcome}: {event.message}", markup=False, soft_wrap=True)
    return 1
