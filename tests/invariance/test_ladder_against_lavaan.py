from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from psychometrics.cfa.model import Matrix
from psychometrics.cfa.options import Estimator
from psychometrics.invariance import workflow
from psychometrics.invariance.analysis import analyse
from psychometrics.invariance.options import InvarianceOptions, Step
from psychometrics.invariance.results import InvarianceResult
from psychometrics.responses import ResponseMatrix
from psychometrics.types import FloatArray, no_progress
from tests.invariance.against_lavaan import INDEX, SCALED, check_differences, check_fit

MLR = InvarianceOptions(group="group", estimator=Estimator.MLR)
WLSMV = InvarianceOptions(group="group", estimator=Estimator.WLSMV)


def check(result: InvarianceResult, theirs: dict[str, Any]) -> None:
    for step in result.steps:
        check_fit(step.model, theirs["fit"][step.step])
    check_differences(result.steps, theirs["lrt"])


def of_the_issue(lavaan: dict[str, Any], n: int, name: str) -> dict[str, Any]:
    entry = lavaan[str(n)][name]
    return {
        "fit": {step: value["fit"] for step, value in entry.items() if step != "lrt"},
        "lrt": entry["lrt"],
    }


@pytest.mark.parametrize("n", [250, 1000])
@pytest.mark.parametrize("missing", [False, True])
def test_every_cell_of_the_ladder_under_mlr(
    n: int, missing: bool, grouped: dict[str, ResponseMatrix], lavaan: dict[str, Any]
) -> None:
    result = analyse(grouped[f"wai_{n}_mis" if missing else f"wai_{n}"], MLR)
    name = "invariance_FIML_MLR_4" if missing else "invariance_MLR_4"
    assert result.missing == ("fiml" if missing else "listwise")
    check(result, of_the_issue(lavaan, n, name))


def test_every_cell_of_the_ladder_under_wlsmv(
    grouped: dict[str, ResponseMatrix], lavaan: dict[str, Any]
) -> None:
    result = analyse(grouped["wai_1000"], WLSMV)
    check(result, of_the_issue(lavaan, 1000, "invariance_WLSMV_WE_5"))
    assert [step.model.df for step in result.steps] == [102, 126, 135, 144, 156]


def three_groups(answers: FloatArray) -> tuple[FloatArray, FloatArray]:
    return answers, np.arange(len(answers)) % 3 + 1.0


def ternary(answers: FloatArray) -> FloatArray:
    return np.array([0, 1, 1, 1, 2, 3], dtype=float)[answers.astype(int)]


def binary(answers: FloatArray) -> FloatArray:
    return np.where(answers == 5, 2.0, 1.0)


def mixed(answers: FloatArray) -> FloatArray:
    changed = answers.copy()
    two, three = [0, 2, 4], [3, 6]
    changed[:, two], changed[:, three] = binary(answers[:, two]), ternary(answers[:, three])
    return changed


def regrouped(responses: ResponseMatrix, answers: FloatArray, group: FloatArray) -> ResponseMatrix:
    return ResponseMatrix(
        instrument=responses.instrument, answers=answers, columns={"group": group}
    )


@pytest.mark.parametrize("estimator", [Estimator.MLR, Estimator.WLSMV])
def test_three_groups_and_categories_that_are_empty_in_one_of_them(
    estimator: Estimator, grouped: dict[str, ResponseMatrix], ladders: dict[str, Any]
) -> None:
    whole = grouped["wai_1000"]
    responses = regrouped(whole, *three_groups(whole.answers))
    result = analyse(responses, InvarianceOptions(group="group", estimator=estimator))
    check(result, ladders[f"three_{estimator.value}"])
    assert [group.n for group in result.groups] == [334, 333, 333]
    ordered = estimator is Estimator.WLSMV
    assert any("merged" in caution for caution in result.cautions) is ordered


def test_with_three_categories_equal_thresholds_say_the_configural_model_in_other_words(
    grouped: dict[str, ResponseMatrix], ladders: dict[str, Any]
) -> None:
    whole = grouped["wai_1000"]
    result = analyse(regrouped(whole, ternary(whole.answers), whole.columns["group"]), WLSMV)
    for step in result.steps:
        check_fit(step.model, ladders["ternary_WLSMV"]["fit"][step.step])
    configural, thresholds = result.steps[:2]
    assert configural.model.df == thresholds.model.df
    assert configural.model.chi_square == pytest.approx(thresholds.model.chi_square, abs=1e-6)
    assert thresholds.difference is None
    assert thresholds.tenable is None
    assert "Not testable" in thresholds.rule
    check_differences(result.steps[2:], ladders["ternary_WLSMV"]["lrt"][2:])


def test_items_of_two_three_and_five_categories_together(
    grouped: dict[str, ResponseMatrix], ladders: dict[str, Any]
) -> None:
    whole = grouped["wai_1000"]
    result = analyse(regrouped(whole, mixed(whole.answers), whole.columns["group"]), WLSMV)
    for step in result.steps:
        check_fit(step.model, ladders["mixed_WLSMV"]["fit"][step.step])
    for position in (1, 2, 4):
        rows = ladders["mixed_WLSMV"]["lrt"][position : position + 1]
        check_differences(result.steps[position : position + 1], rows)
    scalar = result.steps[3]
    assert scalar.compared_with == "thresholds"  # it does not lie within the metric step


def test_with_two_categories_steps_are_compared_with_the_one_they_lie_in(
    grouped: dict[str, ResponseMatrix], ladders: dict[str, Any]
) -> None:
    """Fits are lavaan's; ``lavTestLRT`` of the whole ladder would compare neighbours by df.

    The metric step, whose residual variances cannot be freed, has three degrees of freedom more
    than the scalar one, so lavaan tests metric within scalar and strict within metric. Neither
    pair is nested; ours are, and lavaan's numbers for those are held apart.
    """
    whole = grouped["wai_1000"]
    theirs = ladders["binary_WLSMV"]
    result = analyse(regrouped(whole, binary(whole.answers), whole.columns["group"]), WLSMV)
    for step in result.steps:
        check_fit(step.model, theirs["fit"][step.step])
    assert [step.model.df for step in result.steps] == [102, 102, 111, 108, 120]
    thresholds, *testable = result.steps[1:]
    assert thresholds.difference is None
    assert thresholds.tenable is None
    assert "Not testable" in thresholds.rule
    compared_with = {"metric": "thresholds", "scalar": "thresholds", "strict": "scalar"}
    assert {step.step: step.compared_with for step in testable} == compared_with
    for step in testable:
        pair = theirs["pairs"][step.step]
        assert step.difference is not None
        assert step.difference.df == pair["df"]
        assert step.difference.chi_square == pytest.approx(pair["chi_square"], abs=SCALED)
        assert step.difference.p_value == pytest.approx(pair["p"], abs=INDEX * 5)


def test_the_latent_means_and_their_errors(
    grouped: dict[str, ResponseMatrix], ladders: dict[str, Any]
) -> None:
    whole = grouped["wai_1000"]
    responses = regrouped(whole, *three_groups(whole.answers))
    for options, name in ((MLR, "three_MLR"), (WLSMV, "three_WLSMV")):
        found = workflow.study(responses, options, progress=no_progress)
        scalar = next(one for one in found.rungs if one.step is Step.SCALAR)
        compared = 0
        for row in ladders[name]["means"]["scalar"]:
            layout = scalar.fitted.layout.groups[row["group"] - 1]
            factor = scalar.fitted.layout.model.factors.index(row["lhs"])
            state = scalar.fitted.states[row["group"] - 1]
            assert state.factor_mean[factor] == pytest.approx(row["est"], abs=1e-4)
            cells = layout.cells[Matrix.FACTOR_MEANS]
            places = cells.positions[cells.rows == factor]
            error = scalar.fitted.standard_errors[places[0]] if places.size else 0.0
            assert error == pytest.approx(row["se"], abs=1e-4)
            compared += 1
        assert compared == 9
