"""The parity page: one self-contained HTML file that works from disk, without network, below 2 MB."""

import base64
import hashlib
import json
import secrets
import shlex
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2

from ptychoparity.reports import coverage, facts, images
from ptychoparity.reports.events import BAD_OUTCOMES, KINDS, LEVELS, OUTCOMES, Run
from ptychoparity.reports.html import matrix, payload, views

MOST_BYTES = 2_000_000
IMAGE_BYTES = 750_000
MOST_GROUPS = 40
"""Groups of findings shown in full; the others are named, and are in the table of all checks."""

_SLACK = 1000
"""Bytes kept free for the note on what was left out."""


def render(run: Run) -> str:
    """The page of a run, below MOST_BYTES as UTF-8. Raises ValueError where that cannot be had."""
    # No text of a backend can hold a mark that is drawn anew for every page.
    data_mark, note_mark = f"data-{secrets.token_hex(8)}", f"note-{secrets.token_hex(8)}"
    marks = {"data_mark": data_mark, "note_mark": note_mark}
    page = _environment().get_template("page.html.j2").render(_context(run) | marks)
    data, note = payload.fit(run, MOST_BYTES - len(page.encode()) - _SLACK)
    page = page.replace(note_mark, note).replace(data_mark, data)
    size = len(page.encode())
    if size >= MOST_BYTES:
        raise ValueError(f"the page has {size} bytes, more than {MOST_BYTES}")
    return page


def write(run: Run, path: Path) -> None:
    """Write the page; `path` is replaced in one step."""
    facts.replace(path, render(run))


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("ptychoparity.reports", "html"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters.update(
        plain=facts.plain,
        key=facts.key,
        first_line=facts.first_line,
        fraction=facts.fraction_text,
        tolerance=views.tolerance_text,
        flat=_flat,
        json=json.dumps,
    )
    return environment


def _flat(value: Any) -> str:
    """A JSON value as a short text: `a 1, b 2` for an object."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {_flat(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return ", ".join(map(_flat, value))
    return "" if value is None else str(value)


def _context(run: Run) -> dict[str, Any]:
    style, script = asset("style.css"), asset("state.js") + asset("detail.js") + asset("page.js")
    found = facts.groups(facts.findings(run))
    usage = facts.usage(run)
    rows = matrix.rows(run)
    return {
        "run": run,
        "style": style,
        "script": script,
        "style_hash": content_hash(style),
        "script_hash": content_hash(script),
        "exit_meaning": facts.EXIT_MEANINGS[run.footer["exit"]],
        "contracts": facts.contracts_text(run),
        "command": shlex.join(run.header["command"]),
        "timing": facts.timing_text(run),
        "cards": [_card(run, verdict) for verdict in run.footer["verdicts"]],
        "outcomes": [name for name in OUTCOMES if any(check["outcome"] == name for check in run.checks)],
        "bad": BAD_OUTCOMES,
        "sections": [
            _section(run, "must", "MUST findings", [group for group in found if group.must]),
            _section(run, "other", "Findings of other levels", [group for group in found if not group.must]),
        ],
        "columns": facts.columns(run),
        "rows": rows,
        "areas": sorted({row.area for row in rows}),
        "levels": LEVELS,
        "kinds": KINDS,
        "operations": run.header["operations"],
        "coverage": _coverage(run),
        "defaults": run.header.get("defaults"),
        "budget": _budget(run, usage),
        "usage_columns": facts.usage_columns(usage, run),
        "expected": facts.expected(run),
        "stale": [text.partition(": ")[2] for text in facts.stale_texts(run)],
        "scan": _scan_rows(run),
        "gallery": images.gallery(run.directory, run.artifacts, IMAGE_BYTES),
    }


def _budget(run: Run, usage: facts.Usage) -> list[tuple[dict[str, Any], list[tuple[str, Any, dict[str, float]]]]]:
    """Operations with their outputs: name, tolerance where it has its own, fractions used; the largest first."""
    made = []
    for one in run.header["operations"]:
        stated = one.get("tolerance", {})
        rows = [(output, row) for (operation, output), row in usage.items() if operation == one["operation"]]
        rows += [(name, {}) for name in stated if name not in dict(rows)]
        made.append((one, [(output, stated.get(output), row) for output, row in rows or [("–", {})]]))
    return made


def _coverage(run: Run) -> dict[str, Any] | None:
    """How much of the spec has checks; None for a run that does not say."""
    told = run.header.get("coverage")
    if not told:
        return None
    return {
        **told,
        "sentence": coverage.sentence(told),
        "areas": coverage.by_area(run),
        "sums": [*coverage.by_level(run), {"level": "all levels", **coverage.total(run)}],
        "lists": [(state, coverage.unchecked(run, state)) for state in ("orphan", "not checkable", "not yet")],
    }


def _scan_rows(run: Run) -> list[dict[str, Any]]:
    """What the scan's own checks found, backends that say the same together."""
    said: dict[tuple[str, str, str], list[str]] = {}
    for check in run.checks:
        if check["operation"] == "scan":
            said.setdefault((check["case"], check["outcome"], check["message"]), []).append(facts.key(check))
    return [{"case": c, "outcome": o, "message": m, "backends": names} for (c, o, m), names in said.items()]


def _card(run: Run, verdict: dict[str, Any]) -> dict[str, Any]:
    name = facts.key(verdict)
    bad = [check for check in facts.findings(run) if facts.key(check) == name]
    must = sum(check["level"] == "MUST" for check in bad)
    states = {"conforms": "good", "does not conform": "bad", "could not be judged": "warn", "skipped": "mute"}
    return {
        "name": name,
        "state": states[verdict["verdict"]],
        "verdict": verdict["verdict"],
        "why": verdict["why"],
        "reason": next((one["reason"] for one in run.header["backends"] if facts.key(one) == name), ""),
        "counts": [(name, verdict["counts"][name]) for name in OUTCOMES if verdict["counts"].get(name)],
        "must": must,
        "other": len(bad) - must,
        "judged": verdict["verdict"] != "skipped",
    }


def _section(run: Run, name: str, title: str, groups: list[facts.Group]) -> dict[str, Any]:
    shown = [
        {
            "group": group,
            "check": group.worst,
            "view": views.check_view(group.worst),
            "clauses": list(facts.clauses(run, group.worst)),
            "others": [check for check in group.checks if check is not group.worst],
        }
        for group in groups[:MOST_GROUPS]
    ]
    total = sum(len(group.checks) for group in groups)
    return {"name": name, "title": title, "total": total, "shown": shown, "more": groups[MOST_GROUPS:]}


def asset(name: str) -> str:
    return resources.files("ptychoparity.reports.html").joinpath(name).read_text(encoding="utf-8")


def content_hash(text: str) -> str:
    """The source expression that lets a Content-Security-Policy admit this inline text and no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
