"""Intervals cover and tests reject as often as they say, over 500 samples of a known truth."""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
import pytest

from psychometrics.cfa.competing_models import rival_model, with_intercepts
from psychometrics.cfa.complete_data import complete_answers
from psychometrics.cfa.fiml import fit_fiml
from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.ml import fit_ml
from psychometrics.cfa.model import Matrix
from psychometrics.cfa.options import Rival, Structure
from psychometrics.cfa.parameter_index import layout_of
from psychometrics.cfa.saturated_model import incomplete_answers
from psychometrics.cfa.wlsmv import fit_ordered
from psychometrics.correlation.polychoric import ordinal_moments
from psychometrics.types import FloatArray
from tests.cfa.making import SCALES, instrument_of
from tests.classical import normal_scores

N_SAMPLES, N_PERSONS = 500, 500
MODEL = rival_model(instrument_of(SCALES), Rival(structure=Structure.CORRELATED_FACTORS))
PHI = np.array([[1.0, 0.6, 0.5], [0.6, 1.0, 0.7], [0.5, 0.7, 1.0]])
LOADINGS = np.linspace(0.55, 0.85, 12)


def latent_answers(rng: np.random.Generator) -> FloatArray:
    factors = normal_scores(rng, PHI, N_PERSONS)
    answers = np.empty((N_PERSONS, 12))
    for column, items in enumerate(SCALES.values()):
        for item in items:
            loading = LOADINGS[item - 1]
            noise = np.sqrt(1.0 - loading**2) * rng.normal(size=N_PERSONS)
            answers[:, item - 1] = loading * factors[:, column] + noise
    return answers


def truth() -> FloatArray:
    """True loadings and factor correlations, in the order of the parameters."""
    correlations = [
        PHI[row.row, row.column] for row in MODEL.rows(Matrix.FACTOR_COVARIANCES) if row.free
    ]
    loadings = [LOADINGS[row.row] for row in MODEL.rows(Matrix.LOADINGS)]
    return np.array([*loadings, *correlations])


def by_ml(rng: np.random.Generator) -> Fitted:
    return fit_ml(MODEL, (complete_answers(latent_answers(rng), MODEL.items),), robust=True)


def by_fiml(rng: np.random.Generator) -> Fitted:
    answers = latent_answers(rng)
    answers[rng.random(answers.shape) < 0.05] = np.nan
    sample = incomplete_answers(answers, MODEL.items)
    return fit_fiml(with_intercepts(MODEL), (sample,), robust=True)


def by_wlsmv(rng: np.random.Generator) -> Fitted:
    answers = np.digitize(latent_answers(rng), [-1.4, -0.7, 0.1, 0.9]) + 1.0
    return fit_ordered(MODEL, ordinal_moments(answers))


@pytest.mark.slow
@pytest.mark.parametrize("fit", [by_ml, by_fiml, by_wlsmv])
def test_intervals_cover_and_the_scaled_test_rejects_as_it_should(
    fit: Callable[[np.random.Generator], Fitted],
) -> None:
    rng = np.random.default_rng(20)
    free = {row.label: row for row in MODEL.table if row.label is not None}
    labels = list(layout_of(MODEL).model.labels)
    kept = [
        labels.index(label)
        for label, row in free.items()
        if row.matrix in {Matrix.LOADINGS, Matrix.FACTOR_COVARIANCES}
    ]
    covered, rejected = np.zeros(15), 0
    for _ in range(N_SAMPLES):
        fitted = fit(rng)
        distance = np.abs(fitted.theta[kept] - truth())
        covered += distance < 1.959964 * fitted.standard_errors[kept]
        assert fitted.tests.scaled_model is not None
        p_value = fitted.tests.scaled_model.p_value
        assert p_value is not None
        rejected += p_value < 0.05
    sys.stdout.write(
        f"\n{fit.__name__}: coverage {covered.mean() / N_SAMPLES:.3f} on average, "
        f"{covered.min() / N_SAMPLES:.3f} to {covered.max() / N_SAMPLES:.3f} by parameter, "
        f"rejected {rejected / N_SAMPLES:.3f}\n"
    )
    assert 0.93 <= covered.mean() / N_SAMPLES <= 0.97
    assert (covered / N_SAMPLES).min() > 0.91
    assert 0.03 <= rejected / N_SAMPLES <= 0.08
