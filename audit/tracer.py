"""Runs in the worker, alone: executes what is to be traced and writes down which audited function called which.

Needs Python 3.8 or newer and the standard library; `trace.py` copies it beside a `request.json` and starts it there.
Where there is `sys.monitoring` (Python 3.12) all threads are seen by it; else `sys.setprofile` sees those that
`threading` starts.

The result is a JSON file, written again every second, so that something is known of a run that is cut short.
"""

import inspect
import json
import os
import runpy
import sys
import threading
import time
import traceback

TOOL = 4
GENERATORS = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
AUTOGRAPH = "__autograph_generated_file"


class BudgetSpent(BaseException):
    """The time is over."""


class Tracer:
    """Counts calls of audited functions by callee, nearest audited caller and the caller's line."""

    def __init__(self, request):
        self.roots = tuple(os.path.realpath(path) + os.sep for path in request["roots"])
        self.entry = request.get("entry") or {}
        self.out = request["out"]
        self.started = time.monotonic()
        self.known = {}
        self.edges = {}
        self.files = {}
        self.beginnings = {}
        self.inside = 0
        self.entered = 0
        self.order = 0
        self.state = {"state": "running", "exception": None}
        self.lock = threading.Lock()

    # which code is audited

    def about(self, code):
        """The code; (file, name, first line, class) where it is audited, else None; whether it is the entry."""
        key = id(code)
        found = self.known.get(key)
        if found is None:
            name = code.co_filename
            path = os.path.realpath(name) if name[:1] == os.sep else name
            audited = path.startswith(self.roots)
            here = audited and path == self.entry.get("file") and code.co_name == self.entry.get("name")
            here = here and abs(code.co_firstlineno - self.entry.get("line", 0)) <= self.entry.get("slack", 0)
            label = (path, code.co_name, code.co_firstlineno, "") if audited else None
            if label is None and AUTOGRAPH in name:
                label = ("", code.co_name, 0, "")
            found = self.known[key] = (code, label, here)  # the code is kept: its id must stay its own
        return found

    def seen(self, frame):
        code, label, entry = self.about(frame.f_code)
        if label is None:
            return False
        if not label[0]:
            label = self.converted(frame, code)
            if label is None:
                return False
        self.entered += entry
        self.inside += entry
        caller, direct = frame.f_back, True
        while caller is not None:
            known = self.about(caller.f_code)[1]
            above = self.converted(caller, caller.f_code) if known is not None and not known[0] else known
            if above is not None:
                break
            caller, direct = caller.f_back, False
        key = (label, above if caller is not None else None, caller.f_lineno if caller is not None else 0, direct)
        with self.lock:
            row = self.edges.get(key)
            if row is None:
                self.order += 1
                row = self.edges[key] = [0, 0, self.order]
            row[0] += 1
            row[1] += 1 if self.inside else 0
        return entry

    def converted(self, frame, code):
        """TensorFlow rewrites functions into files of its own; they keep their module's names and their own name."""
        name = code.co_name
        module = frame.f_globals.get("__name__")
        if not name.startswith("tf__") or not isinstance(module, str):
            return None
        found = sys.modules.get(module)
        path = os.path.realpath(getattr(found, "__file__", None) or os.curdir)
        if not path.startswith(self.roots):
            return None
        own = frame.f_locals.get("self")
        classes = [cls.__qualname__ for cls in type(own).__mro__ if name[4:] in vars(cls) and cls.__module__ == module]
        return (path, name[4:], 0, classes[0] if own is not None and classes else "")

    def begins(self, frame):
        """A generator is "called" each time it goes on; it begins where it was first seen."""
        first = self.beginnings.setdefault(id(frame.f_code), (frame.f_code, frame.f_lasti))[1]
        return frame.f_lasti <= first

    def left(self):
        self.inside -= 1

    # the two ways to look

    def profile(self, frame, event, _):
        if event == "call":
            if not frame.f_code.co_flags & GENERATORS or self.begins(frame):
                self.seen(frame)
        elif event == "return" and self.inside and self.about(frame.f_code)[2]:
            self.left()

    def start(self):
        monitoring = getattr(sys, "monitoring", None)
        if monitoring is None:
            threading.setprofile(self.profile)
            sys.setprofile(self.profile)
            return
        events = monitoring.events
        monitoring.use_tool_id(TOOL, "ptychoparity")

        def began(code, _):
            if self.about(code)[1] is None:
                return monitoring.DISABLE
            self.seen(sys._getframe(1))
            return None

        def ended(code, *_):
            if self.inside and self.about(code)[2]:
                self.left()

        monitoring.register_callback(TOOL, events.PY_START, began)
        monitoring.register_callback(TOOL, events.PY_RETURN, ended)
        monitoring.register_callback(TOOL, events.PY_UNWIND, ended)
        monitoring.set_events(TOOL, events.PY_START | events.PY_RETURN | events.PY_UNWIND)

    def stop(self):
        if getattr(sys, "monitoring", None) is not None:
            sys.monitoring.set_events(TOOL, 0)
        else:
            threading.setprofile(None)
            sys.setprofile(None)

    def opened(self, event, arguments):
        """Files opened for writing, with the nearest audited line."""
        if event != "open" or not isinstance(arguments[0], (str, bytes)):
            return
        path, mode, flags = arguments
        path = os.fsdecode(path)
        writes = bool(set(mode) & set("wax+")) if isinstance(mode, str) else bool(flags & (os.O_WRONLY | os.O_RDWR))
        if not writes or path == self.out + ".part" or AUTOGRAPH in path or path == os.devnull or os.path.isdir(path):
            return
        frame = sys._getframe(1)
        while frame is not None and not (self.about(frame.f_code)[1] or ("",))[0]:
            frame = frame.f_back
        if frame is not None:
            row = (self.about(frame.f_code)[1], frame.f_lineno, path)
            self.files[row] = self.files.get(row, 0) + 1

    # writing

    def write(self):
        with self.lock:
            edges = [(key, list(row)) for key, row in self.edges.items()]
            files = list(self.files.items())
        rows = [
            {"callee": callee, "caller": caller, "line": line, "direct": direct, "count": n, "inside": i, "first": o}
            for (callee, caller, line, direct), (n, i, o) in edges
        ]
        found = dict(self.state)
        found["seconds"] = round(time.monotonic() - self.started, 2)
        found["python"] = sys.version.split()[0]
        found["entered"] = self.entered
        found["edges"] = rows
        found["files"] = [
            {"caller": caller, "line": line, "path": path, "count": n} for (caller, line, path), n in files
        ]
        with open(self.out + ".part", "w", encoding="utf-8") as file:
            json.dump(found, file)
        os.replace(self.out + ".part", self.out)

    def keep_writing(self, budget):
        """Also ends a run that does not come back to Python in time."""
        written = -1
        while self.state["state"] == "running":
            time.sleep(1.0)
            spent = time.monotonic() - self.started
            if spent > budget + 3:
                self.state["state"] = "timeout"
                self.write()
                os._exit(3)
            if written != self.order:
                written = self.order
                self.write()


def execute(request):
    """What is asked for: a function, a module with arguments, or a script with arguments."""
    kind, name, arguments = request["kind"], request["name"], request.get("arguments", [])
    sys.argv = [name, *arguments]
    if kind == "function":
        module, _, path = name.partition(":")
        __import__(module)
        found = sys.modules[module]
        for part in path.split("."):
            found = getattr(found, part)
        found()
    elif kind == "module":
        runpy.run_module(name, run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(name, run_name="__main__")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        request = json.load(file)
    sys.path[0:1] = request["paths"]
    tracer = Tracer(request)
    budget = request["budget"]

    def spent(*_):
        raise BudgetSpent

    if hasattr(__import__("signal"), "SIGALRM"):
        import signal

        signal.signal(signal.SIGALRM, spent)
        signal.setitimer(signal.ITIMER_REAL, budget)
    writer = threading.Thread(target=tracer.keep_writing, args=(budget,), daemon=True)
    writer.start()
    sys.addaudithook(tracer.opened)
    tracer.start()
    try:
        execute(request)
        tracer.state["state"] = "finished"
    except BudgetSpent:
        tracer.state["state"] = "timeout"
    except SystemExit as end:
        tracer.state["state"] = "finished" if end.code in (None, 0) else "raised"
        if tracer.state["state"] == "raised":
            tracer.state["exception"] = {"type": "SystemExit", "message": str(end.code), "lines": []}
    except BaseException as error:
        lines = [(row.filename, row.lineno, row.name) for row in traceback.extract_tb(error.__traceback__)]
        mine = [row for row in lines if os.path.realpath(row[0]).startswith(tracer.roots)]
        told = {"type": type(error).__name__, "message": str(error)[:2000], "lines": mine}
        told["text"] = "".join(traceback.format_exception(type(error), error, error.__traceback__))[-6000:]
        tracer.state["exception"] = told
        tracer.state["state"] = "raised"
    finally:
        tracer.stop()
        tracer.write()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # threads of frameworks must not hold the worker up


if __name__ == "__main__":
    main()
