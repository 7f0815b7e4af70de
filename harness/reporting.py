"""Every reader's file of one run."""

from pathlib import Path

from ptychoparity.harness import storage
from ptychoparity.reports import events


def write_reports(folder: Path, ours: bool = False) -> events.Run:
    """junit.xml, summary.md and index.html beside the event stream; the run that was read is returned.

    `ours`: this process wrote the stream, and held every event against its schema then.
    """
    from ptychoparity.reports import junit, markdown
    from ptychoparity.reports.html import render

    run = events.read(folder, ours)
    junit.write(run, folder / "junit.xml")
    markdown.write(run, folder / "summary.md")
    render.write(run, folder / "index.html")
    storage.point_latest(folder)
    return run
