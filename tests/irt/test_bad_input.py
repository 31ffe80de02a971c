"""Answers that no model fits say so, and print no number."""

from __future__ import annotations

import numpy as np
import pytest

from psychometrics.errors import EstimationError
from psychometrics.irt.fitted_scale import FittedScale, fit_scale
from psychometrics.irt.options import ModelName
from psychometrics.types import FloatArray
from tests.irt.mirt import data

ITEMS = (4, 6, 8, 11)


def _fit(answers: FloatArray, model: ModelName = ModelName.GRADED) -> FittedScale:
    return fit_scale(answers, range(1, answers.shape[1] + 1), model=model)


def _goal() -> FloatArray:
    return data("wai_1000")[:, list(ITEMS)].copy()


@pytest.mark.parametrize("model", list(ModelName))
def test_a_category_never_chosen_is_no_category(model: ModelName) -> None:
    answers = _goal()
    answers[answers == 1] = 2
    found = _fit(answers, model)
    assert [row.size for row in found.thresholds()] == [3, 3, 3, 3]
    assert found.coding.categories[0].tolist() == [2, 3, 4, 5]


def test_a_constant_item_is_named() -> None:
    answers = _goal()
    answers[:, 2] = 5
    with pytest.raises(EstimationError, match="item 3"):
        _fit(answers)


def test_everyone_at_the_ceiling_is_refused() -> None:
    with pytest.raises(EstimationError, match="item 1"):
        _fit(np.full((200, 4), 5.0))


@pytest.mark.parametrize("model", list(ModelName))
def test_thirty_persons_give_finite_numbers(model: ModelName) -> None:
    found = _fit(_goal()[:30], model)
    assert np.isfinite(found.items.slopes).all()
    assert np.isfinite(found.person_scores.theta).all()


@pytest.mark.parametrize("model", [ModelName.GRADED, ModelName.GENERALIZED_PARTIAL_CREDIT])
def test_two_items_with_slopes_of_their_own_are_refused(model: ModelName) -> None:
    with pytest.raises(EstimationError, match="at least 3 items"):
        _fit(_goal()[:, :2], model)


def test_two_items_with_one_slope_can_be_fitted() -> None:
    assert _fit(_goal()[:, :2], ModelName.PARTIAL_CREDIT).covariance is not None


@pytest.mark.parametrize("model", [ModelName.GRADED, ModelName.GENERALIZED_PARTIAL_CREDIT])
def test_a_slope_that_runs_to_infinity_is_said_and_not_printed(model: ModelName) -> None:
    answers = _goal()
    answers[:, 1] = answers[:, 0]
    with pytest.raises(EstimationError, match="items 1, 2 runs to infinity"):
        _fit(answers, model)


@pytest.mark.parametrize("model", [ModelName.PARTIAL_CREDIT])
def test_items_with_nothing_in_common_have_no_thresholds(model: ModelName) -> None:
    answers = np.random.default_rng(0).integers(1, 6, (200, 4)).astype(float)
    with pytest.raises(EstimationError, match="nothing in common"):
        _fit(answers, model)


@pytest.mark.parametrize("model", list(ModelName))
def test_the_lowest_and_highest_patterns_have_finite_scores(model: ModelName) -> None:
    answers = np.concatenate([_goal(), np.full((1, 4), 1.0), np.full((1, 4), 5.0)])
    scores = _fit(answers, model).person_scores
    assert np.isfinite(scores.theta).all()
    assert (scores.standard_error > 0).all()
    assert scores.theta[-2] == scores.theta.min()
    assert scores.theta[-1] == scores.theta.max()
