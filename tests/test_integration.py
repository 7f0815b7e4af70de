"""From the shared scan to its known truth, through each backend's own operations, at both gridsizes."""

import json
import math

import numpy as np
import pytest

from ptychoparity import fixtures
from ptychoparity.backends import registry
from ptychoparity.backends.protocol import Returned
from ptychoparity.backends.worker import Worker
from ptychoparity.fixtures import make_integration, recipe, simulate
from ptychoparity.fixtures.archive import content_hash, digest
from ptychoparity.reference.patches import extract_patch, sample_bilinear
from ptychoparity.spec_tests.relations.stitching import reached, untouched_by_borders
from tests.running import check

SCAN = fixtures.integration_scan()
MANIFEST = json.loads(SCAN.with_name("manifest.json").read_text())
N, M = 64, 32
"""M: the middle of a merged patch, which every member of a group covers wholly when none is farther than N/2 - M/2."""
GROUPS = {1: 100, 2: 64}
"""Gridsize to groups drawn."""
COORDINATES = 1e-4
"""px: positions below 150 in float32 err by 8e-6, and are added twice."""
ROUNDING = 4e-6
"""Of the peak: an interpolation in float32, rounded to complex64."""
SIGMAS = 5.0


@pytest.fixture(scope="module")
def stored():
    with np.load(SCAN, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


@pytest.fixture(scope="module")
def truth(stored):
    return stored["objectGuess"].astype(complex)


@pytest.fixture(scope="module", params=["numpy", "tensorflow", "pytorch"])
def ask(request):
    """One backend in its worker, asked as the harness asks it."""
    entry = registry.find(request.param)
    if reason := entry.missing():
        pytest.skip(f"{request.param}: {reason}")
    worker = Worker(entry, "cpu")
    worker.start()

    def call(operation, **inputs):
        answer = worker.call(operation, inputs, timeout=120)
        assert isinstance(answer, Returned), answer
        return answer.outputs

    yield call
    worker.stop()


@pytest.fixture(scope="module", params=sorted(GROUPS), ids=lambda gridsize: f"gridsize-{gridsize}")
def pipeline(request, ask):
    """What a training set is made by: load_scan, group_scan, load_container."""
    scan = ask("load_scan", path=str(SCAN), N=N, units="amplitude")
    groups = ask(
        "group_scan", **{name: scan[name] for name in ("xcoords", "ycoords", "xcoords_start", "ycoords_start")},
        diff3d=scan["diff3d"], objectGuess=scan["objectGuess"], Y=None, N=N, K=7, nsamples=GROUPS[request.param],
        seed=7, gridsize=request.param, sequential_sampling=False, enable_oversampling=False, neighbor_pool_size=None,
    )  # fmt: skip
    pairs = ("coords_offsets", "coords_relative", "coords_start_offsets", "coords_start_relative")
    container = ask(
        "load_container", X_full=groups["X_full"], Y=groups["Y"], **{name: groups[name] for name in pairs},
        nn_indices=groups["nn_indices"], probe=scan["probeGuess"], which="train",
    )  # fmt: skip
    return ask, request.param, scan, groups, container


def curvature(truth, norm):
    """What one bilinear interpolation at any fraction changes at most, in the norm: a quarter of the second
    differences along each axis, since the values between pixels are chords already (t (1 - t) <= 1/4)."""
    return sum(norm(np.abs(np.diff(truth, 2, axis=axis))) for axis in (0, 1)) / 4


def rms(values):
    return float(np.sqrt(np.mean(np.abs(values) ** 2)))


def seen(truth, position):
    """The true N x N patch at [x, y]."""
    return extract_patch(truth, np.asarray(position, float), N)


def cut(ask, scan, container):
    """Patches of the scan's object where the container says that its members stand."""
    offsets, relative = container["global_offsets"], container["local_offsets"]
    given = {"object": scan["objectGuess"], "coords_offsets": offsets, "coords_relative": relative, "N": N}
    return ask("extract_patches", **given)["patches"]


def test_the_stored_scan_is_what_the_manifest_says(stored):
    assert {name: digest(SCAN.with_name(name)) for name in make_integration.FILES} == MANIFEST["sha256"]
    told = json.loads(str(stored.pop("_provenance")))
    assert content_hash(stored) == told["sha256"] == MANIFEST["content"]
    assert told["versions"] == MANIFEST["versions"]
    assert SCAN.stat().st_size < 600_000


def test_made_again_it_is_the_same_content(tmp_path):
    make_integration.main(tmp_path)
    again = json.loads((tmp_path / "manifest.json").read_text())
    if again["versions"] != MANIFEST["versions"]:
        pytest.skip(f"made with {MANIFEST['versions']}, these are {again['versions']}: NumPy may draw other numbers")
    assert again["content"] == MANIFEST["content"]


def test_it_can_tell_what_it_is_there_to_tell(stored, truth):
    """Ten by ten, off every raster, nominal apart from true positions, patches inside, nothing symmetric or square."""
    x, y = stored["xcoords"], stored["ycoords"]
    assert stored["diff3d"].shape == (100, N, N) and stored["diff3d"].dtype == np.float32
    counts = stored["diff3d"].astype(float) ** 2
    assert np.abs(counts - np.rint(counts)).max() < 1e-3 and (counts == 0).mean() > 0.5
    height, width = truth.shape
    assert height != width
    assert (x >= N / 2).all() and (x <= width - N / 2).all() and (y >= N / 2).all() and (y <= height - N / 2).all()
    for true, nominal in ((x, stored["xcoords_start"]), (y, stored["ycoords_start"])):
        assert 0.1 < rms(true - nominal) < 0.25 and np.abs(true - np.rint(true)).min() > 1e-6
    for image in (np.abs(stored["probeGuess"]), np.abs(truth[4:136])):
        turned = (image[::-1], image[:, ::-1], image[::-1, ::-1], image.T, image.T[::-1], image.T[:, ::-1])
        assert min(rms(image - other) for other in turned) > 0.05 * rms(image)


def test_a_limit_that_a_misplaced_truth_keeps_would_say_nothing(truth):
    """Half a pixel off, either way, is above what two interpolations may change; so is every other orientation."""
    limit = 2 * curvature(truth, rms)
    rows, columns = np.arange(20, 120)[:, None], np.arange(20, 112)[None, :]
    here = sample_bilinear(truth, rows, columns)
    assert rms(sample_bilinear(truth, rows + 0.5, columns) - here) > limit
    assert rms(sample_bilinear(truth, rows, columns + 0.5) - here) > limit
    square = truth[:132, :132]
    for other in (square[::-1], square[:, ::-1], square[::-1, ::-1], square.T, square.T[::-1, ::-1]):
        assert rms(other - square) > 5 * limit


def test_groups_stand_where_the_scan_went(pipeline, stored):
    _, gridsize, _, groups, container = pipeline
    members = np.asarray(groups["nn_indices"])
    assert members.shape == (GROUPS[gridsize], gridsize**2)
    true = np.stack([stored["xcoords"][members], stored["ycoords"][members]], axis=1)[:, None]
    for offsets, relative in (
        (groups["coords_offsets"], groups["coords_relative"]),
        (container["global_offsets"], container["local_offsets"]),
    ):
        assert np.abs(offsets - relative - true).max() < COORDINATES
    nominal = np.stack([stored["xcoords_start"][members], stored["ycoords_start"][members]], axis=1)[:, None]
    expected = -(nominal - nominal.mean(axis=3, keepdims=True))
    assert np.abs(container["coords_nominal"] - expected).max() < COORDINATES


def test_container_and_extraction_hold_the_truth(pipeline, truth):
    ask, _, scan, groups, container = pipeline
    energy = np.mean(np.sum(np.asarray(container["X"], float) ** 2, axis=(1, 2)))
    assert math.isclose(energy, (N / 2) ** 2, rel_tol=1e-5)
    # (B, N, N, C): every member at its own position
    members = np.asarray(groups["coords_nn"], float)[:, 0]
    expected = np.stack([np.stack([seen(truth, p) for p in group.T], axis=-1) for group in members])
    answers = {
        "Y": container["Y"],
        "Y_I exp(i Y_phi)": container["Y_I"] * np.exp(1j * container["Y_phi"]),
        "extract_patches": cut(ask, scan, container),
    }
    for name, answer in answers.items():
        assert np.abs(answer - expected).max() < ROUNDING * np.abs(expected).max(), name


def test_the_truth_explains_the_counts(pipeline):
    """Mean and dispersion of the counts about the rate that the backend's own forward model gives for the truth."""
    ask, _, scan, groups, container = pipeline
    flat = np.ascontiguousarray(np.moveaxis(container["Y"], 3, 1).reshape(-1, N, N))
    amplitude = ask("diffract", field=(flat * scan["probeGuess"]).astype(np.complex64))["amplitude"]
    rate = np.asarray(amplitude, float) ** 2
    counts = np.moveaxis(np.asarray(groups["diffraction"], float) ** 2, 3, 1).reshape(-1, N, N)
    members, first = np.unique(np.asarray(groups["nn_indices"]).ravel(), return_index=True)
    assert len(members) > 60  # a pattern in several groups is one observation
    rate, counts = rate[first], counts[first]
    for name, lit in {"every": rate >= 0, "dark": rate < 1, "bright": rate > 100}.items():
        r, n = rate[lit], counts[lit]
        mean = np.sum(n - r) / np.sqrt(np.sum(r))
        spread = np.sum((n - r) ** 2 - r) / np.sqrt(np.sum(r + 2 * r**2))  # Poisson: fourth moment r + 3 r^2
        assert abs(mean) < SIGMAS and abs(spread) < SIGMAS, (name, mean, spread)


def test_merged_and_stitched_it_is_the_object(pipeline, truth):
    """Groups merged about their centres, their middles stitched at their offsets, on the canvas the origin names."""
    ask, gridsize, scan, _, container = pipeline
    interpolations = 1 if gridsize == 1 else 2
    local, centres = np.asarray(container["local_offsets"]), np.asarray(container["global_offsets"])
    assert np.abs(local).max() <= N / 2 - M / 2
    L = N + 2 * math.ceil(np.abs(local).max())
    patches = cut(ask, scan, container)
    merged = ask("merge_patches", patches=patches, coords_relative=local, L=L, probe_big=True)["merged"]
    first = (L - N) // 2
    merged = np.ascontiguousarray(merged[:, first : first + N, first : first + N])
    middle = slice(N // 2 - M // 2, N // 2 + M // 2)
    expected = np.stack([seen(truth, p) for p in centres.reshape(-1, 2)])
    off = np.abs(merged - expected)[:, middle, middle].max()
    assert off <= (interpolations - 1) * curvature(truth, np.max) + ROUNDING

    stitched = ask("reassemble_position", patches=merged[..., None], global_offsets=centres, M=M)
    side, (x0, y0) = len(stitched["canvas"]), stitched["canvas_origin"]
    there = sample_bilinear(truth, np.arange(side)[:, None] + y0, np.arange(side)[None, :] + x0)
    positions = centres.reshape(-1, 2).astype(float)
    mean = positions.mean(axis=0)
    covered = reached(positions - mean, side, M)
    assert covered.sum() > 70 * 70 and (stitched["weight"][covered] > 0.999).all()
    difference = stitched["canvas"] - there
    assert rms(difference[covered]) <= interpolations * curvature(truth, rms)
    inner = covered & untouched_by_borders(positions, mean, side, M)
    assert inner.sum() > 2000
    assert np.abs(difference[inner]).max() <= interpolations * curvature(truth, np.max)


def test_the_recipe_beside_it_is_the_one_it_was_made_from():
    told = simulate.provenance(SCAN)["recipe"]
    assert recipe.complete(recipe.read(SCAN.with_name("recipe.json"))) == told


def test_any_backend_can_be_checked_with_it(tmp_path):
    done = check(tmp_path, "--backend", "numpy", "--scan", "integration", "--only", "scan/*")
    assert done.exit == 0, done.stdout
    assert [c["outcome"] for c in done.checks] == ["pass"] * 6
    assert done.events[0]["scan"]["patterns"] == 100
