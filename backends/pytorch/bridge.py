"""NumPy arrays into torch, without needless copies and without touching the caller's memory."""

from collections.abc import Iterator

import numpy as np
import torch

HOST = torch.device("cpu")

_CPU_ELEMENTS = 1 << 18
"""Elements per chunk on a CPU: a few arrays of this size stay in cache, and the memory is reused."""

_CUDA_ELEMENTS = 1 << 25
"""Elements per chunk on a GPU: enough to fill it, few hundred MB at most."""


class _SameMemory:
    """`array`'s memory under a flag that says writable; keeps `array` alive.

    torch has no read-only tensors and warns when it is given a read-only array. Nothing here writes into an
    input, so the flag is cleared instead of copying what may be gigabytes.
    """

    def __init__(self, array: np.ndarray):
        self._array = array
        self.__array_interface__ = {
            **array.__array_interface__,
            "data": (array.__array_interface__["data"][0], False),
        }


def tensor(array: np.ndarray, device: torch.device, dtype: torch.dtype | None = None) -> torch.Tensor:
    """`array` on `device`, in `dtype` or its own; shares memory where it can, so it must not be written."""
    array = np.asarray(array)
    array = array.astype(array.dtype.newbyteorder("="), copy=False)
    if any(stride < 0 or stride % array.itemsize for stride in array.strides):
        array = np.ascontiguousarray(array)
    if not array.flags.writeable:
        array = np.asarray(_SameMemory(array))
    return torch.from_numpy(array).to(device=device, dtype=dtype)


def empty(shape: tuple[int, ...], dtype: type[np.generic]) -> torch.Tensor:
    """An answer to be filled in, on the host. NumPy asks the system for large pages and torch does not: of an answer
    of gigabytes half the time is spent on getting pages.
    """
    return torch.from_numpy(np.empty(tuple(shape), dtype))


def chunks(count: int, elements: int, device: torch.device) -> Iterator[slice]:
    """Slices that cover range(count), each of about one chunk's elements; `elements` is the size of one item.

    Results are computed chunk by chunk into a preallocated output: the peak of memory stays near the result's
    size, and no sample's arithmetic depends on its companions (HOUSE.BATCH.INDEPENDENT).
    """
    budget = _CUDA_ELEMENTS if device.type == "cuda" else _CPU_ELEMENTS
    step = max(1, budget // max(1, elements))
    for start in range(0, count, step):
        yield slice(start, min(start + step, count))
