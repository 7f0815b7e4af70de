"""What runs inside a backend's process: standard library and NumPy only.

The parent sends this file's source through execnet, so a foreign interpreter needs nothing of ours but
the backend under test. Values cross as plain builtins; arrays as bytes, or as mapped .npy files when big.
"""

import contextlib
import dataclasses
import importlib
import json
import os
import sys
import time
import traceback
import uuid
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

INLINE_BYTES = 1 << 20  # larger arrays go through a file: a message is copied, and limited to 2 GB
KEPT_OUTPUT = 20_000  # characters of what a backend prints that are kept with a check


def sendable(text: object) -> str:
    """`text` as plain UTF-8: lone surrogates, as in undecodable file names, are shown escaped."""
    return str(text).encode("utf-8", "backslashreplace").decode()


def encode(value: Any, exchange: str) -> Any:
    """`value` as builtins; what cannot cross is named, not guessed."""
    if isinstance(value, np.generic):  # first: np.float64 is a float, too
        value = np.asarray(value)
    if isinstance(value, str):
        return sendable(value)
    for builtin in (bool, int, float):  # a subclass (an enum, say) crosses as what it stands for
        if isinstance(value, builtin):
            return builtin(value)
    if value is None:
        return value
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in "biufcSU":
            return {"__unknown__": f"NumPy array of dtype {value.dtype}"}
        if value.nbytes < INLINE_BYTES:
            data = np.ascontiguousarray(value).tobytes()
            return {"__array__": {"dtype": value.dtype.str, "shape": list(value.shape), "data": data}}
        path = os.path.join(exchange, uuid.uuid4().hex + ".npy")
        np.save(path, np.ascontiguousarray(value), allow_pickle=False)
        return {"__array__": {"file": path}}
    if isinstance(value, (list, tuple)):
        return {"__list__": [encode(item, exchange) for item in value]}
    if isinstance(value, dict):
        return {"__dict__": [[sendable(str(name)), encode(item, exchange)] for name, item in value.items()]}
    kind = type(value)
    return {"__unknown__": f"{kind.__module__}.{kind.__qualname__}"}


def decode(value: Any, unknown: Callable[[str], Any] = str) -> Any:
    """Back from builtins. Arrays are fresh and writable, or mapped copy-on-write from a file now unlinked."""
    if not isinstance(value, dict):
        return value
    if "__array__" in value:
        array = value["__array__"]
        if "file" in array:
            mapped = np.load(array["file"], mmap_mode="c", allow_pickle=False)
            os.unlink(array["file"])
            return np.asarray(mapped)
        flat = np.frombuffer(bytearray(array["data"]), dtype=np.dtype(array["dtype"]))
        return flat.reshape(array["shape"])
    if "__list__" in value:
        return [decode(item, unknown) for item in value["__list__"]]
    if "__dict__" in value:
        return {name: decode(item, unknown) for name, item in value["__dict__"]}
    return unknown(value["__unknown__"])


def _fortran(array: np.ndarray) -> np.ndarray:
    return np.asfortranarray(array)


def _reversed(array: np.ndarray) -> np.ndarray:
    """A view that runs backwards through memory along every axis."""
    back = (slice(None, None, -1),) * array.ndim
    return np.ascontiguousarray(array[back])[back]


def _strided(array: np.ndarray) -> np.ndarray:
    """Every other element of rows twice as long: what lies between is not the array's, and not zero."""
    wide = np.empty((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    wide[..., ::2] = array
    wide[..., 1::2] = 77 if array.dtype.kind in "iufc" else True
    return wide[..., ::2]


def _other_byte_order(array: np.ndarray) -> np.ndarray:
    """Equal numbers, each with its bytes the other way round."""
    return array.astype(array.dtype.newbyteorder("S"))


def _read_only(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array


LAYOUTS = {
    "fortran": _fortran, "reversed": _reversed, "strided": _strided, "read-only": _read_only,
    "byte-swapped": _other_byte_order,
}  # fmt: skip
"""How equal values may lie in memory; each makes such an array of one in C order."""


def arranged(value: Any, layout: str | None) -> Any:
    """`value` with every array in it laid out so; a copy, where the layout asks for one."""
    if layout is None:
        return value
    if isinstance(value, dict):
        return {name: arranged(one, layout) for name, one in value.items()}
    return LAYOUTS[layout](value) if isinstance(value, np.ndarray) and value.ndim else value


class Capture:
    """Everything the process prints, at the level of file descriptors, kept call by call."""

    def __init__(self, path: str) -> None:
        self.path = path
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        self.read_from = 0

    def take(self) -> str:
        """What was printed since the last time."""
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        with open(self.path, "rb") as file:
            file.seek(self.read_from)
            printed = file.read()
        self.read_from += len(printed)
        return printed[-KEPT_OUTPUT:].decode("utf-8", "replace")


def describe_error(error: BaseException) -> dict[str, Any]:
    """An exception as data: its class and bases by name, its words, where it was raised."""
    text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    return {
        "type": type(error).__name__,
        "bases": [base.__name__ for base in type(error).__mro__],
        "message": sendable(text),
        "traceback": sendable("".join(traceback.format_exception(error))[-8000:]),
    }


def loaded_package(factory: Any, info: dict[str, str]) -> dict[str, str]:
    """What this process really loaded, whatever the adapter says of itself."""
    from importlib import metadata

    module = sys.modules.get(factory.__module__)
    loaded = {
        "python": sys.version.split()[0],
        "executable": sys.executable,
        "adapter": getattr(module, "__file__", ""),
    }
    framework = info.get("framework", "")
    try:
        loaded["version"] = metadata.version(framework)
    except (metadata.PackageNotFoundError, ValueError):
        loaded["version"] = ""
    package = sys.modules.get(framework)
    loaded["file"] = getattr(package, "__file__", "") or ""
    return loaded


class Closed:
    """Refuses the import of some packages, before any other finder is asked."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name.startswith(tuple(f"{closed}." for closed in self.names)) or name in self.names:
            raise ModuleNotFoundError(f"{name} is closed to the process of this backend", name=name)


def start(message: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Import the adapter, build it, ask who it is."""
    if message["closed"]:
        sys.meta_path.insert(0, Closed(message["closed"]))
    for folder in message["path"]:
        if folder not in sys.path:
            sys.path.append(folder)  # at the end: our folder names never shadow a framework
    module_name, _, class_name = message["factory"].partition(":")
    factory = getattr(importlib.import_module(module_name), class_name)
    backend = factory(device=message["device"])
    said: Any = backend.info()
    said = dataclasses.asdict(said) if dataclasses.is_dataclass(said) and not isinstance(said, type) else dict(said)
    info = {name: sendable(value) for name, value in said.items()}
    # what it knows of the package under test; what we see ourselves wins
    beside: dict[str, Any] = backend.loaded() if hasattr(backend, "loaded") else {}
    loaded = {sendable(name): sendable(value) for name, value in beside.items()} | loaded_package(factory, info)
    parts: Any = backend.parts() if hasattr(backend, "parts") else {}
    return backend, {
        "info": info, "operations": sorted(backend.operations()), "loaded": loaded,
        "parts": {str(operation): {str(k): bool(v) for k, v in said.items()} for operation, said in parts.items()},
    }  # fmt: skip


def arrays_of(values: dict[str, Any]) -> Iterator[tuple[str, np.ndarray]]:
    """(place, array) of every array, those in dictionaries too: `field`, `weights["conv1/kernel"]`.

    A dictionary that holds itself is opened once.
    """
    opened: list[tuple[str, Any]] = list(values.items())
    seen = {id(value) for value in values.values()}
    while opened:
        place, value = opened.pop(0)
        if isinstance(value, np.ndarray):
            yield place, value
        elif isinstance(value, dict):
            names = [json.dumps(name, ensure_ascii=False) if isinstance(name, str) else repr(name) for name in value]
            inside = zip(names, value.values(), strict=True)
            opened += [(f"{place}[{name}]", one) for name, one in inside if id(one) not in seen]
            seen |= {id(one) for one in value.values() if isinstance(one, dict)}


def checksum(array: np.ndarray) -> int:
    """CRC32 of an array's bytes in C order."""
    buffer: Any = np.ascontiguousarray(array)
    return zlib.crc32(buffer)


def fingerprints(inputs: dict[str, Any]) -> dict[str, int]:
    """A checksum of every array: whether a call changed its inputs in place."""
    return {place: checksum(array) for place, array in arrays_of(inputs)}


def changed(before: dict[str, int], after: dict[str, int]) -> list[str]:
    """The places whose array changed, went, or is new."""
    return sorted(p for p in {*before, *after} if before.get(p) != after.get(p))


def memory(most_since: bool = False) -> int:
    """Bytes this process holds; or the most it held since the last such question (Linux; 0 elsewhere)."""
    with contextlib.suppress(OSError), open("/proc/self/status") as status, open("/proc/self/clear_refs", "w") as peak:
        field = "VmHWM" if most_since else "VmRSS"
        held = next(1024 * int(line.split()[1]) for line in status if line.startswith(field))
        peak.write("5")  # the peak begins anew
        return held
    return 0


def digest(outputs: dict[str, Any], rows: list[int]) -> dict[str, dict[str, Any]]:
    """An answer that stays here: of each array its layout, checksum, sum of squares, and those of `rows` it has."""
    return {
        place: {
            "dtype": array.dtype.str, "shape": array.shape, "crc32": checksum(array),
            "squares": sum(float(np.vdot(row, row).real) for row in array),
            "rows": array[[row for row in rows if row < len(array)]],
        }
        for place, array in arrays_of(outputs) if array.ndim
    }  # fmt: skip


def user_seconds() -> float:
    """How long this process's own code has run, all cores together; what the system did for it is not counted."""
    try:
        import resource
    except ImportError:  # no Unix: what is told there is coarser
        return os.times().user
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime


def make_ready(inputs: dict[str, Any], room: int) -> None:
    """Before a clock starts: pages of the inputs are mapped, and `room` bytes are had from the machine and given back.

    Mapping a file is the transport's work, not the backend's. And a virtual machine gives free memory to its host, to
    fetch it at the first touch: 2.4 s a GB were seen, thirty times the memory's speed.
    """
    for _, array in arrays_of(inputs):
        if array.flags.c_contiguous:
            array.reshape(-1).view(np.uint8)[:: os.sysconf("SC_PAGESIZE")].max(initial=0)
    np.empty(room, np.uint8)[:: os.sysconf("SC_PAGESIZE")] = 1


def call(backend: Any, message: dict[str, Any], exchange: str) -> dict[str, Any]:
    """One operation: the answer, how long it took, and what it did beside answering."""
    layout = message.get("layout") or {}
    inputs = {name: arranged(decode(value), layout.get(name)) for name, value in message["inputs"].items()}
    if message.get("numpy_seed") is not None:
        np.random.seed(message["numpy_seed"])
    before: Any = np.random.get_state()
    given = fingerprints(inputs) if message.get("watch") else {}
    reply: dict[str, Any] = {}
    keep = message.get("keep")
    if keep is not None:
        make_ready(inputs, message["room"])
    held = memory() if keep is not None else 0
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        user, begin = user_seconds(), time.perf_counter()
        try:
            outputs = backend.call(message["operation"], inputs)
            backend.synchronize()
            reply["seconds"], user = time.perf_counter() - begin, user_seconds() - user
            if keep is not None:  # the peak first: looking at the answer takes memory, too
                kept = {"user": user, "held": held, "peak": memory(most_since=True)}
                outputs = {**kept, "arrays": digest(outputs, keep)}
            reply["outputs"] = encode(outputs, exchange)
        except (Exception, SystemExit) as error:
            reply["seconds"] = time.perf_counter() - begin
            reply["raised"] = describe_error(error)
    reply["changed_inputs"] = changed(given, fingerprints(inputs)) if message.get("watch") else []
    after: Any = np.random.get_state()
    reply["random_state_changed"] = before[2] != after[2] or not np.array_equal(before[1], after[1])
    reply["warnings"] = [[w.category.__name__, sendable(w.message)] for w in caught]
    return reply


def stray_files(scratch: str) -> list[str]:
    """Files that a call left in the working directory; they are taken away."""
    found = []
    for folder, _, names in os.walk(scratch):
        for name in names:
            path = os.path.join(folder, name)
            found.append(os.path.relpath(path, scratch))
            os.unlink(path)
    return found


def serve(channel: Any) -> None:
    first = channel.receive()
    os.chdir(first["scratch"])
    capture = Capture(first["output"])
    with contextlib.suppress(Exception):
        import faulthandler

        faulthandler.enable(file=2)
    try:
        backend, reply = start(first)
    except Exception as error:
        channel.send({"raised": describe_error(error), "captured": capture.take()})
        return
    channel.send({**reply, "captured": capture.take()})
    for message in channel:
        reply = call(backend, message, first["exchange"])
        reply["captured"] = capture.take()
        reply["stray"] = stray_files(first["scratch"])
        channel.send(reply)


if __name__ == "__channelexec__":
    serve(channel)  # type: ignore[name-defined]  # noqa: F821  execnet provides it
