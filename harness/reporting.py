"""Every reader's file of one run."""

from pathlib import Path

from harness import storage
from reports import events


def write_reports(folder: Path) -> events.Run:
    """junit.xml, summary.md and index.html beside the event stream; the run that was read is returned."""
    from reports import junit, markdown
    from reports.html import render

    run = events.read(folder)
    storage.write_text(folder / "junit.xml", junit.render(run))
    storage.write_text(folder / "summary.md", markdown.render(run))
    storage.write_text(folder / "index.html", render.render(run))
    storage.point_latest(folder)
    return run
