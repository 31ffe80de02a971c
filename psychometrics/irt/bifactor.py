"""A general trait and one specific trait a subscale: the graded bifactor model of the total.

An item of subscale s has the predictor m = a_G θ_G + a_s θ_s; all traits are independent and
standard normal. Given θ_G the subscales are independent, so the integral over all traits reduces to
one over θ_G of a product of integrals over one θ_s each (dimension reduction of Gibbons & Hedeker).
Both grids are equally spaced on [−5, 5]: 41 points for the general trait, 21 for a specific one;
where twice as many change the log-likelihood at the maximum by more than .01 the model is fitted
again on these, twice at most, and a caution says if that was still too few.
The likelihood is maximized by L-BFGS with its gradient from Fisher's identity; the observed
information is the gradient's derivative by central differences.

References
----------
Gibbons, R. D., & Hedeker, D. R. (1992). Full-information item bi-factor analysis. Psychometrika,
57, 423–436. doi:10.1007/BF02295430

Gibbons, R. D., Bock, R. D., Hedeker, D., et al. (2007). Full-information item bifactor analysis of
graded response data. Applied Psychological Measurement, 31, 4–19. doi:10.1177/0146621606289485
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from psychometrics.correlation.categories import Coding, code_answers
from psychometrics.errors import EstimationError
from psychometrics.irt.item_models import Graded
from psychometrics.irt.quadrature import STANDARD_NORMAL, log_density
from psychometrics.irt.response_patterns import ResponsePatterns, count_patterns
from psychometrics.positive_definite import inverse_and_log_determinant
from psychometrics.types import FloatArray, IntArray

_STEP = "bifactor model"
_REACH, _GENERAL_POINTS, _SPECIFIC_POINTS = 5.0, 41, 21
_FEWEST_SUBSCALES = _FEWEST_ITEMS = 3
_PROBIT_TO_LOGIT = 1.702
_SLOPE_LIMIT = 12.0
_DIFFERENCE = 1e-4
_LARGEST_ERROR = 0.01
_FINEST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Bifactor:
    """A fitted bifactor model.

    Attributes
    ----------
    general, specific
        Slopes of each item on the general and on its specific trait, shape (n_items,).
    intercepts
        Shape (n_items, width − 1), ``-inf`` after an item's last category.
    general_errors, specific_errors
        Their standard errors, ``None`` where the information is not definite.
    log_likelihood
        At the maximum.
    values
        The free parameters, as :class:`_Problem` numbers them.
    refinement
        How many times finer than usual the grids are.
    resolved
        Whether still finer ones would give the same.
    """

    general: FloatArray
    specific: FloatArray
    intercepts: FloatArray
    general_errors: FloatArray | None
    specific_errors: FloatArray | None
    log_likelihood: float
    values: FloatArray
    refinement: int
    resolved: bool

    @property
    def n_parameters(self) -> int:
        """Free parameters."""
        return int(self.values.size)

    @property
    def loadings(self) -> FloatArray:
        """Standardized loadings on general and specific trait, shape (n_items, 2)."""
        slopes = np.column_stack([self.general, self.specific]) / _PROBIT_TO_LOGIT
        return np.asarray(slopes / np.sqrt(1.0 + (slopes**2).sum(axis=1, keepdims=True)))

    @property
    def explained_common_variance(self) -> float:
        """Share of the common variance that is general."""
        square = self.loadings**2
        return float(square[:, 0].sum() / square.sum())


def fit_bifactor(answers: FloatArray, membership: IntArray, items: Sequence[int]) -> Bifactor:
    """Fit the graded bifactor model.

    Parameters
    ----------
    answers
        Shape (n_persons, n_items), missing is ``nan``.
    membership
        Number of each item's subscale, 0, 1, …, shape (n_items,).
    items
        The items' numbers, for messages.

    Raises
    ------
    EstimationError
        Fewer than three subscales, a subscale of fewer than three items, a slope that runs to
        infinity, or no convergence.
    """
    sizes = np.bincount(membership)
    if sizes.size < _FEWEST_SUBSCALES or sizes.min() < _FEWEST_ITEMS:
        raise EstimationError(
            _STEP,
            f"needs at least {_FEWEST_SUBSCALES} subscales of at least {_FEWEST_ITEMS} items each; "
            "with fewer the general and the specific traits cannot be told apart",
        )
    coding = code_answers(answers[np.isfinite(answers).any(axis=1)], items=items)
    problem = _Problem(coding, membership)
    values, log_likelihood = _maximum(problem, problem.start())
    while True:
        finer = _Problem(coding, membership, refinement=2 * problem.refinement)
        resolved = abs(finer.deviance(values)[0] + log_likelihood) <= _LARGEST_ERROR
        if resolved or problem.refinement == _FINEST:
            break
        problem = finer
        values, log_likelihood = _maximum(problem, values)
    general, specific, intercepts = problem.parameters(values)
    errors = problem.slope_errors(values)
    return Bifactor(
        general=general,
        specific=specific,
        intercepts=intercepts,
        general_errors=None if errors is None else errors[0],
        specific_errors=None if errors is None else errors[1],
        log_likelihood=log_likelihood,
        values=values,
        refinement=problem.refinement,
        resolved=resolved,
    )


def _maximum(problem: _Problem, start: FloatArray) -> tuple[FloatArray, float]:
    """Return the free parameters at the maximum, and log L there."""
    found = minimize(
        problem.deviance,
        start,
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": 2000, "maxfun": 4000, "ftol": 1e-13, "gtol": 1e-4},
    )
    general, specific, _ = problem.parameters(found.x)
    if (np.abs([general, specific]) > _SLOPE_LIMIT).any():
        raise EstimationError(_STEP, "a slope runs to infinity")
    if not found.success:
        raise EstimationError(_STEP, "it did not converge")
    return found.x, -float(found.fun)


class _Problem:
    """The likelihood of counted patterns, by subscale and over the general trait."""

    def __init__(self, coding: Coding, membership: IntArray, *, refinement: int = 1) -> None:
        self.model, self.membership, self.refinement = Graded(), membership, refinement
        self.n_categories, self.width = coding.n_categories, coding.width
        whole = count_patterns(coding.codes, coding.width)
        self.counts = whole.counts
        self.columns = [np.flatnonzero(membership == one) for one in range(membership.max() + 1)]
        self.parts: list[ResponsePatterns] = [
            count_patterns(whole.codes[:, columns], coding.width) for columns in self.columns
        ]
        self.indicators = [part.indicators for part in self.parts]
        self.general = np.linspace(-_REACH, _REACH, (_GENERAL_POINTS - 1) * refinement + 1)
        self.specific = np.linspace(-_REACH, _REACH, (_SPECIFIC_POINTS - 1) * refinement + 1)
        self.exists = np.arange(self.width - 1) < (self.n_categories - 1)[:, None]
        self.shares = [
            np.bincount(column[column < self.width], minlength=self.width)
            for column in coding.codes.T
        ]

    def start(self) -> FloatArray:
        """Return moderate slopes, and the intercepts that give the observed shares."""
        n_items = self.n_categories.size
        intercepts = np.zeros((n_items, self.width - 1))
        spread = np.sqrt(1.0 + (1.5 / _PROBIT_TO_LOGIT) ** 2 + (0.8 / _PROBIT_TO_LOGIT) ** 2)
        for item, share in enumerate(self.shares):
            reached = 1.0 - np.cumsum(share + 0.5)[:-1] / (share + 0.5).sum()
            intercepts[item] = spread * np.log(reached / (1.0 - reached))
        gaps = np.log(np.maximum(-np.diff(intercepts, axis=1), 1e-3))
        free = np.concatenate([intercepts[:, :1], gaps], axis=1)
        return np.concatenate([np.full(n_items, 1.5), np.full(n_items, 0.8), free[self.exists]])

    def parameters(self, values: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return slopes and descending intercepts: d_1, then d_h = d_{h−1} − exp(γ_h)."""
        n_items = self.n_categories.size
        free = np.zeros_like(self.exists, dtype=np.float64)
        free[self.exists] = values[2 * n_items :]
        steps = np.concatenate([free[:, :1], -np.exp(free[:, 1:])], axis=1)
        intercepts = np.where(self.exists, np.cumsum(steps, axis=1), -np.inf)
        return values[:n_items], values[n_items : 2 * n_items], intercepts

    def deviance(self, values: FloatArray) -> tuple[float, FloatArray]:
        """Return −log L and its gradient."""
        general, specific, intercepts = self.parameters(values)
        weight = np.exp(log_density(self.specific, STANDARD_NORMAL))
        likelihoods, marginals = [], []
        for columns, indicators in zip(self.columns, self.indicators, strict=True):
            logs = self.model.log_probabilities(
                self._predictor(general[columns], specific[columns]), intercepts[columns]
            )
            table = np.where(np.isfinite(logs), logs, 0.0).reshape(-1, logs.shape[2])
            joint = np.exp(indicators @ table).reshape(-1, self.general.size, weight.size)
            joint *= weight
            likelihoods.append(joint)
            marginals.append(joint.sum(axis=2))
        product = np.tile(log_density(self.general, STANDARD_NORMAL), (self.counts.size, 1))
        for part, marginal in zip(self.parts, marginals, strict=True):
            product += np.log(np.maximum(marginal, 1e-300))[part.person]
        largest = product.max(axis=1, keepdims=True)
        posterior = np.exp(product - largest)
        total = posterior.sum(axis=1, keepdims=True)
        posterior *= self.counts[:, None] / total
        value = float(self.counts @ (np.log(total) + largest)[:, 0])
        gradient = self._gradient(values, posterior, likelihoods, marginals)
        return -value, -gradient

    def _gradient(
        self,
        values: FloatArray,
        posterior: FloatArray,
        likelihoods: list[FloatArray],
        marginals: list[FloatArray],
    ) -> FloatArray:
        """Return the gradient by Fisher's identity: expected counts times derivatives of log P."""
        general, specific, intercepts = self.parameters(values)
        by_slope = np.zeros((2, general.size))
        by_intercept = np.zeros(self.exists.shape)
        across = np.repeat(self.general, self.specific.size)
        within = np.tile(self.specific, self.general.size)
        for columns, part, indicators, joint, marginal in zip(
            self.columns, self.parts, self.indicators, likelihoods, marginals, strict=True
        ):
            persons = np.zeros_like(marginal)
            np.add.at(persons, part.person, posterior)
            expected = joint * (persons / np.maximum(marginal, 1e-300))[:, :, None]
            counts = indicators.T @ expected.reshape(expected.shape[0], -1)
            counts = counts.reshape(columns.size, self.width, -1)
            first = self.model.gradient(
                self._predictor(general[columns], specific[columns]), intercepts[columns]
            )
            moved = np.einsum("jkq,jkq->jq", counts, first[..., 0])
            by_slope[0, columns], by_slope[1, columns] = moved @ across, moved @ within
            by_intercept[columns] = np.einsum("jkq,jkqa->ja", counts, first[..., 1:])
        later = np.cumsum(by_intercept[:, ::-1], axis=1)[:, ::-1]
        free = np.zeros(self.exists.shape)
        free[self.exists] = values[2 * general.size :]
        later[:, 1:] *= -np.exp(free[:, 1:])
        return np.concatenate([by_slope[0], by_slope[1], later[self.exists]])

    def _predictor(self, general: FloatArray, specific: FloatArray) -> FloatArray:
        """Return m at every pair of points, shape (n_items, general × specific)."""
        both = general[:, None, None] * self.general[:, None] + specific[:, None, None] * (
            self.specific
        )
        return np.asarray(both.reshape(general.size, -1))

    def slope_errors(self, values: FloatArray) -> FloatArray | None:
        """Return standard errors of general and specific slopes, shape (2, n_items)."""
        information = np.empty((values.size, values.size))
        for place in range(values.size):
            move = np.zeros(values.size)
            move[place] = _DIFFERENCE
            up, down = self.deviance(values + move)[1], self.deviance(values - move)[1]
            information[place] = (up - down) / (2.0 * _DIFFERENCE)
        inverted = inverse_and_log_determinant(information)
        if inverted is None:
            return None
        errors = np.sqrt(np.diag(inverted[0]))
        return np.asarray(errors[: 2 * self.n_categories.size].reshape(2, -1))
