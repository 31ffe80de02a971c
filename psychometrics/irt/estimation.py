"""Marginal maximum likelihood: accelerated EM, then Newton.

EM's maximization is one Newton step on the expected log-likelihood (Lange's EM gradient algorithm),
halved until the likelihood does not fall. Cycles are accelerated by SQUAREM (scheme S3), whose
extrapolation is taken only where the likelihood rises. After a few cycles Newton's method with the
observed information takes over; where a step is impossible or lowers the likelihood, EM goes on.
The iteration has converged when the Newton decrement g' I⁻¹ g, twice what the log-likelihood can
still gain, is below 1e-9. Starts are computed from the answers; nothing is random.

A slope that passes ``SLOPE_LIMIT`` counts as running to infinity (the item's answers are a step
function of the trait, as with two items that everybody answered alike; the grid does not resolve
steeper curves): the iteration stops and says so.

The information is computed anew only where the decrement does not fall to a twentieth. With many
patterns the iteration starts from the estimate of every m-th pattern.

References
----------
Lange, K. (1995). A gradient algorithm locally equivalent to the EM algorithm. Journal of the Royal
Statistical Society B, 57, 425–437. doi:10.1111/j.2517-6161.1995.tb02037.x

Varadhan, R., & Roland, C. (2008). Simple and globally convergent methods for accelerating the
convergence of any EM algorithm. Scandinavian Journal of Statistics, 35, 335–353.
doi:10.1111/j.1467-9469.2007.00585.x
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from psychometrics.irt.likelihood import Posterior, Problem
from psychometrics.positive_definite import solve_definite
from psychometrics.types import Convergence, FloatArray

SLOPE_LIMIT = 15.0
_FIRST_CYCLES, _MORE_CYCLES, _ROUNDS = 6, 10, 60
_DECREMENT = 1e-9
_FALL = 0.05
_MANY_PATTERNS = 6000
_HALVINGS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """Where the likelihood is largest.

    Attributes
    ----------
    problem
        What was fitted.
    free
        The free parameters, shape (n_free,).
    posteriors
        The expectation step there, of each group.
    convergence
        How the iteration ended.
    n_iterations
        EM cycles and Newton steps.
    """

    problem: Problem
    free: FloatArray
    posteriors: Sequence[Posterior]
    convergence: Convergence
    n_iterations: int

    @property
    def log_likelihood(self) -> float:
        """Of all persons."""
        return _total(self.posteriors)

    @property
    def slopes_at_limit(self) -> FloatArray:
        """Which items' slopes run to infinity in any group, shape (n_items,)."""
        slopes, _, _ = self.problem.layout.items(self.problem.layout.full(self.free))
        return np.asarray((np.abs(slopes) > SLOPE_LIMIT).any(axis=0))

    def covariance(self) -> FloatArray | None:
        """Return the inverse observed information, ``None`` where that is not definite."""
        information = self.problem.information(self.free, self.posteriors)
        return _inverse(information)


def estimate(problem: Problem, start: FloatArray, *, near: bool = False) -> Estimates:
    """Maximize the marginal likelihood.

    Parameters
    ----------
    problem
        What to fit.
    start
        Admissible values of the free parameters, shape (n_free,).
    near
        Whether the start is near the maximum, so that Newton can begin at once.
    """
    step = (
        1 if near else max(1, sum(group.counts.size for group in problem.groups) // _MANY_PATTERNS)
    )
    if step > 1:
        part = replace(problem, groups=[group.every(step) for group in problem.groups])
        start = _Iteration(part, start).run(first_cycles=_FIRST_CYCLES).free
        near = True
    return _Iteration(problem, start).run(first_cycles=0 if near else _FIRST_CYCLES)


class _Iteration:
    """The parameters on their way to the maximum."""

    def __init__(self, problem: Problem, start: FloatArray) -> None:
        self.problem = problem
        self.free = start
        self.posteriors = problem.expect(start)
        self.n_iterations = 0
        self._information: FloatArray | None = None
        self._decrement = np.inf

    def run(self, *, first_cycles: int) -> Estimates:
        """Alternate EM and Newton until nothing can be gained."""
        self._cycles(first_cycles)
        convergence = Convergence.ITERATION_LIMIT
        for _ in range(_ROUNDS):
            decrement = self._newton()
            if decrement is not None and decrement < _DECREMENT:
                convergence = Convergence.CONVERGED
                break
            if decrement is None:
                self._cycles(_MORE_CYCLES)
            if self._runs_away():
                break
        return Estimates(
            problem=self.problem,
            free=self.free,
            posteriors=self.posteriors,
            convergence=convergence,
            n_iterations=self.n_iterations,
        )

    def _runs_away(self) -> bool:
        slopes, _, _ = self.problem.layout.items(self.problem.layout.full(self.free))
        return bool((np.abs(slopes) > SLOPE_LIMIT).any())

    def _newton(self) -> float | None:
        """Take a Newton step and return its decrement, or ``None`` where none is possible."""
        gradient, _ = self.problem.complete_derivatives(self.free, self.posteriors)
        step = None if self._information is None else solve_definite(self._information, gradient)
        if step is None or gradient @ step > _FALL * self._decrement:
            self._information = self.problem.information(self.free, self.posteriors)
            step = solve_definite(self._information, gradient)
        if step is None:
            self._information = None
            return None
        self._decrement = float(gradient @ step)
        if self._decrement < _DECREMENT or self._try(step, halvings=3):
            return self._decrement
        self._information = None
        return None

    def _try(self, step: FloatArray, *, halvings: int) -> bool:
        """Move along a step, halved until the likelihood rises; say whether it did."""
        before = _total(self.posteriors)
        for _ in range(halvings + 1):
            there = self.free + step
            if self.problem.admissible(there):
                posteriors = self.problem.expect(there)
                if _total(posteriors) >= before - 1e-11 * abs(before):
                    self.free, self.posteriors = there, posteriors
                    self.n_iterations += 1
                    return True
            step = 0.5 * step
        return False

    def _em(self) -> None:
        """Do one EM cycle."""
        gradient, curvature = self.problem.complete_derivatives(self.free, self.posteriors)
        step = solve_definite(curvature, gradient)
        if step is None:
            step = gradient / np.maximum(np.diag(curvature), 1.0)
        self._try(step, halvings=_HALVINGS)

    def _cycles(self, number: int) -> None:
        """Do EM cycles, two and an extrapolation at a time."""
        for _ in range(number // 2):
            first = self.free
            self._em()
            second = self.free
            self._em()
            change = second - first
            bend = (self.free - second) - change
            size = float(np.linalg.norm(bend))
            if size < 1e-12:
                return
            length = max(1.0, float(np.linalg.norm(change)) / size)
            target = first + 2.0 * length * change + length**2 * bend
            self._try(target - self.free, halvings=0)


def _total(posteriors: Sequence[Posterior]) -> float:
    return sum(posterior.log_likelihood for posterior in posteriors)


def _inverse(matrix: FloatArray) -> FloatArray | None:
    scale = np.sqrt(np.abs(np.diag(matrix)))
    if not (np.isfinite(matrix).all() and (scale > 0.0).all()):
        return None
    inverse = solve_definite(matrix / np.outer(scale, scale), np.eye(matrix.shape[0]))
    return None if inverse is None else inverse / np.outer(scale, scale)
