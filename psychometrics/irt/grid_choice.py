"""Whether the grid carries the integrals of a fitted model, and which grid does.

The sum over equally spaced points errs by about 2 exp(−2π² s²/h²) of a posterior with standard
deviation s on points a distance h apart: nothing that counts while s ≥ h, that is while the test
information stays below 1/h² (25 on the usual grid). Beyond that, the log-likelihood at the maximum
is computed with twice as many points; where it changes by more than .01 the model is fitted again
on these, and so on. A group whose density reaches beyond the grid gets a wider one.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from psychometrics.irt.estimation import Estimates, estimate
from psychometrics.irt.group_models import items_of, latent_distribution
from psychometrics.irt.quadrature import Grid

_LARGEST_ERROR = 0.01
_MOST_POINTS = 481
_MOST_PATTERNS = 6000
_REACH = 4.0
_WIDEST = 12.0


def on_a_fitting_grid(estimates: Estimates) -> Estimates:
    """Return the maximum on a grid that carries its integrals; the same one where it does.

    Parameters
    ----------
    estimates
        A maximum; one that did not converge, or runs to infinity, is returned as it is.
    """
    while estimates.convergence.converged and not estimates.slopes_at_limit.any():
        grid = needed_grid(estimates)
        if grid == estimates.problem.grid:
            break
        finer = replace(estimates.problem, grid=grid)
        estimates = estimate(finer, estimates.free, near=True)
    return estimates


def needed_grid(estimates: Estimates) -> Grid:
    """Return the grid of a fitted model, or the next one where its own does not carry it."""
    grid = estimates.problem.grid
    limit = _needed_limit(estimates)
    if limit > grid.limit:
        steps = math.ceil(2.0 * limit / grid.spacing)
        return Grid(limit=limit, n_points=steps + 1)
    if grid.n_points < _MOST_POINTS and _is_coarse(estimates):
        return Grid(limit=grid.limit, n_points=2 * grid.n_points - 1)
    return grid


def _needed_limit(estimates: Estimates) -> float:
    groups = range(1, len(estimates.problem.groups))
    found = [latent_distribution(estimates, group) for group in groups]
    reach = max((abs(mean) + _REACH * sd for mean, sd in found), default=0.0)
    return min(float(math.ceil(reach)), _WIDEST)


def _is_coarse(estimates: Estimates) -> bool:
    problem = estimates.problem
    steepest = max(
        float(items_of(estimates, group).information(problem.grid.points).sum(axis=0).max())
        for group in range(len(problem.groups))
    )
    if steepest < 1.0 / problem.grid.spacing**2:
        return False
    step = max(1, sum(group.counts.size for group in problem.groups) // _MOST_PATTERNS)
    part = replace(problem, groups=[group.every(step) for group in problem.groups])
    fine = replace(part, grid=Grid(limit=part.grid.limit, n_points=2 * part.grid.n_points - 1))
    error = step * abs(fine.log_likelihood(estimates.free) - part.log_likelihood(estimates.free))
    return bool(np.isfinite(error)) and error > _LARGEST_ERROR
