from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtr

from psychometrics.cfa.options import Estimator
from psychometrics.invariance.analysis import analyse
from psychometrics.invariance.effect_sizes import effects
from psychometrics.invariance.equivalence_test import exclusions
from psychometrics.invariance.groups import groups_of
from psychometrics.invariance.identification import model_of
from psychometrics.invariance.item_modification_indices import looks
from psychometrics.invariance.options import InvarianceOptions, Step
from psychometrics.invariance.score_test import extension_of
from psychometrics.invariance.workflow import Study, study
from psychometrics.responses import ResponseMatrix
from psychometrics.types import no_progress
from tests.invariance.making import two_groups


def options(estimator: str, reference: str | None = None) -> InvarianceOptions:
    return InvarianceOptions(group="setting", estimator=Estimator(estimator), reference=reference)


@pytest.fixture(scope="module")
def shifted() -> ResponseMatrix:
    return two_groups(1200, seed=5, shifted={4: 0.5}, weaker={12: 0.35})


@pytest.fixture(scope="module", params=["MLR", "WLSMV"])
def found(request: pytest.FixtureRequest, shifted: ResponseMatrix) -> Study:
    return study(shifted, options(request.param), progress=no_progress)


@pytest.mark.parametrize("estimator", ["MLR", "WLSMV"])
def test_the_fit_does_not_depend_on_which_group_is_the_reference(
    estimator: str, shifted: ResponseMatrix
) -> None:
    one, other = (analyse(shifted, options(estimator, name)) for name in "ab")
    assert [group.name for group in other.groups] == ["b", "a"]
    for first, second in zip(one.steps, other.steps, strict=True):
        assert first.model.df == second.model.df
        assert first.model.chi_square == pytest.approx(second.model.chi_square, abs=1e-5)
        if first.difference is not None and second.difference is not None:
            assert first.difference.chi_square == pytest.approx(
                second.difference.chi_square, rel=0.02
            )


def test_the_order_of_rows_does_not_matter(shifted: ResponseMatrix) -> None:
    order = np.random.default_rng(1).permutation(shifted.n_persons)
    turned = ResponseMatrix(
        instrument=shifted.instrument,
        answers=shifted.answers[order],
        columns={"setting": shifted.columns["setting"][order]},
    )
    one, other = (analyse(rows, options("MLR")) for rows in (shifted, turned))
    for first, second in zip(one.steps, other.steps, strict=True):
        assert first.model.chi_square == pytest.approx(second.model.chi_square, abs=1e-8)


def test_an_items_index_is_near_the_drop_of_chi_square_when_it_is_released(
    shifted: ResponseMatrix,
) -> None:
    """Under ML the score test and the likelihood ratio are close where departures are small."""
    responses = two_groups(1000, seed=8, shifted={4: 0.1})
    ladder = study(responses, options("ML"), progress=no_progress)
    scalar = next(one for one in ladder.rungs if one.step is Step.SCALAR)
    rows = range(12)
    extension = extension_of(
        scalar.fitted, rows, design=ladder.design, step=Step.SCALAR, evidence=ladder.evidence
    )
    assert extension is not None
    for look in looks(extension, ladder.design, ladder.evidence.total, rows):
        freed = ladder.evidence.estimation.fit(
            model_of(ladder.design, Step.SCALAR, released={look.item: Step.SCALAR})
        )
        drop = scalar.fitted.tests.model.chi_square - freed.tests.model.chi_square
        assert look.df == 1
        assert look.index == pytest.approx(drop, rel=0.05, abs=0.05)


def test_a_departure_is_excluded_as_the_normal_distribution_says(
    shifted: ResponseMatrix, found: Study
) -> None:
    """With one parameter: P(|Z + d/SE| <= |change|/SE), with the expected change and its error."""
    scalar = next(one for one in found.rungs if one.step is Step.SCALAR)
    metric = next(one for one in found.rungs if one.step is Step.METRIC)
    rows = range(12)
    extension = extension_of(
        scalar.fitted, rows, design=found.design, step=Step.SCALAR, evidence=found.evidence
    )
    assert extension is not None
    told = exclusions(
        extension,
        rows,
        fitted=scalar.fitted,
        larger=metric.fitted,
        design=found.design,
        step=Step.SCALAR,
    )
    spread = np.sqrt(np.diagonal(found.design.placement.state(scalar.fitted, 1).covariance))
    for row, one in zip(rows, told, strict=True):
        (k,) = extension.of(row, group=1)
        information = extension.information[k, k]
        change = extension.gradient[k] / information
        error = np.sqrt(extension.scores[k, k] / found.evidence.total) / information
        z, delta = abs(change) / error, 0.5 * spread[row] / error
        assert one.p_value == pytest.approx(ndtr(z - delta) - ndtr(-z - delta), abs=1e-9)
    (differs,) = [one for one in told if one.item == 4]
    assert not differs.excluded


@pytest.mark.parametrize("part", ["residual_covariance", "factor_covariance"])
@pytest.mark.parametrize("which", ["fitted", "larger"])
def test_where_a_variance_is_negative_nothing_is_excluded(
    found: Study, part: str, which: str
) -> None:
    """A departure is stated in standard deviations, which a negative variance does not have."""
    fits = {
        name: next(one for one in found.rungs if one.step is step).fitted
        for name, step in (("fitted", Step.SCALAR), ("larger", Step.METRIC))
    }
    rows = range(12)
    extension = extension_of(
        fits["fitted"], rows, design=found.design, step=Step.SCALAR, evidence=found.evidence
    )
    assert extension is not None

    def p_values() -> list[float]:
        told = exclusions(extension, rows, design=found.design, step=Step.SCALAR, **fits)
        return [one.p_value for one in told]

    assert min(p_values()) < 0.001
    reference, other = fits[which].states
    variances = getattr(other, part).copy()
    variances[0, 0] = -0.01
    improper = replace(other, **{part: variances})
    fits[which] = replace(fits[which], states=(reference, improper))
    assert p_values() == [1.0] * 12


@pytest.mark.parametrize("estimator", ["MLR", "WLSMV"])
def test_few_persons_exclude_nothing_and_many_everything(estimator: str) -> None:
    few, many = (
        analyse(two_groups(n, seed=31), options(estimator)).steps[1:-1] for n in (220, 4000)
    )
    assert any(step.checks.single is False for step in few)
    for step in many:
        assert step.checks.single is True
        assert step.single is not None
        assert step.single.p_value < 0.001


def test_the_search_names_the_items_that_differ_and_how(found: Study) -> None:
    assert found.search is not None
    steps = {one.item: one.step for one in found.search.freed}
    assert steps == {4: "scalar", 12: "metric"}
    assert found.search.tenable is True


def test_effects_have_the_size_and_direction_of_the_truth(found: Study) -> None:
    """Item 4's thresholds are half a standard deviation lower: answered higher in group b."""
    assert found.search is not None
    (one,) = effects(found.search.last, found.design, found.evidence, [4])
    assert one.group == "b"
    assert one.dmacs is not None
    assert one.signed_dmacs is not None
    assert 0.25 < one.signed_dmacs <= one.dmacs + 1e-12 < 0.7
    assert 0.25 < one.expected_score_difference < 0.75


def test_an_item_that_is_held_equal_has_no_effect(found: Study) -> None:
    assert found.search is not None
    (one,) = effects(found.search.last, found.design, found.evidence, [7])
    assert one.expected_score_difference == pytest.approx(0.0, abs=0.05)


def test_rows_without_a_group_are_left_out_and_said_so(shifted: ResponseMatrix) -> None:
    names = shifted.columns["setting"].copy()
    names[:7] = None
    some = ResponseMatrix(
        instrument=shifted.instrument, answers=shifted.answers, columns={"setting": names}
    )
    result = analyse(some, options("MLR"))
    assert sum(group.n for group in result.groups) == 1193
    assert any("7 rows name no group" in caution for caution in result.cautions)


def test_groups_named_by_numbers_are_sorted_as_numbers(shifted: ResponseMatrix) -> None:
    numbers = np.repeat([10.0, 9.0], 600)
    some = ResponseMatrix(
        instrument=shifted.instrument, answers=shifted.answers, columns={"site": numbers}
    )
    groups = groups_of(some, InvarianceOptions(group="site"))
    assert [group.name for group in groups] == ["9", "10"]


def test_robust_indices_stay_where_they_are_when_thresholds_fit_exactly() -> None:
    """With three categories the second step is the first in other words, and so must be these."""
    responses = two_groups(800, seed=2)
    few = np.array([0, 1, 1, 1, 2, 3], dtype=np.float64)[responses.answers.astype(int)]
    ternary = ResponseMatrix(
        instrument=responses.instrument, answers=few, columns=responses.columns
    )
    first, second = analyse(ternary, options("WLSMV")).steps[:2]
    assert first.model.robust_indices is not None
    assert second.model.robust_indices is not None
    assert second.model.robust_indices.rmsea_interval is not None
    assert first.model.robust_indices.rmsea_interval is not None
    assert first.model.robust_indices.tli == pytest.approx(
        second.model.robust_indices.tli, abs=1e-5
    )
    assert first.model.robust_indices.rmsea_interval.upper == pytest.approx(
        second.model.robust_indices.rmsea_interval.upper, abs=1e-5
    )
