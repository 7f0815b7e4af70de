"""Descriptors: an input as a small JSON value, and the arrays and files it stands for.

{"dims": {"B": 2, "N": 64}, "values": {"M": 20}, "arrays": {"patches": {"family": "smooth", "seed": 3}},
 "npz": {"drop": ["xcoords"]}, "target": {"holds": "an older file"}}

Where the contract has them, `dictionaries` stand for dictionaries of named arrays, and `files` says what is asked of
each of several files that are read.
"""

import copy
import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from ptychoparity.spec_tests import families, files, h5, named_arrays
from ptychoparity.spec_tests.contract import Contract
from ptychoparity.spec_tests.expressions import evaluate
from ptychoparity.spec_tests.tables import minimal, table_of

Descriptor = dict[str, Any]
MEMBERS_TOLD = 12
"""Arrays of a dictionary that are summarised one by one."""
VALUES_TOLD = 16
"""Values of an array that are told one by one."""
FILE_OPTIONS = (*files.KINDS, "target", "files", "layout")
"""What a case may ask of the file that is read, of the path that is written to, of each of several files, and of how
arrays lie in the backend's memory.
"""


def key(descriptor: Descriptor) -> str:
    """Canonical text of a descriptor: equal texts, equal inputs."""
    return json.dumps(descriptor, sort_keys=True, separators=(",", ":"))


def array_schemas(contract: Contract) -> dict[str, dict[str, Any]]:
    """Every array of the input by name: inputs themselves and members of an input file."""
    return files.arrays(contract["input"])


def scalar_schemas(contract: Contract) -> dict[str, dict[str, Any]]:
    """Inputs that are no arrays and no paths, and texts of an input file."""
    inputs = contract["input"]["properties"].items()
    given = {n: s for n, s in inputs if not {"ndarray", "arrays", "target", *files.KINDS} & s.keys()}
    return given | files.texts(contract["input"])


def file_inputs(contract: Contract) -> dict[str, str]:
    """The inputs that are paths of files, and the kind of each."""
    found = ((n, files.kind_of(s)) for n, s in contract["input"]["properties"].items())
    return {name: kind for name, kind in found if kind}


def dtypes(schema: Mapping[str, Any]) -> list[str]:
    return [schema["dtype"]] if isinstance(schema["dtype"], str) else list(schema["dtype"])


def scalar(rule: Any, symbols: Mapping[str, Any]) -> Any:
    """A scalar of a generate rule: text that begins with "=" is arithmetic, all else stands for itself."""
    return evaluate(rule[1:], symbols) if isinstance(rule, str) and rule.startswith("=") else rule


def default_value(spec: Mapping[str, Any], symbols: Mapping[str, Any]) -> Any:
    """Value of a scalar where a case says nothing: `equals`, else `default`, else the smallest there is."""
    if "equals" in spec:
        return evaluate(spec["equals"], symbols)
    if "table" in spec and "default" not in spec:
        return minimal(table_of(spec, symbols))
    return scalar(spec["default"], symbols) if "default" in spec else evaluate(spec["minimum"], symbols)


def base(contract: Contract, dims: Mapping[str, int] = {}, given: Mapping[str, Any] = {}) -> Descriptor:
    """The contract's default input: default dims, scalars as `given` or by default, first family of every array."""
    sizes = {name: spec["default"] for name, spec in contract["dims"].items()} | dict(dims)
    symbols: dict[str, Any] = dict(sizes)
    values = {}
    for name in scalar_schemas(contract):
        values[name] = given[name] if name in given else default_value(contract["generate"][name], symbols)
        symbols.setdefault(name, values[name])  # a size named twice is the arrays' own
    arrays = {name: copy.deepcopy(contract["generate"][name][0]) for name in array_schemas(contract)}
    found = {"dims": sizes, "values": values, "arrays": arrays}
    named = {n: named_arrays.default(contract["generate"][n]) for n in named_arrays.dictionaries(contract["input"])}
    return {**found, "dictionaries": named} if named else found


def complete(contract: Contract, given: Mapping[str, Any], case: str) -> Descriptor:
    """A whole descriptor from what a case gives; array seeds follow from the case's name."""
    descriptor = base(contract, given.get("dims", {}), given.get("values", {}))
    descriptor["values"] |= given.get("values", {})
    for name, override in given.get("arrays", {}).items():
        default = descriptor["arrays"][name]
        whole = override is None or "family" in override or default is None
        descriptor["arrays"][name] = copy.deepcopy(override) if whole else {**default, **override}
    for name, spec in descriptor["arrays"].items():
        if spec is not None:
            spec.setdefault("seed", zlib.crc32(f"{contract.operation}/{case}/{name}".encode()) % 65536)
    for name, spec in descriptor.get("dictionaries", {}).items():
        asked = named_arrays.changed(spec, given.get("dictionaries", {}).get(name, {}))
        descriptor["dictionaries"][name] = named_arrays.seeded(asked, f"{contract.operation}/{case}/{name}")
    return descriptor | {name: copy.deepcopy(given[name]) for name in FILE_OPTIONS if name in given}


def _array(spec: dict[str, Any], schema: Mapping[str, Any], symbols: Mapping[str, Any]) -> np.ndarray:
    if spec["family"] == "literal":
        shape: tuple[int, ...] = np.asarray(spec["value"]).shape
    else:
        shape = tuple(evaluate(size, symbols) for size in spec.get("shape", schema["shape"]))
    return families.make(spec, shape, spec.get("dtype", dtypes(schema)[0]), symbols)


def expand(contract: Contract, descriptor: Descriptor, scratch: Path) -> dict[str, Any]:
    """The inputs a descriptor stands for; arrays are read-only, files are written below `scratch`."""
    # a size named twice is the arrays' own: a case may give a scalar that contradicts them
    symbols = {**descriptor["values"], **descriptor["dims"]}
    arrays: dict[str, np.ndarray | None] = {}
    for name, schema in array_schemas(contract).items():
        spec = descriptor["arrays"][name]
        arrays[name] = array = None if spec is None else _array(spec, schema, symbols)
        if array is not None:
            array.flags.writeable = False
    inputs: dict[str, Any] = {}
    read, targets = file_inputs(contract), files.target_names(contract["input"])
    for name in contract["input"]["properties"]:
        if name in read:
            inputs[name] = str(_place(contract, name, scratch))
            options = descriptor.get("files", {}).get(name) or descriptor.get(read[name], {})
            held = _held(contract, name, descriptor["values"], arrays)
            _write_file(read[name], Path(inputs[name]), held, options, symbols)
        elif name in descriptor.get("dictionaries", {}):
            inputs[name] = named_arrays.expand(
                contract["input"]["properties"][name]["arrays"], descriptor["dictionaries"][name],
                lambda spec, schema: _array(spec, schema, symbols),
            )  # fmt: skip
        elif name in targets:
            options = descriptor.get("target", {})
            file = options.get("name", contract["input"]["properties"][name]["target"])
            inputs[name] = files.target(scratch, file, options)
        elif name in arrays:
            inputs[name] = arrays[name]
        else:
            inputs[name] = _value(contract["input"]["properties"][name], descriptor["values"][name], scratch)
    return inputs


def _held(contract: Contract, file: str, values: Mapping[str, Any], arrays: Mapping[str, Any]) -> dict[str, Any]:
    """The members of an input file, texts first, under their names in the file."""
    called = {there: name for name, there in files.member_names(contract["input"], file).items()}
    return {called[name]: value for name, value in {**values, **arrays}.items() if name in called}


def _place(contract: Contract, name: str, scratch: Path) -> Path:
    """Where a file that is read lies; of several, each in a folder of its own."""
    sub, alone = contract["input"]["properties"][name], len(file_inputs(contract)) == 1
    folder = scratch if alone else scratch / name
    folder.mkdir(exist_ok=True)
    kind = files.kind_of(sub)
    called: str = sub[kind].get("file", "scan.npz" if alone else f"{name}.{kind}")
    return folder / called


def _value(schema: Mapping[str, Any], value: Any, scratch: Path) -> Any:
    """A scalar as it stands; that of an input which is a text file is its content, and the path is handed out.

    Text is written as it is, a mapping as YAML. For None there is no file, and no path either where the input
    may be null.
    """
    if "file" not in schema or (value is None and "null" in schema["type"]):
        return copy.deepcopy(value)
    path = scratch / schema["file"]
    path.unlink(missing_ok=True)
    if value is not None:
        path.write_text(value if isinstance(value, str) else yaml.safe_dump(value, sort_keys=False), encoding="utf-8")
    return str(path)


def _laid_out(array: np.ndarray, layout: str) -> np.ndarray:
    """Equal values as a file may hold them: in Fortran order, or in the other byte order."""
    return np.asfortranarray(array) if layout == "fortran" else array.astype(array.dtype.newbyteorder("S"))


def _members(arrays: Mapping[str, Any], options: Mapping[str, Any], symbols: Mapping[str, Any]) -> dict[str, Any]:
    """What goes into the file: the arrays that are there, changed as the case asks."""
    members = {name: value for name, value in arrays.items() if value is not None}
    for name, axes in options.get("transpose", {}).items():
        members[name] = members[name].transpose(axes)
    for name, spec in options.get("extra", {}).items():
        members[name] = _array(spec, {"shape": spec["shape"], "dtype": spec["dtype"]}, symbols)
    for name, other in options.get("copy", {}).items():
        members[other] = members[name]
    for name, other in options.get("rename", {}).items():
        members[other] = members.pop(name)
    for name in options.get("drop", []):
        del members[name]
    for name, layout in options.get("layout", {}).items():
        members[name] = _laid_out(members[name], layout)
    for name in options.get("pickle", []):
        members[name] = np.array([{"an object": "array"}], dtype=object)
    return members


def _write_file(
    kind: str, path: Path, given: Mapping[str, Any], options: Mapping[str, Any], symbols: Mapping[str, Any]
) -> None:
    if options.get("absent"):
        path.unlink(missing_ok=True)
        return
    if "bytes" in options:
        path.write_text(options["bytes"])
        return
    if kind == "h5":
        extra = {name: _array(spec, spec, symbols) for name, spec in options.get("extra", {}).items()}
        h5.write(path, h5.changed({**given, **extra}, options))
    else:
        write = np.savez_compressed if options.get("compressed") else np.savez
        write(path, **_members(given, options, symbols))
    if "truncate" in options:
        content = path.read_bytes()
        path.write_bytes(content[: options["truncate"]])


def summarise(inputs: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One line per input, for people: dtype, shape, range."""
    rows = []
    for name, value in inputs.items():
        if isinstance(value, np.ndarray):
            row = {"name": name, "dtype": str(value.dtype), "shape": list(value.shape), "summary": _range(value)}
        elif named_arrays.holds_arrays(value):
            inside = dict(named_arrays.flat(value, name))
            rows += summarise(dict(list(inside.items())[:MEMBERS_TOLD]))
            row = {"name": name, "summary": f"a dictionary of {len(inside)} arrays"}
        else:
            shown = Path(value).name if isinstance(value, str) and "/" in value else repr(value)
            shown = shown if len(shown) <= 200 else f"{shown[:197]}..."
            row = {"name": name, "summary": shown}
        rows.append(row)
    return rows


def _range(value: np.ndarray) -> str:
    if value.size == 0 or value.dtype.kind not in "biufc":
        return "empty" if value.size == 0 else "objects"
    if value.size <= VALUES_TOLD:
        return np.array2string(value, precision=9, separator=", ", max_line_width=10_000).replace("\n", "")
    magnitude = np.abs(value) if value.dtype.kind == "c" else value
    label = "|value| " if value.dtype.kind == "c" else ""
    finite = np.isfinite(magnitude)
    if finite.all():
        return f"{label}{magnitude.min():.6g} to {magnitude.max():.6g}, mean {magnitude.mean():.6g}"
    at = [int(index) for index in np.argwhere(~finite)[0]]
    told = f"{np.count_nonzero(~finite)} of {value.size} values not finite, the first {value[tuple(at)]} at {at}"
    some = magnitude[finite]
    return f"{label}{some.min():.6g} to {some.max():.6g}, {told}" if some.size else told
