"""How a check is judged: everything that is wrong is found, and each fault breaks the clauses that are about it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ptychoparity.backends.numpy.adapter import NumpyBackend
from ptychoparity.backends.protocol import Answer, Raised, Returned
from ptychoparity.core.faults import FaultClass
from ptychoparity.core.levels import Level
from ptychoparity.spec_tests.asking import Call
from ptychoparity.spec_tests.case import Case
from ptychoparity.spec_tests.checks import every_case, judge
from ptychoparity.spec_tests.contract import contracts
from ptychoparity.spec_tests.facets import Facet
from ptychoparity.spec_tests.faults import judged
from ptychoparity.spec_tests.found import Found, gravest_first
from ptychoparity.spec_tests.oracle import Oracle
from ptychoparity.spec_tests.outcomes import CheckFailed, NotApplicable
from ptychoparity.spec_tests.trial import JudgeOptions, Trial

Change = Callable[[str, dict[str, Any], dict[str, Any]], Any]


class InProcess:
    """A target that answers as the oracle does, but for a change."""

    key, device = "mine@cpu", "cpu"
    description: Mapping[str, Any] = {}

    def __init__(self, change: Change, *, complete: bool = False, parts: Mapping[str, bool] = {}) -> None:
        self.change, self.complete, self._parts = change, complete, parts

    def parts(self, operation: str) -> Mapping[str, bool]:
        return self._parts

    def call(self, operation: str, inputs: dict[str, Any], timeout: float, **options: Any) -> Answer:
        try:
            return Returned(0.0, outputs=self.change(operation, inputs, NumpyBackend("cpu").call(operation, inputs)))
        except Exception as error:
            return Raised(0.0, type=type(error).__name__, bases=("ValueError",), message=str(error), traceback="")

    def restart(self) -> None: ...


def _case(name: str) -> Case:
    return next(case for case in every_case() if case.id == name)


def _ends(
    name: str, change: Change, tmp_path: Path, **target: Any
) -> tuple[tuple[Found, ...], str | NotApplicable, Trial]:
    """The faults that a check finds, and what else it ends with."""
    options = JudgeOptions(examples=6, relation_examples=4, timeout=20.0, seed=0, shrink=True)
    case = _case(name)
    trial = Trial(options, Oracle(tmp_path), tmp_path, InProcess(change, **target), operation=case.operation)
    try:
        return (), judge(trial, case), trial
    except CheckFailed as failure:
        return failure.faults, failure.outcome, trial
    except NotApplicable as reason:
        return (), reason, trial


def _change(operation: str, **outputs: Callable[[Any], Any]) -> Change:
    """A change of some outputs of one operation; None takes an output away."""

    def change(asked: str, inputs: dict[str, Any], answer: dict[str, Any]) -> Any:
        if asked == operation:
            answer = {**answer, **{name: made(answer[name]) for name, made in outputs.items()}}
        return {name: value for name, value in answer.items() if value is not ABSENT}

    return change


ABSENT: Any = object()


def test_the_oracle_passes(tmp_path):
    for name in ("diffract/smoke/default", "translate/property/against-oracle", "group_scan/property/against-oracle"):
        faults, ended, _ = _ends(name, lambda _, __, answer: answer, tmp_path)
        assert (faults, ended) == ((), "")


# -- everything that is wrong is found ----------------------------------------------------------------------


def test_a_wrong_dtype_does_not_hide_a_wrong_value(tmp_path):
    wrong = _change("diffract", amplitude=lambda a: 2.0 * a.astype(np.float64))
    faults, ended, _ = _ends("diffract/example/constant-field", wrong, tmp_path)
    assert ended == "fail" and faults[0].facet is Facet.VALUE
    assert Facet.DTYPE in {one.facet for one in faults}


def test_nor_does_it_on_drawn_inputs_where_most_have_right_values(tmp_path):
    def wrong(_: str, inputs: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        many = len(inputs["images"]) > 1
        return {"translated": answer["translated"].astype(complex) * (2 if many else 1)}

    faults, _, trial = _ends("translate/property/against-oracle", wrong, tmp_path)
    assert faults[0].facet is Facet.VALUE and len(trial.record.inputs) == 2


def test_a_wrong_dtype_alone_is_a_fault_of_form(tmp_path):
    def wide(_: str, __: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        a = answer["amplitude"]
        return {"amplitude": a.astype(np.float64)}

    for name in ("diffract/example/constant-field", "diffract/property/against-oracle"):
        faults, ended, _ = _ends(name, wide, tmp_path)
        assert [one.facet for one in faults] == [Facet.DTYPE] and ended == "fail"


def test_axes_of_length_1_do_not_hide_a_value(tmp_path):
    faults, _, _ = _ends(
        "diffract/example/constant-field", _change("diffract", amplitude=lambda a: a[..., None]), tmp_path
    )
    assert [one.facet for one in faults] == [Facet.SHAPE]
    faults, _, _ = _ends(
        "diffract/example/constant-field", _change("diffract", amplitude=lambda a: a[..., None] + 1), tmp_path
    )
    assert {one.facet for one in faults} == {Facet.SHAPE, Facet.VALUE}


def test_every_output_that_is_wrong_is_named(tmp_path):
    wrong = _change("group_scan", X_full=lambda a: a + 1, coords_relative=lambda a: -a, nn_indices=lambda a: ABSENT)
    faults, _, _ = _ends("group_scan/example/axis-is-x-then-y", wrong, tmp_path)
    assert {(one.facet, one.output) for one in faults if one.facet is not Facet.VALUE} == {
        (Facet.MISSING, "nn_indices")
    }
    assert {one.output for one in faults if one.facet is Facet.VALUE} >= {"X_full"}
    assert faults[-1].output == "nn_indices"  # the gravest first


# -- what is only another spelling --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spelled",
    [
        lambda a: a.astype(a.dtype.newbyteorder(">")), np.asfortranarray, lambda a: a[::-1][::-1],
        lambda a: np.frombuffer(a.tobytes(), a.dtype).reshape(a.shape),
    ],
    ids=["big-endian", "Fortran", "strided", "read-only"],
)  # fmt: skip
def test_another_layout_of_an_answer_is_accepted(spelled, tmp_path):
    faults, ended, _ = _ends("diffract/smoke/default", _change("diffract", amplitude=spelled), tmp_path)
    assert (faults, ended) == ((), "")


@pytest.mark.parametrize("spelled", [float, np.float64, lambda a: np.float32(a)], ids=["float", "float64", "float32"])
def test_a_number_for_an_array_without_axes_is_accepted(spelled, tmp_path):
    name = "poisson_nll/smoke/default"
    faults, ended, _ = _ends(name, _change("poisson_nll", loss=spelled), tmp_path)
    allowed = contracts()["poisson_nll"]["output"]["properties"]["loss"]["ndarray"]["dtype"]
    if spelled is np.float64 and "float64" not in allowed:
        assert [one.facet for one in faults] == [Facet.DTYPE]
    else:
        assert (faults, ended) == ((), "")


# -- outputs and parts that may be left out -----------------------------------------------------------------


def test_an_output_that_may_be_left_out_is_not_provided_and_no_fault(tmp_path):
    without = _change("reassemble_position", canvas_origin=lambda _: ABSENT)
    faults, ended, trial = _ends("reassemble_position/smoke/default", without, tmp_path)
    assert (faults, ended) == ((), "") and trial.record.not_provided == {"canvas_origin"}


def test_our_own_backends_may_leave_out_nothing(tmp_path):
    without = _change("reassemble_position", canvas_origin=lambda _: ABSENT)
    faults, _, _ = _ends("reassemble_position/smoke/default", without, tmp_path, complete=True)
    assert [(one.facet, one.output) for one in faults] == [(Facet.MISSING, "canvas_origin")]


def test_a_check_of_an_output_that_is_not_provided_is_no_pass(tmp_path):
    case = next(
        one for one in every_case() if one.operation == "reassemble_position"
        and any(e["output"] == "canvas_origin" for e in one.data.get("expect", []))
    )  # fmt: skip
    faults, ended, _ = _ends(case.id, _change("reassemble_position", canvas_origin=lambda _: ABSENT), tmp_path)
    assert not faults and isinstance(ended, NotApplicable) and "canvas_origin" in ended.reason


def test_an_output_that_a_must_asks_for_is_missing(tmp_path):
    faults, _, _ = _ends(
        "reassemble_position/smoke/default", _change("reassemble_position", canvas=lambda _: ABSENT), tmp_path
    )
    assert [(one.facet, one.output) for one in faults] == [(Facet.MISSING, "canvas")]


def test_a_part_that_is_not_claimed_is_not_asked(tmp_path):
    name = "group_scan/example/oversampling"
    broken = _change("group_scan", X_full=lambda a: a + 1)
    _, ended, _ = _ends(name, broken, tmp_path, parts={"oversampling": False})
    assert isinstance(ended, NotApplicable) and ended.reason == "mine@cpu claims group_scan without oversampling"
    faults, _, _ = _ends(name, broken, tmp_path)
    assert faults


# -- who is to blame ----------------------------------------------------------------------------------------


def _blamed(name: str, found: Found) -> tuple[tuple[str, ...], Level]:
    case = _case(name)
    fault = judged(contracts()[case.operation], case.clauses, found, "torch")
    return fault.clauses, fault.level


def test_a_fault_breaks_the_clauses_that_are_about_it():
    sign = "translate/example/delta-right"
    assert _blamed(sign, Found(Facet.VALUE, "", "translated")) == (
        ("PHYS.TRANSLATE.SIGN", "HOUSE.TRANSLATE.SIGN"),
        Level.MUST,
    )
    assert _blamed(sign, Found(Facet.DTYPE, "", "translated")) == (("PHYS.UNITS.DTYPES",), Level.MUST)
    assert _blamed(sign, Found(Facet.SHAPE, "", "translated")) == (("TOL.SHAPES",), Level.MUST)
    assert _blamed(sign, Found(Facet.EXTRA, "", "more")) == (("HOUSE.ANSWER.FORM",), Level.HOUSE)
    assert _blamed(sign, Found(Facet.TYPE, "", "translated")) == (("HOUSE.ANSWER.FORM",), Level.HOUSE)


def test_how_bad_input_is_refused_is_a_decision_of_the_house():
    error = "translate/error/offsets-three-columns"
    assert _blamed(error, Found(Facet.ACCEPTED, "")) == (("ERR.SHAPES",), Level.MUST)
    assert _blamed(error, Found(Facet.WORDS, "")) == (("HOUSE.INPUT.WORDS",), Level.HOUSE)


@pytest.mark.parametrize(
    "name", ["read_product/error/no-name", "diffract/error/unsupported-size", "padded_size/error/offset-zero"]
)
def test_bad_input_that_no_clause_says_is_refused_is_the_houses_to_refuse(name):
    assert _blamed(name, Found(Facet.ACCEPTED, "")) == (("HOUSE.INPUT.REFUSED",), Level.HOUSE)


def test_an_error_binds_as_the_check_that_meets_it():
    untouched = "translate/relation/inputs_are_left_alone"
    assert _blamed(untouched, Found(Facet.RAISED, ""))[1] is Level.HOUSE


def test_a_key_that_the_spec_forbids_breaks_its_clause():
    found = Found(Facet.EXTRA, "", "local_offsets")
    assert _blamed("group_scan/smoke/default", found) == (("DATA.GROUP.NO_LOCAL",), Level.MUST)


def test_what_is_wrong_beside_what_a_check_tests_breaks_what_is_said_of_that():
    texts = "write_product/example/texts-in-utf-8"
    assert _blamed(texts, Found(Facet.VALUE, "", "@name")) == (("PRODUCT.STRINGS",), Level.MUST)
    assert _blamed(texts, Found(Facet.VALUE, "", "@format_id")) == (("PRODUCT.FORMAT_ID",), Level.SHOULD)
    assert _blamed(texts, Found(Facet.VALUE, "", "@probe_photon_count")) == (("PRODUCT.ROOT.PHOTON_COUNT",), Level.MAY)
    defaults = "make_config/example/execution-defaults"
    assert _blamed(defaults, Found(Facet.VALUE, "", "defaults['accelerator']"))[1] is Level.HOUSE
    assert _blamed(defaults, Found(Facet.VALUE, "", "defaults"))[1] is Level.MUST


def test_an_example_binds_as_the_clauses_that_it_cites():
    for case in every_case():
        if case.kind in ("example", "golden"):
            assert set(case.clauses) <= set(contracts()[case.operation].clauses)
    house = next(c for c in every_case() if c.id == "group_scan/error/pattern-nan")
    assert _blamed(house.id, Found(Facet.ACCEPTED, ""))[1] is Level.HOUSE


def test_a_relation_does_not_blame_its_clause_for_an_answer_that_is_unfit(tmp_path):
    wrong = _change("translate", translated=lambda a: a[..., :-1])
    faults, _, _ = _ends("translate/relation/inputs_are_left_alone", wrong, tmp_path)
    assert [one.facet for one in faults] == [Facet.SHAPE]
    clauses, _ = _blamed("translate/relation/inputs_are_left_alone", faults[0])
    assert clauses == ("HOUSE.ANSWER.FORM",)  # no check binds more than what it tests
    assert _blamed("translate/relation/impulse_moves_in_x", faults[0])[0] == ("TOL.SHAPES",)


def _of_two() -> list[Case]:
    return [c for c in every_case() if c.kind == "relation" and c.data.get("needs") == ["diffract"]]


def test_a_relation_of_two_operations_blames_the_one_at_fault(tmp_path):
    case = _of_two()[0]
    faults, _, _ = _ends(case.id, _change("diffract", amplitude=lambda a: np.roll(a, 3, axis=1)), tmp_path)
    assert faults and {one.operation for one in faults} == {"diffract"}
    assert f"{case.operation} agrees with our float64 reference, diffract does not" in faults[0].message
    faults, _, _ = _ends(case.id, _change(case.operation, amplitude=lambda a: np.roll(a, 3, axis=1)), tmp_path)
    assert faults and {one.operation for one in faults} == {""}


def test_an_unfit_answer_of_the_other_operation_is_its_own_fault(tmp_path):
    case = _of_two()[0]
    faults, _, _ = _ends(case.id, _change("diffract", amplitude=lambda a: ABSENT), tmp_path)
    assert [(one.facet, one.operation) for one in faults] == [(Facet.MISSING, "diffract")]
    clauses = judged(contracts()["diffract"], case.clauses, faults[0], "torch").clauses
    assert clauses == tuple(c for c in contracts()["diffract"].general if c in clauses) and clauses


def test_faults_are_listed_once_and_the_gravest_first():
    found = [
        Found(Facet.WORDS, "w"),
        Found(Facet.MISSING, "m", "x"),
        Found(Facet.VALUE, "v", "y"),
        Found(Facet.WORDS, "w"),
    ]
    assert [one.message for one in gravest_first(found)] == ["v", "m", "w"]
    assert [one.rank for one in FaultClass] == sorted(one.rank for one in FaultClass)
    failure = CheckFailed.of(found)
    assert failure.message == "v\nalso: m\nalso: w" and failure.outcome == "fail"
    assert CheckFailed.of([Found(Facet.RAISED, "r")]).outcome == "error"
    assert replace(found[0], hints=("h",)).hints == ("h",)


def test_no_check_binds_more_than_what_it_tests():
    range_of = next(c for c in every_case() if c.clauses == ("HOUSE.VALUE.RANGE",) and c.operation == "load_container")
    assert _blamed(range_of.id, Found(Facet.VALUE, "", "nn_indices")) == (("HOUSE.VALUE.RANGE",), Level.HOUSE)
    assert _blamed("load_container/smoke/default", Found(Facet.VALUE, "", "nn_indices"))[0] == ("DATA.CONTAINER.NN",)


def test_a_fault_where_a_part_is_asked_for_breaks_what_is_said_of_the_part(tmp_path):
    def only_smoothed(_: str, inputs: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        return {"field": answer["field"] * (2 if inputs["sigma"] > 0 else 1)}

    for name in ("illuminate/boundary/sigma=1.0", "illuminate/property/against-oracle"):
        faults, _, _ = _ends(name, only_smoothed, tmp_path)
        assert faults and all(one.clauses == ("PHYS.PROBE.SMOOTH_ON",) for one in faults)
        assert _blamed(name, faults[0])[1] is Level.MAY
        faults, _, _ = _ends(name, only_smoothed, tmp_path, complete=True)
        assert _blamed(name, faults[0])[1] is Level.MUST  # ours claim every part
    faults, _, _ = _ends("illuminate/boundary/sigma=0.0", _change("illuminate", field=lambda a: 2 * a), tmp_path)
    assert _blamed("illuminate/boundary/sigma=0.0", faults[0])[1] is Level.MUST


def test_an_answer_of_which_nothing_can_be_judged_is_no_matter_of_form_alone(tmp_path):
    for name in ("diffract/smoke/default", "diffract/example/constant-field", "diffract/property/against-oracle"):
        for wrong in (_change("diffract", amplitude=lambda a: a.tolist()), lambda *_: ["no", "names"]):
            faults, _, _ = _ends(name, wrong, tmp_path)
            assert _blamed(name, faults[0])[1] is Level.MUST, (name, faults)
    untouched = "diffract/relation/inputs_are_left_alone"
    faults, _, _ = _ends(untouched, _change("diffract", amplitude=lambda a: a.tolist()), tmp_path)
    assert _blamed(untouched, faults[0]) == (("HOUSE.ANSWER.FORM",), Level.HOUSE)


def test_another_draw_is_one_fault_and_its_consequences_are_none(tmp_path):
    """Groups that are other ones break what the house says of seeds; all else is judged for those very groups."""

    def other(_: str, inputs: dict[str, Any], __: dict[str, Any]) -> dict[str, Any]:
        return NumpyBackend("cpu").call("group_scan", {**inputs, "seed": inputs["seed"] + 1})

    faults, _, _ = _ends("group_scan/example/legacy-draw", other, tmp_path)
    assert {one.output for one in faults} == {"nn_indices"}
    assert _blamed("group_scan/smoke/default", faults[-1]) == (("HOUSE.GROUP.SEED",), Level.HOUSE)

    def wrong_too(_: str, inputs: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        found = other("", inputs, answer)
        return {**found, "X_full": found["X_full"] + 1}

    faults, _, _ = _ends("group_scan/example/legacy-draw", wrong_too, tmp_path)
    assert {one.output for one in faults} == {"nn_indices", "X_full"}


def test_what_a_relation_finds_keeps_its_clause_where_a_part_is_asked_for(tmp_path):
    """A relation has several answers, to inputs of its own: not all of them ask for the part."""
    trial = Trial(
        JudgeOptions(examples=1, relation_examples=1, timeout=20.0, seed=0), Oracle(tmp_path), tmp_path,
        InProcess(lambda _, __, answer: answer), operation="illuminate",
    )  # fmt: skip
    smoothed = {"object": np.ones((1, 64, 64, 1), np.complex64), "probe": np.ones((64, 64), np.complex64),
                "masked": False, "sigma": 1.0}  # fmt: skip
    for by_relation in (False, True):
        with pytest.raises(CheckFailed) as ended, trial.gathering():
            call = Call(trial, {})
            answer = call("illuminate", smoothed)
            if by_relation:
                call.hold("field", answer["field"] + 1, answer["field"], {"atol": 0.0, "why": "wrong on purpose"})
            trial.compare(contracts()["illuminate"], smoothed, {"field": answer["field"] + 1}, answer)
        assert ended.value.faults[0].clauses == (() if by_relation else ("PHYS.PROBE.SMOOTH_ON",))
