"""The rule that prefers one rival to the others, on samples whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from psychometrics.cfa.analysis import analyse
from psychometrics.cfa.options import CfaOptions, Estimator, Rival, Structure
from psychometrics.cfa.results import CfaResult
from psychometrics.responses import ResponseMatrix
from tests.cfa.making import SCALES, instrument_of
from tests.classical import normal_scores

FORM = instrument_of(SCALES)
ONE, TWO, THREE, SECOND, BIFACTOR = (Rival(structure=structure) for structure in Structure)


def fitted(
    correlations: tuple[float, float, float], *rivals: Rival, estimator: Estimator
) -> CfaResult:
    """Fit rivals to a sample in which goal, task and bond correlate as given."""
    rng = np.random.default_rng(8)
    goal_task, goal_bond, task_bond = correlations
    factors = np.array(
        [[1.0, goal_task, goal_bond], [goal_task, 1.0, task_bond], [goal_bond, task_bond, 1.0]]
    )
    scores = normal_scores(rng, factors, 800)
    answers = np.empty((800, 12))
    for column, items in enumerate(SCALES.values()):
        for item in items:
            latent = 0.75 * scores[:, column] + 0.66 * rng.normal(size=800)
            answers[:, item - 1] = np.digitize(latent, [-1.4, -0.6, 0.2, 0.9]) + 1
    responses = ResponseMatrix(instrument=FORM, answers=answers)
    return analyse(responses, CfaOptions(models=rivals, estimator=estimator))


@pytest.mark.parametrize("estimator", Estimator)
def test_three_distinct_factors_are_found(estimator: Estimator) -> None:
    assert fitted((0.6, 0.5, 0.7), ONE, TWO, THREE, estimator=estimator).best == "three-factor"


@pytest.mark.parametrize("estimator", Estimator)
def test_two_factors_are_found_when_goal_and_task_are_one(estimator: Estimator) -> None:
    assert fitted((1.0, 0.6, 0.6), ONE, TWO, THREE, estimator=estimator).best == "two-factor"


@pytest.mark.parametrize("estimator", Estimator)
def test_one_factor_is_found_when_all_are_one(estimator: Estimator) -> None:
    assert fitted((1.0, 1.0, 1.0), ONE, TWO, THREE, estimator=estimator).best == "one-factor"


@pytest.mark.parametrize("estimator", Estimator)
def test_models_that_fit_alike_count_as_one(estimator: Estimator) -> None:
    result = fitted((0.6, 0.5, 0.7), SECOND, ONE, THREE, estimator=estimator)
    assert result.best == "three-factor"
    assert "count as one" in result.best_rule


def test_the_answers_cannot_tell_models_that_are_not_nested_without_a_likelihood() -> None:
    """A three-factor and a one-factor-with-method model both remain; WLSMV has no BIC."""
    form = instrument_of(SCALES, reversed_items=(4, 6, 9, 10))
    rng = np.random.default_rng(4)
    scores = normal_scores(rng, np.full((3, 3), 0.8) + 0.2 * np.eye(3), 500)
    method = rng.normal(size=500)
    answers = np.empty((500, 12))
    for column, items in enumerate(SCALES.values()):
        for item in items:
            style = 0.5 * method if item in form.reversed_items else 0.0
            latent = 0.75 * scores[:, column] + 0.6 * rng.normal(size=500) + style
            answers[:, item - 1] = np.digitize(latent, [-1.4, -0.6, 0.2, 0.9]) + 1
    answers = np.where(form.reversed_mask, 6 - answers, answers)
    rivals = (THREE, Rival(structure=Structure.ONE_FACTOR, method=True))
    responses = ResponseMatrix(instrument=form, answers=answers)
    result = analyse(responses, CfaOptions(models=rivals, estimator=Estimator.WLSMV))
    assert all(model.proper for model in result.models)
    assert result.best is None


def test_nothing_proper_means_nothing_best(samples: dict[str, ResponseMatrix]) -> None:
    options = CfaOptions(models=(BIFACTOR,), estimator=Estimator.ML)
    assert analyse(samples["wai_250"], options).best is None
