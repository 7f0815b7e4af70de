"""From an operation's name to the oracle's function.

Answers are float64; `call` hands them out as they are, and rounding to a contract's dtypes is the
caller's business.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from ptychoparity.reference import (
    alignment,
    container,
    counts,
    cxi,
    evaluation,
    formats,
    frc,
    grouping,
    illumination,
    inputs,
    losses,
    merge,
    metadata,
    observation,
    optics,
    overlap,
    patches,
    product,
    reassembly,
    scaling,
    scan,
    similarity,
    sizes,
    subsampling,
    training,
)
from ptychoparity.reference import probe as probes
from ptychoparity.reference.settings import bridge, build, files, store


def translate(images: np.ndarray, offsets: np.ndarray) -> dict[str, Any]:
    inputs.rank("images", images, "B, H, W")
    if offsets.shape != (len(images), 2):
        raise ValueError(f"offsets have shape {offsets.shape}, expected ({len(images)}, 2)")
    inputs.finite(images=images, offsets=offsets)
    return {"translated": patches.translate(images, np.asarray(offsets, dtype=float))}


def diffract(field: np.ndarray) -> dict[str, Any]:
    inputs.rank("field", field, "B, N, N")
    if field.shape[1] != field.shape[2]:
        raise ValueError(f"field has shape {field.shape}: exit waves must be square")
    inputs.size(field.shape[1])
    inputs.finite(field=field)
    return {"amplitude": optics.diffract(np.asarray(field, dtype=complex))}


def extract_patches(object: np.ndarray, coords_offsets: np.ndarray, coords_relative: np.ndarray, N: int) -> dict:
    inputs.rank("object", object, "H, W")
    inputs.rank("coords_offsets", coords_offsets, "B, 1, 2, 1")
    inputs.rank("coords_relative", coords_relative, "B, 1, 2, C")
    inputs.size(N)
    if len(coords_offsets) != len(coords_relative):
        raise ValueError(f"coords_relative has {len(coords_relative)} groups, coords_offsets {len(coords_offsets)}")
    channels = coords_relative.shape[3]
    if round(channels**0.5) ** 2 != channels:
        raise ValueError(f"coords_relative has {channels} channels: C = gridsize**2 is asked for")
    inputs.finite(object=object, coords_offsets=coords_offsets, coords_relative=coords_relative)
    offsets, relative = (np.asarray(a, dtype=float) for a in (coords_offsets, coords_relative))
    return {"patches": patches.extract_patches(np.asarray(object, dtype=complex), offsets, relative, N)}


def reassemble_position(patches: np.ndarray, global_offsets: np.ndarray, M: int) -> dict[str, Any]:
    inputs.rank("patches", patches, "B, N, N, 1")
    if patches.shape[1] != patches.shape[2]:
        raise ValueError(f"patches have shape {patches.shape}: they must be square")
    if global_offsets.size != 2 * len(patches):
        raise ValueError(f"{len(patches)} patches, but global_offsets holds {global_offsets.size // 2} positions")
    inputs.finite(global_offsets=global_offsets, patches=patches)
    return reassembly.reassemble_position(np.asarray(patches, dtype=complex), global_offsets, M)


def group_scan(
    xcoords,
    ycoords,
    xcoords_start,
    ycoords_start,
    diff3d,
    objectGuess,
    Y,
    N,
    K,
    nsamples,
    seed,
    gridsize,
    sequential_sampling,
    enable_oversampling,
    neighbor_pool_size,
    params_gridsize=None,
    params_nphotons=None,
) -> dict[str, Any]:
    """DATA.GROUP.*: see the contract `group_scan`. params_* are what the parameter store holds."""
    inputs.size(N)
    gridsize = grouping.chosen_gridsize(gridsize, params_gridsize)
    if gridsize < 1:
        raise ValueError(f"gridsize={gridsize}: at least 1 is asked for")
    if diff3d.shape[1:] != (N, N):
        raise ValueError(f"N={N}, but diff3d has shape {diff3d.shape}")
    for name, values in {"ycoords": ycoords, "diff3d": diff3d}.items():
        if len(values) != len(xcoords):
            raise ValueError(f"{name} has {len(values)} entries, xcoords has {len(xcoords)}")
    inputs.finite(xcoords=xcoords, ycoords=ycoords, diff3d=diff3d)
    if (diff3d < 0).any():
        raise ValueError("diff3d has negative values")
    positions = np.column_stack([xcoords, ycoords]).astype(float)
    starts = np.column_stack(
        [xcoords if xcoords_start is None else xcoords_start, ycoords if ycoords_start is None else ycoords_start]
    ).astype(float)
    nn_indices = grouping.draw_groups(
        positions,
        K=K,
        nsamples=nsamples,
        seed=seed,
        gridsize=gridsize,
        sequential_sampling=sequential_sampling,
        enable_oversampling=enable_oversampling,
        neighbor_pool_size=neighbor_pool_size,
    )
    coords_nn, offsets, relative = grouping.coordinates(positions, nn_indices)
    start_nn, start_offsets, start_relative = grouping.coordinates(starts, nn_indices)
    diffraction = diff3d[nn_indices].transpose(0, 2, 3, 1)
    truth = None
    if Y is not None:  # DATA.GROUP.Y_PRECOMPUTED
        truth = Y[nn_indices].transpose(0, 2, 3, 1)
    elif objectGuess is not None:
        truth = patches.extract_patches(np.asarray(objectGuess, dtype=complex), offsets, relative, N)
    return {
        "diffraction": diffraction,
        "X_full": scaling.normalisation(diffraction) * diffraction.astype(float),
        "Y": truth,
        "coords_offsets": offsets,
        "coords_relative": relative,
        "coords_nn": coords_nn,
        "coords_start_offsets": start_offsets,
        "coords_start_relative": start_relative,
        "coords_start_nn": start_nn,
        "nn_indices": nn_indices,
        "objectGuess": objectGuess,
    }


def normalize_diffraction(diffraction: np.ndarray) -> dict[str, Any]:
    inputs.rank("diffraction", diffraction, "B, N, N, C")
    inputs.square("diffraction", diffraction, 1)
    inputs.size(diffraction.shape[1])
    inputs.finite(diffraction=diffraction)
    inputs.not_negative(diffraction=diffraction)
    scale = scaling.normalisation(diffraction)
    return {"normalized": scale * diffraction.astype(float), "scale": np.asarray(scale)}


def intensity_scale(nphotons: float, N: int, field: np.ndarray | None) -> dict[str, Any]:
    inputs.size(N)
    inputs.positive(nphotons=nphotons)
    if field is None:
        return {"scale": np.asarray(scaling.closed_scale(nphotons, N))}
    inputs.rank("field", field, "B, N, N")
    if field.shape[1:] != (N, N):
        raise ValueError(f"field has shape {field.shape}, N is {N}")
    inputs.finite(field=field)
    return {"scale": np.asarray(scaling.dataset_scale(nphotons, np.asarray(field, dtype=complex)))}


def normalize_probe(probe: np.ndarray, probe_scale: float) -> dict[str, Any]:
    inputs.rank("probe", probe, "N, N")
    inputs.square("probe", probe, 0)
    inputs.size(probe.shape[0])
    inputs.positive(probe_scale=probe_scale)
    inputs.finite(probe=probe)
    normalised, norm = probes.normalize_probe(np.asarray(probe, dtype=complex), probe_scale)
    return {"probe": normalised, "norm": np.asarray(norm)}


def poisson_nll(rate: np.ndarray, counts: np.ndarray) -> dict[str, Any]:
    inputs.same_shape(rate=rate, counts=counts)
    inputs.finite(rate=rate, counts=counts)
    inputs.not_negative(rate=rate, counts=counts)
    loss, gradient = losses.poisson_nll(np.asarray(rate, dtype=float), np.asarray(counts, dtype=float))
    return {"loss": np.asarray(loss), "gradient": gradient}


def amplitude_mae(predicted: np.ndarray, observed: np.ndarray) -> dict[str, Any]:
    inputs.same_shape(predicted=predicted, observed=observed)
    inputs.finite(predicted=predicted, observed=observed)
    loss, gradient = losses.amplitude_mae(np.asarray(predicted, dtype=float), np.asarray(observed, dtype=float))
    return {"loss": np.asarray(loss), "gradient": gradient}


def complex_mae(predicted: np.ndarray, observed: np.ndarray, probe_big: bool) -> dict[str, Any]:
    inputs.rank("predicted", predicted, "B, N, N, C")
    inputs.same_shape(predicted=predicted, observed=observed)
    inputs.square("predicted", predicted, 1)
    inputs.size(predicted.shape[1])
    inputs.finite(predicted=predicted, observed=observed)
    arrays = np.asarray(predicted, dtype=complex), np.asarray(observed, dtype=complex)
    amplitude, phase, gradient = losses.complex_mae(*arrays, probe_big)
    found = {"loss": amplitude + phase, "amplitude": amplitude, "phase": phase}
    return {**{name: np.asarray(value) for name, value in found.items()}, "gradient": gradient}


def total_variation(object: np.ndarray) -> dict[str, Any]:
    inputs.rank("object", object, "B, H, W, C")
    inputs.finite(object=object)
    loss, gradient = losses.total_variation(np.asarray(object, dtype=complex))
    return {"loss": np.asarray(loss), "gradient": gradient}


def illuminate(object: np.ndarray, probe: np.ndarray, masked: bool, sigma: float) -> dict[str, Any]:
    inputs.under_probe(object, probe)
    if sigma < 0:
        raise ValueError(f"sigma={sigma:g}: 0 or more is asked for")
    inputs.finite(object=object, probe=probe)
    waves = illumination.illuminate(np.asarray(object, complex), np.asarray(probe, complex), masked, sigma)
    return {"field": waves, "known": illumination.known(object, masked)}


def merge_patches(patches: np.ndarray, coords_relative: np.ndarray, L: int, probe_big: bool) -> dict[str, Any]:
    inputs.rank("patches", patches, "B, N, N, C")
    inputs.rank("coords_relative", coords_relative, "B, 1, 2, C")
    inputs.square("patches", patches, 1)
    inputs.size(patches.shape[1])
    if len(coords_relative) != len(patches):
        raise ValueError(f"coords_relative has {len(coords_relative)} groups, patches has {len(patches)}")
    if coords_relative.shape[3] != patches.shape[3]:
        raise ValueError(f"coords_relative has {coords_relative.shape[3]} channels, patches has {patches.shape[3]}")
    if L % 2 or patches.shape[1] > L:
        raise ValueError(f"L={L}: an even number of at least N={patches.shape[1]} is asked for")
    inputs.finite(patches=patches, coords_relative=coords_relative)
    arrays = np.asarray(patches, dtype=complex), np.asarray(coords_relative, dtype=float)
    merged, weight = merge.merge_patches(*arrays, L, probe_big)
    return {"merged": merged, "weight": weight}


OPERATIONS: dict[str, Callable[..., dict[str, Any]]] = {
    "group_scan": group_scan,
    "translate": translate,
    "diffract": diffract,
    "extract_patches": extract_patches,
    "reassemble_position": reassemble_position,
    "illuminate": illuminate,
    "merge_patches": merge_patches,
    "normalize_diffraction": normalize_diffraction,
    "intensity_scale": intensity_scale,
    "normalize_probe": normalize_probe,
    "poisson_nll": poisson_nll,
    "amplitude_mae": amplitude_mae,
    "total_variation": total_variation,
    "complex_mae": complex_mae,
    **scan.OPERATIONS,
    **counts.OPERATIONS,
    **container.OPERATIONS,
    **subsampling.OPERATIONS,
    **formats.OPERATIONS,
    **product.OPERATIONS,
    **cxi.OPERATIONS,
    **metadata.OPERATIONS,
    **probes.OPERATIONS,
    **sizes.OPERATIONS,
    **observation.OPERATIONS,
    **training.OPERATIONS,
    **similarity.OPERATIONS,
    **frc.OPERATIONS,
    **alignment.OPERATIONS,
    **evaluation.OPERATIONS,
    **overlap.OPERATIONS,
    "make_config": build.make_config,
    "validate_config": build.validate_config,
    "legacy_dict": store.legacy_dict,
    "update_legacy_dict": store.update_legacy_dict,
    "group_bridged": store.group_bridged,
    "params_get": store.params_get,
    "params_set": store.params_set,
    "read_config": files.read_config,
    "bridge_config": bridge.bridge_config,
}


def call(operation: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """The oracle's answer in float64 and complex128. Raises what the contract asks for."""
    return OPERATIONS[operation](**inputs)
