"""The population behind a Monte Carlo study: supposed, or fitted to the answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.special import ndtri

from psychometrics.cfa.admissibility import improprieties
from psychometrics.cfa.competing_models import rival_model
from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.model import Model
from psychometrics.cfa.options import Rival, Structure
from psychometrics.cfa.standardized import standardized_loadings
from psychometrics.cfa.wlsmv import fit_ordered
from psychometrics.correlation.polychoric import ordinal_moments
from psychometrics.errors import EstimationError
from psychometrics.instrument import Instrument
from psychometrics.responses import ResponseMatrix
from psychometrics.sample_size.options import Simulation
from psychometrics.sampling import settled
from psychometrics.simulate import Population, population
from psychometrics.types import FloatArray

IMPROPER = (
    "the model's solution on these answers is improper, so nothing can be drawn from it; suppose a "
    "population instead"
)


def model_of(instrument: Instrument) -> Model:
    """Return the model to be fitted: one factor for each subscale."""
    several = len(instrument.subscales) > 1
    structure = Structure.CORRELATED_FACTORS if several else Structure.ONE_FACTOR
    return rival_model(instrument, Rival(structure=structure))


def supposed(instrument: Instrument, simulation: Simulation) -> Population:
    """Build a population with equal loadings, equal factor correlations and even thresholds."""
    base = population(instrument)
    n_factors = len(instrument.subscales)
    correlations = np.full((n_factors, n_factors), simulation.factor_correlation)
    np.fill_diagonal(correlations, 1.0)
    n_thresholds = instrument.n_categories - 1
    even = np.linspace(-1.6, 1.0, n_thresholds) if n_thresholds > 1 else np.zeros(1)
    return replace(
        base,
        loadings=np.where(base.loadings > 0.0, simulation.loading, 0.0),
        factor_correlations=correlations,
        thresholds=_in_both_groups(np.tile(even - simulation.ceiling, (instrument.n_items, 1))),
        factor_means=np.zeros_like(base.factor_means),
    )


def fitted(persons: ResponseMatrix) -> Population:
    """Take the model fitted to the answers (WLSMV, complete rows) for the truth.

    Raises
    ------
    EstimationError
        If it cannot be fitted, or its solution is improper.
    """
    instrument = persons.instrument
    answers = persons.scored[persons.complete]
    moments = ordinal_moments(answers, items=instrument.scored_items)
    found = fit_ordered(model_of(instrument), moments)
    if improprieties(found):
        raise EstimationError("simulation", IMPROPER)
    loadings = np.zeros(instrument.n_items)
    signs = factor_signs(found)
    loadings[np.asarray(instrument.scored_items) - 1] = (
        settled(standardized_loadings(found)[0]) * signs
    ).sum(axis=1)
    base = population(instrument)
    return replace(
        base,
        loadings=loadings,
        factor_correlations=settled(found.states[0].factor_covariance) * np.outer(signs, signs),
        thresholds=_in_both_groups(_marginal_thresholds(instrument, answers)),
        factor_means=np.zeros_like(base.factor_means),
    )


def factor_signs(found: Fitted) -> FloatArray:
    """Return ±1 for each factor, so that its loadings times it sum to a positive number."""
    return np.where(found.states[0].loadings.sum(axis=0) < 0.0, -1.0, 1.0)


def _marginal_thresholds(instrument: Instrument, answers: FloatArray) -> FloatArray:
    """Take normal quantiles of the cumulative shares; infinite beyond the categories that occur.

    Items of no subscale may be missing: they are never fitted, any threshold will do.
    """
    steps = np.arange(instrument.minimum, instrument.maximum)
    below = (answers[:, :, None] <= steps).mean(axis=0)
    return np.asarray(ndtri(below))


def _in_both_groups(thresholds: FloatArray) -> FloatArray:
    """Give both groups of a simulated study the same thresholds, (2, n_items, n_thresholds)."""
    return np.stack([thresholds, thresholds])
