"""Coefficient alpha and Feldt's interval.

Notes
-----
From the covariance matrix S of k items, with D = Σ_ij s_ij the variance of their sum,

    α = k / (k − 1) · (1 − tr S / D).

For normal items with compound symmetry (1 − α) / (1 − α̂) follows F(n − 1, (n − 1)(k − 1)), so

    lower = 1 − (1 − α̂) F_{(1+level)/2},    upper = 1 − (1 − α̂) F_{(1−level)/2}.

A correlation matrix in place of S gives standardized alpha, a polychoric one ordinal alpha.

References
----------
Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests. Psychometrika, 16,
297–334, equation 2. doi:10.1007/BF02310555

Feldt, L. S., Woodruff, D. J., & Salih, F. A. (1987). Statistical inference for coefficient alpha.
Applied Psychological Measurement, 11, 93–103, equation 6. doi:10.1177/014662168701100107

Zumbo, B. D., Gadermann, A. M., & Zeisser, C. (2007). Ordinal versions of coefficients alpha and
theta for Likert rating scales. Journal of Modern Applied Statistical Methods, 6, 21–29.
doi:10.22237/jmasm/1177992180
"""

from __future__ import annotations

import numpy as np
from scipy.special import fdtri

from psychometrics.reliability.coefficient import Coefficient
from psychometrics.types import FloatArray, Interval


def alpha(covariance: FloatArray) -> float | None:
    """Compute coefficient alpha.

    Parameters
    ----------
    covariance
        Shape (n_items, n_items); a correlation matrix gives standardized alpha.

    Returns
    -------
    float or None
        ``None`` for fewer than two items or a sum without variance.
    """
    n_items = covariance.shape[0]
    total_variance = float(covariance.sum())
    trace = float(np.trace(covariance))
    if n_items < 2 or total_variance <= 1e-12 * max(1.0, trace):
        return None
    return float(n_items / (n_items - 1) * (1.0 - trace / total_variance))


def feldt_interval(
    estimate: float, *, n_persons: int, n_items: int, level: float = 0.95
) -> Interval:
    """Compute Feldt's confidence interval for coefficient alpha.

    Parameters
    ----------
    estimate
        Coefficient alpha in the sample.
    n_persons, n_items
        At least two each.
    level
        Coverage, between 0 and 1.
    """
    df1 = n_persons - 1
    df2 = df1 * (n_items - 1)
    upper_quantile, lower_quantile = fdtri(df1, df2, [(1.0 + level) / 2.0, (1.0 - level) / 2.0])
    return Interval(
        lower=float(1.0 - (1.0 - estimate) * upper_quantile),
        upper=float(1.0 - (1.0 - estimate) * lower_quantile),
        level=level,
    )


def alpha_of_answers(answers: FloatArray) -> Coefficient | None:
    """Compute alpha with each person's influence.

    Parameters
    ----------
    answers
        Complete, shape (n_persons, n_items), at least two persons.
    """
    value = alpha(np.cov(answers.T).reshape(answers.shape[1], -1))
    if value is None:
        return None
    n_persons, n_items = answers.shape
    centred = answers - answers.mean(axis=0)
    squares = (centred**2).sum(axis=1)
    squared_sums = centred.sum(axis=1) ** 2
    trace, total = squares.mean(), squared_sums.mean()
    slope = -n_items / (n_items - 1) / n_persons
    influence = slope * ((squares - trace) / total - trace * (squared_sums - total) / total**2)
    return Coefficient(value=value, influence=influence)


def alpha_of_correlations(correlations: FloatArray, influence: FloatArray) -> Coefficient | None:
    """Compute alpha of a correlation matrix with each person's influence.

    Parameters
    ----------
    correlations
        Pearson or polychoric, shape (n_items, n_items).
    influence
        Each person's influence on the sum of all distinct correlations, shape (n_persons,).
    """
    value = alpha(correlations)
    if value is None:
        return None
    return Coefficient(value=value, influence=slope_of_alpha(correlations) * influence)


def slope_of_alpha(correlations: FloatArray) -> float:
    """Differentiate alpha by any distinct correlation, shape (n_items, n_items)."""
    n_items = correlations.shape[0]
    return float(n_items / (n_items - 1) * n_items / correlations.sum() ** 2 * 2.0)


def influence_on_correlation_sum(answers: FloatArray) -> FloatArray:
    """Compute each person's influence on the sum of the distinct Pearson correlations.

    Notes
    -----
    With standardized answers z the influence on r_ij is (z_i z_j − r_ij (z_i² + z_j²) / 2) / n.

    Parameters
    ----------
    answers
        Complete, every item varying, shape (n_persons, n_items).
    """
    z = (answers - answers.mean(axis=0)) / answers.std(axis=0)
    n_persons = z.shape[0]
    correlations = z.T @ z / n_persons
    products = (z.sum(axis=1) ** 2 - (z**2).sum(axis=1)) / 2.0
    with_others = correlations.sum(axis=1) - 1.0
    return np.asarray((products - (z**2) @ with_others / 2.0) / n_persons)


def alpha_if_item_deleted(covariance: FloatArray) -> tuple[float | None, ...]:
    """Compute alpha without each item in turn.

    Parameters
    ----------
    covariance
        Shape (n_items, n_items).
    """
    n_items = covariance.shape[0]
    kept = [np.delete(np.arange(n_items), item) for item in range(n_items)]
    return tuple(alpha(covariance[np.ix_(rows, rows)]) for rows in kept)
