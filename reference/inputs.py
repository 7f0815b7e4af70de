"""What the oracle asks of its inputs before it computes: each refusal names the input and what was expected."""

import numpy as np

SIZES = (64, 128, 256)


def rank(name: str, value: np.ndarray, shape: str) -> None:
    """As many axes as `shape` has; a number in it, "B, 1, 2, C", is the length of its axis."""
    wanted = shape.split(", ")
    fits = value.ndim == len(wanted) and all(
        not axis.isdigit() or int(axis) == length for axis, length in zip(wanted, value.shape, strict=True)
    )
    if not fits:
        raise ValueError(f"{name} has shape {value.shape}, expected ({shape})")


def real(**arrays: np.ndarray) -> None:
    for name, value in arrays.items():
        if value.dtype.kind not in "iuf":
            raise ValueError(f"{name} has dtype {value.dtype}: real numbers are expected")


def real_and_finite(**arrays: np.ndarray) -> None:
    real(**arrays)
    finite(**arrays)


def whole(**arrays: np.ndarray) -> None:
    for name, value in arrays.items():
        if value.dtype.kind not in "iu":
            raise ValueError(f"{name} has dtype {value.dtype}: integers are expected")


def square(name: str, value: np.ndarray, first: int) -> None:
    if value.shape[first] != value.shape[first + 1]:
        raise ValueError(f"{name} has shape {value.shape}: it must be square")


def same_shape(**arrays: np.ndarray) -> None:
    (first, a), (second, b) = arrays.items()
    if a.shape != b.shape:
        raise ValueError(f"{second} has shape {b.shape}, {first} has {a.shape}")


def size(N: int) -> None:
    """PHYS.SIZE.N, ERR.UNSUPPORTED_N."""
    if N not in SIZES:
        raise ValueError(f"Unsupported input size {N}: N is one of {SIZES}")


def finite(**arrays: np.ndarray) -> None:
    for name, value in arrays.items():
        bad = np.argwhere(~np.isfinite(value))
        if len(bad):
            where = f" at {bad[0].tolist()}" if np.ndim(value) else ""
            raise ValueError(f"{name} must be finite, got {np.asarray(value)[tuple(bad[0])]}{where}")


def positive(**numbers: float) -> None:
    for name, value in numbers.items():
        if not value > 0:
            raise ValueError(f"{name}={value:g}: more than 0 is asked for")


def not_negative(**arrays: np.ndarray) -> None:
    for name, value in arrays.items():
        if (value < 0).any():
            raise ValueError(f"{name} has negative values")


def under_probe(object: np.ndarray, probe: np.ndarray) -> None:
    """ERR.SHAPES: object patches (B, N, N, C) and one probe (N, N) as large."""
    rank("object", object, "B, N, N, C")
    rank("probe", probe, "N, N")
    square("object", object, 1)
    size(object.shape[1])
    if probe.shape != object.shape[1:3]:
        raise ValueError(f"probe has shape {probe.shape}, the object patches are {object.shape[1]} x {object.shape[2]}")


def one_of(known: tuple[str, ...], **values: str) -> None:
    for name, value in values.items():
        if value not in known:
            raise ValueError(f"{name}={value!r}: one of {', '.join(known)}")


def at_least(**bounded: tuple[int, int]) -> None:
    """Each (value, minimum): a whole number not below its minimum."""
    for name, (value, minimum) in bounded.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < minimum:
            raise ValueError(f"{name}={value!r}: a whole number of at least {minimum} is asked for")
