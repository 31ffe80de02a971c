import json
from dataclasses import replace

import numpy as np
import pytest

from psychometrics.cfa.options import Estimator, Rival, Structure
from psychometrics.declared.shapes import to_json
from psychometrics.errors import EstimationError, OptionError
from psychometrics.responses import ResponseMatrix
from psychometrics.simulation.cutoffs import analyse
from psychometrics.simulation.misspecification import (
    StandardizedModel,
    coefficient_h,
    misspecifications,
)
from psychometrics.simulation.options import CutoffOptions
from schemas.analyses.cutoffs import CutoffOptionsSchema
from tests.classical import normal_scores
from tests.simulation.test_ensembles import ANSWERS, WAI_SR

RESPONSES = ResponseMatrix(instrument=WAI_SR, answers=ANSWERS)
OPTIONS = CutoffOptions(estimator=Estimator.ML, replicates=200, seed=5)
TWO_FACTORS = StandardizedModel(
    items=(1, 2, 3, 4),
    factors=("task", "bond"),
    loadings=np.array([[0.8, 0], [0.6, 0], [0, 0.7], [0, 0.5]]),
    factor_correlations=np.array([[1, 0.5], [0.5, 1]]),
)
ONE_FACTOR = StandardizedModel(
    items=(2, 4, 6, 8, 10, 12),
    factors=("general",),
    loadings=np.full((6, 1), 0.6),
    factor_correlations=np.eye(1),
)


def test_the_weakest_item_loads_on_the_factor_measured_best() -> None:
    (only,) = misspecifications(TWO_FACTORS)
    (added,) = only.cross_loadings
    assert coefficient_h(TWO_FACTORS.loadings).argmax() == 0
    assert (added.item, added.factor, added.loading) == (4, "task", 0.5)
    change = only.correlations - TWO_FACTORS.correlations
    np.testing.assert_allclose(change[3], [0.5 * 0.8, 0.5 * 0.6, 0.5 * 0.5 * 0.7, 0], atol=1e-12)


def test_a_cross_loading_leaves_some_residual_variance() -> None:
    strong = replace(TWO_FACTORS, loadings=np.array([[0.95, 0], [0.94, 0], [0, 0.93], [0, 0.92]]))
    (only,) = misspecifications(strong)
    size = only.cross_loadings[0].loading
    used = 0.92**2 + size**2 + 2 * 0.92 * size * 0.5
    assert size < 0.92
    assert 0.9 < used < 1
    assert np.linalg.eigvalsh(only.correlations)[0] > 0


def test_one_factor_gets_residual_correlations_in_three_levels() -> None:
    levels = misspecifications(ONE_FACTOR)
    assert [len(level.residual_correlations) for level in levels] == [1, 2, 3]
    change = levels[0].correlations - ONE_FACTOR.correlations
    assert change[0, 1] == pytest.approx(0.3 * (1 - 0.36))
    assert np.count_nonzero(change) == 2


@pytest.mark.parametrize(
    ("structure", "n_levels"),
    [(Structure.ONE_FACTOR, 3), (Structure.TWO_FACTOR, 1), (Structure.CORRELATED_FACTORS, 2)],
)
def test_stronger_misspecification_shows_more(structure: Structure, n_levels: int) -> None:
    result = analyse(RESPONSES, replace(OPTIONS, model=Rival(structure=structure)))
    assert [level.level for level in result.levels] == list(range(1, n_levels + 1))
    medians = [level.srmr.misspecified for level in result.levels]
    assert [result.levels[0].srmr.correct, *medians] == sorted(
        [result.levels[0].srmr.correct, *medians]
    )
    cfi = [level.cfi.misspecified for level in result.levels]
    assert cfi == sorted(cfi, reverse=True)


@pytest.mark.parametrize("structure", [Structure.ONE_FACTOR, Structure.CORRELATED_FACTORS])
def test_ordered_answers_have_cutoffs_of_their_own(structure: Structure) -> None:
    options = replace(
        OPTIONS, model=Rival(structure=structure), estimator=Estimator.WLSMV, replicates=100
    )
    result = analyse(RESPONSES, options)
    assert result.estimator == "WLSMV"
    assert result.n_converged >= 98
    strongest = result.levels[-1]
    assert strongest.srmr.misspecified > strongest.srmr.correct
    assert strongest.cfi.misspecified < strongest.cfi.correct
    continuous = analyse(RESPONSES, replace(options, estimator=Estimator.ML))
    assert result.observed.srmr != continuous.observed.srmr


def test_other_estimators_are_refused() -> None:
    with pytest.raises(OptionError, match="ML or WLSMV"):
        analyse(RESPONSES, replace(OPTIONS, estimator=Estimator.MLR))


def test_the_same_seed_gives_the_same_cutoffs() -> None:
    assert analyse(RESPONSES, OPTIONS) == analyse(RESPONSES, OPTIONS)


def test_under_the_right_model_rmsea_is_what_chance_gives() -> None:
    result = analyse(RESPONSES, OPTIONS)
    assert result.levels[0].rmsea.correct < 0.01
    assert result.n_converged == 200


def test_the_answer_has_the_schemas_shape_and_no_nan() -> None:
    dumped = to_json(analyse(RESPONSES, OPTIONS))
    json.dumps(dumped, allow_nan=False)
    assert dumped["model"] == "three-factor"
    assert dumped["levels"][0]["cross_loadings"][0].keys() == {"item", "factor", "loading"}


def test_options_have_defaults() -> None:
    assert CutoffOptionsSchema().load({}) == CutoffOptions()
    refused = CutoffOptionsSchema().validate({"model": "bifactor", "replicates": 5, "seed": -1})
    assert set(refused) == {"model", "replicates", "seed"}


def test_models_without_such_cutoffs_are_refused() -> None:
    with pytest.raises(OptionError, match="one-factor"):
        analyse(RESPONSES, replace(OPTIONS, model=Rival(structure=Structure.BIFACTOR)))


def test_nothing_is_simulated_from_an_improper_solution() -> None:
    """Item 4 correlates .8 with items that correlate .55: its loading would be 1.08."""
    answers = ANSWERS.copy()
    correlations = np.full((4, 4), 0.55)
    correlations[0, 1:] = correlations[1:, 0] = 0.8
    np.fill_diagonal(correlations, 1)
    rng = np.random.default_rng(3)
    normal = normal_scores(rng, correlations, 250)
    answers[:, [3, 5, 7, 10]] = np.clip(3 + 0.6 * normal, 1, 5)
    with pytest.raises(EstimationError, match="not proper"):
        analyse(ResponseMatrix(instrument=WAI_SR, answers=answers), OPTIONS)
