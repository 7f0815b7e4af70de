"""Textbook bilinear interpolation wholly in float32: coordinates, fractions, weights and sums."""

from math import ceil
from typing import Any

import numpy as np

from ptychoparity.reference.dispatch import call
from ptychoparity.reference.merge import window
from tests.variations import Varied

F = np.float32


def four_products(image: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Weights of the four neighbours, each times its pixel; neighbours outside are 0."""
    total = np.zeros((rows.size, columns.size), image.dtype)
    top, left = np.floor(rows), np.floor(columns)
    down, right = rows - top, columns - left
    for row, high in ((top, F(1) - down), (top + 1, down)):
        for column, wide in ((left, F(1) - right), (left + 1, right)):
            inside = ((row >= 0) & (row < image.shape[0]))[:, None] & ((column >= 0) & (column < image.shape[1]))
            i = np.clip(row, 0, image.shape[0] - 1).astype(int)
            j = np.clip(column, 0, image.shape[1] - 1).astype(int)
            total += np.where(inside, image[np.ix_(i, j)], 0) * (high[:, None] * wide)
    return total


def two_lerps(image: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """a + f (b - a) along columns, then along rows, of an image with zeros about it."""
    height, width = image.shape
    wide = np.zeros((height + 4, width + 4), image.dtype)
    wide[2:-2, 2:-2] = image
    top, left = np.floor(rows), np.floor(columns)
    i, j = np.clip(top + 2, 0, height + 2).astype(int), np.clip(left + 2, 0, width + 2).astype(int)
    across = wide[:, j] + (columns - left) * (wide[:, j + 1] - wide[:, j])
    return across[i] + (rows - top)[:, None] * (across[i + 1] - across[i])


class FourProducts(Varied):
    """Sampling points in float32, four weighted pixels."""

    sample = staticmethod(four_products)

    def translate(self, images: np.ndarray, offsets: np.ndarray) -> dict[str, Any]:
        _, height, width = images.shape
        rows, columns = np.arange(height, dtype=F), np.arange(width, dtype=F)
        moved = [self.sample(f, rows - dy, columns - dx) for f, (dx, dy) in zip(images, offsets.astype(F), strict=True)]
        return {"translated": np.stack(moved)}

    def _cut(self, obj: np.ndarray, offsets: np.ndarray, relative: np.ndarray, N: int) -> np.ndarray:
        positions = offsets.astype(F) - relative.astype(F)
        grid = np.arange(N, dtype=F) - F(N // 2)
        return np.stack([
            np.stack([self.sample(obj, grid + y, grid + x) for x, y in group[0].T], axis=-1) for group in positions
        ])  # fmt: skip

    def extract_patches(self, object: np.ndarray, coords_offsets: np.ndarray, coords_relative: np.ndarray, N: int):
        return {"patches": self._cut(object, coords_offsets, coords_relative, N)}

    def _placed(self, patch: np.ndarray, centre: np.ndarray, L: int) -> np.ndarray:
        place = np.arange(L, dtype=F)
        half = F(len(patch) // 2)
        return self.sample(patch, place - centre[1] + half, place - centre[0] + half)

    def reassemble_position(self, patches: np.ndarray, global_offsets: np.ndarray, M: int) -> dict[str, Any]:
        positions = global_offsets.astype(F).reshape(-1, 2)
        # along one axis in memory: NumPy then adds in pairs, as long sums are expected to be added
        mean = np.ascontiguousarray(positions.T).mean(axis=1, dtype=F)
        reach = ceil(round(float(np.abs(positions - mean).max()), 3))
        L, first = M + 2 * (reach + reach % 2), patches.shape[1] // 2 - M // 2
        numerator, weight = np.zeros((L, L), np.complex64), np.zeros((L, L), F)
        for patch, position in zip(patches[:, first : first + M, first : first + M, 0], positions, strict=True):
            centre = F(L / 2) + (position - mean)
            numerator += self._placed(patch, centre, L)
            weight += self._placed(np.ones((M, M), F), centre, L)
        canvas = np.divide(numerator, weight, out=np.zeros_like(numerator), where=weight > 0)
        return {"canvas": canvas, "canvas_origin": mean - F(L / 2), "numerator": numerator, "weight": weight}

    def merge_patches(self, patches: np.ndarray, coords_relative: np.ndarray, L: int, probe_big: bool):
        inside = window(patches.shape[1], probe_big).astype(F)
        merged, weights = [], []
        for group, away in zip(patches, coords_relative.astype(F)[:, 0], strict=True):
            numerator, weight = np.zeros((L, L), np.complex64), np.zeros((L, L), F)
            for c in range(group.shape[2]):
                numerator += self._placed(inside * group[:, :, c], F(L / 2) - away[:, c], L)
                weight += self._placed(inside, F(L / 2) - away[:, c], L)
            merged.append(np.divide(numerator, weight, out=np.zeros_like(numerator), where=weight > 0))
            weights.append(weight)
        return {"merged": np.stack(merged), "weight": np.stack(weights)}

    def group_scan(self, **inputs: Any) -> dict[str, Any]:
        """Coordinates in float32 throughout: members, their mean, what is relative to it, and where Y is cut."""
        answer = call("group_scan", inputs)
        for prefix in ("coords_", "coords_start_"):
            members = answer[prefix + "nn"].astype(F)
            mean = members.mean(axis=3, keepdims=True, dtype=F)
            answer |= {prefix + "nn": members, prefix + "offsets": mean, prefix + "relative": -(members - mean)}
        if inputs["Y"] is None and inputs["objectGuess"] is not None:
            cut = inputs["objectGuess"].astype(np.complex64), answer["coords_offsets"], answer["coords_relative"]
            answer["Y"] = self._cut(*cut, inputs["N"])
        return answer

    def instead(self):
        names = ("translate", "extract_patches", "reassemble_position", "merge_patches", "group_scan")
        return {name: getattr(self, name) for name in names}

    def dressed(self, operation: str, inputs: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        """Coordinates of groups stay in float32, which the contract allows."""
        kept = {name: value for name, value in answer.items() if name.startswith("coords_")}
        return super().dressed(operation, inputs, answer) | kept


class TwoLerps(FourProducts):
    """Two linear interpolations, one after the other."""

    sample = staticmethod(two_lerps)


class RoundedCoordinates(Varied):
    """Groups in float64, their coordinates told in float32."""

    def dressed(self, operation: str, inputs: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        return super().dressed(operation, inputs, answer) | {
            name: value.astype(F) for name, value in answer.items() if name.startswith("coords_")
        }

    def instead(self):
        return {"group_scan": lambda **inputs: call("group_scan", inputs)}
