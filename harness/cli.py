"""The command line. Nothing heavy is imported before a command needs it."""

import argparse
import contextlib
import signal
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

from ptychoparity.core.errors import UsageError
from ptychoparity.core.exits import Exit
from ptychoparity.core.limits import CALL_SECONDS
from ptychoparity.harness.options import ADDED, OPTIONS
from ptychoparity.harness.output import unbroken
from ptychoparity.harness.parser import Parser, Version


def _parser() -> Parser:
    parser = Parser(
        prog="ptychoparity",
        description="Checks ptychography backends against the Ptychodus API contract.",
        epilog="Exit codes: 0 conforms, 1 does not, 2 could not be judged.",
    )
    parser.add_argument("--version", action=Version)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    check = commands.add_parser("check", help="check backends, write a report")
    for option in OPTIONS:
        option.add(check.add_argument)
    check.add_argument("--failed", type=Path, metavar="RUN", help="only what failed in this run, by default of its "
                       "backends, devices, profile and scan")  # fmt: skip
    check.add_argument("--max-fail", type=_positive, metavar="N", help="stop after so many failures")
    check.add_argument("--budget", action="store_true", help="also print how much of each tolerance was used")
    check.set_defaults(run=_check)

    replay = commands.add_parser("replay", help="run recorded failures again: fixed, or failing still")
    replay.add_argument("file", type=Path, metavar="FILE|RUN",
                        help="a file from runs/<time>/failures, or a run: all its failures")  # fmt: skip
    replay.add_argument("--backend", metavar="NAME", help="another backend than the recorded one")
    replay.add_argument("--timeout", type=float, default=CALL_SECONDS, metavar="SECONDS")
    replay.add_argument("--in-process", action="store_true", help="build the backend in this process: what it prints "
                        "is seen, and no call times out")  # fmt: skip
    replay.add_argument("--pdb", action="store_true", help="with --in-process: open the debugger at the failure")
    replay.add_argument("--save", type=Path, metavar="FILE.npz", help="write the inputs of the failing call there")
    for option in ADDED:
        option.add(replay.add_argument)
    replay.set_defaults(run=_replay)

    goldens = commands.add_parser("goldens", help="compare oracle and backends with stored numbers")
    goldens.add_argument("folder", type=Path, metavar="DIR", help="a folder laid out like the public measurements")
    goldens.add_argument("--backend", action="append", default=[], metavar="NAME",
                         help="repeatable (default: the oracle, tensorflow and pytorch)")  # fmt: skip
    goldens.add_argument("--timeout", type=float, default=60.0, metavar="SECONDS")
    goldens.set_defaults(run=_goldens)

    show = commands.add_parser("show", help="the reference page of an operation, or of a clause, and who passes")
    show.add_argument("name", metavar="NAME", help="an operation (diffract) or a clause (PHYS.FFT.NORM)")
    show.add_argument("--run", dest="run_folder", type=Path, metavar="RUN",
                      help="whose results are shown (default: the latest run, where there is one)")  # fmt: skip
    show.add_argument("--runs", type=Path, default=Path("runs"), metavar="DIR", help="where results lie")
    for option in ADDED:
        option.add(show.add_argument)
    show.set_defaults(run=_show)

    new = commands.add_parser("new-backend", help="write a file that starts as a backend, and claims nothing yet")
    new.add_argument("name", metavar="NAME", help="what it is called; the file is NAME.py, in the working directory")
    new.add_argument("--framework", choices=("numpy", "torch", "tensorflow"), default="numpy",
                     help="what it computes with (default: numpy)")  # fmt: skip
    new.set_defaults(run=_new_backend)

    doctor = commands.add_parser("doctor", help="is all there that a run needs? which backends start, and why not")
    doctor.add_argument("--backend", action="append", default=[], metavar="NAME", help="repeatable (default: all)")
    doctor.add_argument("--json", action="store_true", help="as JSON")
    doctor.add_argument("--runs", type=Path, default=Path("runs"), metavar="DIR", help="where results would go")
    doctor.set_defaults(run=_doctor)

    listing = commands.add_parser("list", help="backends, contracts, clauses, or checks there are")
    listing.add_argument("what", nargs="?", default="backends", choices=["backends", "contracts", "clauses", "checks"])
    for option in ADDED:
        option.add(listing.add_argument)
    listing.set_defaults(run=_list)

    coverage = commands.add_parser(
        "coverage", help="how much of the clause catalogue is checked; 1 on a ghost or an orphan MUST"
    )
    coverage.add_argument("--area", metavar="A", help="each clause of this area, PHYS for instance")
    coverage.add_argument("--run", dest="run_folder", type=Path, metavar="RUN",
                          help="also count the checks of this run, runs/latest for instance")  # fmt: skip
    coverage.add_argument("--mutants", type=Path, metavar="FILE", help="results of `mutate` to count "
                          "(default: the newest of these contracts in --runs)")  # fmt: skip
    coverage.add_argument("--json", type=Path, metavar="FILE", help="also write it there, clause by clause")
    coverage.add_argument("--runs", type=Path, default=Path("runs"), metavar="DIR", help="where results lie")
    coverage.set_defaults(run=_coverage)

    expectations = commands.add_parser("expectations", help="check or update a file of recorded known failures")
    actions = expectations.add_subparsers(dest="action", required=True, metavar="ACTION")
    valid = actions.add_parser("check", help="validate a file")
    valid.add_argument("file", type=Path, metavar="FILE")
    update = actions.add_parser("update", help="rewrite a file from a run: stale and passing entries go")
    update.add_argument("file", type=Path, metavar="FILE")
    update.add_argument("--run", dest="run_folder", type=Path, default=Path("runs/latest"), metavar="RUN",
                        help="a run's folder (default: runs/latest)")  # fmt: skip
    for name, help_text in (("owner", "who answers"), ("issue", "address"), ("expires", "date, as 2027-01-31")):
        update.add_argument(f"--{name}", help=f"of new failures to add: {help_text}")
    expectations.set_defaults(run=_expectations)

    report = commands.add_parser("report", help="write the reports of a run again")
    report.add_argument("folder", type=Path, metavar="RUN", help="a run's folder, for instance runs/latest")
    report.set_defaults(run=_report)

    diff = commands.add_parser("diff", help="what differs between two runs: checks, outcomes, levels, inputs")
    diff.add_argument("old", type=Path, metavar="OLD", help="a run's folder, or its events.jsonl")
    diff.add_argument("new", type=Path, metavar="NEW", help="a later one")
    diff.set_defaults(run=_diff)

    mutate = commands.add_parser("mutate", help="put faults into a backend: is each killed by a check of its clause?")
    mutate.add_argument("--backend", default="numpy", metavar="NAME", help="the backend to mutate (default: numpy)")
    mutate.add_argument(
        "--operation", action="append", default=[], metavar="NAME", help="only mutants of this operation; repeatable"
    )
    mutate.add_argument(
        "--clause", action="append", default=[], metavar="ID", help="only mutants of this clause; repeatable"
    )
    mutate.add_argument("--quick", action="store_true", help="one mutant per clause, of the numpy backend")
    mutate.add_argument("--timeout", type=float, default=30.0, metavar="SECONDS")
    mutate.add_argument("--runs", type=Path, default=Path("runs"), metavar="DIR", help="where results go")
    mutate.set_defaults(run=_mutate)

    simulate = commands.add_parser("simulate", help="write a simulated scan of known truth, from a recipe")
    simulate.add_argument(
        "recipe", metavar="RECIPE", help="a JSON file, or the name of one that comes along: simulated"
    )
    simulate.add_argument("--out", type=Path, required=True, metavar="FILE.npz", help="the scan to write")
    simulate.add_argument("--seed", type=int, help="another seed than the recipe's")
    simulate.set_defaults(run=_simulate)

    overlap = commands.add_parser("overlap", help="how much the probe's positions overlap, per split")
    overlap.add_argument("files", type=Path, nargs="+", metavar="SCAN.npz", help="one raw scan per split")
    overlap.add_argument("--gridsize", type=int, required=True, help="1 or 2")
    overlap.add_argument("--simg", type=float, required=True, metavar="SHARE", help="of the images, in (0, 1]")
    overlap.add_argument("--ngroups", type=int, required=True, metavar="COUNT", help="groups drawn at gridsize 2")
    overlap.add_argument("--neighbor-count", type=int, default=6, metavar="COUNT", help="(default: 6)")
    overlap.add_argument("--probe-diameter-px", type=float, metavar="PX", help="(default: 0.6 of the probe's side)")
    overlap.add_argument("--rng-seed-subsample", type=int, metavar="SEED", help="(default: none, which is seed 0)")
    overlap.add_argument("--output", type=Path, default=Path("overlap"), metavar="DIR", help="(default: overlap)")
    overlap.set_defaults(run=_overlap)
    _add_audit(commands)
    return parser


def _add_audit(commands: "argparse._SubParsersAction[Parser]") -> None:
    audit = commands.add_parser(
        "audit", help="map what a reference offers onto a candidate, from source; `audit diff A B` says what moved",
        epilog="Exit codes: 0 the audit is written, whatever it says; 2 bad input, nothing is written. "
        "`audit diff`: 0 nothing got worse, 1 something did, 2 not to be compared. See docs/audit.md.",
    )  # fmt: skip
    audit.add_argument("--reference", metavar="DIR:PACKAGE", help="what is to be matched, as in ../PtychoPINN:ptycho")
    audit.add_argument("--candidate", metavar="DIR:PACKAGE", help="what is to match it; a dotted package may be given")
    audit.add_argument("--client", metavar="DIR:PACKAGE", help="who calls them")
    audit.add_argument("--spec", action="extend", nargs="+", default=[], type=Path, metavar="FILE.md",
                       help="specs in Markdown whose code marks name symbols of the reference; repeatable")  # fmt: skip
    audit.add_argument("--run", dest="run_folder", type=Path, metavar="EVENTS",
                       help="a run of the checks, whose results count: its folder, or events.jsonl")  # fmt: skip
    audit.add_argument("--out", type=_path, metavar="DIR", help="audits go there, each in a folder named by its time")
    audit.add_argument("--entry", metavar="MODULE:FUNCTION", help="where the call chain begins "
                       "(default: ptycho.workflows.components:run_cdi_example, else by what calls it)")  # fmt: skip
    audit.add_argument("--depth", type=int, metavar="N", help="follow the call chain so many calls (default: all)")
    audit.add_argument("--namespace", action="append", default=[], metavar="PREFIX",
                       help="follow the call chain only within this dotted prefix; repeatable")  # fmt: skip
    audit.add_argument("--trace-script", dest="trace", metavar="FILE.py",
                       help="execute this in a worker and see what the entry calls: a script with its arguments, "
                       "-m MODULE, or MODULE:FUNCTION. Without it nothing audited is executed")  # fmt: skip
    audit.add_argument("--trace-python", metavar="PY", help="the worker's interpreter (default: this one)")
    audit.add_argument("--trace-budget", type=float, default=300.0, metavar="S", help="its seconds (default: 300)")
    audit.add_argument("--optional", action="append", default=[], metavar="NAME",
                       help="packages whose hard imports are looked for; repeatable "
                       "(default: torch, tensorflow, mlflow, lightning)")  # fmt: skip
    audit.add_argument("--criteria", type=Path, metavar="FILE.toml", help="options and weights of the decision")
    audit.add_argument("--ledger", type=Path, metavar="FILE.md", help="a file to which an entry is appended")
    audit.add_argument("--cache", type=Path, metavar="DIR", help="where facts of files are kept between audits")
    audit.add_argument("--no-cache", action="store_true", help="keep none")
    actions = audit.add_subparsers(dest="action", metavar="")
    diff = actions.add_parser("diff", help="what moved between two audits; 1 where something got worse")
    diff.add_argument("a", type=Path, metavar="A", help="the folder of an audit")
    diff.add_argument("b", type=Path, metavar="B", help="the folder of a later one")
    audit.set_defaults(run=_audit)


def _path(text: str) -> Path | None:
    """A path; nothing is none, where `Path` would take it for the folder one is in."""
    return Path(text) if text else None


def _positive(text: str) -> int:
    """A whole number from 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, got {text!r}")
    return int(text)


def _check(arguments: argparse.Namespace) -> int:
    from ptychoparity.harness.commands.check import run

    return run(arguments)


def _replay(arguments: argparse.Namespace) -> int:
    from ptychoparity.harness.commands.replay import run

    return run(arguments)


def _goldens(arguments: argparse.Namespace) -> int:
    from ptychoparity.harness.commands.goldens import run

    return run(arguments.folder, arguments.backend, arguments.timeout)


def _show(arguments: argparse.Namespace) -> int:
    from ptychoparity.harness.commands.show import run

    return run(arguments.name, arguments.run_folder, arguments.runs)


def _new_backend(arguments: argparse.Namespace) -> int:
    from ptychoparity.harness.commands.new_backend import run

    return run(arguments.name, arguments.framework)


def _doctor(arguments: argparse.Namespace) -> int:
    from ptychoparity.harness.commands.doctor import run

    return run(arguments.backend, arguments.runs, arguments.json)


def _list(arguments: argparse.Namespace) -> int:
    from ptychoparity.harness.commands.listing import run

    return run(arguments.what)


def _coverage(arguments: argparse.Namespace) -> int:
    from ptychoparity.harness.commands.coverage import run

    return run(arguments)


def _expectations(arguments: argparse.Namespace) -> int:
    from ptychoparity.harness.commands.expectations import run

    return run(arguments)


def _report(arguments: argparse.Namespace) -> int:
    from ptychoparity.harness.reporting import write_reports

    print(write_reports(arguments.folder.resolve()).directory / "index.html")
    return 0


def _diff(arguments: argparse.Namespace) -> int:
    from ptychoparity.harness.commands.diff import run

    return run(arguments.old, arguments.new)


def _mutate(arguments: argparse.Namespace) -> int:
    from ptychoparity.harness.commands.mutate import run

    return run(
        arguments.backend, arguments.operation, arguments.clause, arguments.quick, arguments.runs, arguments.timeout
    )


def _simulate(arguments: argparse.Namespace) -> int:
    from ptychoparity.harness.commands.simulate import run

    return run(arguments.recipe, arguments.out, arguments.seed)


def _overlap(arguments: argparse.Namespace) -> int:
    from ptychoparity.harness.commands.overlap import run

    parameters = {
        "gridsize": arguments.gridsize, "s_img": arguments.simg, "n_groups": arguments.ngroups,
        "neighbor_count": arguments.neighbor_count, "probe_diameter_px": arguments.probe_diameter_px,
        "rng_seed_subsample": arguments.rng_seed_subsample,
    }  # fmt: skip
    return run(arguments.files, parameters, arguments.output)


def _audit(arguments: argparse.Namespace) -> int:
    from ptychoparity.audit.requirements import require

    require()
    from ptychoparity.harness.commands.audit import run

    return run(arguments)


@contextlib.contextmanager
def _added(parsed: argparse.Namespace) -> Iterator[None]:
    """Names of backends, contracts of the user's own, and what `ptychoparity.toml` says, while the command runs."""
    from ptychoparity.harness import failures, project
    from ptychoparity.spec_tests.additions import Additions, using

    recorded = None
    if getattr(parsed, "failed", None):
        recorded, parsed.ids = failures.recorded(parsed.failed, whole=not parsed.backend)
    with project.applied(parsed, recorded):
        added = Additions.of(getattr(parsed, "contracts", ()), getattr(parsed, "oracle", None))
        with using(added):
            yield


def main(arguments: list[str] | None = None) -> int:
    """Entry point. Errors a user can mend are one line on stderr and exit code 2."""
    with unbroken():
        parsed = _parser().parse(arguments)
        for ending in (signal.SIGTERM, signal.SIGHUP):  # a cancelled job, a closed terminal: as tidy an end as Ctrl-C
            signal.signal(ending, signal.default_int_handler)
        return _ended(parsed)


def _ended(parsed: argparse.Namespace) -> int:
    try:
        with _added(parsed):
            return parsed.run(parsed)
    except KeyboardInterrupt:
        print("ptychoparity: interrupted", file=sys.stderr)
        return 130
    except UsageError as error:
        print(f"ptychoparity: {error}", file=sys.stderr)
        return Exit.NOT_JUDGED
    except Exception:  # a fault of ours is no verdict on anybody: never exit 1
        traceback.print_exc()
        return Exit.NOT_JUDGED


if __name__ == "__main__":
    sys.exit(main())
