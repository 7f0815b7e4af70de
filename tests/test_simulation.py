"""Simulated scans: objects, probes and positions have the statistics they promise; recipes are held and hashed."""

import json
from typing import Any

import numpy as np
import pytest

from ptychoparity.fixtures import simulate
from ptychoparity.fixtures.archive import content_hash, write_npz
from ptychoparity.fixtures.recipe import complete
from ptychoparity.reference import dispatch, optics
from ptychoparity.reference.simulation import CannotSimulate, exposure, objects, positions, probes
from ptychoparity.reference.simulation.dead_leaves import dead_leaves, radii
from ptychoparity.reference.simulation.lines import lines
from ptychoparity.reference.simulation.mark import mark
from ptychoparity.reference.simulation.random_field import frequencies, random_field
from tests.running import PROJECT, ptychoparity

HASHES = {
    "simulated": "396e648f57e2ff6d4e84197184554d35e929565ee43921839057ac3554bf82aa",
    "leaves": "4157529c617e15ee3ae87f011ed96643c364bfacb13077452fc2643b396da7ce",
    "field": "ae7a89504498cd1fd863b2881a93bea31dc1316bdd230231ec2252b81cfea618",
}
"""Of the arrays of RECIPES, with the versions below: equal hashes rest on NumPy's streams staying as they are."""
MADE_WITH = {"numpy": "2.4.6", "scipy": "1.17.1"}
LEAVES = {
    "seed": 3, "N": 64,
    "object": {"shape": [110, 120], "amplitude": {"kind": "dead_leaves", "range": [0.6, 1.1]},
               "phase": {"kind": "tanh"}},
    "probe": {"kind": "gaussian", "width": 8, "defocus": 2},
    "scan": {"kind": "uniform", "count": 20, "stage_error": 0.5},
    "exposure": {"nphotons": 1e5}, "stored": "counts",
}  # fmt: skip
FIELD = {
    "seed": 9, "N": 64,
    "object": {"shape": [96, 90], "amplitude": {"kind": "lines", "range": [0, 1]},
               "phase": {"kind": "random_field", "range": [-1, 1], "exponent": 3}},
    "probe": {"kind": "zone_plate", "radius": 10, "coma": [1, 0.5]},
    "scan": {"kind": "raster", "rows": 3, "columns": 4, "step": [5, 6], "jitter": 1},
    "exposure": {"nphotons": 1e4},
}  # fmt: skip
IDEAL = {**FIELD, "exposure": {"nphotons": 1e4, "noise": "none"}}
RECIPES = {"simulated": simulate.named_recipe("simulated"), "leaves": LEAVES, "field": FIELD}


def draws(seed=0):
    return np.random.Generator(np.random.PCG64(seed))


# -- objects ------------------------------------------------------------------------------------------------


def test_lines_are_blurred_strokes_without_a_favoured_side():
    images = [lines(draws(seed), (90, 120), 200) for seed in range(6)]
    assert images[0].shape == (90, 120) and min(image.min() for image in images) >= 0
    halves = np.mean([[i[:45].mean(), i[45:].mean(), i[:, :60].mean(), i[:, 60:].mean()] for i in images], axis=0)
    assert np.ptp(halves) < 0.2 * halves.mean()


def test_one_line_weighs_as_its_blurs_do():
    """Far from every edge a stroke of L pixels sums to (1 + 2 + 5) L, whatever the blur."""

    class Fixed:
        def random(self, shape):
            return np.array([[0.5, 0.4, 0.5, 0.6]])

    fixed: Any = Fixed()
    image = lines(fixed, (200, 200), 1)
    assert np.isclose(image.sum(), 8 * (0.6 * 400 - 0.4 * 400 + 1), rtol=1e-3)
    assert image.argmax() // 200 == 100


@pytest.mark.parametrize("exponent", [0.0, 0.4, 2.0, 3.0])
def test_a_random_field_has_its_spectrum(exponent):
    fields = [random_field(draws(seed), (96, 128), exponent, 0.0) for seed in range(40)]
    power = np.mean([np.abs(np.fft.rfft2(field)) ** 2 for field in fields], axis=0)
    k = frequencies((96, 128))
    inside = (k > 0.03) & (k < 0.5)
    slope = np.polyfit(np.log(k[inside]), np.log(power[inside]), 1)[0]
    assert abs(slope + exponent) < 0.02  # 40 x 4800 periodogram values of relative error 1
    assert power[0, 0] < 1e-12 * power.max()


@pytest.mark.parametrize("exponent", [0.0, 2.5])
def test_the_spectrum_of_a_random_field_has_the_level_that_a_variance_of_1_gives(exponent):
    """At high frequencies, too: fields are not scaled one by one, by what their few strongest frequencies are."""
    fields = [random_field(draws(seed), (96, 128), exponent, 0.0) for seed in range(200)]
    power = np.mean([np.abs(np.fft.rfft2(field)) ** 2 for field in fields], axis=0)
    whole = np.hypot(np.fft.fftfreq(96)[:, None], np.fft.fftfreq(128)[None, :])
    whole[0, 0] = np.inf
    shares = whole**-exponent if exponent else np.isfinite(whole).astype(float)
    level = (96 * 128) ** 2 / shares.sum()
    k = frequencies((96, 128))
    high = (k > 0.2) & (k < 0.5)
    assert np.isclose(np.mean(power[high] * k[high] ** exponent), level, rtol=0.01)
    assert np.isclose(np.mean(np.square(fields)), 1, rtol=0.05)


def test_a_blurred_random_field_loses_what_the_gaussian_takes():
    fields = [random_field(draws(seed), (96, 96), 0.0, 1.5) for seed in range(40)]
    power = np.mean([np.abs(np.fft.rfft2(field)) ** 2 for field in fields], axis=0)
    k = frequencies((96, 96))
    near, far = (power[np.abs(k - at) < 0.02].mean() for at in (0.03, 0.15))
    assert np.isclose(np.log(near / far), (2 * np.pi * 1.5) ** 2 * (0.15**2 - 0.03**2), rtol=0.08)


@pytest.mark.parametrize("exponent", [0.0, 1.0, 3.0])
def test_radii_follow_their_power_law(exponent):
    found = radii(draws(), 200_000, 2.0, 32.0, exponent)
    assert found.min() >= 2 and found.max() <= 32
    r = np.linspace(2, 32, 200_001)
    density = r**-exponent
    for power in (1, 2):
        expected = np.trapezoid(density * r**power, r) / np.trapezoid(density, r)
        assert abs(np.mean(found**power) - expected) < 5 * np.std(found**power) / np.sqrt(found.size)


def test_dead_leaves_are_flat_and_cover_all():
    image = dead_leaves(draws(1), (100, 140), 3.0, 20.0, 3.0)
    assert image.shape == (100, 140) and 0 <= image.min() < 0.1 and 0.9 < image.max() <= 1
    same = (image[:, 1:] == image[:, :-1]).mean()
    assert same > 0.7  # inside a leaf the grey is one
    assert len(np.unique(image)) > 100
    with pytest.raises(CannotSimulate, match="radii from 9 to 4"):
        dead_leaves(draws(), (64, 64), 9.0, 4.0, 3.0)


def test_the_mark_is_an_f():
    image = mark((100, 100), 0.0)
    assert image[30, 35] == image[25, 70] == image[50, 60] == 1  # stem, upper arm, lower arm
    assert image[50, 70] == image[70, 60] == image[10, 35] == 0


def test_images_take_their_range_and_a_flat_one_is_refused():
    assert np.allclose(objects.rescaled(np.array([[1.0, 2.0, 5.0]]), 0.5, 1.5), [[0.5, 0.75, 1.5]])
    with pytest.raises(CannotSimulate, match="the same everywhere"):
        objects.rescaled(np.ones((3, 3)), 0, 1)
    with pytest.raises(CannotSimulate, match="amplitude from -1"):
        objects.complex_object(np.array([[-1.0]]), np.zeros((1, 1)))


def test_the_phase_that_follows_the_amplitude():
    phase = objects.tanh_phase(np.array([[0.0, 1.0, 2.0]]))  # max / 2 = 1, 3 mean = 3
    assert np.allclose(phase, np.pi * np.tanh([-1 / 3, 0, 1 / 3]))


# -- probes -------------------------------------------------------------------------------------------------

PLAIN = {"defocus": 0.0, "astigmatism": 0.0, "coma": (0.0, 0.0)}


@pytest.mark.parametrize(("N", "pixels"), [(64, 376), (128, 1500)])
def test_the_default_disk_has_the_published_pixels(N, pixels):
    lit = probes.disk(N, None, 0.0, **PLAIN)
    assert np.count_nonzero(lit) == pixels and (lit.imag == 0).all()


@pytest.mark.parametrize("probe", [
    probes.disk(64, None, 1.0, **PLAIN), probes.gaussian(64, 7.0, **PLAIN), probes.zone_plate(64, 10.0, 0.4, **PLAIN),
    probes.zone_plate(64, 10.0, 0.0, **{**PLAIN, "defocus": 6.0}),
], ids=["disk", "gaussian", "zone_plate", "defocused"])  # fmt: skip
def test_probes_are_centred_and_peak_at_one(probe):
    """Centred as the mask is, between two pixels: without odd aberrations both flips give it back."""
    assert probe.dtype == complex and np.isclose(np.abs(probe).max(), 1)
    assert np.allclose(probe, probe[::-1], atol=1e-12) and np.allclose(probe, probe[:, ::-1], atol=1e-12)


def test_a_gaussian_is_as_wide_as_it_says():
    amplitude = np.abs(probes.gaussian(64, 6.0, **PLAIN))
    x, _ = probes.axes(64)
    assert np.isclose(np.sum(amplitude * x**2) / np.sum(amplitude), 36, rtol=1e-4)


def test_a_zone_plates_bright_field_is_its_annulus():
    far = optics.diffract(probes.zone_plate(64, 12.0, 0.5, **{**PLAIN, "defocus": 5.0})[None])[0]
    rho = np.hypot(*np.meshgrid(np.arange(64) - 32, np.arange(64) - 32))
    inside = (rho > 6.5) & (rho < 11.5)
    assert far[(rho < 5.4) | (rho > 12.6)].max() < 1e-12
    assert np.allclose(far[inside], far[inside].mean())  # aberrations turn phases only


def test_aberrations_are_named_by_what_they_reach_at_the_rim():
    at: dict[str, Any] = {"u": np.array([1.0, 0.0]), "v": np.array([0.0, 1.0]), **PLAIN}
    assert np.allclose(probes.aberration(**{**at, "defocus": 2.0}), [2, 2])
    assert np.allclose(probes.aberration(**{**at, "astigmatism": 2.0}), [2, -2])
    assert np.allclose(probes.aberration(**{**at, "coma": (3.0, 5.0)}), [3, 5])


# -- positions ----------------------------------------------------------------------------------------------


def test_a_raster_is_centred_and_goes_along_x_first():
    found = positions.raster((100, 80), 2, 3, (4.0, 10.0))
    assert np.allclose(found, [[36, 45], [40, 45], [44, 45], [36, 55], [40, 55], [44, 55]])


def test_random_positions_fill_what_the_buffer_leaves():
    found = positions.uniform(draws(), (100, 300), 20_000, 32.0)
    assert (found >= 32).all() and (found <= [268, 68]).all()
    assert np.allclose(found.mean(axis=0), [150, 50], atol=2.5) and np.allclose(
        found.std(axis=0), [68.1, 10.4], rtol=0.03
    )
    with pytest.raises(CannotSimulate, match="object height 60: more than 64"):
        positions.uniform(draws(), (60, 300), 1, 32.0)


def test_patches_stay_on_the_object_to_the_last_pixel():
    edge = np.array([[32.0, 32.0], [48.0, 68.0]])
    positions.check_inside(edge, (100, 80), 64)
    for moved in ([-0.01, 0], [0, -0.01]):
        with pytest.raises(CannotSimulate, match="need patches of 64 px"):
            positions.check_inside(edge + moved, (100, 80), 64)
    with pytest.raises(CannotSimulate, match="inside 80 px; at least 81 px"):
        positions.check_inside(edge + np.array([0.5, 0]), (100, 80), 64)


# -- exposure -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [0.01, 0.7, 4.0, 60.0, 1e4])
def test_counts_have_the_mean_the_dispersion_and_the_third_moment_of_poisson(rate):
    n = 400_000
    found = exposure.counts(draws(5), np.full(n, np.sqrt(rate)))
    assert found.dtype == np.int64
    assert abs(found.mean() - rate) < 5 * np.sqrt(rate / n)
    assert abs(np.mean((found - rate) ** 2) - rate) < 5 * np.sqrt((rate + 2 * rate**2) / n)
    sixth = rate + 25 * rate**2 + 15 * rate**3  # central, of Poisson; less the square of the third
    assert abs(np.mean((found - rate) ** 3) - rate) < 5 * np.sqrt(sixth / n)


def test_the_dose_is_per_pattern_averaged_over_the_scan():
    scan = simulate.simulate(IDEAL)
    energy = np.sum(scan["diff3d"].astype(float) ** 2, axis=(1, 2))
    assert np.isclose(energy.mean(), 1e4, rtol=1e-6) and np.ptp(energy) > 100


def test_probe_and_object_of_the_file_give_its_patterns():
    scan = simulate.simulate(IDEAL)
    position = np.column_stack([scan["xcoords"], scan["ycoords"]])
    model = exposure.ideal_amplitude(scan["objectGuess"].astype(complex), scan["probeGuess"].astype(complex), position)
    assert np.abs(model - scan["diff3d"]).max() < 1e-6 * model.max()  # stored in single precision


def test_chunks_change_no_number(monkeypatch):
    whole = simulate.simulate(LEAVES)
    monkeypatch.setattr(exposure, "CHUNK", 3)
    assert content_hash(simulate.simulate(LEAVES)) == content_hash(whole)


# -- recipes, hashes, files ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RECIPES)
def test_equal_recipes_give_equal_hashes(name):
    scan = simulate.simulate(RECIPES[name])
    told = json.loads(str(scan.pop("_provenance")))
    again = simulate.simulate(told["recipe"])  # the recipe as the file tells it, defaults written out
    assert content_hash(scan) == told["sha256"] == json.loads(str(again["_provenance"]))["sha256"]
    if told["versions"] != MADE_WITH:
        pytest.skip(f"pinned with {MADE_WITH}, these are {told['versions']}: NumPy may draw other numbers")
    assert told["sha256"] == HASHES[name]


def _random_numbers() -> np.ndarray:
    state: Any = np.random.get_state()
    return state[1]


def test_global_random_state_is_neither_read_nor_written():
    np.random.seed(1)
    before = _random_numbers().copy()
    first = simulate.simulate(LEAVES)
    assert np.array_equal(_random_numbers(), before)
    np.random.seed(2)
    assert content_hash(simulate.simulate(LEAVES)) == content_hash(first)


def test_a_part_that_changes_leaves_the_others():
    """Object, positions and noise have streams of their own."""
    one, other = simulate.simulate(LEAVES), simulate.simulate({**LEAVES, "exposure": {"nphotons": 1e4}})
    for name in ("objectGuess", "xcoords", "ycoords_start"):
        assert np.array_equal(one[name], other[name])
    assert not np.array_equal(simulate.simulate({**LEAVES, "seed": 4})["xcoords"], one["xcoords"])


def test_the_hash_sees_names_types_shapes_and_values_only():
    a: dict[str, np.ndarray] = {"x": np.arange(6.0), "y": np.arange(4, dtype=np.int32)}
    same = {"y": a["y"].astype(">i4"), "x": np.arange(12.0)[::2] / 2}
    assert content_hash(a) == content_hash(same)
    others = [{**a, "x": a["x"].reshape(2, 3)}, {**a, "y": a["y"].astype(np.int64)}, {"z": a["x"], "y": a["y"]},
              {**a, "x": a["x"] + [0, 0, 0, 0, 0, 1e-15 * 8]}, {"x": a["x"]}]  # fmt: skip
    assert len({content_hash(one) for one in [a, *others]}) == 1 + len(others)


def test_an_archive_depends_on_its_content_alone(tmp_path):
    for name in ("a", "b"):
        write_npz(tmp_path / f"{name}.npz", {"x": np.arange(5), "a": np.array("text")})
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.npz", "b.npz"]
    with pytest.raises(ValueError, match="allow_pickle"):
        write_npz(tmp_path / "c.npz", {"x": np.array([None])})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.npz", "b.npz"]


def changed(path, value):
    recipe = json.loads(json.dumps(LEAVES))
    node = recipe
    *parents, last = path.split(".")
    for part in parents:
        node = node[part]
    node[last] = value
    return recipe


WRONG = [
    ("stord", 1, "no field 'stord': did you mean 'stored'"),
    ("object.phase", {"kind": "lines", "range": [0, 1], "cuont": 3}, "phase: no field 'cuont': did you mean 'count'"),
    ("object.amplitude.kind", "dead_leafs", "amplitude.kind: 'dead_leafs' is not known: did you mean 'dead_leaves'"),
    ("object.amplitude", {"kind": "tanh"}, "object.amplitude.kind: 'tanh' is not known"),
    ("object.amplitude", {"kind": "lines"}, "object.amplitude: 'range' must be given"),
    ("object.amplitude.range", [-0.5, 1], "amplitude from -0.5: 0 or more"),
    ("object.shape", [110], "object.shape: [110] is too short"),
    ("object.shape", [110.5, 120], "object.shape.0: 110.5 is not of type 'integer'"),
    ("N", 65, "N: 65 is not known: there are 64, 128, 256"),
    ("seed", -1, "seed: -1 is less than the minimum of 0"),
    ("probe", {"kind": "gaussian"}, "probe: 'width' must be given"),
    ("probe", {"kind": "zone_plate", "radius": 40}, "probe.radius=40: at most N/2=32"),
    ("probe", {"kind": "disk", "radius": 0.1}, "probe.radius=0.1: no pixel"),
    ("scan.jiter", 1, "scan: no field 'jiter'"),
    ("scan.buffer", 20, "scan.buffer: expected at least N/2 + stage_error = 32.5 px, got 20"),
    ("scan", {"kind": "raster", "rows": 9, "columns": 9, "step": [8, 8]}, "at least 128 px are needed"),
    ("exposure.nphotons", 0, "exposure.nphotons: 0 is less than or equal to the minimum of 0"),
    ("exposure.nphotons", 1e9, "uint16 holds 65535"),
    ("exposure.noise", "none", "counts are whole numbers"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "says"), WRONG, ids=[f"{path}={value}" for path, value, _ in WRONG])
def test_a_recipe_that_cannot_be_is_refused_by_field(path, value, says):
    with pytest.raises(CannotSimulate) as caught:
        simulate.simulate(changed(path, value))
    assert says in str(caught.value)


def test_defaults_are_written_out_and_whole_numbers_are_whole():
    full = complete(changed("N", 64.0))
    assert full["N"] == 64 and isinstance(full["N"], int)
    assert full["object"]["amplitude"]["largest"] == 24 and full["scan"]["buffer"] is None
    assert full["probe"]["coma"] == [0, 0] and full["exposure"]["noise"] == "poisson"
    assert complete(full) == full


def test_the_recipe_of_the_documents_can_be_followed():
    page = (PROJECT / "docs" / "simulating.md").read_text()
    recipe = json.loads(page.split("```json")[1].split("```")[0])
    scan = simulate.simulate(recipe)
    assert scan["diff3d"].shape == (120, 64, 64)
    told = json.loads(str(scan["_provenance"]))
    assert told["versions"] != MADE_WITH or told["sha256"] in page


# -- the command --------------------------------------------------------------------------------------------


def test_the_command_writes_a_scan_that_any_backend_reads(tmp_path):
    (tmp_path / "recipe.json").write_text(json.dumps(LEAVES))
    done = ptychoparity("simulate", "recipe.json", "--out", "new/scan.npz", "--seed", "8", folder=tmp_path)
    assert (done.exit, done.stderr) == (0, "") and "20 patterns of 64 x 64 (counts)" in done.stdout
    told = simulate.provenance(tmp_path / "new" / "scan.npz")
    assert told["recipe"]["seed"] == 8 and told["sha256"] in done.stdout
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["scan.npz"]  # nothing half written is left
    scan = dispatch.call("load_scan", {"path": str(tmp_path / "new" / "scan.npz"), "N": 64, "units": "counts"})
    assert np.allclose(np.sum(scan["diff3d"] ** 2, axis=(1, 2)).mean(), 1e5, rtol=0.2)


MISTAKES = [
    (["simlated", "--out", "a.npz"], "simlated: no such recipe file; did you mean simulated?"),
    (["zzz", "--out", "a.npz"], "zzz: no such recipe file; the recipes that come along are simulated"),
    (["text", "--out", "a.npz"], "text is not JSON: line 1, column 1"),
    (["nan", "--out", "a.npz"], "NaN is no number"),
    (["list", "--out", "a.npz", "--seed", "3"], "[1] is not of type 'object'"),
    (["folder", "--out", "a.npz"], "folder cannot be read: Is a directory"),
    (["simulated", "--out", "a.npy"], "--out must end in .npz, got a.npy"),
    (["simulated", "--out", "text/a.npz"], "--out text/a.npz: no scan can be written there"),
]


@pytest.mark.parametrize(("arguments", "says"), MISTAKES, ids=lambda v: " ".join(v) if isinstance(v, list) else "")
def test_a_mistake_is_one_clear_line(arguments, says, tmp_path):
    (tmp_path / "text").write_text("no JSON")
    (tmp_path / "nan").write_text('{"seed": NaN}')
    (tmp_path / "list").write_text("[1]")
    (tmp_path / "folder").mkdir()
    done = ptychoparity("simulate", *arguments, folder=tmp_path)
    assert (done.exit, done.stdout) == (2, "") and says in done.stderr
    assert len(done.stderr.splitlines()) == 1 and not (tmp_path / "a.npz").exists()
