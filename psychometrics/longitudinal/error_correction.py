"""Lagged effects with measurement error taken out of both variables.

The observed deviations are true ones plus an error whose variance is fixed at (1 − ρ) times the
variance of the observed deviations on the occasion, which the model without error estimates. ρ is
the reliability of change within persons (Cranford's R_C for the scale).

References
----------
Bollen, K. A. (1989). Structural equations with latent variables. doi:10.1002/9781118619179,
    chapter 5: a single indicator with known reliability.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.options import Estimator
from psychometrics.longitudinal.cross_lagged import (
    VARIABLES,
    Design,
    cross_lagged_model,
    path_estimate,
    standardized_paths,
)
from psychometrics.longitudinal.estimates import wald
from psychometrics.longitudinal.lagged_results import Corrected, CorrectedPath
from psychometrics.longitudinal.structural_model import Scores, fit_scores, improprieties

GIVEN = "given"
FROM_SAMPLE = "reliability of change (Cranford's R_C) in this sample"


def corrected_paths(
    constrained: Fitted,
    design: Design,
    scores: Scores,
    *,
    reliability: float | None,
    given: bool,
    outcome_reliability: float | None,
    estimator: Estimator,
) -> Corrected | None:
    """Fit the constrained model with errors of measurement.

    Parameters
    ----------
    constrained, design
        The model without them.
    scores
        Alliance and outcome.
    reliability, given
        Of the alliance within persons, and whether it was given; ``None`` where it is unknown.
    outcome_reliability
        Of the outcome within persons; ``None`` for one.
    estimator
        ML or MLR.

    Returns
    -------
    Corrected or None
        ``None`` where the reliability is unknown, not positive, or nothing converged.
    """
    if reliability is None or not 0.0 < reliability <= 1.0 or not design.n_intercepts:
        return None
    of_outcome = 1.0 if outcome_reliability is None else outcome_reliability
    within = np.diagonal(constrained.states[0].factor_covariance)[design.n_intercepts :]
    shares = np.repeat([1.0 - reliability, 1.0 - of_outcome], design.n_occasions)
    with_error = replace(design, error_variances=shares * within.clip(min=0.0))
    model = cross_lagged_model(with_error, scores)
    fitted = fit_scores(model, scores, estimator=estimator, starts=[constrained.theta])
    if not fitted.minimum.convergence.converged:
        return None
    return Corrected(
        reliability=reliability,
        reliability_source=GIVEN if given else FROM_SAMPLE,
        outcome_reliability=of_outcome,
        proper=not improprieties(fitted, scores),
        paths=tuple(_path(fitted, with_error, source) for source in range(2)),
    )


def _path(fitted: Fitted, design: Design, source: int) -> CorrectedPath:
    to = 1 - source
    found = wald(*path_estimate(fitted, design, to=to, source=source, occasion=1))
    standardized = standardized_paths(fitted)
    values = [
        standardized[design.factor(to, t), design.factor(source, t - 1)]
        for t in range(1, design.n_occasions)
    ]
    mean = float(np.mean(values))
    return CorrectedPath(
        from_=VARIABLES[source],
        to=VARIABLES[to],
        estimate=float(found.estimate or 0.0),
        standard_error=found.standard_error,
        interval=found.interval,
        standardized=mean if np.isfinite(mean) else None,
    )
