"""Fit of the model from univariate and bivariate moments: C2 and M2*.

C2 (Cai & Monroe) compares the share of each category and the mean product of each pair of scores
with what the model expects; M2* compares the mean scores instead of the categories and has degrees
of freedom only for long scales. With residual moments e, their covariance matrix Ξ under the model
and their derivatives Δ by the free parameters, the statistic is

n e' C (C' Ξ C)⁻¹ C' e,   C an orthogonal complement of Δ,   df = rows of Δ − rank of Δ.

RMSEA = √(max(0, X²/df − 1)/(n − 1)); CFI and TLI compare with independent items; SRMSR is the root
mean squared difference of observed and expected correlations of scores. Persons with gaps are left
out.

References
----------
Cai, L., & Monroe, S. (2014). A new statistic for evaluating item response theory models for ordinal
data (CRESST Report 839).

Cai, L., & Hansen, M. (2013). Limited-information goodness-of-fit testing of hierarchical item
factor models. British Journal of Mathematical and Statistical Psychology, 66, 245–276.
doi:10.1111/j.2044-8317.2012.02050.x

Maydeu-Olivares, A., & Joe, H. (2006). Limited information goodness-of-fit testing in
multidimensional contingency tables. Psychometrika, 71, 713–732. doi:10.1007/s11336-005-1295-9
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import qr
from scipy.special import chdtrc

from psychometrics.irt.item_parameters import ItemParameters
from psychometrics.positive_definite import required, solve_definite
from psychometrics.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitedInformationFit:
    """A statistic of C2's or M2*'s kind.

    Attributes
    ----------
    m2, df, p_value
        The statistic, its degrees of freedom and its tail probability.
    rmsea, srmsr
        Per degree of freedom, and of the correlations.
    cfi, tli
        Against independent items; ``None`` where those leave no degrees of freedom.
    n_persons
        Persons with every item answered.
    """

    m2: float
    df: int
    p_value: float
    rmsea: float
    srmsr: float
    cfi: float | None
    tli: float | None
    n_persons: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moments:
    """Functions of the answers whose means are compared, and the model at each point.

    Attributes
    ----------
    probabilities
        Shape (n_items, width, n_points).
    weights
        Of the points, shape (n_points,).
    by_category
        Whether univariate moments are categories (C2) or scores (M2*).
    """

    probabilities: FloatArray
    weights: FloatArray
    by_category: bool

    @property
    def categories(self) -> tuple[IntArray, IntArray]:
        """Item and category of each univariate moment of C2."""
        item, category = np.nonzero((self.probabilities > 0.0).any(axis=2))
        return item[category > 0], category[category > 0]

    @property
    def scores(self) -> FloatArray:
        return np.arange(float(self.probabilities.shape[1]))

    @property
    def means(self) -> FloatArray:
        """E(X | θ), shape (n_items, n_points)."""
        return np.asarray(np.einsum("k,jkq->jq", self.scores, self.probabilities))

    @property
    def variances(self) -> FloatArray:
        """Var(X | θ), shape (n_items, n_points)."""
        square = np.einsum("k,jkq->jq", self.scores**2, self.probabilities)
        return np.asarray(square - self.means**2)

    def conditional(self) -> FloatArray:
        """Return each moment given θ, shape (n_moments, n_points)."""
        means = self.means
        first, second = np.triu_indices(means.shape[0], 1)
        single = self.probabilities[self.categories] if self.by_category else means
        return np.concatenate([single, means[first] * means[second]])

    def covariance(self) -> FloatArray:
        """Return Ξ: conditional covariances, item by item, added to those of the means."""
        means, variances, given = self.means, self.variances, self.conditional()
        first, second = np.triu_indices(means.shape[0], 1)
        n_single = given.shape[0] - first.size
        expected = given @ self.weights
        found = (given * self.weights) @ given.T - np.outer(expected, expected)
        for item in range(means.shape[0]):
            single, square = self._single_covariance(item)
            pairs = np.flatnonzero((first == item) | (second == item))
            others = means[first[pairs] + second[pairs] - item]
            rows = np.concatenate([single, n_single + pairs])
            local = np.zeros((rows.size, rows.size))
            size = single.size
            local[size:, size:] = (others * self.weights * variances[item]) @ others.T
            local[:size, :size] = np.einsum("abq,q->ab", square[:-1, :-1], self.weights)
            cross = (square[:-1, -1] * self.weights) @ others.T
            local[:size, size:], local[size:, :size] = cross, cross.T
            found[np.ix_(rows, rows)] += local
        both = n_single + np.arange(first.size)
        found[both, both] += (variances[first] * variances[second]) @ self.weights
        return found

    def _single_covariance(self, item: int) -> tuple[IntArray, FloatArray]:
        """Return an item's univariate moments and their conditional covariance with its score."""
        if not self.by_category:
            variance = self.variances[item]
            return np.array([item]), np.broadcast_to(variance, (2, 2, variance.size))
        owner, category = self.categories
        mine = np.flatnonzero(owner == item)
        features = np.zeros((self.scores.size, mine.size + 1))
        features[category[mine], np.arange(mine.size)] = 1.0
        features[:, -1] = self.scores
        probability = self.probabilities[item]
        mean = features.T @ probability
        square = np.einsum("ka,kb,kq->abq", features, features, probability, optimize=True)
        return mine, square - mean[:, None] * mean[None, :]

    def jacobian(self, derivative: FloatArray, index: IntArray, n_free: int) -> FloatArray:
        """Return Δ, shape (n_moments, n_free).

        Parameters
        ----------
        derivative
            ∂P by each item's own parameters, shape (n_items, width, n_points, n_own).
        index
            Number of the free parameter of each, shape (n_items, n_own); −1 for a fixed one.
        n_free
            Number of free parameters.
        """
        means = self.means
        by_score = np.einsum("k,jkqp->jpq", self.scores, derivative) * self.weights
        first, second = np.triu_indices(means.shape[0], 1)
        owner, category = self.categories
        if self.by_category:
            single = np.einsum("mqp,q->mp", derivative[owner, category], self.weights)
        else:
            owner, single = np.arange(means.shape[0]), by_score.sum(axis=2)
        n_single = owner.size
        found = np.zeros((n_single + first.size, n_free + 1))  # the last column takes fixed ones
        np.add.at(found, (np.arange(n_single)[:, None], index[owner]), single)
        pairs = n_single + np.arange(first.size)
        for mine, other in ((first, second), (second, first)):
            change = np.einsum("mpq,mq->mp", by_score[mine], means[other])
            np.add.at(found, (pairs[:, None], index[mine]), change)
        return found[:, :n_free]

    def observed(self, codes: IntArray) -> FloatArray:
        """Return the moments in a sample of complete rows, shape (n_moments,)."""
        first, second = np.triu_indices(codes.shape[1], 1)
        products = codes.T @ codes / codes.shape[0]
        owner, category = self.categories
        single = (codes[:, owner] == category).mean(axis=0)
        if not self.by_category:
            single = codes.mean(axis=0)
        return np.concatenate([single, products[first, second]])

    def correlations(self) -> FloatArray:
        """Return the model's correlations of scores."""
        means = self.means
        expected = means @ self.weights
        covariance = (means * self.weights) @ means.T - np.outer(expected, expected)
        covariance[np.diag_indices(means.shape[0])] += self.variances @ self.weights
        scale = np.sqrt(np.diag(covariance))
        return np.asarray(covariance / np.outer(scale, scale))


def limited_information_fit(
    items: ItemParameters,
    index: IntArray,
    codes: IntArray,
    *,
    points: FloatArray,
    density: FloatArray,
    by_category: bool = True,
) -> LimitedInformationFit | None:
    """Test the model's fit by C2 (or M2*), ``None`` where it has no degrees of freedom.

    Parameters
    ----------
    items
        The fitted items.
    index
        Number of the free parameter at each item's (a, d), shape (n_items, width); −1: none.
    codes
        Complete rows, categories 0, 1, …, shape (n_persons, n_items).
    points, density
        The grid and the trait's weights on it, shape (n_points,).
    by_category
        C2 if true, M2* if not.
    """
    probabilities = items.probabilities(points)
    moments = _Moments(probabilities=probabilities, weights=density, by_category=by_category)
    derivative = probabilities[..., None] * items.gradient(points)
    tested = _statistic(moments, derivative, index, codes)
    if tested is None:
        return None
    m2, df = tested
    independent = _independence(moments, codes)
    observed = np.corrcoef(codes, rowvar=False)
    below = np.tril_indices(items.n_items, -1)
    n_persons = codes.shape[0]
    cfi = tli = None
    if independent is not None:
        null, null_df = independent
        cfi = float(np.clip(1.0 - (m2 - df) / (null - null_df), 0.0, 1.0))
        tli = (null / null_df - m2 / df) / (null / null_df - 1.0)
    return LimitedInformationFit(
        m2=m2,
        df=df,
        p_value=float(chdtrc(df, m2)),
        rmsea=float(np.sqrt(max(0.0, m2 / df - 1.0) / (n_persons - 1))),
        srmsr=float(np.sqrt(np.mean((observed - moments.correlations())[below] ** 2))),
        cfi=cfi,
        tli=tli,
        n_persons=n_persons,
    )


def _statistic(
    moments: _Moments, derivative: FloatArray, index: IntArray, codes: IntArray
) -> tuple[float, int] | None:
    n_free = int(index.max()) + 1
    jacobian = moments.jacobian(derivative, index, n_free)
    if n_free >= jacobian.shape[0]:
        return None
    basis, triangle, _ = qr(jacobian, pivoting=True)
    size = np.abs(np.diag(triangle))
    if size[-1] <= 1e-7 * size[0]:
        return None
    complement = basis[:, n_free:]
    error = complement.T @ (moments.observed(codes) - moments.conditional() @ moments.weights)
    spread = complement.T @ moments.covariance() @ complement
    m2 = codes.shape[0] * float(error @ required(solve_definite(spread, error), "C2"))
    return m2, complement.shape[1]


def _independence(moments: _Moments, codes: IntArray) -> tuple[float, int] | None:
    """Test the model of independent items whose category shares are free."""
    n_items, width, _ = moments.probabilities.shape
    shares = np.mean(codes[:, :, None] == np.arange(width), axis=0)[:, :, None]
    index = np.full((n_items, width), -1)
    owner, category = moments.categories
    index[owner, category] = np.arange(owner.size)
    derivative = np.zeros((n_items, width, 1, width))
    for step in range(1, width):
        derivative[:, step, 0, step] = 1.0
        derivative[:, 0, 0, step] = -1.0
    null = _Moments(probabilities=shares, weights=np.ones(1), by_category=moments.by_category)
    return _statistic(null, derivative, index, codes)
