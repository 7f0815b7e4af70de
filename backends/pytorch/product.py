"""Operations `read_product` and `write_product`: HDF5 product files (PRODUCT.*)."""

from typing import Any

import numpy as np

from ptychoparity.backends.host import product as files
from ptychoparity.backends.pytorch.bridge import HOST, tensor


def read_product(path: str) -> dict[str, Any]:
    """The product at `path` as `backends.host.product.read` has it, and xcoords, ycoords (n,) float64: its positions
    in object pixels (PRODUCT.SCAN.FRAME). Raises as `read`.

    `device` is not used: a product is read into host memory.
    """
    product = files.read(path)
    _, height, width = product["object"].shape
    return {
        **files.answer(product),
        "xcoords": _pixels(product, "x", "width", width),
        "ycoords": _pixels(product, "y", "height", height),
    }


def write_product(path: str, **product: Any) -> dict[str, str]:
    """Write a product under the spec's names, whole or not at all; its fields and errors are `read`'s.

    Returns {"path": path}.
    """
    files.write(path, product)
    return {"path": path}


def _pixels(product: files.Product, axis: str, extent: str, count: int) -> np.ndarray:
    """Positions along one axis in pixels of the object: metres from its centre, which is pixel (count - 1) / 2."""
    metres = tensor(product[f"probe_position_{axis}_m"], HOST) - product[f"object_center_{axis}_m"]
    return (metres / product[f"object_pixel_{extent}_m"] + (count - 1) / 2).numpy()
