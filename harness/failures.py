"""Files of failures: what a run keeps of each, and what `ptychoparity replay` and `check --failed` read of them."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ptychoparity.backends import registry
from ptychoparity.core.errors import UsageError
from ptychoparity.core.events import CheckFinished
from ptychoparity.harness import storage, targets
from ptychoparity.harness.project import Project
from ptychoparity.reports import events
from ptychoparity.spec_tests import additions, contract, files
from ptychoparity.spec_tests.checks import every_case, kind_of
from ptychoparity.spec_tests.generate import Check
from ptychoparity.spec_tests.scan_checks import Scan

FOLDER = "failures"
"""Where they lie in a run's folder."""
KEYS = {"id", "operation", "kind", "case", "backend", "device", "against", "descriptor", "contracts", "outcome"}
OF_EVENT = ("id", "operation", "kind", "case", "backend", "device", "outcome", "message", "descriptor")
"""What a file has of the check's event."""
LONGEST_NAME = 180


# -- writing ------------------------------------------------------------------------------------------------


def keep(run: Path, check: Check, event: CheckFinished, scan: Scan | None) -> Path:
    """Write the file of a failure into a run's folder, and return its path.

    Whatever it names by a path is named by an absolute one: it is replayed from any folder.
    """
    path = run / FOLDER / _file_name(run, check.id)
    document = contract.contracts().get(check.case.operation)
    names = dict.fromkeys((check.backend, *([targets.against(check).rpartition("@")[0]] if check.against else [])))
    kept = {
        **{key: getattr(event, key) for key in OF_EVENT},
        "against": check.against, "contracts": contract.version(), "run": run.name,
        "scan": str(scan.path.resolve()) if scan and kind_of(check.case).needs_scan else None,
        "adapters": {name: _adapter(registry.find(name)) for name in names if not _of_this_project(name)},
        "folders": [str(one) for one in additions.current().folders] if document is None or document.added else [],
    }  # fmt: skip
    storage.write_json(path, kept)
    return path


def _file_name(run: Path, name: str) -> str:
    """A name made of an id. Long ones are cut for the file system; these and equal ones get the id's digest."""
    plain = "".join(c if c.isalnum() or c in "-_.=@" else "_" for c in name)
    if len(plain) >= LONGEST_NAME or (run / FOLDER / f"{plain}.json").exists():
        plain = f"{plain[: LONGEST_NAME - 10]}-{zlib.crc32(name.encode()):08x}"
    return f"{plain}.json"


def _of_this_project(name: str) -> bool:
    """Whether the name alone says what backend is meant, wherever it is read."""
    ours = {entry.factory for entry in registry.BUILT_IN.values()}
    return name not in registry.aliases() and registry.find(name).factory in ours


def _adapter(entry: registry.Entry) -> dict[str, Any]:
    """What starts a backend, whatever it is called."""
    return {
        "adapter": entry.factory, "python": entry.python and str(Path(entry.python).absolute()),
        "env": dict(entry.environment), "path": list(entry.path),
    }  # fmt: skip


# -- reading ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Failure:
    """A failure that a run has recorded."""

    path: Path
    kept: dict[str, Any]

    @property
    def run(self) -> Path:
        """The folder of its run."""
        return self.path.resolve().parent.parent


def found(path: Path) -> list[Failure]:
    """The failure in a file, or those of a run: its folder, its events, or the folder of its failures.

    A file may be named relative to the latest run, as its events have it. Raises UsageError.
    """
    if not path.exists() and not path.is_absolute() and (Path("runs") / "latest" / path).is_file():
        path = Path("runs") / "latest" / path
    if path.name == "events.jsonl" or (path.is_dir() and (path / "events.jsonl").exists()):
        return of_run(path.parent if path.name == "events.jsonl" else path)
    if path.is_dir() and path.resolve().name == FOLDER:
        return of_run(path.resolve().parent)
    return [Failure(path, read(path))]


def of_run(folder: Path) -> list[Failure]:
    """The failures of a run, in its order. Raises UsageError, also where there is none."""
    run = events.read(folder)
    paths = [folder / check.failure_file for check in run.checks if check.failure_file]
    if not paths:
        raise UsageError(f"{folder}: no check failed in this run")
    return [Failure(path, read(path)) for path in paths]


def read(path: Path) -> dict[str, Any]:
    """The recorded failure. Raises UsageError when the file is not one."""
    try:
        kept = json.loads(path.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    except json.JSONDecodeError as error:
        raise UsageError(f"{path} is not JSON: line {error.lineno}: {error.msg}") from error
    if not isinstance(kept, dict) or not kept.keys() >= KEYS:
        raise UsageError(f"{path} is no recorded failure: it lacks {', '.join(sorted(KEYS - set(kept)))}")
    if not isinstance(kept["contracts"], dict):
        raise UsageError(f"{path}: contracts: expected an object, got {kept['contracts']!r}")
    _refuse_paths(path, kept)
    _refuse_adapters(path, kept)
    return kept


def _refuse_paths(path: Path, kept: dict[str, Any]) -> None:
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


def _refuse_adapters(path: Path, kept: dict[str, Any]) -> None:
    """What starts a backend has the right types. Raises UsageError."""
    adapters, folders = kept.get("adapters", {}), kept.get("folders", [])
    if not isinstance(adapters, dict):
        raise UsageError(f"{path}: adapters: expected an object, got {adapters!r}")
    for name, one in adapters.items():
        whole = isinstance(one, dict) and isinstance(one.get("adapter"), str) and isinstance(one.get("python"), str)
        if not whole or not _texts(one.get("path")) or not _texts(one.get("env"), dict):
            raise UsageError(f"{path}: adapters.{name}: expected adapter, python, path and env, got {one!r}")
    if not _texts(folders):
        raise UsageError(f"{path}: folders: expected a list of texts, got {folders!r}")


def _texts(value: Any, kind: type = list) -> bool:
    """Whether a value is a list of texts, or an object of texts."""
    inside = list(value.values()) if isinstance(value, dict) else value
    return isinstance(value, kind) and all(isinstance(one, str) for one in inside)


# -- asking again -------------------------------------------------------------------------------------------


def adapters(failures: Sequence[Failure]) -> dict[str, registry.Entry]:
    """The backends of recorded failures, by name; those that have a name of their own now are left out."""
    recorded = {name: one for failure in failures for name, one in failure.kept.get("adapters", {}).items()}
    built_in = {entry.factory: entry for entry in registry.BUILT_IN.values()}
    here = str(Path.cwd())
    return {
        name: replace(
            built_in.get(one["adapter"], registry.Entry(name, one["adapter"])), name=name, python=one["python"],
            environment=one["env"], path=tuple(dict.fromkeys((*one["path"], here))), origin="as recorded", ours=False,
        )
        for name, one in recorded.items()
        if name not in registry.names()
    }  # fmt: skip


def contracts_of(failures: Sequence[Failure]) -> list[str]:
    """The folders of contracts that recorded failures are about, as far as they are there."""
    named = dict.fromkeys(folder for failure in failures for folder in failure.kept.get("folders", []))
    return [folder for folder in named if Path(folder).is_dir()]


def recorded(folder: Path, *, whole: bool) -> tuple[Project, frozenset[str]]:
    """What `check --failed RUN` takes from a run: options and backends; and the ids of the checks that failed there.

    The ids are `whole`, or those of the cases, for other backends. Raises UsageError, also where none failed.
    """
    run, found = events.read(folder), of_run(folder)
    ids = [one.kept["id"] if whole else case_of(one) for one in found]
    keys = [one for failure in found for one in _keys(failure)]
    options: dict[str, Any] = {
        "backend": list(dict.fromkeys(name for name, _, _ in keys)),
        "device": list(dict.fromkeys(device for *_, device in keys)), "profile": run.header.profile,
        "contracts": contracts_of(found),
    }  # fmt: skip
    if scans := [one.kept["scan"] for one in found if one.kept.get("scan")]:
        options["scan"] = scans[0]
    return Project(options=options, backends=adapters(found)), frozenset(ids)


def _keys(failure: Failure) -> list[tuple[str, str, str]]:
    """The targets of a recorded failure, what it is compared with first: backend, `@`, device."""
    kept = failure.kept
    key = f"{kept['backend']}@{kept['device']}"
    return [one.rpartition("@") for one in (targets.beside(kept["against"], kept["device"]), key) if one]


def scan_of(failure: Failure, check: Check) -> Scan | None:
    """The scan of a check that needs one; a failure of any other check has none to open. Raises UsageError."""
    if not kind_of(check.case).needs_scan:
        return None
    named = failure.kept.get("scan")
    if not isinstance(named, str):
        raise UsageError(f"{failure.path}: scan: expected the path of the scan, got {named!r}")
    path = failure.run / named  # as it stands where it is absolute
    beside = failure.run.parent / path.name  # a run that was moved
    return Scan.open(beside if not path.exists() and beside.is_file() else path)


def case_of(failure: Failure) -> str:
    """The id of the case that failed."""
    return "/".join(failure.kept[key] for key in ("operation", "kind", "case"))


def check_of(failure: Failure, backend: str) -> Check:
    """The check of that case, on `backend`. Raises UsageError when the contracts no longer have it."""
    kept, wanted = failure.kept, case_of(failure)
    for case in every_case():
        if case.id == wanted:
            check = Check(case, backend, kept["device"], kept["against"])
            if targets.against(check) == targets.key(check):
                raise UsageError(f"{targets.key(check)} cannot be compared with itself")
            return check
    raise UsageError(f"the contracts have no check {wanted} any more")


def targets_of(checks: Sequence[Check]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The backends and the devices that checks are asked of, those they are compared with first."""
    keys = [one for check in checks for one in (targets.against(check), targets.key(check)) if one]
    pairs = [one.rpartition("@") for one in keys]
    return tuple(dict.fromkeys(name for name, _, _ in pairs)), tuple(dict.fromkeys(device for *_, device in pairs))
