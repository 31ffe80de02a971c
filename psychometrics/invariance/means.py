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

from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.model import Matrix
from psychometrics.invariance.groups import Group
from psychometrics.invariance.identification import Design
from psychometrics.invariance.prepared_data import Evidence
from psychometrics.invariance.results import LatentMean, ObservedMean
from psychometrics.scoring.prorate import score
from psychometrics.types import FloatArray, Interval

LEVEL = 0.95


def latent_means(fitted: Fitted, design: Design, evidence: Evidence) -> Iterator[LatentMean]:
    """Yield each factor's mean in each group beyond the reference, with its Wald interval.

    Parameters
    ----------
    fitted
        A model with equal intercepts.
    design, evidence
        The ladder and the answers.
    """
    z = float(special.ndtri(0.5 + LEVEL / 2.0))
    position = {label: place for place, label in enumerate(fitted.layout.model.labels)}
    states = [design.placement.state(fitted, group) for group in range(design.n_groups)]
    for group in range(1, evidence.n_groups):
        for factor, name in enumerate(design.base.factors):
            label = design.free(Matrix.FACTOR_MEANS, factor, group=group).label
            estimate = float(states[group].factor_mean[factor])
            error = float(fitted.standard_errors[position[str(label)]])
            known = bool(np.isfinite(error))
            interval = Interval(lower=estimate - z * error, upper=estimate + z * error, level=LEVEL)
            yield LatentMean(
                group=evidence.names[group],
                factor=name,
                estimate=estimate,
                standard_error=error if known else None,
                interval=interval if known else None,
                standardized=_standardized(
                    estimate,
                    [float(states[g].factor_covariance[factor, factor]) for g in (0, group)],
                    [evidence.n_persons[g] for g in (0, group)],
                ),
            )


def _standardized(
    estimate: float, variances: Sequence[float], n_persons: Sequence[int]
) -> float | None:
    """Divide by the factor's standard deviation, pooled over the group and the reference."""
    pooled = float(np.average(variances, weights=n_persons))
    return estimate / float(np.sqrt(pooled)) if pooled > 0.0 else None


def observed_means(groups: Sequence[Group], *, repeated: bool = False) -> Iterator[ObservedMean]:
    """Yield each scale's mean score in each group, with its effect size as against the first.

    Parameters
    ----------
    groups
        Their rows.
    repeated
        Whether they are occasions of the same persons, row by row; then persons count who have the
        score on every occasion.
    """
    scored = [score(group.responses.instrument, group.responses.answers) for group in groups]
    by_scale = [
        _given([scores.scores[:, column] for scores in scored], repeated=repeated)
        for column in range(len(scored[0].scales))
    ]
    effect_size = standardized_change if repeated else hedges_g
    for place, group in enumerate(groups):
        for scale, values in zip(scored[0].scales, by_scale, strict=True):
            given = values[place]
            if not given.size:
                continue
            effect = effect_size(given, values[0]) if place else None
            yield ObservedMean(
                group=group.name,
                scale=scale,
                mean=float(given.mean()),
                sd=float(given.std(ddof=1)) if given.size > 1 else None,
                n=given.size,
                effect_size=None if effect is None else effect[0],
                interval=None if effect is None else effect[1],
            )


def _given(scores: Sequence[FloatArray], *, repeated: bool) -> list[FloatArray]:
    """Return each group's scores that are not missing; of occasions, only whole rows."""
    if not repeated:
        return [values[np.isfinite(values)] for values in scores]
    every = np.column_stack(scores)
    return list(every[np.isfinite(every).all(axis=1)].T)


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


def standardized_change(later: FloatArray, earlier: FloatArray) -> tuple[float, Interval] | None:
    """Return the mean change in standard deviations of a score, and its 95% interval.

    Parameters
    ----------
    later, earlier
        Scores of the same persons, shapes (n_persons,); positive means they rose.

    Returns
    -------
    tuple of float and Interval, or None
        ``None`` where there is no variance or too few persons.

    Notes
    -----
    d = (mean change) / s with s² the mean of both variances; its variance, with r the correlation,
    s_D² the variance of the change and n − 1 degrees of freedom, is

        s_D² / ((n − 1) s²) + d² (s₁⁴ + s₂⁴ + 2 r² s₁² s₂²) / (8 (n − 1) s⁴)

    so that the interval is of the difference of means as groups would have it, and knows that the
    persons are the same.

    References
    ----------
    Bonett, D. G. (2008). Confidence intervals for standardized linear contrasts of means.
        doi:10.1037/1082-989X.13.2.99.
    """
    degrees = later.size - 1
    if degrees < 2:
        return None
    covariance = np.cov(later, earlier)
    mean_variance = float(np.diagonal(covariance).mean())
    if mean_variance <= 0.0:
        return None
    d = float((later - earlier).mean()) / float(np.sqrt(mean_variance))
    of_change = float((later - earlier).var(ddof=1)) / mean_variance
    of_spread = float((covariance**2).sum()) / (8.0 * mean_variance**2)
    error = float(np.sqrt((of_change + d**2 * of_spread) / degrees))
    z = float(special.ndtri(0.5 + LEVEL / 2.0))
    return d, Interval(lower=d - z * error, upper=d + z * error, level=LEVEL)
