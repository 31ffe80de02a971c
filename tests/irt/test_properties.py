"""What must hold whatever the numbers are."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from psychometrics.correlation.categories import code_answers
from psychometrics.irt.estimation import _Iteration
from psychometrics.irt.fitted_scale import fit_scale
from psychometrics.irt.item_models import Graded, ItemModel, PartialCredit
from psychometrics.irt.item_parameters import ItemParameters
from psychometrics.irt.likelihood import Problem
from psychometrics.irt.options import ModelName
from psychometrics.irt.parameters import free_parameters
from psychometrics.irt.response_patterns import count_patterns
from psychometrics.irt.starting_values import starting_values
from psychometrics.irt.trait_scores import sum_score_conversion, sum_score_likelihood
from psychometrics.types import FloatArray
from tests.irt.making import graded_answers
from tests.irt.mirt import data

MODELS = [Graded(), PartialCredit()]
THETA = np.linspace(-3, 3, 7)
# three items with 5, 3 and 2 categories
SLOPES = np.array([1.4, 0.8, 2.2])
INTERCEPTS = np.array(
    [[2.1, 1.0, -0.4, -1.7], [0.9, -1.2, -np.inf, -np.inf], [0.3, -np.inf, -np.inf, -np.inf]]
)


def _items(model: ItemModel) -> ItemParameters:
    return ItemParameters(model=model, slopes=SLOPES, intercepts=INTERCEPTS)


@pytest.mark.parametrize("model", MODELS, ids=["graded", "partial credit"])
def test_probabilities_sum_to_one_and_lacking_categories_have_none(model: ItemModel) -> None:
    found = _items(model).probabilities(THETA)
    np.testing.assert_allclose(found.sum(axis=1), 1.0, atol=1e-14)
    assert (found[1, 3:] == 0.0).all()
    assert (found[2, 2:] == 0.0).all()


@pytest.mark.parametrize("model", MODELS, ids=["graded", "partial credit"])
def test_derivatives_of_probabilities_are_finite_differences(model: ItemModel) -> None:
    predictor = np.outer(SLOPES, THETA)
    gradient = model.gradient(predictor, INTERCEPTS)
    counts = np.random.default_rng(1).random((3, 5, THETA.size))
    counts[1, 3:], counts[2, 2:] = 0.0, 0.0
    hessian = model.hessian(predictor, INTERCEPTS, counts)
    step = 1e-5

    def at(place: int, size: float) -> tuple[FloatArray, FloatArray]:
        moved = INTERCEPTS.copy()
        if place > 0:
            moved[:, place - 1] += size
        return (predictor + size if place == 0 else predictor), moved

    def weighted(place: int, size: float) -> FloatArray:
        return np.einsum("jkq,jkqa->jqa", counts, model.gradient(*at(place, size)))

    exists = np.concatenate([np.ones((3, 1), bool), np.isfinite(INTERCEPTS)], axis=1)
    for place in range(5):
        up, down = (model.log_probabilities(*at(place, size)) for size in (step, -step))
        with np.errstate(invalid="ignore"):
            change = (up - down) / (2 * step)
        curve = (weighted(place, step) - weighted(place, -step)) / (2 * step)
        for item in np.flatnonzero(exists[:, place]):
            own = exists[item]
            np.testing.assert_allclose(gradient[item, own, :, place], change[item, own], atol=1e-8)
            np.testing.assert_allclose(
                hessian[item, :, place, own], curve[item][:, own].T, atol=1e-6
            )


def _problem(model: ItemModel, *, n_groups: int = 1, common_slope: bool = False) -> Problem:
    answers = data("wai_250_mis")
    coding = code_answers(answers[:, [3, 5, 7, 9]])
    shared = np.array([True, True, True, n_groups == 1])
    return Problem(
        model=model,
        layout=free_parameters(
            coding.n_categories, shared=shared, common_slope=common_slope, n_groups=n_groups
        ),
        groups=[
            count_patterns(coding.codes[part], coding.width)
            for part in np.array_split(np.arange(250), n_groups)
        ],
    )


CASES = [(Graded(), 1, False), (PartialCredit(), 1, True), (Graded(), 2, False),
         (PartialCredit(), 2, False)]  # fmt: skip


@pytest.mark.parametrize(("model", "n_groups", "common"), CASES)
def test_gradient_and_observed_information_are_finite_differences(
    model: ItemModel, n_groups: int, common: bool
) -> None:
    problem = _problem(model, n_groups=n_groups, common_slope=common)
    start = starting_values(problem, np.full(4, problem.layout.width))
    free = start + 0.02 * np.cos(np.arange(start.size))
    posteriors = problem.expect(free)
    gradient, _ = problem.complete_derivatives(free, posteriors)
    information = problem.information(free, posteriors)
    step = 1e-5

    def gradient_at(values: FloatArray) -> FloatArray:
        return problem.complete_derivatives(values, problem.expect(values))[0]

    for place in range(free.size):
        move = np.zeros(free.size)
        move[place] = step
        change = problem.log_likelihood(free + move) - problem.log_likelihood(free - move)
        assert gradient[place] == pytest.approx(change / (2 * step), abs=1e-4)
        curve = (gradient_at(free - move) - gradient_at(free + move)) / (2 * step)
        np.testing.assert_allclose(information[place], curve, atol=1e-4)


@pytest.mark.parametrize(("model", "n_groups", "common"), CASES)
def test_no_cycle_lowers_the_likelihood(model: ItemModel, n_groups: int, common: bool) -> None:
    problem = _problem(model, n_groups=n_groups, common_slope=common)
    iteration = _Iteration(problem, starting_values(problem, np.full(4, problem.layout.width)))
    before = -np.inf
    for _ in range(40):
        iteration._em()
        now = sum(posterior.log_likelihood for posterior in iteration.posteriors)
        assert now >= before - 1e-9
        before = now
    for _ in range(5):
        iteration._cycles(2)
        now = sum(posterior.log_likelihood for posterior in iteration.posteriors)
        assert now >= before - 1e-7
        before = now


@pytest.mark.parametrize("model", list(ModelName))
def test_the_order_of_items_and_persons_does_not_matter(model: ModelName) -> None:
    answers = data("wai_250_mis")[:, [4, 6, 8, 11]]
    first = fit_scale(answers, (4, 6, 8, 11), model=model)
    order, persons = [2, 0, 3, 1], np.random.default_rng(5).permutation(250)
    second = fit_scale(answers[persons][:, order], [(4, 6, 8, 11)[i] for i in order], model=model)
    assert second.estimates.log_likelihood == pytest.approx(
        first.estimates.log_likelihood, abs=1e-7
    )
    np.testing.assert_allclose(second.items.slopes, first.items.slopes[order], atol=1e-4)
    np.testing.assert_allclose(
        second.person_scores.theta, first.person_scores.theta[persons], atol=1e-4
    )


def test_reversing_an_item_turns_its_slope_and_nothing_else() -> None:
    answers = data("wai_1000")[:, [4, 6, 8, 11]].copy()
    first = fit_scale(answers, (4, 6, 8, 11), model=ModelName.GRADED)
    answers[:, 2] = 6 - answers[:, 2]
    second = fit_scale(answers, (4, 6, 8, 11), model=ModelName.GRADED)
    assert second.estimates.log_likelihood == pytest.approx(
        first.estimates.log_likelihood, abs=1e-7
    )
    turned = first.items.slopes * [1, 1, -1, 1]
    np.testing.assert_allclose(second.items.slopes, turned, atol=1e-5)


def test_known_items_are_recovered() -> None:
    rng = np.random.default_rng(11)
    slopes = np.array([1.0, 1.5, 2.0, 2.5, 1.2, 1.8])
    thresholds = np.linspace(-1.5, 0.2, 6)[:, None] + np.array([-0.8, 0.0, 0.9])
    answers = graded_answers(rng.standard_normal(20_000), slopes, thresholds, rng)
    found = fit_scale(answers, range(1, 7), model=ModelName.GRADED)
    errors = found.slope_standard_errors()
    assert np.abs((found.items.slopes - slopes) / errors).max() < 3.5
    for row, truth, error in zip(
        found.thresholds(), thresholds, found.threshold_standard_errors(), strict=True
    ):
        assert np.abs((row - truth) / error).max() < 3.5


def test_two_categories_make_both_models_the_same() -> None:
    answers = (data("wai_1000")[:, [4, 6, 8, 11]] >= 4).astype(float)
    graded = fit_scale(answers, (4, 6, 8, 11), model=ModelName.GRADED)
    other = fit_scale(answers, (4, 6, 8, 11), model=ModelName.GENERALIZED_PARTIAL_CREDIT)
    assert graded.estimates.log_likelihood == pytest.approx(
        other.estimates.log_likelihood, abs=1e-6
    )
    np.testing.assert_allclose(graded.items.slopes, other.items.slopes, atol=1e-4)
    np.testing.assert_allclose(np.array(graded.thresholds()), other.thresholds(), atol=1e-4)


def test_rasch_is_partial_credit_in_other_units() -> None:
    answers = data("wai_1000_mis")[:, [4, 6, 8, 11]]
    credit = fit_scale(answers, (4, 6, 8, 11), model=ModelName.PARTIAL_CREDIT)
    rasch = fit_scale(answers, (4, 6, 8, 11), model=ModelName.PARTIAL_CREDIT, rasch=True)
    slope = credit.items.slopes[0]
    np.testing.assert_allclose(np.array(rasch.thresholds()), slope * np.array(credit.thresholds()))
    np.testing.assert_allclose(rasch.person_scores.theta, slope * credit.person_scores.theta)
    theta = np.array([-1.0, 0.5])
    np.testing.assert_allclose(
        rasch.information(slope * theta) * slope**2, credit.information(theta)
    )


@pytest.mark.parametrize("model", MODELS, ids=["graded", "partial credit"])
def test_sums_have_the_likelihood_of_all_their_patterns(model: ItemModel) -> None:
    probabilities = _items(model).probabilities(THETA)
    found = sum_score_likelihood(probabilities)
    expected = np.zeros_like(found)
    for pattern in product(range(5), range(3), range(2)):
        joint = np.ones(THETA.size)
        for item, category in enumerate(pattern):
            joint = joint * probabilities[item, category]
        expected[sum(pattern)] += joint
    np.testing.assert_allclose(found, expected, atol=1e-14)


def test_the_conversion_table_rises_and_its_shares_sum_to_one() -> None:
    found = fit_scale(data("wai_1000")[:, [4, 6, 8, 11]], (4, 6, 8, 11), model=ModelName.GRADED)
    table = sum_score_conversion(
        found.items.probabilities(found.points), found.density, found.points
    )
    assert table.theta.size == 17
    assert (np.diff(table.theta) > 0).all()
    assert table.probability.sum() == pytest.approx(1.0)
    assert (table.probability @ table.theta) == pytest.approx(0.0, abs=1e-9)


def test_a_gap_leaves_a_score_between_the_scores_with_lowest_and_highest_answer() -> None:
    answers = data("wai_1000")[:, [4, 6, 8, 11]].copy()
    complete = answers[:2].copy()
    complete[0, 1], complete[1, 1] = 1, 5
    complete[1, [0, 2, 3]] = complete[0, [0, 2, 3]]
    gap = complete[:1].copy()
    gap[0, 1] = np.nan
    everyone = np.concatenate([answers, complete, gap])
    found = fit_scale(everyone, (4, 6, 8, 11), model=ModelName.GRADED).person_scores
    low, high, between = found.theta[-3:]
    assert low < between < high
    assert found.standard_error[-1] > found.standard_error[-3]


def test_a_person_without_any_answer_counts_for_nothing() -> None:
    answers = data("wai_250")[:, [4, 6, 8, 11]]
    empty = np.full((3, 4), np.nan)
    first = fit_scale(answers, (4, 6, 8, 11), model=ModelName.GRADED)
    second = fit_scale(np.concatenate([answers, empty]), (4, 6, 8, 11), model=ModelName.GRADED)
    assert second.estimates.log_likelihood == first.estimates.log_likelihood


def test_information_is_the_expected_curvature_of_log_probabilities() -> None:
    for model in MODELS:
        items = _items(model)
        step = 1e-4
        below, here, above = (
            model.log_probabilities(np.outer(SLOPES, THETA + move), INTERCEPTS)
            for move in (-step, 0.0, step)
        )
        with np.errstate(invalid="ignore"):
            curve = above - 2 * here + below
        expected = -np.nansum(items.probabilities(THETA) * curve / step**2, axis=1)
        np.testing.assert_allclose(items.information(THETA), expected, atol=1e-6)


def test_many_patterns_reach_the_same_maximum_as_few_at_a_time() -> None:
    rng = np.random.default_rng(7)
    thresholds = np.linspace(-1.5, 0.2, 8)[:, None] + np.array([-0.8, 0.0, 0.9])
    answers = graded_answers(rng.standard_normal(30_000), np.full(8, 1.5), thresholds, rng)
    found = fit_scale(answers, range(1, 9), model=ModelName.GENERALIZED_PARTIAL_CREDIT)
    assert found.patterns.counts.size > 12_000
    gradient, _ = found.estimates.problem.complete_derivatives(
        found.estimates.free, found.estimates.posteriors
    )
    assert gradient @ found.covariance @ gradient < 1e-8
