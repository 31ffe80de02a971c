"""Minimise many discrepancies at once: Fisher scoring with a damping for each replicate.

The rules are those of ``cfa.estimate``, carried out on arrays; replicates that are done leave the
computation. An ensemble is read through its spread, so each replicate is followed until its
distance to the minimum is a small part of its own standard error.

References
----------
Lee, S.-Y., & Jennrich, R. I. (1979). A study of algorithms for covariance structure analysis.
Psychometrika, 44, 99–113. doi:10.1007/BF02293789
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from psychometrics.positive_definite import required, solve_square
from psychometrics.types import BoolArray, FloatArray, IntArray

TOLERANCE = 1e-10
"""Bound on the decrement g′H⁻¹g: a person's squared standard errors left to go before a last step.

With N persons a replicate ends within √(N × 1e-10) of its standard error even before that step.
"""

ITERATIONS = 200
_LEAST_DAMPING, _MOST_DAMPING = 1e-9, 1e9
_ROUNDING = 1e-12
_RIDGE = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansions:
    """Discrepancies to second order.

    Attributes
    ----------
    values
        Shape (n_replicates,); ``inf`` where a discrepancy is not defined.
    gradients
        Shape (n_replicates, n_free).
    hessians
        Their expectations, shape (n_replicates, n_free, n_free).
    """

    values: FloatArray
    gradients: FloatArray
    hessians: FloatArray


class Discrepancies(Protocol):
    """One discrepancy for each replicate, of the same model."""

    def expand(self, theta: FloatArray, replicates: IntArray) -> Expansions:
        """Expand chosen replicates.

        Parameters
        ----------
        theta
            Parameters, shape (n_chosen, n_free).
        replicates
            Which replicates they belong to, shape (n_chosen,).
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Minima:
    """Where the iterations ended.

    Attributes
    ----------
    theta
        Parameters, shape (n_replicates, n_free).
    values
        The discrepancies there, shape (n_replicates,).
    converged
        Which of them may be used, shape (n_replicates,).
    """

    theta: FloatArray
    values: FloatArray
    converged: BoolArray


def minimise_all(discrepancies: Discrepancies, start: FloatArray) -> Minima:
    """Minimise the discrepancy of every replicate.

    Parameters
    ----------
    discrepancies
        What to minimise.
    start
        Shape (n_replicates, n_free).

    Returns
    -------
    Minima
        One for each replicate, in order.
    """
    theta = start.copy()
    active = np.arange(len(theta))
    converged = np.zeros(len(theta), dtype=np.bool_)
    here = discrepancies.expand(theta, active)
    values, gradients, hessians = here.values, here.gradients, here.hessians
    damping = np.zeros(len(theta))
    active = active[np.isfinite(values)]
    for _ in range(ITERATIONS):
        steps = _damped_steps(hessians[active], gradients[active], damping[active])
        decrements = (gradients[active] * steps).sum(axis=1)
        close = (decrements <= TOLERANCE) & (damping[active] <= _LEAST_DAMPING)
        arrived = active[close]
        theta[arrived] -= steps[close]
        values[arrived] -= decrements[close] / 2
        converged[arrived] = True
        active, steps, decrements = active[~close], steps[~close], decrements[~close]
        if not len(active):
            break
        there = discrepancies.expand(theta[active] - steps, active)
        lower = there.values <= values[active] - 1e-4 * decrements + _ROUNDING
        better = active[lower]
        theta[better] -= steps[lower]
        values[better] = there.values[lower]
        gradients[better] = there.gradients[lower]
        hessians[better] = there.hessians[lower]
        damping[active] = _next_damping(damping[active], lower)
        active = active[damping[active] <= _MOST_DAMPING]
    return Minima(theta=theta, values=values, converged=converged)


def _damped_steps(hessians: FloatArray, gradients: FloatArray, damping: FloatArray) -> FloatArray:
    """Solve (H + damping × diag H) step = gradient in each replicate."""
    diagonal = np.abs(np.diagonal(hessians, axis1=1, axis2=2))
    largest = diagonal.max(axis=1, initial=1e-12, keepdims=True)
    ridge = (damping[:, None] + _RIDGE) * np.maximum(diagonal, 1e-6 * largest)
    damped = hessians + ridge[:, :, None] * np.eye(hessians.shape[1])
    return required(solve_square(damped, gradients[:, :, None]), "replicates")[:, :, 0]


def _next_damping(damping: FloatArray, lower: BoolArray) -> FloatArray:
    """Relax after a step that lowered the discrepancy, tighten after one that did not."""
    relaxed = np.where(damping <= 1e-6, 0.0, damping / 8.0)
    return np.asarray(np.where(lower, relaxed, np.maximum(8.0 * damping, 1e-4)))
