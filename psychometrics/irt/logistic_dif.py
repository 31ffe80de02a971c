"""Differential functioning by ordinal logistic regression, COSMIN's alternative.

The item's answers are regressed on the sum of the scale's items (1), on the sum and the group (2),
and on sum, group and their product (3), by the proportional-odds model. Model 3 against 1 tests any
differential functioning; what matters is its gain in McFadden's R² = 1 − log L / log L₀, where L₀
has thresholds only. Persons with gaps are left out.

References
----------
Zumbo, B. D. (1999). A handbook on the theory and methods of differential item functioning (DIF).
Directorate of Human Resources Research and Evaluation, Department of National Defense.

Choi, S. W., Gibbons, L. E., & Crane, P. K. (2011). lordif: an R package for detecting differential
item functioning using iterative hybrid ordinal logistic regression. Journal of Statistical
Software, 39(8). doi:10.18637/jss.v039.i08
"""

from __future__ import annotations

import numpy as np
from scipy.special import chdtrc, logit

from psychometrics.errors import EstimationError
from psychometrics.irt.item_models import Graded
from psychometrics.irt.results import LogisticDif
from psychometrics.positive_definite import required, solve_square
from psychometrics.types import FloatArray, IntArray

_ITERATIONS = 60
_GAIN = 1e-10


def logistic_dif(
    answers: IntArray, sums: FloatArray, group: IntArray, n_categories: int
) -> LogisticDif:
    """Compare an item between groups at the same sum score.

    Parameters
    ----------
    answers
        Categories 0, 1, … of the item, shape (n_persons,).
    sums
        Sum of the scale, shape (n_persons,).
    group
        Group 0, 1, …, shape (n_persons,).
    n_categories
        Number of categories.

    Raises
    ------
    EstimationError
        A regression has no finite maximum.
    """
    score = (sums - sums.mean()) / sums.std()
    member = (group[:, None] == np.arange(1, group.max() + 1)).astype(np.float64)
    alone = score[:, None]
    uniform = np.column_stack([alone, member])
    both = np.column_stack([uniform, member * alone])
    empty = np.zeros((score.size, 0))
    none, first, second, third = (
        _log_likelihood(answers, predictors, n_categories)
        for predictors in (empty, alone, uniform, both)
    )
    chi_square, df = 2.0 * (third - first), 2 * member.shape[1]
    return LogisticDif(
        chi_square=max(0.0, chi_square),
        df=df,
        p_value=float(chdtrc(df, max(0.0, chi_square))),
        r2_change=(first - third) / none,
        r2_change_uniform=(first - second) / none,
    )


def _log_likelihood(answers: IntArray, predictors: FloatArray, n_categories: int) -> float:
    """Return the largest log-likelihood of a proportional-odds model, by damped Newton."""
    model, size = Graded(), predictors.shape[1]
    chosen = (answers == np.arange(n_categories)[:, None]).astype(np.float64)[None]
    reached = 1.0 - np.cumsum(chosen[0].mean(axis=1))[:-1]
    values = np.concatenate([np.zeros(size), logit(reached)])
    design = np.concatenate([predictors, np.ones((answers.size, 1))], axis=1)[:, :size]

    def likelihood(at: FloatArray) -> float:
        if not model.admissible(at[None, size:]):
            return -np.inf
        logs = model.log_probabilities((design @ at[:size])[None], at[None, size:])
        return float(logs[0, answers, np.arange(answers.size)].sum())

    value = likelihood(values)
    for _ in range(_ITERATIONS):
        predictor, intercepts = (design @ values[:size])[None], values[None, size:]
        first = model.gradient(predictor, intercepts)[0, answers, np.arange(answers.size)]
        second = model.hessian(predictor, intercepts, chosen)[0]
        gradient = np.concatenate([design.T @ first[:, 0], first[:, 1:].sum(axis=0)])
        curvature = np.zeros((values.size, values.size))
        curvature[:size, :size] = (design * second[:, :1, 0]).T @ design
        curvature[:size, size:] = design.T @ second[:, 0, 1:]
        curvature[size:, :size] = curvature[:size, size:].T
        curvature[size:, size:] = second[:, 1:, 1:].sum(axis=0)
        step = required(solve_square(-curvature, gradient), "ordinal logistic regression")
        while likelihood(values + step) < value - 1e-9 and np.abs(step).max() > 1e-10:
            step *= 0.5
        values, before, value = values + step, value, likelihood(values + step)
        if value - before < _GAIN * abs(value):
            return value
    raise EstimationError("ordinal logistic regression", "it did not converge")
