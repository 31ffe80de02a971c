"""What must hold for any sample: exact recovery, no effect of units and order, Heywoods caught."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psychometrics.cfa.analysis import analyse
from psychometrics.cfa.competing_models import rival_model, with_thresholds
from psychometrics.cfa.complete_data import CompleteAnswers, complete_answers
from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.implied import state_at
from psychometrics.cfa.ml import fit_ml
from psychometrics.cfa.ml_discrepancy import NormalMoments
from psychometrics.cfa.model import Parameterization
from psychometrics.cfa.options import CfaOptions, Estimator, Missing, Rival, Structure
from psychometrics.cfa.parameter_index import layout_of
from psychometrics.cfa.reporting import describe
from psychometrics.cfa.starting_values import starting_vectors
from psychometrics.cfa.wlsmv import fit_wlsmv, ordinal_sample
from psychometrics.instrument import Instrument
from psychometrics.responses import ResponseMatrix
from psychometrics.types import FloatArray
from tests.cfa.making import SCALES, instrument_of
from tests.classical import normal_scores

WAI = instrument_of(SCALES)
REVERSED = instrument_of(SCALES, reversed_items=(4, 10))
RIVALS = [Rival(structure=structure) for structure in Structure] + [
    Rival(structure=Structure.CORRELATED_FACTORS, method=True),
    Rival(structure=Structure.BIFACTOR, method=True),
]


def population(instrument: Instrument, rival: Rival, seed: int) -> tuple[FloatArray, FloatArray]:
    """Return a true parameter vector and the covariances that it implies."""
    rng = np.random.default_rng(seed)
    layout = layout_of(rival_model(instrument, rival))
    near = 0.4 * np.ones((12, 12)) + 0.6 * np.eye(12)
    theta = starting_vectors(layout, [near])[0]
    theta = theta * rng.uniform(0.8, 1.25, size=theta.size)
    return theta, state_at(layout.groups[0], theta).covariance


def exactly(covariance: FloatArray) -> CompleteAnswers:
    """Stand for answers whose covariances are exactly these."""
    moments = NormalMoments(
        covariance=covariance,
        mean=np.zeros(12),
        n_persons=500,
        log_determinant=float(np.linalg.slogdet(covariance)[1]),
    )
    return CompleteAnswers(centred=np.zeros((500, 12)), moments=moments)


@pytest.mark.parametrize("rival", RIVALS, ids=lambda rival: rival.name)
@pytest.mark.parametrize("seed", [1, 2])
def test_ml_recovers_the_population_exactly(rival: Rival, seed: int) -> None:
    theta, covariance = population(REVERSED, rival, seed)
    fit = fit_ml(rival_model(REVERSED, rival), (exactly(covariance),))
    assert fit.tests.model.chi_square == pytest.approx(0.0, abs=1e-8)
    if rival.structure is not Structure.BIFACTOR or not rival.method:
        assert np.abs(fit.theta) == pytest.approx(np.abs(theta), abs=1e-5)
    assert fit.states[0].covariance == pytest.approx(covariance, abs=1e-6)


@pytest.mark.parametrize("rival", RIVALS[:5], ids=lambda rival: rival.name)
def test_wlsmv_recovers_the_population_exactly(rival: Rival) -> None:
    _, covariance = population(WAI, rival, 3)
    scale = np.sqrt(np.diagonal(covariance))
    correlations = covariance / np.outer(scale, scale)
    cuts = [np.array([-1.0, 0.2])] * 12
    nacov = np.diag(np.linspace(1.0, 2.0, 24 + 66))
    model = with_thresholds(rival_model(WAI, rival), (2,) * 12, Parameterization.DELTA)
    fit = fit_wlsmv(model, (ordinal_sample(cuts, correlations, nacov, 500),))
    assert fit.tests.model.chi_square == pytest.approx(0.0, abs=1e-8)
    implied = fit.states[0].covariance
    off = ~np.eye(12, dtype=bool)
    assert implied[off] == pytest.approx(correlations[off], abs=1e-6)


def sampled(seed: int, n_persons: int = 200) -> FloatArray:
    rng = np.random.default_rng(seed)
    _, covariance = population(WAI, Rival(structure=Structure.CORRELATED_FACTORS), 1)
    return normal_scores(rng, covariance, n_persons)


def three(answers: FloatArray, instrument: Instrument = WAI) -> Fitted:
    model = rival_model(instrument, Rival(structure=Structure.CORRELATED_FACTORS))
    sample = complete_answers(answers, instrument.scored_items)
    return fit_ml(model, (sample,), robust=True)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), scale=st.floats(1e-3, 1e3))
def test_units_of_the_answers_change_nothing_but_the_loadings(seed: int, scale: float) -> None:
    answers = sampled(seed)
    before, after = describe(three(answers)), describe(three(scale * answers + 7.0 * scale))
    assert after.chi_square == pytest.approx(before.chi_square, rel=1e-7)
    assert after.srmr == pytest.approx(before.srmr, rel=1e-6)
    assert after.scaled is not None
    assert before.scaled is not None
    assert after.scaled.chi_square == pytest.approx(before.scaled.chi_square, rel=1e-6)
    for one, other in zip(before.loadings, after.loadings, strict=True):
        assert one.standardized == pytest.approx(other.standardized, abs=1e-6)
        assert scale * one.estimate == pytest.approx(other.estimate, rel=1e-5)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), order=st.permutations(range(12)))
def test_the_order_of_items_changes_nothing(seed: int, order: list[int]) -> None:
    answers = sampled(seed)
    place = {item: order.index(item - 1) + 1 for item in range(1, 13)}
    moved = instrument_of({name: tuple(place[i] for i in held) for name, held in SCALES.items()})
    before, after = describe(three(answers)), describe(three(answers[:, order], moved))
    assert after.chi_square == pytest.approx(before.chi_square, rel=1e-8)
    loadings = {loading.item: loading for loading in after.loadings}
    for one in before.loadings:
        assert loadings[place[one.item]].estimate == pytest.approx(one.estimate, rel=1e-5)
        assert loadings[place[one.item]].standard_error == pytest.approx(
            one.standard_error, rel=1e-5
        )


def test_a_heywood_case_made_on_purpose_is_caught() -> None:
    form = instrument_of({"a": (1, 2, 3), "b": (4, 5, 6)})
    correlations = np.full((6, 6), 0.3) + 0.7 * np.eye(6)
    correlations[0, 1] = correlations[1, 0] = correlations[0, 2] = correlations[2, 0] = 0.75
    moments = NormalMoments(
        covariance=correlations,
        mean=np.zeros(6),
        n_persons=300,
        log_determinant=float(np.linalg.slogdet(correlations)[1]),
    )
    sample = CompleteAnswers(centred=np.zeros((300, 6)), moments=moments)
    model = rival_model(form, Rival(structure=Structure.CORRELATED_FACTORS))
    result = describe(fit_ml(model, (sample,)))
    assert not result.proper
    assert any("residual variance of item 1 is negative" in text for text in result.cautions)
    assert any("item 1 on a exceeds one" in text for text in result.cautions)


def test_a_bifactor_loading_that_runs_away_is_improper(
    samples: dict[str, ResponseMatrix],
) -> None:
    options = CfaOptions(
        models=(Rival(structure=Structure.ONE_FACTOR), Rival(structure=Structure.BIFACTOR)),
        estimator=Estimator.ML,
    )
    result = analyse(samples["wai_250"], options)
    bifactor = result.models[1]
    assert bifactor.chi_square == pytest.approx(27.81404, abs=1e-3)
    assert not bifactor.proper
    assert any("item 10 is negative" in text for text in bifactor.cautions)
    assert result.best == "one-factor"


@pytest.mark.parametrize("estimator", Estimator)
@pytest.mark.parametrize("structure", [Structure.SECOND_ORDER, Structure.BIFACTOR])
def test_what_is_not_identified_is_said(estimator: Estimator, structure: Structure) -> None:
    """Two subscales are too few for a second-order factor, two items for a group factor."""
    form = instrument_of({"a": (1, 2, 3, 4), "b": (5, 6)})
    rng = np.random.default_rng(3)
    latent = rng.normal(size=(300, 1)) + rng.normal(size=(300, 6))
    answers = np.digitize(latent, [-1.5, -0.5, 0.5, 1.5]).astype(np.float64) + 1.0
    options = CfaOptions(models=(Rival(structure=structure),), estimator=estimator)
    result = analyse(ResponseMatrix(instrument=form, answers=answers), options)
    assert not result.models[0].proper
    assert any("not identified" in text for text in result.models[0].cautions)
    assert result.best is None


def test_several_minima_give_the_lowest(samples: dict[str, ResponseMatrix]) -> None:
    rival = Rival(structure=Structure.BIFACTOR)
    answers = samples["wai_1000"].answers
    lowest = fit_ml(rival_model(WAI, rival), (complete_answers(answers, WAI.scored_items),))
    turned = replace(WAI, subscales=dict(reversed(WAI.subscales.items())))
    other = fit_ml(rival_model(turned, rival), (complete_answers(answers, WAI.scored_items),))
    assert lowest.minimum.value == pytest.approx(other.minimum.value, abs=1e-10)


@pytest.mark.parametrize("estimator", Estimator)
@pytest.mark.parametrize("n_categories", [2, 7])
def test_every_number_of_every_model_is_finite(estimator: Estimator, n_categories: int) -> None:
    form = instrument_of(SCALES, maximum=n_categories, reversed_items=(4, 10))
    rng = np.random.default_rng(n_categories)
    latent = sampled(9, 300)
    cuts = np.linspace(-1.2, 0.8, n_categories - 1)
    answers = np.digitize(latent, cuts).astype(np.float64) + 1.0
    answers = np.where(form.reversed_mask, n_categories + 1 - answers, answers)
    answers[rng.random(answers.shape) < 0.02] = np.nan
    responses = ResponseMatrix(instrument=form, answers=answers)
    rivals = (RIVALS[0], RIVALS[2], RIVALS[4], RIVALS[5])
    result = analyse(responses, CfaOptions(models=rivals, estimator=estimator))
    for model in result.models:
        assert model.chi_square is not None
        assert np.isfinite(model.chi_square)
        for loading in model.loadings:
            assert np.isfinite(loading.estimate)
            assert loading.standard_error is None or loading.standard_error > 0.0
        assert model.converged or not model.proper


def test_fewer_persons_than_parameters_is_a_result_with_its_size(
    samples: dict[str, ResponseMatrix],
) -> None:
    few = samples["wai_250"].rows(np.arange(250) < 20)
    options = CfaOptions(
        models=(Rival(structure=Structure.CORRELATED_FACTORS),),
        estimator=Estimator.ML,
        missing=Missing.LISTWISE,
    )
    (model,) = analyse(few, options).models
    assert (model.n_persons, model.n_parameters) == (20, 27)
    assert any("20 persons" in text for text in model.cautions)


def test_an_empty_method_factor_is_named() -> None:
    """Reverse-keyed items that share less than the other factors say leave nothing to load."""
    rival = Rival(structure=Structure.ONE_FACTOR, method=True)
    covariance = np.full((12, 12), 0.5) + 0.5 * np.eye(12)
    covariance[3, 9] = covariance[9, 3] = 0.3
    result = describe(fit_ml(rival_model(REVERSED, rival), (exactly(covariance),)))
    assert not result.proper
    assert "Factor method is empty: no item loads on it." in result.cautions
