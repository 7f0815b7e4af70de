"""A made-up run with everything a reader can meet: every outcome, every kind, arrays, and hostile text."""

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ptychoparity.core.events import (
    Artifact,
    BackendEvent,
    CheckFinished,
    CheckStarted,
    Comparison,
    Fault,
    FaultClass,
    Footer,
    Header,
    Raised,
)
from ptychoparity.core.kinds import Kind
from ptychoparity.core.levels import Level
from ptychoparity.core.outcomes import Outcome
from ptychoparity.reports.events import Run, Writer

MIRRORED = "mirrored: along axis 2"
CORNER = "where: 37 of 8192 elements differ, only batch member 1 of axis 0 (size 2)"
HOSTILE = "<script>alert(1)</script> ]]> <img src=x onerror=alert(2)> \x00\x1b[31mred\x1b[0m \x07 [bold]"
FAILING_ID = "diffract/golden/zone_plate@pytorch:cpu"
BACKENDS = (("tensorflow", "cpu"), ("pytorch", "cpu"))
LABELS = ["0", "1", "2", "3-4", "5-8", "9-16", "17-64", "65-1024", ">1024", "nan or inf"]

_CLAUSES = [
    ("PHYS.TRANSLATE.SIGN", "MUST", "CORE Forward Semantics", "Translation by t moves content by +t."),
    ("PHYS.FFT.NORM", "MUST", "CORE Forward Semantics", "The transform is unitary: energy is conserved."),
    ("PHYS.FFT.SHIFT", "MUST", "CORE Forward Semantics", "The zero frequency is at the centre, N//2."),
    ("PHYS.PATCH.CENTRE", "SHOULD", "CORE Forward Semantics", "A patch is centred on its scan position."),
    ("REASM.CANVAS", "HOUSE", "house decision 12", "The canvas has side M + 2*even(ceil max|offset|)."),
    ("DATA.GROUP.KEYS", "MUST", "API 4.2", "Grouped data has the keys X, Y, coords_offsets and nn_indices."),
    ("DATA.GROUP.SEED", "HOUSE", "house decision 6", "The same seed gives the same groups in every backend."),
    ("DATA.SCAN.LOAD", "MUST", "API 3.1", "A scan loads from an NPZ file with xcoords and ycoords."),
    ("ERR.SHAPES", "MUST", "API 6", "A wrong shape is a ValueError that names the shape."),
    ("METRIC.FRC", "MAY", "OVL 2", "The Fourier ring correlation is reported per ring."),
]
_OPERATIONS = {
    "translate": ("Move a complex field by a sub-pixel offset", ["PHYS.TRANSLATE.SIGN", "ERR.SHAPES"]),
    "diffract": ("Exit wave to far-field amplitude", ["PHYS.FFT.NORM", "PHYS.FFT.SHIFT", "ERR.SHAPES"]),
    "extract_patches": ("Cut patches from the object", ["PHYS.PATCH.CENTRE"]),
    "reassemble_position": ("Stitch patches at their positions", ["REASM.CANVAS"]),
    "group_scan": ("Group neighbouring positions", ["DATA.GROUP.KEYS", "DATA.GROUP.SEED"]),
    "load_scan": ("Read a scan from disk", ["DATA.SCAN.LOAD"]),
}
_LEVELS = {clause[0]: clause[1] for clause in _CLAUSES}
_WHY = "one FFT: error is a few eps * log2 N of the peak, not of the pixel"


def header() -> Header:
    """The header: two backends ready, one skipped."""
    ready = [_backend(name, device) for name, device in BACKENDS]
    skipped: dict[str, Any] = {
        "name": "upstream-tensorflow", "device": "cpu", "status": "skipped", "info": None, "loaded": None,
        "reason": "the package ptycho is not installed: pip install 'ptychopinn @ git+https://github.com/hoidn/"
        "PtychoPINN'", "operations": [], "not_claimed": [], "detail": "", "not_applicable": [],
    }  # fmt: skip
    return Header.from_json({
        "schema": 3, "seed": 7, "run": "2026-11-22T03-50-00", "started": "2026-11-22T03:50:00+00:00",
        "tool": {"name": "ptychoparity", "version": "0.1.0"},
        "contracts": {"spec": "712c23f3bb65", "revision": 1, "digest": "9f86d081884c7d659a2feaa0c55ad015"},
        "profile": "quick", "command": ["ptychoparity", "check", "--backend", "tensorflow", "--case", "a b"],
        "selection": None, "gate": "must",
        "scan": {"name": "sim-siemens", "source": "simulated", "patterns": 256, "N": 64},
        "machine": {"platform": "Linux-6.8-x86_64", "cpu": "16 x Xeon", "memory_gb": 64, "python": "3.11.7"},
        "backends": [*ready, skipped],
        "operations": [
            {"operation": name, "title": title, "clauses": clauses,
             "tolerance": {"float32": {"peak_rtol": 1e-6, "why": _WHY}}}
            for name, (title, clauses) in _OPERATIONS.items()
        ],
        "clauses": [
            {"id": name, "level": level, "section": section, "statement": statement,
             "reading": "The window is the central N/2 square." if name == "REASM.CANVAS" else ""}
            for name, level, section, statement in _CLAUSES
        ],
        "coverage": coverage(),
        "defaults": {
            "layers": ["configuration class", "legacy dictionary", "torch class"],
            "conflicts": [
                {"setting": "TrainingConfig.K", "layers": [
                    {"key": "K", "value": 4}, None, {"key": "data.K", "value": 6}]},
                {"setting": "ModelConfig.probe_mask", "layers": [
                    {"key": "probe_mask", "value": False}, {"key": "probe.mask", "value": True},
                    {"key": "torch_model.probe_mask", "value": None}]},
                {"setting": "TrainingConfig.output_dir", "layers": [
                    {"key": "output_dir", "value": HOSTILE}, {"key": "output_prefix", "value": "outputs"}, None]},
            ],
        },
    })  # fmt: skip


def coverage() -> dict[str, Any]:
    """Four areas with clauses in every state, and a fault."""
    states = ("encoded", "not checkable", "not yet", "orphan")
    counts = {("PHYS", "MUST"): (4, 1, 45, 1), ("DATA", "MUST"): (3, 0, 40, 0), ("REASM", "HOUSE"): (1, 0, 1, 0),
              ("TORCH", "INFO"): (0, 1, 4, 0)}  # fmt: skip
    told = ("state", "id", "level", "text", "statement")
    unchecked = [
        ("not checkable", "TORCH.OWNER", "INFO", "A statement on a document.", "Details are elsewhere."),
        ("not checkable", "PHYS.NONGOALS", "MUST", f"Nothing could be asked of it. {HOSTILE}", "Out of scope."),
        ("not yet", "PHYS.CI.PAIR", "MUST", "the count-intensity profile", "Units are a pair."),
        ("not yet", "PHYS.CI.DOSE", "SHOULD", "the count-intensity profile", "Contrast does not change."),
        ("orphan", "PHYS.LOST", "MUST", "", "Nobody has thought of it."),
    ]
    return {
        "rows": [
            {"area": area, "level": level, "clauses": sum(row), **dict(zip(states, row, strict=True)),
             "cases": 9 * row[0], "mutants": 3 * row[0], "asked": 3 * row[0], "killed": 3 * row[0]}
            for (area, level), row in counts.items()
        ],
        "share": 1 / 94, "most": 0.05, "unchecked": [dict(zip(told, one, strict=True)) for one in unchecked],
        "hunt": {"file": "mutants.json", "run": "2026-11-22T03-00-00-mutants", "backend": "numpy",
                 "finished": "2026-11-22T03:01:00+00:00", "current": True},
        "faults": ["PHYS.LOST is a MUST that no check carries and no list in spec_tests/unchecked speaks of"],
    }  # fmt: skip


def _backend(name: str, device: str) -> dict[str, Any]:
    return {
        "name": name, "device": device, "status": "ready", "reason": "", "detail": "",
        "info": {"name": name, "version": "0.1.0", "framework": "torch" if name == "pytorch" else name,
                 "framework_version": "2.9.1", "device": device, "precision": "float32", "homepage": ""},
        "loaded": {"package": f"backends.{name}", "version": "0.1.0", "python": "3.11.7",
                   "file": f"/home/user/ptychoparity/backends/{name}/__init__.py"},
        "operations": sorted(_OPERATIONS), "not_claimed": ["count_intensity_loss"],
        "not_applicable": ["REASM.CANVAS"] if name == "pytorch" else [],
    }  # fmt: skip


def comparison(used: float | None, output: str = "amplitude") -> Comparison:
    """One comparison that used this fraction of its tolerance; None: the actual value is NaN."""
    ok = used is not None and used <= 1
    error = None if used is None else used * 2.3e-6
    return Comparison.from_json({
        "output": output, "ok": ok, "shape": [2, 64, 64], "dtype": "float32", "elements": 8192,
        "differing": 0 if ok else 37,
        "worst": {"index": [1, 31, 33], "expected": "2.2847741", "error": error, "allowed": 2.3e-6,
                  "actual": "nan" if error is None else f"{2.2847741 + error:.7f}"},
        "used": used, "peak_error": None if used is None else used * 1e-6,
        "ulps": {"labels": LABELS,
                 "counts": [5120, 2011, 801, 200, 23, 0, 0, 0, 0 if ok else 37, int(used is None)]},
        "tolerance": {"peak_rtol": 1e-6, "why": _WHY},
        "note": "removed global phase 0.31 rad" if output == "object" else "",
        **({} if ok else {"where": {"axes": [1, 2], "rows": ["000000x9", *["00000000"] * 7]}}),
    })  # fmt: skip


def check(operation: str, kind: str, case: str, backend: str, device: str, **more: Any) -> CheckFinished:
    """One finished check that passes, unless `more` says otherwise."""
    name = f"{operation}/{kind}/{case}@{backend}:{device}"
    clauses = _OPERATIONS[operation][1]
    plain = CheckFinished.from_json({
        "id": name, "operation": operation, "kind": kind, "case": case,
        "backend": backend, "device": device, "clauses": clauses, "level": _LEVELS[clauses[0]],
        "outcome": "pass", "faults": [], "message": "", "seconds": 0.0123, "adapter_seconds": 0.0048,
        "oracle_seconds": 0.002, "calls": 2, "examples": 12,
        "descriptor": {"seed": 7, "family": "smooth", "dims": {"B": 2, "N": 64}, "planted": []},
        "inputs": [{"name": "field", "dtype": "complex64", "shape": [2, 64, 64],
                    "summary": "smooth, |x| 0 to 1.43, mean 0.21, all finite"}],
        "comparisons": [comparison(0.31).to_json()], "digest": "", "raised": None, "captured": "", "warnings": [],
        "reproduce": [f"ptychoparity check --only '{name}' --seed 7"],
    })  # fmt: skip
    return with_fault(replace(plain, **more))


def hinted(found: CheckFinished, *hints: str) -> CheckFinished:
    """The same, whose first fault looks like that."""
    first, *others = found.faults
    return replace(found, faults=(replace(first, hints=hints), *others))


def with_fault(found: CheckFinished) -> CheckFinished:
    """The same with one fault, where it ended badly and none is stated."""
    if found.faults or not found.ended.bad or found.outcome is Outcome.XPASS:
        return found
    classes = {"error": FaultClass.RAISED, "crash": FaultClass.CRASH, "timeout": FaultClass.TIMEOUT}
    one = Fault(
        fault_class=classes.get(found.ended, FaultClass.WRONG_VALUE), message=found.message, clauses=found.clauses,
        level=found.level, output=next((one.output for one in found.comparisons if not one.ok), ""),
    )  # fmt: skip
    return replace(found, faults=(one,))


def _failing(backend: str, device: str) -> list[CheckFinished]:
    """The findings of the second backend: every bad outcome, two groups, hostile text."""
    beyond = "amplitude: 37 of 8192 elements beyond their allowance\nworst (1, 31, 33): 2.2847741"
    trace = f'Traceback (most recent call last):\n  File "adapter.py", line 40\nRuntimeError: {HOSTILE}'
    raised = Raised(type="RuntimeError", message=HOSTILE, traceback=trace)
    bare = {"comparisons": (), "inputs": ()}
    made = [
        hinted(check("diffract", "golden", "zone_plate", backend, device, outcome=Outcome.FAIL, message=beyond,
                     comparisons=(comparison(0.2, "phase"), comparison(11.2),)), MIRRORED, CORNER),
        check("diffract", "golden", "single_pixel", backend, device, outcome=Outcome.FAIL, message=beyond,
              comparisons=(comparison(3.4),)),
        check("diffract", "relation", "energy_is_conserved", backend, device, outcome=Outcome.FAIL, message=beyond,
              comparisons=(comparison(None),), captured=HOSTILE * 3, warnings=("DeprecationWarning: old",)),
        check("translate", "error", "wrong-shape", backend, device, outcome=Outcome.ERROR, raised=raised,
              message=f"RuntimeError: {HOSTILE}\nsecond line", captured="one\ntwo", **bare),
        check("group_scan", "boundary", "one_position", backend, device, outcome=Outcome.CRASH,
              message="the worker died with signal 11 (SIGSEGV) while answering group_scan", **bare),
        check("load_scan", "example", "huge", backend, device, outcome=Outcome.TIMEOUT,
              message="no answer in 60 s", **bare),
        check("reassemble_position", "property", "linear", backend, device, outcome=Outcome.FAIL, level=Level.HOUSE,
              message="canvas: shape (82, 82), expected (84, 84)", comparisons=(comparison(2.0, "canvas"),)),
        hinted(check("extract_patches", "example", "edge", backend, device, outcome=Outcome.FAIL, level=Level.SHOULD,
                     message="patches: 4 elements differ", comparisons=(comparison(1.5, "patches"),)),
               "mirrored: along axis 1"),
        check("translate", "example", "known", backend, device, outcome=Outcome.XFAIL, message="issue 12", **bare),
        check("translate", "example", "mended", backend, device, outcome=Outcome.XPASS,
              message="passes, but an expectation says it fails (issue 13)"),
        check("load_scan", "client", "ptychodus", backend, device, outcome=Outcome.SKIP,
              message="ptychodus is not installed", **bare),
        check("load_scan", "benchmark", "large", backend, device, outcome=Outcome.NOT_RUN,
              message="the worker did not come back after a crash", **bare),
    ]  # fmt: skip
    return made


def checks(total: int = 0) -> list[CheckFinished]:
    """Checks of every kind and outcome, filled up with passing ones to `total`."""
    made = _failing(*BACKENDS[1])
    draw = random.Random(0)
    parity: dict[str, Any] = {"against": "tensorflow@cpu", "comparisons": (comparison(0.5, "object"), comparison(0.7))}
    for backend, device in BACKENDS:
        for operation in _OPERATIONS:
            for kind in Kind:
                its = parity if kind is Kind.PARITY else {"comparisons": (comparison(round(draw.random(), 4)),)}
                if kind is not Kind.PARITY or backend == "pytorch":
                    made.append(check(operation, kind, "plain", backend, device, **its))
    absent = [outcome for outcome in Outcome if all(one.outcome is not outcome for one in made)]
    made += [check("load_scan", "smoke", outcome.value, *BACKENDS[1], outcome=outcome) for outcome in absent]
    for number in range(total - len(made)):
        backend, device = BACKENDS[number % 2]
        operation = draw.choice(sorted(_OPERATIONS))
        case = f"drawn-{number:05d}-at-an-odd-size"
        more: dict[str, Any] = {}
        more["comparisons"] = (comparison(draw.random()), comparison(draw.random(), "phase"))
        more["descriptor"] = {"seed": number, "family": "speckle", "dims": {"B": 2, "N": 64}, "planted": [0]}
        made.append(check(operation, draw.choice(list(Kind)), case, backend, device, **more))
    return made


def footer(made: list[CheckFinished]) -> Footer:
    """The footer that belongs to these checks."""
    whole = {outcome: sum(one.outcome is outcome for one in made) for outcome in Outcome}
    verdicts = []
    for backend, device in BACKENDS:
        mine = [one for one in made if one.backend == backend]
        here = {outcome: sum(one.outcome is outcome for one in mine) for outcome in Outcome}
        bad = backend == "pytorch"
        why = "7 MUST checks fail: diffract 3, translate 2" if bad else "no MUST check fails"
        verdicts.append({"backend": backend, "device": device, "counts": here, "why": why,
                         "verdict": "does not conform" if bad else "conforms"})  # fmt: skip
    verdicts.append({"backend": "upstream-tensorflow", "device": "cpu", "verdict": "skipped", "counts": {},
                     "why": "the package ptycho is not installed"})  # fmt: skip
    return Footer.from_json({
        "stale_expectations": [], "finished": "2026-11-22T03:51:02+00:00", "seconds": 61.8, "counts": whole,
        "verdicts": verdicts, "exit": 1,
        "verdict": "pytorch@cpu does not conform; tensorflow@cpu conforms; upstream-tensorflow@cpu skipped.",
        "timing": {"overhead_ms_median": 6.4, "adapter_seconds": 12.5, "oracle_seconds": 20.1,
                   "startup_seconds": 9.7},
        "emptiness": ["relation global_phase_is_invisible never reached its subject on pytorch@cpu"],
    })  # fmt: skip


def _arrays() -> dict[str, np.ndarray]:
    y, x = np.mgrid[-1:1:64j, -1:1:64j]
    probe = (np.exp(-8 * (x**2 + y**2)) * np.exp(6j * (x**2 + y**2))).astype(np.complex64)
    v, u = np.mgrid[-1:1:300j, -1:1:300j]
    spokes = np.sign(np.sin(12 * np.arctan2(v, u)))
    whole = ((0.8 + 0.2 * spokes) * np.exp(0.6j * spokes * np.hypot(u, v))).astype(np.complex64)
    patches = np.stack([whole[at : at + 64, 2 * at : 2 * at + 64] for at in (10, 40, 70)])
    waves = np.fft.fftshift(np.fft.fft2(patches * probe, norm="ortho"), axes=(-2, -1))
    stitched = np.where(np.hypot(u, v) < 0.9, whole, np.nan)
    noise = np.random.default_rng(0).normal(size=whole.shape)
    return {
        "probe": probe, "object": whole, "patch": patches, "diffraction": np.abs(waves).astype(np.float32),
        "stitched": stitched, "difference": (1e-6 * noise).astype(np.float32),
    }  # fmt: skip


def artifacts(directory: Path) -> list[Artifact]:
    """Small arrays beside the stream, one of which is missing."""
    made = []
    for name, array in _arrays().items():
        owners = BACKENDS if name in ("stitched", "difference") else (("", ""),)
        for backend, device in owners:
            file = f"{name}{'-' if backend else ''}{backend}.npy"
            np.save(directory / file, array)
            owner = {"name": name, "backend": backend, "device": device}
            caption = f"{name} of the {'backend' if backend else 'scan'}"
            made.append(Artifact.from_json({**owner, "file": file, "caption": caption}))
    gone = {"name": "weight", "backend": "pytorch", "device": "cpu", "file": "gone.npy", "caption": HOSTILE}
    return [*made, Artifact.from_json(gone)]


def run_of(directory: Path, name: str, backends: dict[str, dict | None], made: list[CheckFinished]) -> Run:
    """A run of another name, of backends of which is known what their processes loaded."""
    told = tuple(
        replace(BackendEvent.from_json(_backend(backend, "cpu")), loaded=loaded) for backend, loaded in backends.items()
    )
    return Run(directory, replace(header(), run=name, backends=told), footer(made), tuple(made))


def ended(number: int, outcome: Outcome, backend: str, operation: str) -> CheckFinished:
    """A check of any operation that ended so."""
    name = f"{operation}/example/{number}/{backend}@cpu"
    return replace(check("diffract", "example", str(number), backend, "cpu"), id=name, operation=operation,
                   outcome=outcome)  # fmt: skip


def build(directory: Path, total: int = 0, pictures: bool = True) -> Path:
    """Write the run into `directory` (which must hold none yet) and return the stream's path."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "events.jsonl"
    made = checks(total)
    writer = Writer(path)
    writer.write(header())
    for one in made:
        writer.write(CheckStarted(id=one.id))
        writer.write(one)
    for artifact in artifacts(directory) if pictures else ():
        writer.write(artifact)
    writer.write(footer(made))
    writer.close()
    return path
