"""They read an open clause another way than this house: no MUST may fail, findings of HOUSE level may."""

import numpy as np
from scipy.ndimage import gaussian_filter

from ptychoparity.backends.numpy.adapter import NumpyBackend


class SoftEdgedMask(NumpyBackend):
    """The mask's edge is blurred by a pixel, wherever a mask is used: right by the text, as is a hard one."""

    def call(self, operation, inputs):
        answer = super().call(operation, inputs)  # and its refusals
        if operation not in ("probe_mask", "illuminate") or not inputs["masked"]:
            return answer
        k = np.arange(len(inputs["probe"])) - len(inputs["probe"]) / 2 + 0.5
        hard = np.hypot(k[:, None], k[None, :]) < len(k) // 4
        soft = gaussian_filter(hard.astype(float), 1, mode="constant", radius=3)
        mask = np.clip(soft / soft.max(), 0, 1).astype(np.float32)
        if operation == "probe_mask":
            return {"mask": mask, "probe": inputs["probe"] * mask}
        plain = super().call(operation, {**inputs, "masked": False})["field"]
        return {"field": plain * mask[:, :, None]}


class AnotherDefaultProbe(NumpyBackend):
    """Another low-pass disk: wider, with a broad soft edge, of another brightness."""

    def call(self, operation, inputs):
        if operation != "default_probe":
            return super().call(operation, inputs)
        k = np.arange(inputs["N"]) - inputs["N"] / 2 + 0.5
        distance = np.hypot(k[:, None], k[None, :]) / inputs["N"]
        probe = (7 / (1 + (distance / 0.17) ** 16)).astype(np.complex64)
        given = {"probe": probe, "probe_scale": float(inputs["probe_scale"])}
        return {"probe": probe, "normalized": super().call("normalize_probe", given)["probe"]}
