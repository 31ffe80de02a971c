"""Spread and percentile intervals of any estimate that is made from moments.

References
----------
Efron, B., & Tibshirani, R. J. (1993). An introduction to the bootstrap. Chapman & Hall.
doi:10.1201/9780429246593, chapters 6 and 13.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from psychometrics.cfa.model import Model
from psychometrics.cfa.parameter_index import Layout
from psychometrics.correlation.categories import code_answers
from psychometrics.errors import EstimationError
from psychometrics.simulation.draws import resampled_rows
from psychometrics.simulation.normal import ReplicateMoments, fit_replicates
from psychometrics.simulation.ordinal import (
    correlation_layout,
    fit_ordinal_replicates,
    in_chunks,
)
from psychometrics.types import BoolArray, FloatArray, IntArray

Estimator = Callable[[ReplicateMoments], tuple[FloatArray, BoolArray]]
"""Turns replicates' moments into estimates, shape (n_replicates, n_estimates), and says which of
the replicates have them, shape (n_replicates,)."""

FEWEST_USABLE = 20
"""With fewer replicates that converged there is no spread to speak of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bootstrap:
    """What replicates say of estimates.

    Attributes
    ----------
    estimates
        Of the replicates that have them, shape (n_used, n_estimates).
    n_failed
        Replicates left out because they did not converge.
    standard_errors
        Standard deviations over replicates, shape (n_estimates,).
    lower, upper
        Percentile interval, shape (n_estimates,).
    level
        Its coverage.
    """

    estimates: FloatArray
    n_failed: int
    standard_errors: FloatArray
    lower: FloatArray
    upper: FloatArray
    level: float


def bootstrap(draws: ReplicateMoments, estimate: Estimator, *, level: float = 0.95) -> Bootstrap:
    """Return the spread of an estimate over bootstrap samples.

    Parameters
    ----------
    draws
        From `draws.bootstrap_moments`.
    estimate
        Any function of moments, for example `parameters_of` a model.
    level
        Coverage of the intervals.

    Returns
    -------
    Bootstrap
        Standard errors and percentile intervals.

    Raises
    ------
    EstimationError
        Hardly any replicate has the estimate.
    """
    return summarise(*estimate(draws), level=level)


def summarise(estimates: FloatArray, usable: BoolArray, *, level: float = 0.95) -> Bootstrap:
    """Return the spread of estimates over replicates.

    Parameters
    ----------
    estimates
        Shape (n_replicates, n_estimates).
    usable
        Which replicates have them, shape (n_replicates,).
    level
        Coverage of the intervals.

    Returns
    -------
    Bootstrap
        Standard errors and percentile intervals.

    Raises
    ------
    EstimationError
        Hardly any replicate has the estimate.

    References
    ----------
    Efron & Tibshirani (1993), equations 6.6 and 13.5.
    """
    used = estimates[usable]
    if len(used) < FEWEST_USABLE:
        raise EstimationError(
            "bootstrap",
            f"only {len(used)} of {len(estimates)} replicates could be estimated; more persons or "
            "a simpler model are needed",
        )
    lower, upper = np.quantile(used, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return Bootstrap(
        estimates=used,
        n_failed=len(estimates) - len(used),
        standard_errors=used.std(axis=0, ddof=1),
        lower=lower,
        upper=upper,
        level=level,
    )


def bootstrap_ordinal(
    model: Model,
    answers: FloatArray,
    *,
    start: FloatArray,
    replicates: int,
    rng: np.random.Generator,
    level: float = 0.95,
) -> Bootstrap:
    """Return the spread of a model's loadings and factor correlations under WLSMV.

    Parameters
    ----------
    model
        Of one group and continuous answers (`cfa.rivals.rival_model`); thresholds are free.
    answers
        Complete, shape (n_persons, n_items).
    start
        Estimates from the whole sample, in the order of `ordinal.correlation_layout`'s labels.
    replicates
        Number of bootstrap samples.
    rng
        Source of randomness.
    level
        Coverage of the intervals.

    Returns
    -------
    Bootstrap
        Of the parameters that `ordinal.correlation_layout` keeps.

    Raises
    ------
    EstimationError
        An item is constant, or hardly any replicate converges.
    """
    layout = correlation_layout(model)
    coding = code_answers(answers, items=model.items)
    n_persons, n_items = answers.shape

    def draw(number: int) -> IntArray:
        return coding.codes[resampled_rows(n_persons, replicates=number, rng=rng)]

    parts = in_chunks(
        draw, coding.width, replicates=replicates, n_persons=n_persons, n_items=n_items
    )
    minima = [fit_ordinal_replicates(layout, part, start) for part in parts]
    return summarise(
        np.concatenate([part.theta for part in minima]),
        np.concatenate([part.converged for part in minima]),
        level=level,
    )


def parameters_of(layout: Layout, start: FloatArray) -> Estimator:
    """Return the estimator of a single-group model's free parameters by maximum likelihood.

    Parameters
    ----------
    layout
        The model.
    start
        Estimates from the whole sample, shape (n_free,). Signs of factors follow them.
    """

    def estimate(draws: ReplicateMoments) -> tuple[FloatArray, BoolArray]:
        minima = fit_replicates(layout, (draws,), start)
        return minima.theta, minima.converged

    return estimate
