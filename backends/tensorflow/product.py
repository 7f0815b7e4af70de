"""Operations `read_product` and `write_product`: HDF5 product files (PRODUCT.*)."""

from typing import Any

from ptychoparity.backends.host import product as files
from ptychoparity.backends.tensorflow.framework import tf


def read_product(path: str) -> dict[str, Any]:
    """The product at `path`, its fields and errors those of `ptychoparity.backends.host.product.read`.

    xcoords, ycoords (n,) float64 besides: the positions in object pixels (PRODUCT.SCAN.FRAME).
    """
    product = files.read(path)
    answer = files.answer(product)
    for axis, extent, count in (
        ("x", "width", product["object"].shape[2]),
        ("y", "height", product["object"].shape[1]),
    ):
        positions = tf.constant(product[f"probe_position_{axis}_m"], tf.float64)
        pixels = (positions - product[f"object_center_{axis}_m"]) / product[f"object_pixel_{extent}_m"]
        # the object's centre lies on its middle pixel, between the middle two of an even count
        answer[f"{axis}coords"] = (pixels + (count - 1) / 2).numpy()
    return answer


def write_product(path: str, **product: Any) -> dict[str, str]:
    """Write a product in the spec's names, whole or not at all, and say where: {"path": path}. Raises as `read`."""
    files.write(path, product)
    return {"path": path}
