"""PHYS.EXTRACT.*: patches stand where their positions are."""

import numpy as np

from ptychoparity.spec_tests.relations.call import Call, Inputs, Options
from ptychoparity.spec_tests.relations.rounding import apart


def patches_follow_the_object(call: Call, inputs: Inputs, options: Options) -> None:
    """Moving the object and the positions by the same whole pixels changes no patch."""
    obj = inputs["object"]
    down, right = 5, 3
    moved = np.zeros((obj.shape[0] + down, obj.shape[1] + right), dtype=obj.dtype)
    moved[down:, right:] = obj
    # float64, so that moving the positions adds no rounding of its own
    centres = inputs["coords_offsets"].astype(float)
    shift = np.array([right, down], dtype=float).reshape(1, 1, 2, 1)
    still = call("extract_patches", {**inputs, "coords_offsets": centres})["patches"]
    there = {**inputs, "object": moved, "coords_offsets": centres + shift}
    followed = call("extract_patches", there)
    call.hold(
        f"patches after moving object and positions by [{right}, {down}] px",
        still,
        followed["patches"],
        apart("extract_patches", "patches", there, followed, "the same interpolation, at coordinates in float32"),
    )


def patches_are_indexing_at_integers(call: Call, inputs: Inputs, options: Options) -> None:
    """At whole pixels a patch is a slice: object[y - N/2 : y + N/2, x - N/2 : x + N/2], zeros outside."""
    obj, N = inputs["object"], inputs["N"]
    members = np.rint(inputs["coords_offsets"].astype(float) - inputs["coords_relative"].astype(float))
    offsets = members.mean(axis=3, keepdims=True)
    relative = np.rint(64 * -(members - offsets)) / 64  # sums that float64 holds exactly
    offsets = members[..., :1] + relative[..., :1]
    relative = offsets - members
    answer = call("extract_patches", {"object": obj, "coords_offsets": offsets, "coords_relative": relative, "N": N})
    padded = np.zeros((obj.shape[0] + 4 * N, obj.shape[1] + 4 * N), dtype=obj.dtype)
    padded[2 * N : 2 * N + obj.shape[0], 2 * N : 2 * N + obj.shape[1]] = obj
    for b, c in np.ndindex(members.shape[0], members.shape[3]):
        x, y = (int(v) for v in members[b, 0, :, c])
        inside = -N <= x <= obj.shape[1] + N and -N <= y <= obj.shape[0] + N
        top, left = (2 * N + y - N // 2, 2 * N + x - N // 2)
        expected = padded[top : top + N, left : left + N] if inside else np.zeros((N, N), obj.dtype)
        call.hold(
            f"patches[{b}, :, :, {c}] at (x={x}, y={y})",
            expected,
            answer["patches"][b, :, :, c],
            {"atol": 0.0, "why": "whole pixels are copied"},
        )


def extract_is_adjoint_of_stitching(call: Call, inputs: Inputs, options: Options) -> None:
    """<A x, y> = <x, A* y>: extraction and the unnormalised numerator of stitching are each other's adjoint."""
    N, random = inputs["N"], call.random
    members = inputs["coords_offsets"].astype(float) - inputs["coords_relative"].astype(float)
    count = members.shape[0] * members.shape[3]
    positions = random.uniform(-9, 9, (count, 2)) * [1.0, 0.6] + [30.0, 50.0]
    y = (random.standard_normal((count, N, N, 1)) + 1j * random.standard_normal((count, N, N, 1))).astype(np.complex64)
    offsets = positions.reshape(count, 1, 2, 1)
    stitched = call("reassemble_position", {"patches": y, "global_offsets": offsets, "M": N})
    L = stitched["numerator"].shape[0]
    x = (random.standard_normal((L, L)) + 1j * random.standard_normal((L, L))).astype(np.complex64)
    on_canvas = (positions - stitched["canvas_origin"]).reshape(count, 1, 2, 1)
    zeros = np.zeros((count, 1, 2, 1))
    cut = call("extract_patches", {"object": x, "coords_offsets": on_canvas, "coords_relative": zeros, "N": N})
    left = np.vdot(y[..., 0], cut["patches"][..., 0])
    right = np.vdot(stitched["numerator"], x)
    # both are sums of about count * N^2 random terms: their rounding is relative to the root of that
    scale = np.linalg.norm(y) * np.linalg.norm(cut["patches"]) / N
    call.hold(
        "<extract(x), y> against <x, stitch(y)>",
        left,
        right,
        {"atol": 1e-4 * float(scale), "why": "random terms cancel: float32 rounding is relative to their norm"},
    )


RELATIONS = (patches_follow_the_object, patches_are_indexing_at_integers, extract_is_adjoint_of_stitching)
