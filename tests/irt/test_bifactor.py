"""The bifactor model: its likelihood, its gradient, and what it recovers."""

from __future__ import annotations

import numpy as np
import pytest

from psychometrics.correlation.categories import code_answers
from psychometrics.errors import EstimationError
from psychometrics.irt.bifactor import _Problem, fit_bifactor
from psychometrics.irt.fitted_scale import fit_scale
from psychometrics.irt.item_models import Graded
from psychometrics.irt.options import ModelName
from psychometrics.irt.quadrature import STANDARD_NORMAL, log_density
from psychometrics.types import FloatArray
from tests.irt.mirt import data

MEMBERSHIP = np.repeat([0, 1, 2], 3)


def _answers(n_persons: int, specific: float, seed: int = 5) -> FloatArray:
    rng = np.random.default_rng(seed)
    general = rng.standard_normal((n_persons, 1))
    own = rng.standard_normal((n_persons, 3))[:, MEMBERSHIP]
    predictor = 1.6 * general + specific * own
    intercepts = np.array([2.0, 0.3, -1.4])
    reached = 1 / (1 + np.exp(-(predictor[:, :, None] + intercepts)))
    return 1.0 + (rng.random((n_persons, 9, 1)) < reached).sum(axis=2)


def test_dimension_reduction_gives_the_integral_over_all_traits() -> None:
    answers = _answers(15, 1.0)
    answers[3, 2] = np.nan
    coding = code_answers(answers)
    problem = _Problem(coding, MEMBERSHIP)
    values = problem.start() + 0.1 * np.cos(np.arange(problem.start().size))
    general, specific, intercepts = problem.parameters(values)
    density = [
        np.exp(log_density(points, STANDARD_NORMAL))
        for points in (problem.general, problem.specific)
    ]
    expected = 0.0
    for row in coding.codes:
        joint = [np.ones((problem.general.size, problem.specific.size)) for _ in range(3)]
        for item, category in enumerate(row):
            if category == coding.width:
                continue
            both = general[item] * problem.general[:, None] + specific[item] * problem.specific
            logs = Graded().log_probabilities(both.reshape(1, -1), intercepts[item : item + 1])
            joint[MEMBERSHIP[item]] *= np.exp(logs[0, category]).reshape(both.shape)
        whole = np.einsum("ga,gb,gc->gabc", *joint)  # every combination of the four traits
        weights = (density[0], density[1], density[1], density[1])
        expected += np.log(np.einsum("gabc,g,a,b,c->", whole, *weights, optimize=True))
    assert -problem.deviance(values)[0] == pytest.approx(expected, abs=1e-9)


def test_the_gradient_is_a_finite_difference() -> None:
    problem = _Problem(code_answers(_answers(60, 1.0)), MEMBERSHIP)
    values = problem.start() + 0.1 * np.cos(np.arange(problem.start().size))
    gradient = problem.deviance(values)[1]
    for place in range(values.size):
        move = np.zeros(values.size)
        move[place] = 1e-5
        change = problem.deviance(values + move)[0] - problem.deviance(values - move)[0]
        assert gradient[place] == pytest.approx(change / 2e-5, abs=1e-5)


def test_without_specific_slopes_the_likelihood_is_that_of_one_trait() -> None:
    answers = _answers(300, 0.0)
    scale = fit_scale(answers, range(1, 10), model=ModelName.GRADED)
    problem = _Problem(scale.coding, MEMBERSHIP)
    intercepts = scale.items.intercepts
    gaps = np.log(-np.diff(intercepts, axis=1))
    values = np.concatenate(
        [scale.items.slopes, np.zeros(9), np.column_stack([intercepts[:, :1], gaps]).ravel()]
    )
    likelihood = -problem.deviance(values)[0]
    assert likelihood == pytest.approx(scale.estimates.log_likelihood, abs=1e-3)


def test_known_slopes_are_recovered() -> None:
    found = fit_bifactor(_answers(3000, 1.2), MEMBERSHIP, range(1, 10))
    assert np.abs((found.general - 1.6) / found.general_errors).max() < 3.5
    assert np.abs((np.abs(found.specific) - 1.2) / found.specific_errors).max() < 3.5
    assert found.explained_common_variance == pytest.approx(1.6**2 / (1.6**2 + 1.2**2), abs=0.05)


def test_it_fits_the_sample_better_than_one_trait() -> None:
    membership = np.empty(12, dtype=np.int64)
    for number, items in enumerate(((4, 6, 8, 11), (1, 2, 10, 12), (3, 5, 7, 9))):
        membership[np.array(items) - 1] = number
    answers = data("wai_1000")[:, 1:]
    found = fit_bifactor(answers, membership, range(1, 13))
    one = fit_scale(answers, range(1, 13), model=ModelName.GRADED)
    assert found.n_parameters == 72
    assert found.log_likelihood > one.estimates.log_likelihood + 100
    assert (found.general > found.specific).all()


def test_too_few_items_or_subscales_are_refused() -> None:
    answers = _answers(100, 1.0)
    for membership in (np.repeat([0, 1], [4, 5]), np.repeat([0, 1, 2], [4, 3, 2])):
        with pytest.raises(EstimationError, match="at least 3 subscales"):
            fit_bifactor(answers, membership, range(1, 10))
