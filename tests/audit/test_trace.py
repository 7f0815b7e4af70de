"""Runs in a worker, seen and merged with the chain from source."""

import sys
import time

import pytest

from ptychoparity.audit import trace
from ptychoparity.audit.callchain import trace_source
from ptychoparity.audit.citations import Citations
from ptychoparity.audit.documents.callchain import compose
from ptychoparity.audit.documents.text import render
from ptychoparity.audit.taps import taps
from ptychoparity.core.errors import UsageError
from tests.audit.sources import read, write
from tests.running import quickest

FILES = {
    "pkg/work.py": (
        "from pkg.deep import once, many, never\n"
        "import functools\n"
        "TABLE = {}\n"
        "def wrapped(f):\n"
        "    @functools.wraps(f)\n"
        "    def wrapper(*given):\n"
        "        return f(*given)\n"
        "    return wrapper\n"
        "def entry(n=3, flag=False):\n"
        "    once()\n"
        "    for i in range(n):\n"
        "        many(i)\n"
        "    if flag:\n"
        "        never()\n"
        "    chosen('hidden')\n"
        "    sorted([2, 1], key=order)\n"
        "    list(stream())\n"
        "    Thing()\n"
        "    return [part(x) for x in range(2)]\n"
        "def chosen(name):\n"
        "    return globals()[name]()\n"
        "def hidden():\n"
        "    with open('left.txt', 'w') as file:\n"
        "        file.write('x')\n"
        "def order(x): return x\n"
        "def stream():\n"
        "    yield 1\n"
        "    yield 2\n"
        "@wrapped\n"
        "def part(x): return x\n"
        "class Thing:\n"
        "    def __init__(self): self.go()\n"
        "    def go(self): ...\n"
    ),
    "pkg/deep.py": "def once(): ...\ndef many(i): ...\ndef never(): ...\n",
}
SCRIPT = "import sys\nfrom pkg.work import entry\nfrom pkg.deep import many\nmany(0)\nprint('argument', sys.argv[1:])\n"


def ran(tmp_path, files=None, command="pkg.work:entry", entry="pkg.work:entry", budget=20.0, **more):
    sources = read(write(tmp_path / "src", {**FILES, **(files or {})}), "pkg")
    seen = trace.run(sources, entry, trace.Request.of(command), budget, **more)
    return sources, seen, trace.merge(trace_source(sources, entry), seen)


def test_what_ran_how_often_and_never(tmp_path):
    _, seen, merged = ran(tmp_path)
    assert (seen.state, seen.exception, seen.entered) == ("finished", None, 1)
    assert {name.removeprefix("pkg."): count for name, count in merged.ran.items()} == {
        "work.entry": 1, "deep.once": 1, "deep.many": 3, "work.chosen": 1, "work.Thing": 1, "work.Thing.go": 1,
        "work.order": 2, "work.part": 2, "work.stream": 1, "work.wrapped.<locals>.wrapper": 2,
    }  # fmt: skip
    assert merged.never == ("pkg.deep.never",)
    assert merged.early == {"pkg.work.wrapped"}
    counts = {(place.line, callee.removeprefix("pkg.")): count for (_, place, callee), count in merged.edges.items()}
    assert {key: count for key, count in counts.items() if key[0] in (10, 12, 14, 19)} == {
        (10, "deep.once"): 1, (12, "deep.many"): 3, (14, "deep.never"): 0, (19, "work.part"): 2,
    }  # fmt: skip


def test_what_only_the_run_saw(tmp_path):
    _, seen, merged = ran(tmp_path)
    assert [(one.caller, one.place.line, one.callee, one.inside) for one in merged.only] == [
        ("pkg.work.chosen", 21, "pkg.work.hidden", 1)
    ]
    assert [(place.line, path, count) for place, path, count in seen.files] == [(23, "left.txt", 1)]
    assert seen.left == ("left.txt",)


def test_a_script_has_arguments_and_the_packages_on_its_path(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT + "entry(1, flag=True)\nentry(2)\n")
    _, seen, merged = ran(tmp_path, command=f"{script} --epochs 1")
    assert "argument ['--epochs', '1']" in seen.printed
    assert seen.entered == 2
    assert (merged.ran["pkg.deep.many"], merged.ran["pkg.deep.never"]) == (3, 1)  # the script's own call is not inside
    assert "pkg.work" in {one.callee for one in seen.imported}


def test_a_module_is_run_as_python_runs_it(tmp_path):
    main = "import sys\nfrom pkg.work import entry\nif __name__ == '__main__':\n    entry(int(sys.argv[1]))\n"
    _, seen, merged = ran(tmp_path, {"pkg/__main__.py": main}, command="python3 -m pkg 4")
    assert (seen.state, merged.ran["pkg.deep.many"]) == ("finished", 4)


def test_an_exception_is_told_with_what_was_seen(tmp_path):
    files = {"pkg/deep.py": "def once(): ...\ndef many(i):\n    raise KeyError('scale')\ndef never(): ...\n"}
    sources, seen, merged = ran(tmp_path, files)
    assert seen.state == "raised"
    assert (seen.exception["type"], seen.exception["message"]) == ("KeyError", "'scale'")
    assert [line for _, line, _ in seen.exception["lines"]] == [12, 3]
    assert merged.ran["pkg.deep.once"] == 1
    document = compose(sources, merged.chain, Citations(sources), merged)
    assert "It ended with `KeyError`: 'scale'" in render(document)


@pytest.mark.parametrize("how", ["while True: pass", "time.sleep(60)", "signal_proof()"])
def test_a_run_ends_with_its_budget(tmp_path, how):
    proof = "def signal_proof():\n    while True:\n        try:\n            time.sleep(60)\n"
    proof += "        except BaseException:\n            pass\n"
    deep = f"import time\ndef once(): ...\ndef many(i):\n    {how}\ndef never(): ...\n{proof}"
    found = []

    def seconds() -> float:
        started = time.monotonic()
        found.append(ran(tmp_path / str(len(found)), {"pkg/deep.py": deep}, budget=2.0))
        return time.monotonic() - started

    assert quickest(seconds, 12) < 12
    _, seen, merged = found[-1]
    assert seen.state == "timeout"
    assert (merged.ran["pkg.deep.once"], merged.ran["pkg.deep.many"]) == (1, 1)
    assert "pkg.work.chosen" in merged.never


def test_a_crash_below_python_is_told(tmp_path):
    deep = "import os, time\ndef once(): ...\ndef never(): ...\n"
    deep += "def many(i):\n    time.sleep(1.5)\n    os.kill(os.getpid(), 11)\n"
    _, seen, merged = ran(tmp_path, {"pkg/deep.py": deep})
    assert seen.state == "killed"
    assert "exit code -11" in seen.exception["message"]
    assert merged.ran["pkg.deep.once"] == 1


def test_nothing_audited_runs_here_and_no_bytecode_is_left(tmp_path, monkeypatch):
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    _, seen, _ = ran(tmp_path)
    assert seen.state == "finished"
    assert not [name for name in sys.modules if name == "pkg" or name.startswith("pkg.")]
    assert not list((tmp_path / "src").rglob("__pycache__"))


def test_another_interpreter_that_is_none(tmp_path):
    with pytest.raises(UsageError, match="cannot be started"):
        ran(tmp_path, python=str(tmp_path / "nowhere"))


@pytest.mark.parametrize("command", ["", "make run", "gone.py", "a b:c"])
def test_what_is_no_command(command):
    with pytest.raises(UsageError):
        trace.Request.of(command)


def test_taps_prefer_what_ran(tmp_path):
    flow = "from pkg import parts\ndef entry(old=False):\n    if old:\n        parts.load_data()\n"
    flow += "    parts.read_scan()\n"
    files = {
        "pkg/flow.py": flow.replace("import keras\n", ""),
        "pkg/parts.py": "def load_data(): ...\ndef read_scan(): ...\n",
    }
    sources, _, merged = ran(tmp_path, files, command="pkg.flow:entry", entry="pkg.flow:entry")
    assert [tap.target for tap in taps(merged.chain)] == ["pkg.parts.load_data"]
    assert [(tap.target, tap.ran) for tap in taps(merged.chain, merged)] == [("pkg.parts.read_scan", 1)]
    assert sources
