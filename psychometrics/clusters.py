"""Clusters of persons: who belongs together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from psychometrics.declared.traits import about, result
from psychometrics.declared.vocabulary import (
    ClusterCount,
    Persons,
)
from psychometrics.errors import OptionError
from psychometrics.responses import ResponseMatrix
from psychometrics.types import BoolArray, IntArray

FEW_CLUSTERS = 20
"""With fewer, cluster-robust standard errors come with a caution."""


@result
class Clusters:
    """How persons are clustered."""

    column: str = about("Where the clusters were named.")
    n_clusters: ClusterCount = about("How many there are.")
    smallest: Persons = about("Persons in the smallest.")
    largest: Persons = about("Persons in the largest.")

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

    def of(self, persons: BoolArray) -> Membership:
        """Take some of the persons, chosen by a mask of shape (n_persons,)."""
        codes = np.unique(self.codes[persons], return_inverse=True)[1].astype(np.int64)
        return Membership(column=self.column, codes=codes)

    @property
    def groups_persons(self) -> bool:
        """Whether there are two clusters or more, one of them of two persons or more."""
        return 2 <= self.sizes.size < self.codes.size

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


def with_clusters(responses: ResponseMatrix, column: str | None, *, robust: bool) -> ResponseMatrix:
    """Return the rows that have a cluster, if clusters were asked for.

    Parameters
    ----------
    responses
        All rows.
    column
        Where clusters are named; ``None`` if nobody asked.
    robust
        Whether the estimator's errors are, so that they can allow for clusters.

    Raises
    ------
    OptionError
        When the errors cannot allow for clusters, there is no such column, or it is empty.
    """
    if column is None:
        return responses
    if not robust:
        raise OptionError("cluster", "needs MLR or WLSMV, as the errors of ML are not robust")
    found = clustered(responses, column)
    if not found.any():
        raise OptionError("cluster", "no row has a cluster")
    return responses.rows(found)


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
