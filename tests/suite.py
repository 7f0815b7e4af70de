"""Run parts of the test suite one after the other, and close with one line that counts them all.

    python tests/suite.py shared alone checks

Exit code 0 where every part is green; every part is run, whatever becomes of those before it. Where the variable
PTYCHOPARITY_TOTALS names a file, the closing line also counts what earlier calls with that file counted; a call without
parts repeats it.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
SHARED_OUT = ("-n", "auto", "--maxprocesses", "4", "--dist", "loadscope")
PARTS = {
    "shared": ("tests", *SHARED_OUT),
    "alone": ("tests", "-m", "alone and not long"),
    "checks": ("spec_tests",),
    "long": ("tests", "-m", "long", *SHARED_OUT),
}
"""Arguments of pytest. `checks` forks a process per backend: no worker of pytest-xdist may, so it runs by itself."""
TOTALS = "PTYCHOPARITY_TOTALS"


class Terminated(KeyboardInterrupt):
    """SIGTERM, which reached this process alone."""


def _terminate(*_: object) -> None:
    raise Terminated


def counted(report: Path, code: int) -> Counter[str]:
    """Return how many tests of a part ended how, read off its JUnit file; a part that fails by itself is an error."""
    found: Counter[str] = Counter()
    if report.is_file():
        for suite in ET.parse(report).getroot().iter("testsuite"):
            failed, errors, skipped = (int(suite.get(name, 0)) for name in ("failures", "errors", "skipped"))
            passed = int(suite.get("tests", 0)) - failed - errors - skipped
            found += Counter(failed=failed, passed=passed, skipped=skipped, error=errors)
    if code and not found["failed"] + found["error"]:
        found["error"] += 1
    return found


def run_part(name: str) -> tuple[int, Counter[str]]:
    """Run one part; its exit code and counts. A signal that ends us is passed on to it."""
    with tempfile.TemporaryDirectory(prefix="ptychoparity-tests-") as folder:
        report = Path(folder) / "junit.xml"
        words = [sys.executable, "-P", "-m", "pytest", *PARTS[name], f"--junitxml={report}"]
        print(f"$ pytest {' '.join(PARTS[name])}", flush=True)
        part = subprocess.Popen(words, cwd=PROJECT)
        try:
            code = part.wait()
        except KeyboardInterrupt as ending:
            if isinstance(ending, Terminated):  # Ctrl-C reached it too
                part.send_signal(signal.SIGTERM)
            part.wait()
            raise
        return code, counted(report, code)


def closing_line(counts: Counter[str], seconds: float) -> str:
    """Return one line as pytest's own: what failed first."""
    told = ", ".join(f"{counts[name]} {name}" for name in ("failed", "passed", "skipped", "error") if counts[name])
    return f" {told or 'no tests ran'} in {seconds:.2f}s ".center(80, "=")


def main(names: list[str]) -> int:
    if unknown := sorted(set(names) - PARTS.keys()):
        print(f"no part {', '.join(unknown)}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    earlier = Path(os.environ.get(TOTALS) or os.devnull)
    before = json.loads(earlier.read_text() or "{}") if earlier.is_file() else {}
    counts, seconds = Counter(before.get("counts", {})), before.get("seconds", 0.0)
    begin, codes = time.monotonic(), []
    for name in names:
        code, found = run_part(name)
        codes.append(code)
        counts += found
    seconds += time.monotonic() - begin
    if TOTALS in os.environ:
        earlier.write_text(json.dumps({"counts": counts, "seconds": seconds}))
    print(closing_line(counts, seconds))
    return next(filter(None, codes), 0)


def script() -> int:
    """Run as the program it is: 130 where a signal ends it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell makes deaf what it starts in the background
    signal.signal(signal.SIGTERM, _terminate)
    try:
        return main(sys.argv[1:])
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(script())
