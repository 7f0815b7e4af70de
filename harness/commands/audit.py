"""`ptychoparity audit`: what a candidate has of what a reference offers, read from source; and `audit diff`.

Exit 0 when the audit is written, whatever it says; 2 for bad input. `audit diff` answers 1 where something got worse.
"""

import argparse
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ptychoparity.audit import folder, ledger, trace, trees
from ptychoparity.audit.cache import Cache, default_folder
from ptychoparity.audit.citations import CitationError
from ptychoparity.audit.compose import Audit, compose
from ptychoparity.audit.diff import compare, read
from ptychoparity.audit.request import Request
from ptychoparity.core.errors import UsageError
from ptychoparity.reports.events import RunError


def request_of(arguments: argparse.Namespace) -> Request:
    """What the command line asks for. Raises UsageError for what cannot be meant."""
    for name in ("reference", "candidate", "out"):
        if not getattr(arguments, name):
            raise UsageError(f"--{name} is required ({EXPECTED[name]})")
    _packages(arguments)
    for file in arguments.spec:
        if not file.is_file():
            raise UsageError(f"--spec {file}: expected a Markdown file, found none")
    if arguments.depth is not None and arguments.depth < 1:
        raise UsageError(f"--depth must be at least 1, got {arguments.depth}")
    if not 0 < arguments.trace_budget < float("inf"):
        raise UsageError(f"--trace-budget must be positive, got {arguments.trace_budget:g}")
    if arguments.entry and not all(part.isidentifier() for part in arguments.entry.replace(":", ".").split(".")):
        raise UsageError(f"--entry: expected MODULE:FUNCTION, as in package.module:function, got {arguments.entry!r}")
    if arguments.trace_python and not arguments.trace:
        raise UsageError(f"--trace-python {arguments.trace_python}: nothing is executed without --trace-script")
    if arguments.trace:
        _named("--trace-script", trace.Request.of, arguments.trace)
    if arguments.trace_python and shutil.which(arguments.trace_python) is None:
        raise UsageError(f"--trace-python {arguments.trace_python}: there is no such interpreter")
    return Request(
        arguments.reference, arguments.candidate, arguments.client or "", tuple(arguments.spec), arguments.run_folder,
        arguments.entry or "", arguments.depth, tuple(arguments.namespace), arguments.trace or "",
        arguments.trace_python or "", arguments.trace_budget, arguments.criteria,
        **({"optional": tuple(arguments.optional)} if arguments.optional else {}),
    )  # fmt: skip


def _packages(arguments: argparse.Namespace) -> None:
    """That the packages are there, and can be told apart; two versions of one package can, by their folders."""
    given = {name: getattr(arguments, name) for name in ("reference", "candidate", "client")}
    found = {name: _named(f"--{name}", trees.locate, spec) for name, spec in given.items() if spec is not None}
    if found["candidate"] == found["reference"]:
        raise UsageError(f"--candidate {arguments.candidate!r}: expected another package than the reference")
    (one, mine), (other, theirs) = found["reference"], found["candidate"]
    if one == other and f"{mine}.".startswith(f"{theirs}.") | f"{theirs}.".startswith(f"{mine}."):
        raise UsageError(f"--candidate {arguments.candidate!r}: one of {mine} and {theirs} is a part of the other")
    if "client" in found and found["client"][1] in (found["reference"][1], found["candidate"][1]):
        raise UsageError(
            f"--client {arguments.client!r}: expected a package that calls the audited ones, got one of them"
        )


def _named(option: str, check: Callable[[str], Any], value: str) -> Any:
    """What `check` answers; a mistake in the value of an option names the option."""
    try:
        return check(value)
    except UsageError as error:
        raise UsageError(f"{option} {error}") from error


EXPECTED = {
    "reference": "DIR:PACKAGE, as in ../PtychoPINN:ptycho",
    "candidate": "DIR:PACKAGE, as in ../PtychoPINN:ptycho_torch",
    "out": "a folder for audits",
}


def run(arguments: argparse.Namespace) -> int:
    """Write one audit below `--out`; print where it is."""
    if arguments.action == "diff":
        return run_diff(arguments.a, arguments.b)
    request = request_of(arguments)
    folder.check(arguments.out)
    if arguments.ledger is not None:
        ledger.check(arguments.ledger)
    cache = Cache(None if arguments.no_cache else arguments.cache or default_folder())
    audit = _composed(request, cache)
    written = folder.write(arguments.out, audit.texts)
    if arguments.ledger is not None:
        ledger.append(arguments.ledger, f"audit {written.name}", entry(audit, request, written))
    print(written / "index.html")
    for what, number in audit.told.counts[:6]:
        print(f"{what}: {number}")
    print(f"{len(cache.parsed)} files parsed, {len(cache.reused)} known from before; {audit.cited} places cited")
    return 0


def _composed(request: Request, cache: Cache) -> Audit:
    try:
        return compose(request, cache, _say if sys.stderr.isatty() else lambda text: None)
    except RunError as error:
        raise UsageError(f"--run {request.run}: {error}") from error
    except CitationError as error:
        raise UsageError(f"nothing is written, for a citation does not hold: {error}") from error


def _say(text: str) -> None:
    print(f"ptychoparity audit: {text} ...", file=sys.stderr)


def entry(audit: Audit, request: Request, written: Path) -> list[str]:
    """What a ledger is told of an audit."""
    lines = [f"{tree.role}: `{tree.package}` at {tree.version}" for tree in audit.sources.trees]
    lines += [f"spec: `{file}`" for file in request.specs]
    lines.append(f"written: `{written}` ({', '.join(sorted(path.name for path in written.iterdir()))})")
    lines.append("counts: " + ", ".join(f"{what} {number}" for what, number in audit.told.counts))
    open_questions, risks = len(audit.told.questions), len(audit.told.risks)
    lines.append(f"{risks} risks, {open_questions} unresolved questions: see summary.md there")
    return lines


def run_diff(a: Path, b: Path) -> int:
    """Print what moved from audit `a` to audit `b`. 1 where something got worse."""
    found = compare(read(a), read(b))
    for line in found.lines():
        print(line)
    return 1 if found.worse else 0
