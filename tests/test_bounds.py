"""Bounds of the oracle: what lies outside them, and what statistics find within.

For every output that is held to a bound: the oracle's answer, rounded to float32, passes on every input tried; a factor
of 1 + 1e-6, an answer that went through half precision, and a factor of 1.001 fail on one of them at least, the last as
a wrong value.
"""

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ptychoparity.reference import dispatch
from ptychoparity.spec_tests import descriptors, files
from ptychoparity.spec_tests.bounds import Bounds
from ptychoparity.spec_tests.checks.edges import edge_cases, holds
from ptychoparity.spec_tests.compare import Comparison, compare_outputs
from ptychoparity.spec_tests.contract import contracts

BOUND = [
    (operation, output)
    for operation, contract in contracts().items()
    for output, tolerance in contract["tolerance"].items()
    if "bound" in tolerance
]
NEVER_THERE = {
    ("evaluate_object", "mae"): "a mean of errors of pixels, each of which had its own rounding before",
    ("evaluate_object", "mse"): "as mae",
    ("group_scan", "coords_relative"): "differences of coordinates, each of which float32 rounds by more than that",
    ("group_scan", "coords_start_relative"): "as coords_relative",
    ("remove_phase", "removed"): "three numbers of a fit, which Q and R in float32 know to 23 roundings",
}
"""Where 1 + 1e-6 is rounding, or cannot be told from it."""


MOST = 16
"""Inputs tried beside the default."""


@cache
def inputs_of(operation: str) -> list[tuple[dict[str, Any], dict[str, Any], Bounds]]:
    """The default input, those with other arrays, and two draws: each with the oracle's answer and its bounds."""
    contract = contracts()[operation]
    edges = [(name, given) for name, given in edge_cases(contract) if "arrays" in given and holds(contract, given)]
    rules = {name: rule for name, rule in contract["generate"].items() if isinstance(rule, list) and None in rule}
    edges += [(name, {"arrays": {name: one}}) for name, rule in rules.items() for one in rule if one]
    found = []
    for name, case in [("default", {}), ("one", {}), ("two", {}), *edges[-MOST:]]:
        with tempfile.TemporaryDirectory() as folder:
            scratch = Path(folder)
            inputs = descriptors.expand(contract, descriptors.complete(contract, case, name), scratch)
            asked = files.afresh(contract["input"], inputs, scratch)
            answer = files.with_members(contract["output"], dispatch.call(operation, asked))
        found.append((inputs, answer, Bounds(operation, inputs, answer)))
    return found


def single(value: np.ndarray) -> np.ndarray:
    return value.astype(np.complex64 if np.iscomplexobj(value) else np.float32)


def half(value: np.ndarray) -> np.ndarray:
    if np.iscomplexobj(value):
        return (value.real.astype(np.float16) + 1j * value.imag.astype(np.float16)).astype(np.complex64)
    return value.astype(np.float16).astype(np.float32)


def judged(operation: str, output: str, change: Any) -> list[Comparison]:
    tolerance = {output: contracts()[operation]["tolerance"][output]}
    return [
        found
        for _, answer, made in inputs_of(operation)
        if answer.get(output) is not None and np.any(answer[output])
        for found in compare_outputs(tolerance, answer, {**answer, output: change(np.asarray(answer[output]))}, made)
    ]


@pytest.mark.parametrize(("operation", "output"), BOUND)
def test_the_right_answer_in_float32_passes(operation, output):
    found = judged(operation, output, single)
    assert found and [one.sentence() for one in found if not one.ok] == []


@pytest.mark.parametrize(("operation", "output"), [one for one in BOUND if one not in NEVER_THERE])
def test_a_factor_of_one_in_a_million_fails(operation, output):
    assert [one for one in judged(operation, output, lambda v: single(v * (1 + 1e-6))) if not one.ok]


@pytest.mark.parametrize(("operation", "output"), BOUND)
@pytest.mark.parametrize("factor", [1.001, 0.99975])
def test_a_factor_of_one_in_a_thousand_is_a_wrong_value(operation, output, factor):
    failed = [one for one in judged(operation, output, lambda v: single(v * factor)) if not one.ok]
    assert failed and not any(one.rounding for one in failed)


@pytest.mark.parametrize(("operation", "output"), BOUND)
def test_half_precision_fails(operation, output):
    with np.errstate(over="ignore"):
        assert [one for one in judged(operation, output, half) if not one.ok]


# -- faults within wide bounds ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "output", "name"),
    [
        ("translate", "translated", "offsets"), ("extract_patches", "patches", "coords_relative"),
        ("merge_patches", "merged", "coords_relative"), ("reassemble_position", "canvas", "global_offsets"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("off", [0.5, 1e-3])
def test_a_sampling_point_that_is_a_little_off_fails(operation, output, name, off):
    """Half a pixel, and a thousandth: of every second offset, for a common one is the canvas's own."""
    tolerance, failed = {output: contracts()[operation]["tolerance"][output]}, []
    for inputs, answer, made in inputs_of(operation):
        moved = np.array(inputs[name], dtype=float)
        moved[::2] += off
        other = dispatch.call(operation, {**inputs, name: moved})[output]
        if np.shape(other) == np.shape(answer[output]):
            failed += [one for one in compare_outputs(tolerance, answer, {output: single(other)}, made) if not one.ok]
    assert failed
    assert off < 0.1 or not any(one.rounding for one in failed)  # a thousandth could be half precision


def test_an_epsilon_under_a_root_fails():
    """sqrt(intensity + 1e-9): nothing where light is, 3e-5 where none is."""
    tolerance, failed = {"amplitude": contracts()["diffract"]["tolerance"]["amplitude"]}, []
    for _, answer, made in inputs_of("diffract"):
        value = single(np.sqrt(answer["amplitude"] ** 2 + 1e-9))
        failed += [one for one in compare_outputs(tolerance, answer, {"amplitude": value}, made) if not one.ok]
    assert failed


@pytest.mark.parametrize(
    ("operation", "output"), [("normalize_diffraction", "normalized"), ("translate", "translated")]
)
def test_an_epsilon_added_to_every_value_fails(operation, output):
    assert [one for one in judged(operation, output, lambda v: single(v + 1e-6 * np.abs(v).max())) if not one.ok]


def test_one_rounded_factor_that_all_share_is_right_and_eight_eps_are_not():
    random = np.random.Generator(np.random.PCG64(5))
    expected = random.standard_normal((3, 40, 50)) * 10
    tolerance = {"x": {"bound": "value", "roundings": 40, "why": "wide on purpose"}}
    for eps, right in ((0, True), (1, True), (-2.5, True), (8.4, False), (-8.4, False)):
        (found,) = compare_outputs(tolerance, {"x": expected}, {"x": single(expected * (1 + eps * 2.0**-23))})
        assert found.ok is right and found.differing == 0 and found.bias is not None
        assert abs(found.bias - eps) < 0.1
        assert right or ("times what is expected" in found.sentence() and not found.rounding)


def test_few_values_say_nothing_together():
    """Below a thousand elements, or where they are one value many times over, each is judged alone."""
    tolerance = {"x": {"bound": "value", "roundings": 40, "why": "wide on purpose"}}
    for expected in (np.linspace(1, 2, 900), np.full(5000, 1.7)):
        (found,) = compare_outputs(tolerance, {"x": expected}, {"x": single(expected * (1 + 1e-6))})
        assert found.ok, found.sentence()


def test_errors_as_large_as_their_bound_everywhere_are_no_rounding():
    random = np.random.Generator(np.random.PCG64(6))
    expected = random.uniform(1, 2, 5000)
    tolerance = {"x": {"bound": "value", "roundings": 40, "why": "wide on purpose"}}
    off = random.choice([-0.9, 0.9], 5000) * 40 * 2.0**-24
    (found,) = compare_outputs(tolerance, {"x": expected}, {"x": single(expected * (1 + off))})
    assert not found.ok and found.differing == 0 and "root mean square" in found.sentence()
