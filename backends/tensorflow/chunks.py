"""Cutting a batch into chunks, so that intermediates stay small whatever the batch's size."""

from collections.abc import Iterator

CHUNK_PIXELS = 1 << 20
"""Pixels worked on at once: 8 MB of complex64, near a CPU's cache, and far more than a call's overhead."""


def chunks(count: int, pixels: int, budget: int = CHUNK_PIXELS) -> Iterator[slice]:
    """Yield slices that cover `count` samples of `pixels` pixels each.

    A slice holds about `budget` pixels, and one sample at least.
    """
    step = max(1, budget // max(1, pixels))
    for start in range(0, count, step):
        yield slice(start, min(start + step, count))
