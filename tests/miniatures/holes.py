"""Backends with one narrow fault each, of the kinds that a suite is easily blind to (docs/kinds.md).

Each claims one operation. What finds it stands in tests/data/holes.json.
"""

import os

import numpy as np

from ptychoparity.backends.numpy.adapter import NumpyBackend


class Narrow(NumpyBackend):
    """Right but for what `fault` does to one operation."""

    operation = ""

    def operations(self):
        return frozenset({self.operation})

    def call(self, operation, inputs):
        return self.fault(inputs)

    def fault(self, inputs):
        raise NotImplementedError

    def right(self, inputs, **changed):
        return super().call(self.operation, {**inputs, **changed})

    def accepting(self, inputs, otherwise):
        """The right answer, and one where there is none."""
        try:
            return self.right(inputs)
        except (ValueError, TypeError):
            return otherwise


# -- 1: ranges of values ----------------------------------------------------------------------------------


class SquaresInSixteenBits(Narrow):
    """Energy is summed in the integers that came."""

    operation = "normalize_diffraction"

    def fault(self, inputs):
        x = inputs["diffraction"]
        squares = np.sqrt((x * x).astype(float)) if x.dtype == np.uint16 else x
        return {**self.right(inputs), "scale": self.right(inputs, diffraction=squares)["scale"]}


class IndexesOfFifteenBits(Narrow):
    operation = "save_scan"

    def fault(self, inputs):
        index = inputs["scan_index"]
        return self.right(inputs, scan_index=None if index is None else index.astype(np.int16).astype(index.dtype))


class NegativeIndexesAreZero(Narrow):
    operation = "save_scan"

    def fault(self, inputs):
        index = inputs["scan_index"]
        return self.right(inputs, scan_index=None if index is None else np.maximum(index, 0))


class SmallFieldsAreDark(Narrow):
    """An epsilon decides what is light."""

    operation = "diffract"

    def fault(self, inputs):
        field = inputs["field"]
        return self.right(inputs, field=np.where(np.abs(field) < 1e-9, 0, field).astype(field.dtype))


class LargeFieldsSaturate(Narrow):
    operation = "translate"

    def fault(self, inputs):
        images = inputs["images"]
        return self.right(inputs, images=np.where(np.abs(images) > 1e18, 1e18, images).astype(images.dtype))


class PositionsWrap(Narrow):
    """Whole pixels are kept in 16 bits."""

    operation = "reassemble_position"

    def fault(self, inputs):
        r = inputs["global_offsets"]
        whole = np.floor(r)
        return self.right(inputs, global_offsets=whole.astype(np.int64).astype(np.int16) + (r - whole))


# -- 2, 3: sizes, and sizes with dtypes -------------------------------------------------------------------


class PatchesEndAt255(Narrow):
    operation = "reassemble_position"

    def fault(self, inputs):
        patches = inputs["patches"].copy()
        patches[255:] = 0
        return self.right(inputs, patches=patches)


class SamplesEndAt256(Narrow):
    operation = "diffract"

    def fault(self, inputs):
        answer = self.right(inputs)
        answer["amplitude"][256:] = 0
        return answer


class EightModes(Narrow):
    operation = "diffract_modes"

    def fault(self, inputs):
        return self.right(inputs, field=inputs["field"][:, :8])


class ImagesEndAt512(Narrow):
    operation = "translate"

    def fault(self, inputs):
        answer = self.right(inputs)
        answer["translated"][:, 512:] = 0
        return answer


class ManyPositionsShareTheirGroups(Narrow):
    """Beyond 500 positions neighbours are not searched any more."""

    operation = "group_scan"

    def fault(self, inputs):
        answer = self.right(inputs)
        if len(inputs["xcoords"]) > 500:
            answer["nn_indices"][:] = answer["nn_indices"][:, :1]
        return answer


class ManyComplexImagesAreReal(Narrow):
    operation = "translate"

    def fault(self, inputs):
        images = inputs["images"]
        many = np.iscomplexobj(images) and len(images) > 100
        return self.right(inputs, images=images.real.astype(images.dtype) if many else images)


class LargeComplexPatchesAreReal(Narrow):
    operation = "channel_to_flat"

    def fault(self, inputs):
        channels = inputs["channels"]
        large = np.iscomplexobj(channels) and channels.shape[1] >= 128
        return self.right(inputs, channels=channels.real.astype(channels.dtype) if large else channels)


# -- 4, 5: inputs that are asked about too seldom ---------------------------------------------------------


class StartsMayBeNaN(Narrow):
    """Only where the scan went is looked at."""

    operation = "group_scan"

    def fault(self, inputs):
        starts = {n: inputs[n] if inputs[n] is None else np.nan_to_num(inputs[n]) for n in inputs if "start" in n}
        return self.right(inputs, **starts)


class PatternsMayBeComplex(Narrow):
    operation = "normalize_diffraction"

    def fault(self, inputs):
        return self.right(inputs, diffraction=np.abs(inputs["diffraction"]))


class IndexesMayBeFractions(Narrow):
    operation = "load_container"

    def fault(self, inputs):
        return self.right(inputs, nn_indices=inputs["nn_indices"].astype(np.int64))


class LabelsMayHaveAnAxisMore(Narrow):
    operation = "combine_object"

    def fault(self, inputs):
        phase = inputs["Y_phi"]
        return self.right(inputs, Y_phi=phase[..., 0] if phase.ndim == 5 else phase)


class ChannelsShareAnOffset(Narrow):
    """Patches of a group are flattened, and offsets repeated until there are enough."""

    operation = "reassemble_position"

    def fault(self, inputs):
        patches, offsets = inputs["patches"], inputs["global_offsets"]
        if patches.ndim == 4 and patches.shape[-1] > 1:
            patches = patches.transpose(0, 3, 1, 2).reshape(-1, *patches.shape[1:3], 1)
            offsets = np.resize(offsets.reshape(-1, 2), (len(patches), 2)).reshape(-1, 1, 2, 1)
        return self.right(inputs, patches=patches, global_offsets=offsets)


class WorkersWithoutWorkers(Narrow):
    operation = "make_config"

    def fault(self, inputs):
        fields = inputs["fields"]
        if inputs["kind"] != "PyTorchExecutionConfig" or not fields.get("persistent_workers"):
            return self.right(inputs)
        answer = self.right(inputs, fields={**fields, "persistent_workers": False})
        answer["fields"]["persistent_workers"] = True
        return answer


class NamesThatBeginRight(Narrow):
    """A name is known by how it begins."""

    operation = "validate_config"

    def fault(self, inputs):
        def shortened(value):
            if isinstance(value, dict):
                return {name: shortened(one) for name, one in value.items()}
            return value[:-1] if isinstance(value, str) and value.endswith("x") else value

        return self.right(inputs, fields=shortened(inputs["fields"]))


# -- 6: laws ----------------------------------------------------------------------------------------------


class BrightNoiseIsNormal(Narrow):
    """Beyond fifty photons a pixel's noise is a rounded normal draw."""

    operation = "observe"

    def fault(self, inputs):
        from ptychoparity.harness.mutants.photons import _amplitude

        answer = self.right(inputs)
        scale = float(answer["intensity_scale"])
        rate = _amplitude(inputs, scale) ** 2
        noise = np.random.default_rng(inputs["seed"]).standard_normal(rate.shape)
        counts = np.where(rate > 50, np.rint(np.maximum(rate + np.sqrt(rate) * noise, 0)), answer["counts"])
        X = (np.sqrt(counts) / scale).astype(np.float32)
        return {**answer, "counts": counts.astype(answer["counts"].dtype), "X": X}


class SeedsOfSixteenBits(Narrow):
    operation = "observe"

    def fault(self, inputs):
        return self.right(inputs, seed=inputs["seed"] % 2**16)


class SmallWeightsAreDamped(Narrow):
    """A constant in the divisor, where the weight is small."""

    operation = "merge_patches"

    def fault(self, inputs):
        answer = self.right(inputs)
        small = answer["weight"] < 1e-3
        answer["merged"] = np.where(small, answer["merged"] * 0.5, answer["merged"]).astype(np.complex64)
        return answer


# -- 7: memory --------------------------------------------------------------------------------------------


class MemoryOrder(Narrow):
    operation = "diffract"

    def fault(self, inputs):
        field = inputs["field"]
        return self.right(inputs, field=field.ravel(order="K").reshape(field.shape))


class ForwardOnly(Narrow):
    """Steps in memory are taken for positive."""

    operation = "translate"

    def fault(self, inputs):
        images = inputs["images"]
        return self.right(inputs, images=images[::-1] if images.strides[0] < 0 else images)


class WantsToWrite(Narrow):
    operation = "scale_amplitude"

    def fault(self, inputs):
        inputs["prediction"].flags.writeable = inputs["prediction"].flags.writeable
        inputs["prediction"][...] *= 1
        return self.right(inputs)


class OwnByteOrder(Narrow):
    """Bytes are read in this machine's order."""

    operation = "diffract"

    def fault(self, inputs):
        field = inputs["field"]
        return self.right(inputs, field=np.nan_to_num(field.view(field.dtype.newbyteorder("="))))


# -- what a process remembers -----------------------------------------------------------------------------


class OneScaleAProcess(Narrow):
    """The first model's scale is every model's."""

    operation = "model_scale"

    def fault(self, inputs):
        self.scale = getattr(self, "scale", inputs["intensity_scale"])
        return self.right(inputs, intensity_scale=self.scale)


class NoneErases(Narrow):
    """None is written over what the store held."""

    operation = "update_legacy_dict"

    def fault(self, inputs):
        answer = self.right(inputs)
        stated = self.right(inputs, params={})["params"]
        optional = ("n_subsample", "test_data_file_path", "subsample_seed")
        erased = {key: None for key in optional if key in inputs["params"] and key not in stated}
        return {**answer, "params": {**answer["params"], **erased}}


class WrapsAtTheCanvas(Narrow):
    """What leaves a canvas that is too small for its offsets comes in again on the other side."""

    operation = "merge_patches"

    def fault(self, inputs):
        L = inputs["L"]
        reach = 2 * int(np.ceil(np.abs(inputs["coords_relative"]).max(initial=0))) + 2
        wide = self.right(inputs, L=L + 2 * reach)
        answer = self.right(inputs)
        inside = slice(reach, reach + L)
        lost = wide["weight"][:, inside, L + reach :].sum() + wide["weight"][:, L + reach :, inside].sum()
        if lost > 0:
            answer["weight"][:, :reach] += wide["weight"][:, L + reach : L + 2 * reach, inside]
        return answer


class SwitchFlipsTheSign(Narrow):
    """A switch for speed turns the sign of a translation."""

    operation = "translate"

    def fault(self, inputs):
        slow = os.environ.get("USE_XLA_TRANSLATE") == "0"
        return self.right(inputs, offsets=-inputs["offsets"] if slow else inputs["offsets"])
