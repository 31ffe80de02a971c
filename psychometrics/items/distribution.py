"""The distribution of one item's answers.

Notes
-----
With m_r the r-th central moment (divisor n) and s the standard deviation (divisor n − 1),

    skewness = m_3 / s³,    kurtosis = m_4 / s⁴ − 3,

the sample statistics b_1 and b_2 of Joanes & Gill, which are psych's and MINITAB's default.

References
----------
Joanes, D. N., & Gill, C. A. (1998). Comparing measures of sample skewness and kurtosis.
The Statistician, 47, 183–189. doi:10.1111/1467-9884.00122
"""

from __future__ import annotations

import numpy as np

from psychometrics.types import FloatArray


def standardized_moment(answers: FloatArray, order: int) -> float | None:
    """Compute the standardized central moment of some order.

    Parameters
    ----------
    answers
        Shape (n_answered,), no missing value.
    order
        3 for skewness, 4 for kurtosis before 3 is subtracted.

    Returns
    -------
    float or None
        ``None`` for fewer than two answers or no variance.
    """
    if answers.size < 2:
        return None
    deviations = answers - answers.mean()
    sd = float(np.sqrt((deviations**2).sum() / (answers.size - 1)))
    if sd <= 1e-12 * max(1.0, float(np.abs(answers).max())):
        return None
    return float((deviations**order).mean() / sd**order)


def category_counts(answers: FloatArray, minimum: int, maximum: int) -> tuple[int, ...]:
    """Count the answers in each category, from the lowest to the highest.

    Parameters
    ----------
    answers
        Shape (n_answered,), no missing value.
    minimum, maximum
        The form's range.
    """
    categories = np.rint(answers).astype(np.int64) - minimum
    counts = np.bincount(categories, minlength=maximum - minimum + 1)
    return tuple(int(count) for count in counts)
