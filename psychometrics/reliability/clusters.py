"""What clusters of persons do to a scale.

Notes
-----
With J clusters of sizes m_j, N persons, mean squares MSB and MSW of a one-way analysis of variance
and n_0 = (N − Σ m_j² / N) / (J − 1),

    ICC(1) = (MSB − MSW) / (MSB + (n_0 − 1) MSW),    design effect = 1 + (Σ m_j² / N − 1) ICC(1).

The interval of ICC(1) is Searle's, exact for equal cluster sizes and normal scores. The same mean
squares as matrices over items give the covariances within (MSW) and between clusters
((MSB − MSW) / n_0), and alpha of each.

References
----------
Shrout, P. E., & Fleiss, J. L. (1979). Intraclass correlations: Uses in assessing rater reliability.
Psychological Bulletin, 86, 420–428. doi:10.1037/0033-2909.86.2.420

Geldhof, G. J., Preacher, K. J., & Zyphur, M. J. (2014). Reliability estimation in a multilevel
confirmatory factor analysis framework. Psychological Methods, 19, 72–91. doi:10.1037/a0032138
"""

from __future__ import annotations

from scipy.special import fdtri

from psychometrics.clusters import Membership
from psychometrics.reliability.alpha import alpha
from psychometrics.reliability.results import Clustering
from psychometrics.sandwich import cluster_sums
from psychometrics.types import Estimate, FloatArray, Interval


def clustering(answers: FloatArray, members: Membership, level: float) -> Clustering:
    """Describe what clusters do to one scale.

    Parameters
    ----------
    answers
        Complete, of the scale's items, shape (n_persons, n_items).
    members
        Of the same persons.
    level
        Coverage of the interval.
    """
    between, within, size = _mean_squares(answers, members)
    score_between, score_within = float(between.sum()), float(within.sum())
    icc = _icc(score_between, score_within, size, members, level)
    effective = float((members.sizes**2).sum() / members.codes.size)
    return Clustering(
        icc=icc,
        design_effect=_design_effect(icc.estimate, effective),
        alpha_within=alpha(within),
        alpha_between=alpha((between - within) / size),
    )


def _design_effect(icc: float | None, effective: float) -> float | None:
    """Return the factor; clusters of unequal size and a negative ICC(1) can leave none."""
    found = None if icc is None else 1.0 + (effective - 1.0) * icc
    return found if found is not None and found > 0.0 else None


def _mean_squares(answers: FloatArray, members: Membership) -> tuple[FloatArray, FloatArray, float]:
    sizes = members.sizes
    n_persons = answers.shape[0]
    means = cluster_sums(answers, members.codes) / sizes[:, None]
    outer = means - answers.mean(axis=0)
    inner = answers - means[members.codes]
    between = (outer.T * sizes) @ outer / (sizes.size - 1)
    within = inner.T @ inner / (n_persons - sizes.size)
    size = (n_persons - (sizes**2).sum() / n_persons) / (sizes.size - 1)
    return between, within, float(size)


def _icc(between: float, within: float, size: float, members: Membership, level: float) -> Estimate:
    if within <= 0.0 and between <= 0.0:
        return Estimate(estimate=None, reason="the score does not vary")
    value = (between - within) / (between + (size - 1.0) * within)
    if within <= 0.0:
        return Estimate(
            estimate=value, reason="there is no interval: scores do not vary within clusters"
        )
    n_clusters = members.sizes.size
    df = (n_clusters - 1, members.codes.size - n_clusters)
    quantiles = fdtri(*df, [(1.0 + level) / 2.0, (1.0 - level) / 2.0])
    lower, upper = (between / within / quantile for quantile in quantiles)
    return Estimate(
        estimate=value,
        interval=Interval(
            lower=float((lower - 1.0) / (lower + size - 1.0)),
            upper=float((upper - 1.0) / (upper + size - 1.0)),
            level=level,
        ),
    )
