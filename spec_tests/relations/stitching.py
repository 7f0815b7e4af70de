"""REASM.*, HOUSE.REASM.*: a stitched canvas shows the object."""

from collections.abc import Callable

import numpy as np

from ptychoparity.spec_tests.relations.call import Call, Inputs, Options
from ptychoparity.spec_tests.relations.rounding import apart

WEIGHT = 0.999
"""Stitched truth is held to the object where the weight is above this, and where no patch's faded border
reaches: a border pixel carries its own value, not the interpolated one."""


def affine_object(shape: tuple[int, int]) -> tuple[np.ndarray, Callable[[np.ndarray, np.ndarray], np.ndarray]]:
    """An object linear in row and column, and the same function at any fractional point."""

    def at(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        return (1.0 + 0.004 * rows - 0.003 * columns) + 1j * (0.5 - 0.002 * rows + 0.005 * columns)

    rows, columns = np.arange(shape[0])[:, None], np.arange(shape[1])[None, :]
    return at(rows, columns).astype(np.complex64), at


def untouched_by_borders(positions: np.ndarray, mean: np.ndarray, L: int, M: int) -> np.ndarray:
    """Canvas pixels that every patch covers wholly or not at all."""
    clean = np.ones((L, L), dtype=bool)
    for x, y in L / 2 + positions - mean - M / 2:
        faded = []
        for start in (y, x):
            pixel = np.arange(L)
            inside = (pixel >= start - 1e-9) & (pixel <= start + M - 1 + 1e-9)
            reached = (pixel > start - 1 + 1e-9) & (pixel < start + M - 1e-9)
            faded.append((inside, reached))
        (row_in, row_reach), (column_in, column_reach) = faded
        whole = row_in[:, None] & column_in[None, :]
        clean &= whole | ~(row_reach[:, None] & column_reach[None, :])
    return clean


def reached(centred: np.ndarray, L: int, M: int) -> np.ndarray:
    """Canvas pixels that at least one patch covers wholly."""
    pixel = np.arange(L)
    found = np.zeros((L, L), dtype=bool)
    for x, y in L / 2 + centred - M / 2:
        inside = [(pixel >= start - 1e-9) & (pixel <= start + M - 1 + 1e-9) for start in (y, x)]
        found |= inside[0][:, None] & inside[1][None, :]
    return found


def _content_is_in_place(call: Call, canvas: np.ndarray, truth: np.ndarray, clean: np.ndarray) -> None:
    """Say how far the content is off, where it is: on an affine object a shift is two numbers."""
    off = np.mean((canvas - truth)[clean])
    # d/drow and d/dcolumn of real and imaginary part: see affine_object
    slopes = np.array([[0.004, -0.003], [-0.002, 0.005]])
    down, right = np.linalg.solve(slopes, [off.real, off.imag])
    if np.hypot(down, right) > 0.05:
        call.fail(f"canvas: content is off by [{-right:+.2f}, {-down:+.2f}] px on average, against its canvas_origin")


def stitched_truth_is_the_object(call: Call, inputs: Inputs, options: Options) -> None:
    """Patches cut from a non-square affine object at uneven fractional positions, stitched, give it back."""
    gridsize, N, M = options["gridsize"], inputs["patches"].shape[1], inputs["M"]
    groups = max(2, min(5, len(inputs["patches"])))
    random = call.random
    members = random.uniform([61.37, 74.81], [78.67, 83.91], (groups, gridsize**2, 2))
    coords_nn = members.transpose(0, 2, 1)[:, None]
    offsets = coords_nn.mean(axis=3, keepdims=True)
    obj, at = affine_object((2 * N + 60, 2 * N + 20))
    cut = call(
        "extract_patches", {"object": obj, "coords_offsets": offsets, "coords_relative": -(coords_nn - offsets), "N": N}
    )["patches"]
    flat = np.ascontiguousarray(cut.transpose(0, 3, 1, 2).reshape(-1, N, N, 1))
    positions = members.reshape(-1, 2)
    stitched = call("reassemble_position", {"patches": flat, "global_offsets": positions.reshape(-1, 1, 2, 1), "M": M})
    L = stitched["canvas"].shape[0]
    x0, y0 = stitched["canvas_origin"]
    truth = at(np.arange(L)[:, None] + y0, np.arange(L)[None, :] + x0)
    # where to look follows from the positions alone: an answer's own weight could hide everything
    centred = positions - positions.mean(axis=0)
    clean = untouched_by_borders(positions, positions.mean(axis=0), L, M) & reached(centred, L, M)
    if clean.sum() < M * M // 4:
        call.fail(f"relation: only {clean.sum()} pixels can be compared; this input shows nothing")
    if not (stitched["weight"][clean] > WEIGHT).all():
        row, column = np.argwhere(clean & ~(stitched["weight"] > WEIGHT))[0]
        weight = stitched["weight"][row, column]
        call.fail(
            f"weight[{row}, {column}] = {weight:.6g} where a patch lies wholly: patches are not at their positions"
        )
    _content_is_in_place(call, stitched["canvas"], truth, clean)
    covered = stitched["weight"] > WEIGHT
    call.hold(
        f"canvas of {len(flat)} true patches at gridsize {gridsize} against the object, weight > {WEIGHT}",
        np.where(clean, truth, 0),
        np.where(clean, stitched["canvas"], 0),
        {"peak_rtol": 4e-6, "why": "bilinear interpolation is exact on an affine object: float32 rounding, twice"},
    )
    call.hold(
        f"canvas wherever weight > {WEIGHT}, faded borders included",
        np.where(covered, truth, 0),
        np.where(covered, stitched["canvas"], 0),
        {"atol": 0.014, "why": "a border pixel is off by less than a pixel: slopes 0.004+0.003 and 0.002+0.005"},
    )


def common_offset_moves_only_the_origin(call: Call, inputs: Inputs, options: Options) -> None:
    """Adding a constant to all offsets leaves the canvas and moves its origin by that constant."""
    # on a grid of 1/64 px, and moved by a multiple of it, float64 adds without rounding
    offsets = np.rint(inputs["global_offsets"].astype(float) * 64) / 64
    shift = np.array([37.25, -11.5]).reshape(1, 1, 2, 1)
    before = call("reassemble_position", {**inputs, "global_offsets": offsets})
    after = call("reassemble_position", {**inputs, "global_offsets": offsets + shift})
    if before["canvas"].shape != after["canvas"].shape:
        call.fail(f"canvas: side {before['canvas'].shape} became {after['canvas'].shape} when all offsets moved alike")
    moved = {**inputs, "global_offsets": offsets + shift}
    call.hold(
        "canvas after a common offset", before["canvas"], after["canvas"],
        apart("reassemble_position", "canvas", moved, after, "the same patches, their centred offsets in float32"),
    )  # fmt: skip
    call.hold(
        "canvas_origin after a common offset",
        before["canvas_origin"] + shift.ravel(),
        after["canvas_origin"],
        apart("reassemble_position", "canvas_origin", moved, after, "two means"),
    )


def no_weight_is_lost(call: Call, inputs: Inputs, options: Options) -> None:
    """Nothing is clipped: the weight sums to the number of patches times M^2, and ones stitch to ones."""
    ones = np.ones_like(inputs["patches"])
    given = {**inputs, "patches": ones}
    stitched = call("reassemble_position", given)
    expected = len(ones) * inputs["M"] ** 2
    call.hold(
        "total weight",
        np.array(float(expected)),
        np.array(stitched["weight"].sum(dtype=float)),
        {"rtol": 1e-5, "why": "bilinear weights of a patch sum to M^2; float32 terms"},
    )
    covered = stitched["weight"] > 1e-3
    call.hold(
        "canvas of constant patches where weight > 1e-3",
        np.where(covered, 1.0, 0),
        np.where(covered, stitched["canvas"], 0),
        apart("reassemble_position", "canvas", given, stitched, "numerator and weight are one sum, rounded twice"),
    )


def patch_order_is_irrelevant(call: Call, inputs: Inputs, options: Options) -> None:
    """Patches with their offsets in another order give the same canvas."""
    order = call.random.permutation(len(inputs["patches"]))
    before = call("reassemble_position", inputs)
    after = call(
        "reassemble_position",
        {**inputs, "patches": inputs["patches"][order], "global_offsets": inputs["global_offsets"][order]},
    )
    call.hold(
        "canvas with patches in another order", before["canvas"], after["canvas"],
        apart("reassemble_position", "canvas", inputs, before, "another order of summation"),
    )  # fmt: skip


def _padded(values: np.ndarray, side: int) -> np.ndarray:
    """A square canvas in the middle of a larger one: canvases about one centre have even differences of side."""
    margin = (side - len(values)) // 2
    return np.pad(values, margin)


def streaming_is_stitching_at_once(call: Call, inputs: Inputs, options: Options) -> None:
    """All patches in one call, or a few at a time with numerators and weights added up: one canvas.

    Patches come in pairs on either side of one point, so that every piece has its mean there.
    """
    count, random = len(inputs["patches"]) // 2 * 2, call.random
    # on a grid of 1/64 px: the mean of every piece is the same number
    half = np.rint(random.uniform([-9, -6], [9, 6], (count // 2, 2)) * 64) / 64
    positions = (np.array([40.5, 71.25]) + np.stack([half, -half], axis=1)).reshape(count, 1, 2, 1)
    patches = inputs["patches"][:count]
    together = {**inputs, "patches": patches, "global_offsets": positions}
    whole = call("reassemble_position", together)
    side = len(whole["canvas"])
    sums = {name: apart("reassemble_position", name, together, whole, "another order of summation")
            for name in ("weight", "numerator", "canvas")}  # fmt: skip
    for size in options["sizes"]:
        numerator, weight = np.zeros((side, side), complex), np.zeros((side, side))
        for start in range(0, count, size):
            part = {"patches": patches[start : start + size], "global_offsets": positions[start : start + size]}
            piece = call("reassemble_position", {**inputs, **part})
            numerator += _padded(piece["numerator"], side)
            weight += _padded(piece["weight"], side)
        call.hold(f"weight of {count} patches, {size} at a time", weight, whole["weight"], sums["weight"])
        call.hold(f"numerator of {count} patches, {size} at a time", numerator, whole["numerator"], sums["numerator"])
        covered = weight > 1e-3
        canvas = np.divide(numerator, weight, out=np.zeros_like(numerator), where=covered)
        seen = np.where(covered, whole["canvas"], 0)
        call.hold(f"canvas of {count} patches, {size} at a time", canvas, seen, sums["canvas"])


RELATIONS = (
    common_offset_moves_only_the_origin,
    stitched_truth_is_the_object,
    no_weight_is_lost,
    patch_order_is_irrelevant,
    streaming_is_stitching_at_once,
)
