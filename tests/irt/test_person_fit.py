"""l_z* and mean squares: as expected of whoever answers by the model, and not of others."""

from __future__ import annotations

import numpy as np
import pytest

from psychometrics.irt.fitted_scale import fit_scale
from psychometrics.irt.item_models import Graded, PartialCredit
from psychometrics.irt.item_parameters import ItemParameters
from psychometrics.irt.mean_squares import NOISY, item_mean_squares, person_mean_squares
from psychometrics.irt.options import ModelName
from psychometrics.irt.person_fit import CRITICAL, person_fit, posterior_mode
from psychometrics.irt.response_patterns import count_patterns
from tests.irt.making import graded_answers
from tests.irt.mirt import data


def _items(n_items: int) -> ItemParameters:
    slopes, thresholds = np.full(n_items, 1.6), np.tile([-2.0, -1.0, 0.0, 1.0], (n_items, 1))
    return ItemParameters(model=Graded(), slopes=slopes, intercepts=-slopes[:, None] * thresholds)


def _codes(items: ItemParameters, n_persons: int) -> np.ndarray:
    rng = np.random.default_rng(21)
    theta = rng.standard_normal(n_persons)
    thresholds = -items.intercepts / items.slopes[:, None]
    return (graded_answers(theta, items.slopes, thresholds, rng) - 1).astype(np.int64)


@pytest.mark.parametrize(("n_items", "lowest"), [(12, 0.03), (40, 0.04)])
def test_about_one_in_twenty_is_below_the_critical_value(n_items: int, lowest: float) -> None:
    items = _items(n_items)
    patterns = count_patterns(_codes(items, 4000), 5)
    found = person_fit(items, patterns, np.zeros(patterns.counts.size))[patterns.person]
    assert lowest < (found < CRITICAL).mean() < 0.06  # four standard errors above .05: .064
    assert found.std() == pytest.approx(1.0, abs=0.1)
    assert found.mean() == pytest.approx(0.0, abs=0.2)


def test_whoever_answers_highest_and_lowest_in_turn_is_flagged() -> None:
    items = _items(12)
    patterns = count_patterns(np.where(np.arange(12) % 2, 0, 4)[None], 5)
    assert person_fit(items, patterns, np.zeros(1))[0] < -5.0


def test_one_answer_is_not_tested() -> None:
    items = _items(4)
    patterns = count_patterns(np.array([[2, 5, 5, 5], [2, 1, 5, 5]]), 5)
    found = person_fit(items, patterns, np.zeros(2))[patterns.person]
    assert np.isnan(found[0])
    assert np.isfinite(found[1])


def test_the_mode_has_no_gradient() -> None:
    items = _items(6)
    codes = _codes(items, 50)
    codes[0, 2] = 5
    mode = posterior_mode(items, codes, np.zeros(50))

    def log_posterior(theta: np.ndarray) -> np.ndarray:
        logs = np.log(items.probabilities(theta))
        chosen = (codes.T[:, None] == np.arange(5)[:, None]) * logs
        return chosen.sum(axis=(0, 1)) - theta**2 / 2

    change = (log_posterior(mode + 1e-5) - log_posterior(mode - 1e-5)) / 2e-5
    np.testing.assert_allclose(change, 0.0, atol=1e-5)


def test_mean_squares_of_persons_and_items_are_two_sums_over_the_same_table() -> None:
    answers = data("wai_250_mis")[:, [4, 6, 8, 11]]
    scale = fit_scale(answers, (4, 6, 8, 11), model=ModelName.PARTIAL_CREDIT)
    posterior, codes = scale.estimates.posteriors[0], scale.patterns.codes
    _, of_items = item_mean_squares(scale.items, posterior.counts, scale.points)
    _, of_persons = person_mean_squares(scale.items, codes, posterior.weights, scale.points)
    answered = codes < scale.patterns.width
    by_item = of_items @ (answered * scale.patterns.counts[:, None]).sum(axis=0)
    by_person = scale.patterns.counts @ (of_persons * answered.sum(axis=1))
    assert by_item == pytest.approx(by_person, rel=1e-12)


def test_mean_squares_are_about_one_and_large_for_whoever_contradicts_the_order() -> None:
    items = ItemParameters(
        model=PartialCredit(),
        slopes=np.ones(20),
        intercepts=-np.cumsum(np.tile([-1.0, 1.0], (20, 1)) + np.linspace(-2, 2, 20)[:, None], 1),
    )
    points, rng = np.linspace(-6.0, 6.0, 61), np.random.default_rng(3)
    cumulative = np.cumsum(items.probabilities(rng.standard_normal(2000)), axis=1)[:, :-1]
    codes = (rng.random((20, 1, 2000)) > cumulative).sum(axis=1).T
    codes = np.concatenate([codes, np.repeat([[0], [2]], 10, axis=0).reshape(1, 20)])
    with np.errstate(divide="ignore"):
        logs = np.log(items.probabilities(points))
    likelihood = np.exp(sum(logs[item, codes[:, item]] for item in range(20)) - points**2 / 2)
    weights = likelihood / likelihood.sum(axis=1, keepdims=True)
    infit, outfit = person_mean_squares(items, codes, weights, points)
    assert infit[:-1].mean() == pytest.approx(1.0, abs=0.03)
    assert outfit[:-1].mean() == pytest.approx(1.0, abs=0.03)
    assert (np.maximum(infit, outfit)[:-1] > NOISY).mean() < 0.05
    assert infit[-1] > NOISY
    assert outfit[-1] > NOISY
