"""The marginal likelihood of grouped patterns: value, gradient and observed information.

With patterns u (counted n_u), grid points q, f_uq = w_q Π_j P_j(x_uj | θ_q) and posterior weights
π_uq = f_uq / Σ_q f_uq:

log L = Σ_u n_u log Σ_q f_uq; an item that a person left out drops out of the product.
Gradient (Fisher's identity): Σ_u n_u Σ_q π_uq g_uq with g = ∂ log f.
Observed information (Louis): −Σ_u n_u [E_π(∂² log f) + E_π(g g') − E_π(g) E_π(g)'].

E_π(g g') needs, at each point, the expected counts of every pair of categories; a sparse product of
the pairs that each pattern has with its posterior weights gives them.

References
----------
Bock, R. D., & Aitkin, M. (1981). Marginal maximum likelihood estimation of item parameters.
Psychometrika, 46, 443–459. doi:10.1007/BF02293801

Louis, T. A. (1982). Finding the observed information matrix when using the EM algorithm. Journal of
the Royal Statistical Society B, 44, 226–233. doi:10.1111/j.2517-6161.1982.tb01203.x
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csc_array

from psychometrics.irt.item_models import ItemModel
from psychometrics.irt.parameters import Layout
from psychometrics.irt.quadrature import Grid, log_density, sufficient_statistics
from psychometrics.irt.response_patterns import ResponsePatterns
from psychometrics.types import FloatArray

_CHUNK = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Posterior:
    """One group's expectation step.

    Attributes
    ----------
    log_likelihood
        Of all persons of the group.
    weights
        π_uq, shape (n_patterns, n_points).
    counts
        Expected persons in each category at each point, shape (n_items, width, n_points).
    density
        Expected persons at each point, shape (n_points,).
    """

    log_likelihood: float
    weights: FloatArray
    counts: FloatArray
    density: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is fitted: a model, its parameters' places, and the answers of each group.

    Attributes
    ----------
    model
        The family of category probabilities.
    layout
        Where the free parameters stand.
    groups
        Answers, the reference group first.
    grid
        The points of integration.
    """

    model: ItemModel
    layout: Layout
    groups: Sequence[ResponsePatterns]
    grid: Grid = field(default_factory=Grid)
    _indicators: list[FloatArray] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_indicators", [group.indicators for group in self.groups])

    @property
    def n_persons(self) -> int:
        """Persons of all groups."""
        return int(sum(group.counts.sum() for group in self.groups))

    def admissible(self, free: FloatArray) -> bool:
        """Whether the parameters give probabilities and densities."""
        slopes, intercepts, density = self.layout.items(self.layout.full(free))
        return (
            bool(np.isfinite(slopes).all())
            and bool((density[:, 1] < 0.0).all())
            and all(self.model.admissible(rows) for rows in intercepts)
        )

    def expect(self, free: FloatArray) -> list[Posterior]:
        """Do the expectation step of every group."""
        slopes, intercepts, density = self.layout.items(self.layout.full(free))
        return [
            self._expect_group(number, slopes[number], intercepts[number], density[number])
            for number in range(len(self.groups))
        ]

    def _expect_group(
        self, number: int, slopes: FloatArray, intercepts: FloatArray, natural: FloatArray
    ) -> Posterior:
        points, group = self.grid.points, self.groups[number]
        logs = self.model.log_probabilities(np.outer(slopes, points), intercepts)
        table = np.where(np.isfinite(logs), logs, 0.0).reshape(-1, points.size)
        weights = self._indicators[number] @ table
        weights += log_density(points, natural)
        largest = weights.max(axis=1, keepdims=True)
        weights -= largest
        np.exp(weights, out=weights)
        total = weights.sum(axis=1, keepdims=True)
        weights /= total
        persons = weights * group.counts[:, None]
        return Posterior(
            log_likelihood=float(group.counts @ (np.log(total) + largest)[:, 0]),
            weights=weights,
            counts=(self._indicators[number].T @ persons).reshape(logs.shape),
            density=persons.sum(axis=0),
        )

    def log_likelihood(self, free: FloatArray) -> float:
        """Return log L."""
        return sum(posterior.log_likelihood for posterior in self.expect(free))

    def expected_log_likelihood(self, free: FloatArray, posteriors: Sequence[Posterior]) -> float:
        """Return the complete data's log-likelihood, expected under given posteriors."""
        slopes, intercepts, density = self.layout.items(self.layout.full(free))
        points, value = self.grid.points, 0.0
        for number, posterior in enumerate(posteriors):
            predictor = np.outer(slopes[number], points)
            logs = self.model.log_probabilities(predictor, intercepts[number])
            logs[~np.isfinite(logs)] = 0.0
            value += float((posterior.counts * logs).sum())
            value += float(posterior.density @ log_density(points, density[number]))
        return value

    def complete_derivatives(
        self, free: FloatArray, posteriors: Sequence[Posterior]
    ) -> tuple[FloatArray, FloatArray]:
        """Return gradient and negative Hessian of the expected log-likelihood.

        At posteriors of the same parameters the gradient is that of log L.
        """
        slopes, intercepts, density = self.layout.items(self.layout.full(free))
        gradients, blocks = [], []
        for number, posterior in enumerate(posteriors):
            gradient, block = self._complete_group(
                slopes[number], intercepts[number], density[number], posterior
            )
            gradients.append(gradient)
            blocks.append(block)
        return self.layout.gradient(np.array(gradients)), self.layout.matrix(blocks)

    def _complete_group(
        self,
        slopes: FloatArray,
        intercepts: FloatArray,
        natural: FloatArray,
        posterior: Posterior,
    ) -> tuple[FloatArray, FloatArray]:
        points = self.grid.points
        predictor = np.outer(slopes, points)
        first = _by_slope(self.model.gradient(predictor, intercepts), points)
        second = self.model.hessian(predictor, intercepts, posterior.counts)
        scale = np.ones((points.size, first.shape[-1]))
        scale[:, 0] = points
        item_blocks = np.einsum("jqab,qa,qb->jab", second, scale, scale, optimize=True)
        item_gradient = np.einsum("jkq,jkqa->ja", posterior.counts, first, optimize=True)
        centred, covariance = _density_statistics(points, natural)
        size = item_gradient.size
        block = np.zeros((size + 2, size + 2))
        width = first.shape[-1]
        for item, own in enumerate(item_blocks):
            place = slice(item * width, (item + 1) * width)
            block[place, place] = -own
        block[-2:, -2:] = posterior.density.sum() * covariance
        return np.concatenate([item_gradient.ravel(), posterior.density @ centred]), block

    def information(self, free: FloatArray, posteriors: Sequence[Posterior]) -> FloatArray:
        """Return the observed information of the free parameters, shape (n_free, n_free)."""
        slopes, intercepts, density = self.layout.items(self.layout.full(free))
        blocks = []
        for number, posterior in enumerate(posteriors):
            _, complete = self._complete_group(
                slopes[number], intercepts[number], density[number], posterior
            )
            predictor = np.outer(slopes[number], self.grid.points)
            first = _by_slope(self.model.gradient(predictor, intercepts[number]), self.grid.points)
            missing = self._missing_information(number, first, density[number], posterior)
            blocks.append(complete - missing)
        return self.layout.matrix(blocks)

    def _missing_information(
        self, number: int, first: FloatArray, natural: FloatArray, posterior: Posterior
    ) -> FloatArray:
        """Return Σ_u n_u Cov_π(g) of one group, shape (n_parameters, n_parameters)."""
        centred, _ = _density_statistics(self.grid.points, natural)
        n_items, width, n_points, _ = first.shape
        size = n_items * width
        found = np.zeros((size + 2, size + 2))
        group = self.groups[number]
        pairs = expected_pairs(group, posterior)
        for point in range(n_points):
            half = _blockwise(first[:, :, point], pairs[point])
            found[:size, :size] += _blockwise(first[:, :, point], half.T)
        cross = np.einsum(
            "jkq,jkqa,qt->jat", posterior.counts, first, centred, optimize=True
        ).reshape(size, 2)
        found[:size, size:], found[size:, :size] = cross, cross.T
        found[size:, size:] = (centred * posterior.density[:, None]).T @ centred
        scores = pattern_scores(self._indicators[number], posterior.weights, first, centred)
        return found - (scores * group.counts[:, None]).T @ scores


def expected_pairs(group: ResponsePatterns, posterior: Posterior) -> FloatArray:
    """Return the expected persons in each pair of categories at each point.

    Shape (n_points, n_items × width, n_items × width), symmetric; within an item the counts stand
    on the diagonal.
    """
    n_patterns, n_items = group.codes.shape
    width, n_points = group.width, posterior.density.size
    lower, upper = np.triu_indices(n_items, 1)
    persons = posterior.weights * group.counts[:, None]
    tables = np.zeros((lower.size * width**2 + 1, n_points))
    for start in range(0, n_patterns, _CHUNK):
        codes = group.codes[start : start + _CHUNK]
        one, other = codes[:, lower], codes[:, upper]
        cell = np.arange(lower.size) * width**2 + one * width + other
        cell[(one == width) | (other == width)] = tables.shape[0] - 1
        ends = np.arange(codes.shape[0] + 1) * lower.size
        here = csc_array(
            (np.ones(cell.size), cell.ravel(), ends), shape=(tables.shape[0], codes.shape[0])
        )
        tables += np.asarray(here @ persons[start : start + _CHUNK])
    found = np.zeros((n_points, n_items, width, n_items, width))
    blocks = np.moveaxis(tables[:-1].reshape(lower.size, width, width, n_points), 3, 0)
    for pair, (first, second) in enumerate(zip(lower, upper, strict=True)):
        found[:, first, :, second] = blocks[:, pair]
        found[:, second, :, first] = blocks[:, pair].transpose(0, 2, 1)
    everyone = np.arange(n_items)[:, None], np.arange(width)
    found[:, everyone[0], everyone[1], everyone[0], everyone[1]] = np.moveaxis(
        posterior.counts, 2, 0
    )
    return found.reshape(n_points, n_items * width, n_items * width)


def pattern_scores(
    indicators: FloatArray, weights: FloatArray, first: FloatArray, centred: FloatArray
) -> FloatArray:
    """Return E_π(g) of each pattern, shape (n_patterns, n_parameters).

    Parameters
    ----------
    indicators
        Shape (n_patterns, n_items × width).
    weights
        π_uq, shape (n_patterns, n_points).
    first
        ∂ log P, shape (n_items, width, n_points, width).
    centred
        T − E(T), shape (n_points, 2).
    """
    n_items, width, n_points, _ = first.shape
    by_point = np.moveaxis(first, 2, 0).reshape(n_points, -1)
    found = np.empty((indicators.shape[0], n_items * width + 2))
    for start in range(0, indicators.shape[0], _CHUNK):
        rows = slice(start, start + _CHUNK)
        expected = (weights[rows] @ by_point).reshape(-1, n_items, width, width)
        chosen = indicators[rows].reshape(-1, n_items, width)
        found[rows, :-2] = np.einsum("ujk,ujka->uja", chosen, expected).reshape(-1, n_items * width)
    found[:, -2:] = weights @ centred
    return found


def _blockwise(first: FloatArray, matrix: FloatArray) -> FloatArray:
    """Multiply each item's rows of a matrix with that item's derivatives at one point."""
    n_items, width, _ = first.shape
    rows = matrix.reshape(n_items, width, -1)
    found = np.matmul(first.transpose(0, 2, 1), rows)
    return np.asarray(found.reshape(n_items * width, -1))


def _by_slope(first: FloatArray, points: FloatArray) -> FloatArray:
    """Turn derivatives by the predictor into derivatives by the slope."""
    first[..., 0] *= points
    return first


def _density_statistics(points: FloatArray, natural: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return T − E(T), shape (n_points, 2), and Cov(T), shape (2, 2), under a density."""
    statistics = sufficient_statistics(points)
    weights = np.exp(log_density(points, natural))
    centred = statistics - weights @ statistics
    return centred, (centred * weights[:, None]).T @ centred
