"""One group's complete answers, summarised once for every model that is fitted to them.

Traces tr(H⁻¹J) of the saturated and of the independence model depend on the answers alone; what
they are for stands in ``ml``. With clusters scores are summed within them first, and every trace
carries G / (G − 1).

References
----------
Mardia, K. V. (1970). Measures of multivariate skewness and kurtosis. doi:10.1093/biomet/57.3.519,
    for the saturated trace of persons who are independent of each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from psychometrics.cfa.ml_discrepancy import NormalMoments
from psychometrics.errors import EstimationError
from psychometrics.positive_definite import (
    cholesky,
    inverse_and_log_determinant,
    inverse_square,
    required,
    solve_square,
)
from psychometrics.sandwich import cluster_sums, finite_sample
from psychometrics.types import FloatArray, IntArray


@dataclass(frozen=True)
class CompleteAnswers:
    """One group's complete answers and what is the same for every model of them.

    Attributes
    ----------
    centred
        Deviations from the means, shape (n_persons, n_items).
    moments
        Covariances, means and their like.
    clusters
        Number of each person's cluster, from 0, shape (n_persons,); ``None`` if persons are
        independent of each other.
    """

    centred: FloatArray
    moments: NormalMoments
    clusters: IntArray | None = None

    @cached_property
    def saturated_trace(self) -> float:
        """tr(H₁⁻¹J₁) of the covariances: half of Mardia's kurtosis less the number of items.

        With clusters it is ½ Σ_g ‖Σ_i (u_i u_i′ − I)‖² G / (G − 1) / N, where u are uncorrelated
        answers of unit variance.
        """
        if self.clusters is None:
            inverse = required(inverse_square(self.moments.covariance), "covariance matrix")
            distances = ((self.centred @ inverse) * self.centred).sum(axis=1)
            return 0.5 * float((distances**2).mean() - self.centred.shape[1])
        first, second = np.triu_indices(self.centred.shape[1])
        u = self._uncorrelated
        # an element off the diagonal stands twice in the norm
        excess = u[:, first] * u[:, second] - (first == second)
        return self._mean_square(excess * np.where(first == second, np.sqrt(0.5), 1.0))

    @cached_property
    def saturated_mean_trace(self) -> float:
        """tr(H₁⁻¹J₁) of the means: their number where persons are independent."""
        if self.clusters is None:
            return float(self.centred.shape[1])
        return self._mean_square(self._uncorrelated)

    @cached_property
    def independence_trace(self) -> float:
        """tr(H₀⁻¹J₀) of free variances: (kurtosis − 1)/2 for each item where persons are."""
        return 0.5 * self._mean_square(self._standardized**2 - 1.0)

    @cached_property
    def independence_mean_trace(self) -> float:
        """tr(H₀⁻¹J₀) of the means of items that are taken to be uncorrelated."""
        return self._mean_square(self._standardized)

    def influence_along(self, slopes: FloatArray) -> FloatArray:
        """Return each person's influence on a function of the correlations, shape (n_persons,).

        On r_ij it is (z_i z_j − r_ij (z_i² + z_j²) / 2) / n, with standardized answers z.

        Parameters
        ----------
        slopes
            The function's derivatives by the pairs (1, 2), (1, 3), …, shape (n_pairs,).
        """
        z = self._standardized
        n_persons, n_items = z.shape
        weights = np.zeros((n_items, n_items))
        weights[np.triu_indices(n_items, 1)] = slopes
        weights = (weights + weights.T) / 2.0
        pulled = (weights * (z.T @ z / n_persons)).sum(axis=1)
        return np.asarray((((z @ weights) * z).sum(axis=1) - z**2 @ pulled) / n_persons)

    @property
    def _standardized(self) -> FloatArray:
        return self.centred / np.sqrt(np.diagonal(self.moments.covariance))

    @property
    def _uncorrelated(self) -> FloatArray:
        root = required(cholesky(self.moments.covariance), "covariance matrix")
        return required(solve_square(root, self.centred.T), "covariance matrix").T

    def _mean_square(self, scores: FloatArray) -> float:
        """Return the trace of the mean cross-product of scores."""
        sums = scores if self.clusters is None else cluster_sums(scores, self.clusters)
        return finite_sample(self.clusters) * float((sums**2).sum()) / self.moments.n_persons


def complete_answers(
    answers: FloatArray, items: tuple[int, ...], clusters: IntArray | None = None
) -> CompleteAnswers:
    """Summarise one group's complete answers.

    Parameters
    ----------
    answers
        Shape (n_persons, n_items), nothing missing.
    items
        Their numbers, for messages.
    clusters
        Number of each person's cluster, from 0, shape (n_persons,).

    Raises
    ------
    EstimationError
        When the covariance matrix is not positive definite: too few persons, an item that everyone
        answers alike, items that follow from others.
    """
    n_persons, n_items = answers.shape
    _check_persons(n_persons, n_items)
    mean = answers.mean(axis=0)
    centred = answers - mean
    moments = normal_moments(
        centred.T @ centred / n_persons, mean, items=items, n_persons=n_persons
    )
    return CompleteAnswers(centred=centred, moments=moments, clusters=clusters)


def normal_moments(
    covariance: FloatArray, mean: FloatArray, *, items: tuple[int, ...], n_persons: int
) -> NormalMoments:
    """Check the moments of complete answers and prepare them for the likelihood.

    Parameters
    ----------
    covariance
        With n in its divisor, shape (n_items, n_items).
    mean
        Shape (n_items,).
    items
        Their numbers, for messages.
    n_persons
        Persons they come from.

    Raises
    ------
    EstimationError
        When there are too few persons, or the covariance matrix is not positive definite.
    """
    _check_persons(n_persons, len(items))
    check_variances(np.diagonal(covariance), items)
    inverted = inverse_and_log_determinant(covariance)
    scale = np.sqrt(np.diagonal(covariance))
    if inverted is None or np.linalg.eigvalsh(covariance / np.outer(scale, scale))[0] < 1e-10:
        raise EstimationError("covariance matrix", _redundancy(covariance, items))
    return NormalMoments(
        covariance=covariance, mean=mean, n_persons=n_persons, log_determinant=inverted[1]
    )


def _check_persons(n_persons: int, n_items: int) -> None:
    """Refuse samples whose covariance matrix cannot have full rank."""
    if n_persons <= n_items:
        raise EstimationError(
            "covariance matrix",
            f"{n_persons} complete rows are too few for {n_items} items; more persons than items "
            "are needed",
        )


def check_variances(variances: FloatArray, items: tuple[int, ...]) -> None:
    """Refuse items without variance, of shape (n_items,), naming the first."""
    constant = [item for item, variance in zip(items, variances, strict=True) if variance < 1e-12]
    if constant:
        raise EstimationError(
            "covariance matrix", f"every person gives the same answer to item {constant[0]}"
        )


def _redundancy(covariance: FloatArray, items: tuple[int, ...]) -> str:
    """Say which items make a covariance matrix singular."""
    scale = np.sqrt(np.diagonal(covariance))
    correlation = np.tril(np.abs(covariance / np.outer(scale, scale)), -1)
    row, column = np.unravel_index(int(correlation.argmax()), correlation.shape)
    if correlation[row, column] > 1.0 - 1e-9:
        return f"items {items[column]} and {items[row]} have the same answers"
    return "it is not positive definite: some item follows from the others"
