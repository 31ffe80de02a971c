"""Minimise a discrepancy: Fisher scoring far from the minimum, Newton's method near it.

Steps are damped as Levenberg and Marquardt do, so that models on the edge of identification and
Heywood cases keep descending. Nothing bounds the parameters: an improper solution is found and
named (``admissibility``), not hidden at a boundary.

References
----------
Lee, S.-Y., & Jennrich, R. I. (1979). A study of algorithms for covariance structure analysis.
    doi:10.1007/BF02293789, equations 8 and 21.
Nocedal, J., & Wright, S. J. (2006). Numerical optimization. doi:10.1007/978-0-387-40065-5,
    section 10.3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from psychometrics.cfa.discrepancy import Discrepancy, Expansion
from psychometrics.positive_definite import solve_definite
from psychometrics.types import Convergence, FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """When to stop and when to trust Newton's method.

    Attributes
    ----------
    tolerance
        Bound on the Newton decrement g′H⁻¹g: the squared distance to the minimum, in units of one
        person's standard error.
    exact_below
        Decrement below which the exact Hessian replaces its expectation.
    straight_until
        Number of expansions after which steps follow arcs (``Discrepancy.follow``).
    iteration_limit
        Number of expansions allowed.
    """

    tolerance: float = 1e-15
    exact_below: float = 1e-2
    straight_until: int = 12
    iteration_limit: int = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimum:
    """Where an iteration ended.

    Attributes
    ----------
    theta
        The parameter vector, shape (n_free,).
    value
        The discrepancy there.
    convergence
        How it ended.
    n_iterations
        Expansions used.
    exact_hessian
        The exact Hessian there, where the iteration ended with it; shape (n_free, n_free).
    """

    theta: FloatArray
    value: float
    convergence: Convergence
    n_iterations: int
    exact_hessian: FloatArray | None = None


HEAT = 40
"""Expansions that every start gets."""

_ROUNDING = 1e-13
_LEAST_DAMPING = 1e-9
_MOST_DAMPING = 1e9


def lowest_minimum(
    discrepancy: Discrepancy,
    starts: Sequence[FloatArray],
    further: Callable[[FloatArray], Sequence[FloatArray]] | None = None,
) -> Minimum:
    """Minimise from several starts and return the lowest minimum.

    Every start gets :data:`HEAT` expansions; where the lowest value is then still falling, it alone
    goes on. Of equal values a converged one is preferred. ``further`` gives more starts after a
    look at the solution of the first ones (``starts.further_starts``).
    """
    rules = Settings(iteration_limit=HEAT)
    best = _lowest([minimise(discrepancy, start, rules) for start in starts])
    more = [] if further is None else further(best.theta)
    best = _lowest([best, *(minimise(discrepancy, start, rules) for start in more)])
    if best.convergence is not Convergence.ITERATION_LIMIT:
        return best
    return minimise(discrepancy, best.theta, Settings(straight_until=0))


def _lowest(ends: Sequence[Minimum]) -> Minimum:
    return min(ends, key=lambda end: (round(end.value, 9), not end.convergence.converged))


def minimise(
    discrepancy: Discrepancy, start: FloatArray, settings: Settings | None = None
) -> Minimum:
    """Minimise a discrepancy from a starting vector of shape (n_free,)."""
    rules = settings or Settings()
    theta, exact, damping = start, False, 0.0
    here = discrepancy.expand(theta, exact=False)
    if here is None:
        return _ended(theta, np.inf, Convergence.NOT_FINITE, 0)
    for iteration in range(1, rules.iteration_limit + 1):
        step = _damped_step(here, damping)
        if step is None:
            if exact and damping == 0.0:
                exact = False
                here = _expanded(discrepancy, theta, exact=False)
            damping = max(4.0 * damping, _LEAST_DAMPING)
            continue
        decrement = float(here.gradient @ step)
        if decrement <= rules.tolerance:
            return Minimum(
                theta=theta,
                value=here.value,
                convergence=Convergence.CONVERGED,
                n_iterations=iteration,
                exact_hessian=here.hessian if exact else None,
            )
        to = theta - step if iteration <= rules.straight_until else discrepancy.follow(theta, step)
        there = discrepancy.expand(to, exact=decrement < rules.exact_below)
        if there is not None and _lower(there.value, here.value, decrement):
            theta, here, exact = to, there, decrement < rules.exact_below
            damping = 0.0 if damping <= _LEAST_DAMPING else damping / 8.0
        else:
            damping = max(8.0 * damping, 1e-4)
            if damping > _MOST_DAMPING:
                return _ended(theta, here.value, Convergence.NO_DESCENT, iteration)
    return _ended(theta, here.value, Convergence.ITERATION_LIMIT, rules.iteration_limit)


def _damped_step(here: Expansion, damping: float) -> FloatArray | None:
    scale = np.abs(np.diagonal(here.hessian))
    scale = np.maximum(scale, 1e-6 * scale.max(initial=1e-12))
    return solve_definite(here.hessian + np.diag(damping * scale), here.gradient)


def _lower(there: float, here: float, decrement: float) -> bool:
    """Whether a step lowered the discrepancy by a fair part of the promise, up to rounding."""
    promised = 1e-4 * decrement
    return there <= here - promised + _ROUNDING * (1.0 + abs(here))


def _expanded(discrepancy: Discrepancy, theta: FloatArray, *, exact: bool) -> Expansion:
    """Expand at a point that is known to lie in the domain."""
    expansion = discrepancy.expand(theta, exact=exact)
    if expansion is None:
        raise ArithmeticError("a discrepancy must stay defined where it was defined before")
    return expansion


def _ended(theta: FloatArray, value: float, convergence: Convergence, n_iterations: int) -> Minimum:
    return Minimum(theta=theta, value=value, convergence=convergence, n_iterations=n_iterations)
