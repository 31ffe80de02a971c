"""Clusters of persons: who belongs together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from psychometrics.errors import OptionError
from psychometrics.responses import ResponseMatrix
from psychometrics.types import BoolArray, FloatArray, IntArray

FEW_CLUSTERS = 20
"""With fewer, cluster-robust standard errors come with a caution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """How persons are clustered.

    Attributes
    ----------
    column
        Where the clusters were named.
    n_clusters
        How many there are.
    smallest, largest
        Persons in the smallest and the largest.
    """

    column: str
    n_clusters: int
    smallest: int
    largest: int

    @property
    def cautions(self) -> tuple[str, ...]:
        """What their number leaves doubtful, as sentences."""
        if self.n_clusters >= FEW_CLUSTERS:
            return ()
        caution = (
            f"With {self.n_clusters} clusters, cluster-robust standard errors are themselves "
            f"uncertain and tend to be too small; {FEW_CLUSTERS} are a usual minimum."
        )
        return (caution,)


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


def few_directions(n_directions: int, models: Sequence[str]) -> str:
    """Say that clusters have fewer independent deviations than models have parameters.

    Parameters
    ----------
    n_directions
        Clusters less one, in each group.
    models
        Names of the models.
    """
    return (
        f"The clusters have {n_directions} independent deviations, fewer than the parameters of "
        f"{', '.join(models)}: the covariance matrix of the estimates is singular there. Each "
        "standard error can be read by itself; scaled tests are doubtful."
    )


def clustered(responses: ResponseMatrix, column: str) -> BoolArray:
    """Return which persons have a cluster, shape (n_persons,).

    Raises
    ------
    OptionError
        No such column.
    """
    if column not in responses.columns:
        raise OptionError("cluster", "names no column of the sample")
    return ~_missing(responses.columns[column])


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
    if not clustered(responses, column).all():
        raise OptionError("cluster", "some persons have no cluster; give each one")
    values = responses.columns[column]
    codes = np.unique(values.astype(str), return_inverse=True)[1].astype(np.int64)
    n_clusters = int(codes.max(initial=-1)) + 1
    if n_clusters < 2:
        raise OptionError("cluster", "at least two clusters are needed")
    if n_clusters == codes.size:
        raise OptionError("cluster", "every cluster holds one person, so nobody belongs together")
    return Membership(column=column, codes=codes)


def _missing(values: NDArray[np.generic]) -> BoolArray:
    if values.dtype == object:
        return np.array([value is None for value in values], dtype=np.bool_)
    return np.asarray(np.isnan(values.astype(np.float64)))


def cluster_sums(values: FloatArray, codes: IntArray) -> FloatArray:
    """Add up rows within clusters.

    Parameters
    ----------
    values
        One row for each person, shape (n_persons, n_values).
    codes
        Number of each person's cluster, from 0, shape (n_persons,).

    Returns
    -------
    FloatArray
        Shape (n_clusters, n_values).
    """
    sums = np.zeros((int(codes.max()) + 1, values.shape[1]))
    np.add.at(sums, codes, values)
    return sums


def cross_products(scores: FloatArray, codes: IntArray | None = None) -> FloatArray:
    """Return Σ ss′ over persons or, with clusters, over clusters.

    Parameters
    ----------
    scores
        Of each person, shape (n_persons, n_scores); they sum to zero at the estimates.
    codes
        Number of each person's cluster, from 0, shape (n_persons,); ``None`` if persons are
        independent of each other.

    Returns
    -------
    FloatArray
        Shape (n_scores, n_scores).

    Notes
    -----
    With G clusters scores are summed within clusters first, and G / (G − 1) multiplies the sum of
    the cross-products, as in lavaan 0.6-14 and in Stata: with clusters of one it is N / (N − 1)
    times the sum over persons. It holds G − 1 independent directions at the most.

    References
    ----------
    Binder, D. A. (1983). On the variances of asymptotically normal estimators from complex
    surveys. International Statistical Review, 51, 279–292. doi:10.2307/1402588
    """
    if codes is None:
        return scores.T @ scores
    sums = cluster_sums(scores, codes)
    return np.asarray(finite_sample(codes) * (sums.T @ sums))


def finite_sample(codes: IntArray | None) -> float:
    """Return G / (G − 1), by which sums over clusters are multiplied; 1 without clusters."""
    if codes is None:
        return 1.0
    n_clusters = int(codes.max()) + 1
    return n_clusters / (n_clusters - 1)
