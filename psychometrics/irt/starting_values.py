"""Where the iteration starts: from correlations and category shares alone.

Loadings of the first principal axis of the items' correlations give slopes a = 1.702 λ / √(1 − λ²);
cumulative shares give the graded model's intercepts. The other models start from the maximum of the
likelihood expected under that graded model.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import logit

from psychometrics.irt.item_models import Graded
from psychometrics.irt.likelihood import Problem
from psychometrics.irt.parameters import free_parameters
from psychometrics.irt.response_patterns import ResponsePatterns
from psychometrics.positive_definite import solve_square
from psychometrics.types import FloatArray, IntArray

_LARGEST_LOADING = 0.9
_SMALLEST_LOADING = 0.2
_PROBIT_TO_LOGIT = 1.702


def starting_values(problem: Problem, n_categories: IntArray) -> FloatArray:
    """Return values of the free parameters to start from, shape (n_free,).

    Parameters
    ----------
    problem
        What will be fitted.
    n_categories
        Of each item, shape (n_items,).
    """
    graded = free_parameters(
        n_categories,
        shared=np.ones(n_categories.size, dtype=np.bool_),
        common_slope=False,
        n_groups=1,
    )
    shares, loadings = _moments(problem.groups, n_categories)
    slopes = _PROBIT_TO_LOGIT * loadings / np.sqrt(1.0 - loadings**2)
    full = graded.base.copy()
    items = full[:, :-2].reshape(n_categories.size, -1)
    items[:, 0] = slopes
    spread = np.sqrt(1.0 + (slopes / _PROBIT_TO_LOGIT) ** 2)
    for item, size in enumerate(n_categories):
        reached = 1.0 - np.cumsum(shares[item, : size - 1])
        items[item, 1:size] = spread[item] * logit(reached)
    if isinstance(problem.model, Graded):
        return problem.layout.free(np.repeat(full, len(problem.groups), axis=0))
    return _from_graded(problem, full)


def _from_graded(problem: Problem, graded: FloatArray) -> FloatArray:
    """Maximize another model's likelihood as the graded model expects it."""
    stand_in = Problem(
        model=Graded(),
        layout=free_parameters(
            np.isfinite(graded[0, :-2]).reshape(problem.layout.n_items, -1).sum(axis=1),
            shared=np.ones(problem.layout.n_items, dtype=np.bool_),
            common_slope=False,
            n_groups=1,
        ),
        groups=problem.groups[:1],
        grid=problem.grid,
    )
    expected = stand_in.expect(stand_in.layout.free(graded)) * len(problem.groups)
    slopes, intercepts, density = problem.layout.items(problem.layout.base.copy())
    slopes[:] = 1.0
    free = problem.layout.free(
        np.concatenate(
            [
                np.concatenate([slopes[..., None], intercepts], axis=2).reshape(len(slopes), -1),
                density,
            ],
            axis=1,
        )
    )
    value = problem.expected_log_likelihood(free, expected)
    for _ in range(30):
        gradient, curvature = problem.complete_derivatives(free, expected)
        step = solve_square(curvature + 1e-8 * np.eye(free.size), gradient)
        if step is None:
            return free
        for _ in range(10):
            there = problem.expected_log_likelihood(free + step, expected)
            if there > value:
                break
            step *= 0.5
        else:
            return free
        free, gain, value = free + step, there - value, there
        if gain < 1e-3:
            return free
    return free


def _moments(
    groups: Sequence[ResponsePatterns], n_categories: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Return category shares (n_items, width) and first-axis loadings (n_items,)."""
    codes = np.concatenate([group.codes for group in groups])
    counts = np.concatenate([group.counts for group in groups])
    width = groups[0].width
    chosen = codes[:, :, None] == np.arange(width)
    persons = np.einsum("u,ujk->jk", counts, chosen)
    shares = (persons + 0.5) * (np.arange(width) < n_categories[:, None])
    shares /= shares.sum(axis=1, keepdims=True)
    answered = codes < width
    mean = persons @ np.arange(width) / persons.sum(axis=1)
    deviation = np.where(answered, codes - mean, 0.0)
    deviation /= np.sqrt(counts @ deviation**2 / (counts @ answered))
    together = (answered * counts[:, None]).T @ answered.astype(np.float64)
    correlations = (deviation * counts[:, None]).T @ deviation / np.maximum(together, 1.0)
    roots, axes = np.linalg.eigh(correlations)
    loadings = axes[:, -1] * np.sqrt(max(roots[-1], 0.0))
    loadings *= np.sign(loadings.sum()) or 1.0
    size = np.clip(np.abs(loadings), _SMALLEST_LOADING, _LARGEST_LOADING)
    return shares, np.where(loadings < 0.0, -size, size)
