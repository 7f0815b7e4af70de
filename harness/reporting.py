"""Every reader's file of one run."""

from pathlib import Path

from ptychoparity.harness import storage
from ptychoparity.reports import events


def write_reports(folder: Path) -> events.Run:
    """Write junit.xml, summary.md and index.html beside the event stream; return the run that was read."""
    from ptychoparity.reports import junit, markdown
    from ptychoparity.reports.html import render

    run = events.read(folder)
    junit.write(run, folder / "junit.xml")
    markdown.write(run, folder / "summary.md")
    render.write(run, folder / "index.html")
    storage.point_latest(folder)
    return run
