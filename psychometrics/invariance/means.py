"""Means of groups: latent ones from a scalar model, observed ones from scale scores.

Only ``comparison`` calls these, and only behind the gate.

References
----------
Hedges, L. V. (1981). Distribution theory for Glass's estimator of effect size and related
    estimators. doi:10.3102/10769986006002107: the correction 1 − 3/(4ν − 1), here exact by the
    gamma function.
Cumming, G., & Finch, S. (2001). doi:10.1177/0013164401614002, for the interval from the noncentral
    t distribution.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy import special

from psychometrics.cfa.fitted import Fitted
from psychometrics.cfa.model import Matrix
from psychometrics.invariance.evidence import Evidence
from psychometrics.invariance.groups import Group
from psychometrics.invariance.results import LatentMean, ObservedMean
from psychometrics.scoring.prorate import score
from psychometrics.types import FloatArray, Interval

LEVEL = 0.95


def latent_means(fitted: Fitted, evidence: Evidence) -> Iterator[LatentMean]:
    """Yield each factor's mean in each group beyond the reference, with its Wald interval."""
    z = float(special.ndtri(0.5 + LEVEL / 2.0))
    for group in range(1, evidence.n_groups):
        layout, state = fitted.layout.groups[group], fitted.states[group]
        cells = layout.cells[Matrix.FACTOR_MEANS]
        for factor, position in zip(cells.rows, cells.positions, strict=True):
            estimate = float(state.factor_mean[factor])
            error = float(fitted.standard_errors[position])
            known = bool(np.isfinite(error))
            interval = Interval(lower=estimate - z * error, upper=estimate + z * error, level=LEVEL)
            yield LatentMean(
                group=evidence.names[group],
                factor=fitted.layout.model.factors[factor],
                estimate=estimate,
                standard_error=error if known else None,
                interval=interval if known else None,
                standardized=_standardized(estimate, fitted, evidence, group, int(factor)),
            )


def _standardized(
    estimate: float, fitted: Fitted, evidence: Evidence, group: int, factor: int
) -> float | None:
    """Divide by the factor's standard deviation, pooled over the group and the reference."""
    variances = [fitted.states[g].factor_covariance[factor, factor] for g in (0, group)]
    persons = [evidence.n_persons[g] for g in (0, group)]
    pooled = float(np.average(variances, weights=persons))
    return estimate / float(np.sqrt(pooled)) if pooled > 0.0 else None


def observed_means(groups: Sequence[Group]) -> Iterator[ObservedMean]:
    """Yield each scale's mean score in each group, with Hedges' g as against the first group."""
    scored = [score(group.responses.instrument, group.responses.answers) for group in groups]
    for group, scores in zip(groups, scored, strict=True):
        for column, scale in enumerate(scores.scales):
            given = _given(scores.scores[:, column])
            if not given.size:
                continue
            effect = None
            if group is not groups[0]:
                effect = hedges_g(given, _given(scored[0].scores[:, column]))
            yield ObservedMean(
                group=group.name,
                scale=scale,
                mean=float(given.mean()),
                sd=float(given.std(ddof=1)) if given.size > 1 else None,
                n=given.size,
                effect_size=None if effect is None else effect[0],
                interval=None if effect is None else effect[1],
            )


def _given(values: FloatArray) -> FloatArray:
    return values[np.isfinite(values)]


def hedges_g(group: FloatArray, reference: FloatArray) -> tuple[float, Interval] | None:
    """Return Hedges' g of a group against a reference, and its 95% interval.

    Parameters
    ----------
    group, reference
        Scores, shapes (n_persons,); positive g means the group is higher.

    Returns
    -------
    tuple of float and Interval, or None
        ``None`` where there is no variance or too few persons.
    """
    n, m = group.size, reference.size
    degrees = n + m - 2
    if n < 2 or m < 2:
        return None
    squares = float(
        ((group - group.mean()) ** 2).sum() + ((reference - reference.mean()) ** 2).sum()
    )
    if squares <= 0.0:
        return None
    root = float(np.sqrt(n * m / (n + m)))
    d = float(group.mean() - reference.mean()) / float(np.sqrt(squares / degrees))
    half = (1.0 - LEVEL) / 2.0
    lower = float(special.nctdtrinc(degrees, 1.0 - half, d * root)) / root
    upper = float(special.nctdtrinc(degrees, half, d * root)) / root
    correction = float(
        np.exp(special.gammaln(degrees / 2.0) - special.gammaln((degrees - 1.0) / 2.0))
        / np.sqrt(degrees / 2.0)
    )
    return correction * d, Interval(lower=correction * lower, upper=correction * upper, level=LEVEL)
