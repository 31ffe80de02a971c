"""A fitted model, and the indices that samples of a population give it.

Continuous answers are drawn as moments and fitted by maximum likelihood; ordered ones are normal
propensities, cut at the sample's thresholds, fitted by WLSMV.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from psychometrics.cfa.competing_models import rival_model
from psychometrics.cfa.complete_data import complete_answers
from psychometrics.cfa.fit import Statistic, cfi, rmsea, srmr
from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.implied import state_at
from psychometrics.cfa.ml import fit_ml
from psychometrics.cfa.model import Matrix
from psychometrics.cfa.parameter_index import Layout, layout_of
from psychometrics.cfa.wlsmv import fit_ordered
from psychometrics.correlation.polychoric import ordinal_moments
from psychometrics.errors import EstimationError
from psychometrics.positive_definite import log_determinants, required
from psychometrics.responses import ResponseMatrix
from psychometrics.sampling import categories, correlated, settled, triangular_root
from psychometrics.simulation.draws import population_moments
from psychometrics.simulation.misspecification import StandardizedModel
from psychometrics.simulation.normal import ReplicateMoments, fit_replicates
from psychometrics.simulation.options import CutoffOptions
from psychometrics.simulation.ordinal import (
    OrdinalReplicates,
    correlation_layout,
    fit_ordinal_replicates,
    implied_correlations,
    in_chunks,
    scaled_statistics,
)
from psychometrics.simulation.results import FitValues
from psychometrics.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Indices:
    """Indices of the replicates that converged, each of shape (n_converged,)."""

    srmr: FloatArray
    rmsea: FloatArray
    cfi: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """A fitted model, and how to see its indices under a population.

    Attributes
    ----------
    observed
        Its indices in the sample itself.
    model
        Its standardized parameters.
    n_persons
        Persons used, and drawn in each replicate.
    simulate
        Gives the indices of replicates from a population with these correlations of the items,
        shape (n_items, n_items).
    cautions
        Doubts, as sentences.
    """

    observed: FitValues
    model: StandardizedModel
    n_persons: int
    simulate: Callable[[FloatArray], Indices]
    cautions: tuple[str, ...] = ()


def continuous(
    responses: ResponseMatrix, options: CutoffOptions, rng: np.random.Generator
) -> Experiment:
    """Fit by maximum likelihood; simulate normal answers.

    Parameters
    ----------
    responses
        Answers as given; complete rows are used.
    options
        The model, and how many replicates.
    rng
        Source of randomness.

    Raises
    ------
    EstimationError
        The model cannot be fitted to the sample, or its solution is not proper.
    """
    answers = responses.scored[responses.complete]
    sample = complete_answers(answers, responses.instrument.scored_items)
    layout = layout_of(rival_model(responses.instrument, options.model))
    fitted = fit_ml(layout.model, (sample,), layout=layout)
    model = _standardized_model(fitted)
    start = _standardized_start(fitted)
    n_persons = len(answers)

    def simulate(correlations: FloatArray) -> Indices:
        draws = population_moments(
            correlations, n_persons=n_persons, replicates=options.replicates, rng=rng
        )
        return _normal_indices(layout, draws, start)

    return Experiment(
        observed=_observed(fitted), model=model, n_persons=n_persons, simulate=simulate
    )


def ordinal(
    responses: ResponseMatrix, options: CutoffOptions, rng: np.random.Generator
) -> Experiment:
    """Fit by WLSMV; simulate normal propensities and cut them at the sample's thresholds.

    Parameters and errors as for :func:`continuous`.
    """
    items = responses.instrument.scored_items
    moments = ordinal_moments(responses.scored, items=items)
    structure = rival_model(responses.instrument, options.model)
    counts = moments.n_thresholds
    fitted = fit_ordered(structure, moments)
    layout = correlation_layout(structure)
    labels = fitted.layout.model.labels
    start = fitted.theta[[labels.index(label) for label in layout.model.labels]]
    cuts = np.full((len(items), max(counts)), np.inf)
    for row, thresholds in zip(cuts, moments.thresholds, strict=True):
        row[: thresholds.size] = thresholds

    def simulate(correlations: FloatArray) -> Indices:
        root = triangular_root(settled(correlations))

        def draw(number: int) -> IntArray:
            normal = rng.standard_normal((number, moments.n_persons, len(items)))
            return categories(correlated(normal, root), cuts)

        parts = in_chunks(
            draw,
            max(counts) + 1,
            replicates=options.replicates,
            n_persons=moments.n_persons,
            n_items=len(items),
        )
        return _joined([_ordinal_indices(layout, part, start) for part in parts])

    return Experiment(
        observed=_observed(fitted),
        model=_standardized_model(fitted),
        n_persons=moments.n_persons,
        simulate=simulate,
        cautions=moments.cautions,
    )


def _standardized_model(fitted: Fitted) -> StandardizedModel:
    """Return a fitted model's standardized loadings and factor correlations, if it is proper.

    Raises
    ------
    EstimationError
        It did not converge, or a standardized loading or factor correlation is impossible.
    """
    state = fitted.states[0]
    loadings = state.loadings
    if fitted.layout.model.parameterization is None:  # under delta, loadings are standardized
        loadings = loadings / np.sqrt(np.diagonal(state.covariance))[:, None]
    proper = (
        fitted.minimum.convergence.converged
        and bool((np.abs(loadings) < 1).all())
        and bool(np.linalg.eigvalsh(state.factor_covariance)[0] > 0)
    )
    if not proper:
        raise EstimationError(
            "cut-offs",
            "the model's solution on this sample is not proper, so nothing can be simulated from "
            "it; see the kind cfa for what is wrong",
        )
    model = fitted.layout.model
    return StandardizedModel(
        items=model.items,
        factors=model.factors,
        loadings=loadings,
        factor_correlations=state.factor_covariance,
    )


def _standardized_start(fitted: Fitted) -> FloatArray:
    """Return the parameter vector on the scale of standardized items, where replicates start."""
    scale = np.sqrt(np.diagonal(fitted.states[0].covariance))
    start = fitted.theta.copy()
    group = fitted.layout.groups[0]
    loadings, residuals = group.cells[Matrix.LOADINGS], group.cells[Matrix.RESIDUAL_COVARIANCES]
    start[loadings.positions] /= scale[loadings.rows]
    start[residuals.positions] /= scale[residuals.rows] * scale[residuals.columns]
    return start


def _observed(fitted: Fitted) -> FitValues:
    """Return the indices of the sample itself, scaled ones under WLSMV."""
    tests, model, baseline = fitted.tests, fitted.tests.model, fitted.tests.baseline
    persons = fitted.n_persons
    if tests.scaled_model is not None and tests.scaled_baseline is not None:
        model, baseline = tests.scaled_model.statistic, tests.scaled_baseline.statistic
        persons -= 1
    return FitValues(srmr=fitted.srmr, rmsea=rmsea(model, persons), cfi=cfi(model, baseline))


def _normal_indices(layout: Layout, draws: ReplicateMoments, start: FloatArray) -> Indices:
    """Fit the model to every replicate by maximum likelihood and compute its indices."""
    minima = fit_replicates(layout, (draws,), start)
    used = minima.converged
    covariances = draws.covariances[used]
    implied = state_at(layout.groups[0], minima.theta[used]).covariance
    n, p = draws.n_persons, covariances.shape[1]
    df = p * (p + 1) // 2 - layout.model.n_free
    variances = np.diagonal(covariances, axis1=1, axis2=2)
    independence = n * (
        np.log(variances).sum(axis=1) - required(log_determinants(covariances), "replicates")
    )
    tests = [
        (
            Statistic(chi_square=2 * n * value, df=df),
            Statistic(chi_square=null, df=p * (p - 1) // 2),
        )
        for value, null in zip(minima.values[used], independence, strict=True)
    ]
    return Indices(
        srmr=np.array([srmr(S, fit) for S, fit in zip(covariances, implied, strict=True)]),
        rmsea=np.array([rmsea(model, n) for model, _ in tests]),
        cfi=np.array([cfi(model, baseline) for model, baseline in tests]),
    )


def _ordinal_indices(layout: Layout, replicates: OrdinalReplicates, start: FloatArray) -> Indices:
    """Fit the model to every replicate by WLSMV and compute its scaled indices."""
    minima = fit_ordinal_replicates(layout, replicates, start)
    used = minima.converged
    residuals = replicates.correlations[used] - implied_correlations(layout, minima.theta[used])
    tests = scaled_statistics(layout, replicates, minima)
    pairs = list(zip(tests.model, tests.baseline, strict=True))
    return Indices(
        srmr=np.sqrt((residuals**2).mean(axis=1)),
        rmsea=np.array([rmsea(model, replicates.n_persons - 1) for model, _ in pairs]),
        cfi=np.array([cfi(model, baseline) for model, baseline in pairs]),
    )


def _joined(parts: list[Indices]) -> Indices:
    return Indices(
        srmr=np.concatenate([part.srmr for part in parts]),
        rmsea=np.concatenate([part.rmsea for part in parts]),
        cfi=np.concatenate([part.cfi for part in parts]),
    )
