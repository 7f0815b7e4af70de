"""What a minimal run calls, seen from inside a worker, and how that fits what source says.

Nothing audited is executed anywhere else. The worker is a process of its own in a fresh working folder, with a time
budget; what it saw until it ended, failed or was stopped is what there is.
"""

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ptychoparity.audit.callchain import Chain, find_entry
from ptychoparity.audit.index import Sources
from ptychoparity.audit.model import Place, Symbol
from ptychoparity.core.errors import UsageError

TRACER = Path(__file__).parent / "tracer.py"
GRACE = 8.0
"""Seconds a worker gets beyond its budget to write down what it saw, before it is killed."""
LAST = 4000
"""So many characters of what the worker printed are kept."""


@dataclass(frozen=True)
class Request:
    """What to execute: `function` (`module:name`, called without arguments), `module` (`-m name`), or `script`."""

    kind: str
    name: str
    arguments: tuple[str, ...] = ()

    @staticmethod
    def of(command: str) -> "Request":
        """`module:function`, `-m module ARG...`, `python -m module ARG...`, or `FILE.py ARG...`."""
        words = shlex.split(command)
        if words and re.fullmatch(r"(.*/)?python[\d.]*", words[0]):
            words = words[1:]
        if len(words) >= 2 and words[0] == "-m":
            return Request("module", words[1], tuple(words[2:]))
        if len(words) == 1 and re.fullmatch(r"[\w.]+:[\w.]+", words[0]):
            return Request("function", words[0])
        if words and words[0].endswith(".py"):
            file = Path(words[0]).resolve()
            if not file.is_file():
                raise UsageError(f"there is no {file} to trace")
            return Request("script", str(file), tuple(words[1:]))
        raise UsageError(f"{command!r} is none of module:function, -m MODULE, FILE.py")


@dataclass(frozen=True, slots=True)
class Seen:
    """One way the run took, as often as it took it."""

    caller: str | None
    """Id of the nearest audited function; None where it was called from outside (the script itself)."""
    callee: str
    place: Place | None
    """The line of the caller."""
    count: int
    inside: int
    """Of these, while the entry point was running."""
    first: int
    """Its rank in the order in which ways were first taken."""
    direct: bool
    """Whether nothing that is not audited stands between the two."""
    part: str = ""
    """`<lambda>`, `<genexpr>` where only such a part of the callee ran."""


@dataclass(frozen=True)
class Trace:
    """A run."""

    request: Request
    entry: str
    state: str
    """finished, raised, timeout (of its budget), killed, or not started."""
    seconds: float
    budget: float
    python: str
    entered: int
    """How often the entry point was called."""
    seen: tuple[Seen, ...] = ()
    imported: tuple[Seen, ...] = ()
    """Modules whose import ran, as ways to them."""
    files: tuple[tuple[Place, str, int], ...] = ()
    """(line, path, count) of files that audited code opened for writing; paths in its working folder are relative."""
    left: tuple[str, ...] = ()
    """Files in its working folder at the end."""
    exception: dict | None = None
    printed: str = ""

    def before(self) -> frozenset[str]:
        """Symbols that ran, but not while the entry point did: while modules were imported, or in the script."""
        return frozenset(one.callee for one in self.seen if not one.part) - self.counts().keys()

    def counts(self) -> dict[str, int]:
        """Calls of each symbol while the entry point was running."""
        found: dict[str, int] = {}
        for one in self.seen:
            found[one.callee] = found.get(one.callee, 0) + (one.inside if not one.part else 0)
        return {name: count for name, count in found.items() if count}


def run(
    sources: Sources, entry: str, request: Request, budget: float, python: str | None = None, role: str | None = None
) -> Trace:
    """Execute `request` in a worker under `python` and see what it calls, for at most `budget` seconds."""
    start = find_entry(sources, entry, role)
    with tempfile.TemporaryDirectory(prefix="ptychoparity-trace-") as name:
        home = Path(name).resolve()
        work = home / "work"
        work.mkdir()
        asked = _asked(sources, start, request, budget, home)
        state, printed = _work(python or sys.executable, home, work, budget)
        try:
            found = json.loads(Path(asked["out"]).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            found = {"state": "not started", "edges": [], "files": [], "exception": None}
        if state == "killed" and found["state"] == "running":
            found["state"] = "killed"
        elif found["state"] == "running":  # it ended without a word: a crash below Python
            found["state"] = "killed"
            found["exception"] = {"type": "", "message": f"the process ended with {state}", "lines": []}
        left = sorted(path.relative_to(work).as_posix() for path in work.rglob("*") if path.is_file())
        names = _Names(sources)
        ways = sorted(names.seen(found["edges"]), key=lambda one: one.first)
        modules = {name for tree in sources.trees for name in tree.modules}
        return Trace(
            request, start.id, found["state"], found.get("seconds", 0.0), budget, found.get("python", ""),
            found.get("entered", 0), tuple(one for one in ways if one.callee not in modules),
            tuple(one for one in ways if one.callee in modules),
            tuple(names.files(found["files"], work)), tuple(left), found["exception"], printed,
        )  # fmt: skip


def _asked(sources: Sources, start: Symbol, request: Request, budget: float, home: Path) -> dict:
    audited = [tree for tree in sources.trees if tree.role != "tests"]
    roots = [str(_folder(tree.root, tree.package)) for tree in audited]
    tree = sources[start.place.tree]
    lines = {"line": start.place.line, "slack": 12 if start.decorators else 0}
    entry = {"file": os.path.realpath(tree.root / start.place.path), "name": start.name, **lines}
    paths = list(dict.fromkeys(str(tree.root) for tree in audited))
    asked = {
        "roots": roots, "paths": paths, "entry": entry, "out": str(home / "out.json"), "budget": budget,
        "kind": request.kind, "name": request.name, "arguments": list(request.arguments),
    }  # fmt: skip
    (home / "request.json").write_text(json.dumps(asked), encoding="utf-8")
    shutil.copyfile(TRACER, home / "ptychoparity_tracer.py")  # alone: no file of ours lies beside it on the path
    return asked


def _folder(root: Path, package: str) -> Path:
    return root / package.replace(".", "/")


def _work(python: str, home: Path, work: Path, budget: float) -> tuple[str, str]:
    """Run the worker to its end; how that came, and the last of what it printed."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}
    environment.pop("PYTHONPATH", None)
    command = [python, str(home / "ptychoparity_tracer.py"), str(home / "request.json")]
    with (home / "printed").open("wb") as printed:
        try:
            worker = subprocess.Popen(
                command, cwd=work, stdin=subprocess.DEVNULL, stdout=printed, stderr=printed, env=environment,
                start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise UsageError(f"{python} cannot be started: {error.strerror or error}") from error
        try:
            worker.wait(budget + GRACE)
            state = f"exit code {worker.returncode}"
        except subprocess.TimeoutExpired:
            state = "killed"
        finally:
            _end(worker)
    text = (home / "printed").read_bytes()[-4 * LAST :].decode(errors="replace")
    return state, text[-LAST:]


def _end(worker: subprocess.Popen) -> None:
    """The worker and all it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


@dataclass
class _Names:
    """Files and lines of code to ids of symbols."""

    sources: Sources
    _known: dict[tuple, str | None] = field(default_factory=dict)

    def seen(self, rows: list[dict]) -> list[Seen]:
        """Rows of the tracer; several codes of one function (its comprehensions) are one."""
        merged: dict[tuple, Seen] = {}
        for row in rows:
            callee = self.symbol(row["callee"])
            caller = self.symbol(row["caller"]) if row["caller"] else None
            if callee is None or (callee == caller and self._inner(row["callee"][1])):
                continue
            place = self.place(row["caller"][0], row["line"]) if row["caller"] else None
            if row["caller"] and not row["caller"][2] and place is not None:  # lines of rewritten code say nothing
                place = self.sources.symbol(caller).place if caller else None
            part = row["callee"][1] if self._inner(row["callee"][1]) else ""
            key = (caller, callee, place, row["direct"], part)
            one = Seen(caller, callee, place, row["count"], row["inside"], row["first"], row["direct"], part)
            before = merged.get(key)
            if before is not None:
                count, inside = before.count + one.count, before.inside + one.inside
                one = Seen(caller, callee, place, count, inside, min(before.first, one.first), one.direct, part)
            merged[key] = one
        return list(merged.values())

    def files(self, rows: list[dict], work: Path) -> list[tuple[Place, str, int]]:
        found: dict[tuple[Place, str], int] = {}
        for row in rows:
            place, path = self.place(row["caller"][0], row["line"]), Path(row["path"])
            shown = path.relative_to(work).as_posix() if path.is_absolute() and path.is_relative_to(work) else str(path)
            if place is not None:
                found[place, shown] = found.get((place, shown), 0) + row["count"]
        return [(place, path, count) for (place, path), count in sorted(found.items())]

    def place(self, file: str, line: int) -> Place | None:
        for tree in self.sources.trees:
            folder = os.path.realpath(tree.root)
            path = os.path.relpath(file, folder)
            if path in tree.files:
                return Place(tree.role, path, line)
        return None

    def symbol(self, code: Sequence) -> str | None:
        """(file, name, first line, class) of a code object to the symbol it is the code of; 0 and '' are unknown."""
        key = tuple(code)
        if key not in self._known:
            self._known[key] = self._find(*key)
        return self._known[key]

    def _find(self, file: str, name: str, line: int, owner: str) -> str | None:
        place = self.place(file, max(line, 1))
        if place is None:
            return None
        tree = self.sources[place.tree]
        if name == "<module>":
            return tree.files[place.path].module
        if self._inner(name):
            inside = tree.symbol_at(place.path, line)
            return inside.id if inside else None
        named = [one for one in tree.symbols.values() if one.place.path == place.path and one.name == name]
        named = [one for one in named if one.kind in ("function", "method")]  # a class's body runs as code, too
        if owner:
            full = f"{tree.files[place.path].module}.{owner}.{name}"
            return full if full in tree.symbols else None
        if not line:
            return named[0].id if len(named) == 1 else None
        # a decorated function's code begins at its first decorator
        after = [one for one in named if any(at >= line for at in (one.place.line, *one.also))]
        return (
            min(after, key=lambda one: min(at for at in (one.place.line, *one.also) if at >= line)).id
            if after
            else None
        )

    @staticmethod
    def _inner(name: str) -> bool:
        """Comprehensions and lambdas: part of the function they stand in."""
        return name.startswith("<") and name != "<module>"


@dataclass(frozen=True)
class Merged:
    """Source and run, side by side."""

    chain: Chain
    trace: Trace
    ran: dict[str, int]
    """symbol of the chain -> how often it ran while the entry point was running."""
    early: frozenset[str]
    """Those that ran only before the entry point did, as decorators do."""
    never: tuple[str, ...]
    """Symbols of the chain that did not run; not classes whose constructor Python makes, which no tracer sees."""
    edges: dict[tuple[str, Place, str], int]
    """(caller, line, callee) of the chain -> how often that way was taken."""
    only: tuple[Seen, ...]
    """Ways only the run saw: between two functions that source does not connect."""


def merge(chain: Chain, trace: Trace) -> Merged:
    """Hold a run against the chain of the same entry point."""
    counts = trace.counts()
    inside = [one for one in trace.seen if one.inside]
    at_line: dict[tuple[str | None, Place | None, str], int] = {}
    for one in inside:
        key = (one.caller, one.place, one.callee)
        at_line[key] = at_line.get(key, 0) + one.inside
    edges: dict[tuple[str, Place, str], int] = {}
    known: set[tuple[str | None, str]] = set()
    wrappers = _wrappers(chain)
    for name, edge in chain.edges:
        ways = [(caller, callee) for caller in chain.bodies(name) for callee in chain.bodies(edge.target)]
        around = [wrapper for _, body in ways for wrapper in wrappers.get(body, ())]
        known.update(ways)
        known.update((caller, wrapper) for caller, _ in ways for wrapper in around)
        known.update((wrapper, body) for _, body in ways for wrapper in wrappers.get(body, ()))
        exact = sum(at_line.get((one, edge.place, other), 0) for one, other in ways)
        wrapped = sum(at_line.get((one, edge.place, wrapper), 0) for one, _ in ways for wrapper in around)
        edges[name, edge.place, edge.target] = exact or wrapped
    ran = {name: sum(counts.get(body, 0) for body in step.bodies) for name, step in chain.steps.items()}
    only = [one for one in inside if (one.caller, one.callee) not in known and one.callee != trace.entry]
    early = {name for name, step in chain.steps.items() if not ran[name] and trace.before().intersection(step.bodies)}
    never = tuple(name for name, step in chain.steps.items() if step.bodies and not ran[name] and name not in early)
    counted = {name: count for name, count in ran.items() if count}
    return Merged(chain, trace, counted, frozenset(early), never, edges, tuple(only))


def _wrappers(chain: Chain) -> dict[str, tuple[str, ...]]:
    """decorated function -> what its decorators put around it: the functions defined in them."""
    found: dict[str, list[str]] = {}
    for name, edge in chain.edges:
        if edge.kind == "decorator":
            found.setdefault(name, []).extend(one for one in chain.steps if one.startswith(f"{edge.target}.<locals>."))
    return {name: tuple(dict.fromkeys(several)) for name, several in found.items()}
