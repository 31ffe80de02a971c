"""Clusters of persons: who belongs together, and what that does to a scale.

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

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtri

from psychometrics.errors import OptionError
from psychometrics.reliability.alpha import alpha
from psychometrics.reliability.results import Clustering, Clusters
from psychometrics.responses import ResponseMatrix
from psychometrics.types import Estimate, FloatArray, IntArray, Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """Which cluster each person belongs to.

    Attributes
    ----------
    column
        Where the clusters were named.
    codes
        Number of each person's cluster, from 0, shape (n_persons,).
    """

    column: str
    codes: IntArray

    @property
    def sizes(self) -> IntArray:
        """Persons in each cluster."""
        return np.bincount(self.codes)

    @property
    def described(self) -> Clusters:
        """How persons are clustered."""
        sizes = self.sizes
        return Clusters(
            column=self.column,
            n_clusters=int(sizes.size),
            smallest=int(sizes.min()),
            largest=int(sizes.max()),
        )


def membership(responses: ResponseMatrix, column: str) -> Membership:
    """Read clusters from a column.

    Parameters
    ----------
    responses
        The persons that are used.
    column
        Its name.

    Raises
    ------
    OptionError
        No such column, a person without a cluster, fewer than two clusters, or only clusters of
        one.
    """
    if column not in responses.columns:
        raise OptionError("cluster", "names no column of the sample")
    values = responses.columns[column]
    if _missing(values).any():
        raise OptionError("cluster", "some persons have no cluster; give each one")
    codes = np.unique(values.astype(str), return_inverse=True)[1].astype(np.int64)
    n_clusters = int(codes.max(initial=-1)) + 1
    if n_clusters < 2:
        raise OptionError("cluster", "at least two clusters are needed")
    if n_clusters == codes.size:
        raise OptionError("cluster", "every cluster holds one person, so nobody belongs together")
    return Membership(column=column, codes=codes)


def _missing(values: NDArray[np.generic]) -> NDArray[np.bool_]:
    if values.dtype == object:
        return np.array([value is None for value in values], dtype=np.bool_)
    return np.asarray(np.isnan(values.astype(np.float64)))


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
        design_effect=None if icc.estimate is None else 1.0 + (effective - 1.0) * icc.estimate,
        alpha_within=alpha(within),
        alpha_between=alpha((between - within) / size),
    )


def _mean_squares(answers: FloatArray, members: Membership) -> tuple[FloatArray, FloatArray, float]:
    sizes = members.sizes
    n_persons, n_items = answers.shape
    sums = np.zeros((sizes.size, n_items))
    np.add.at(sums, members.codes, answers)
    means = sums / sizes[:, None]
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
        return Estimate(estimate=value)
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
