"""S-X²: whether an item's categories follow the sum score as the model says.

For the persons with sum s (the lowest and highest sum left out) the expected share of category k of
item i is

E_sk = Σ_q w_q P_ik(θ_q) L_{−i}(s − k | θ_q) / Σ_q w_q L(s | θ_q),

with the likelihoods L of a sum from the Lord–Wingersky recursion, with and without the item. The
statistic is Pearson's over the table of sums × categories after collapsing small expected counts
(`collapsing`); df = cells − rows − the item's free parameters. Persons with gaps are left out.

References
----------
Orlando, M., & Thissen, D. (2000). Likelihood-based item-fit indices for dichotomous item response
theory models. Applied Psychological Measurement, 24, 50–64. doi:10.1177/01466216000241003

Kang, T., & Chen, T. T. (2008). Performance of the generalized S-X² item fit index for polytomous
IRT models. Journal of Educational Measurement, 45, 391–406. doi:10.1111/j.1745-3984.2008.00071.x
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from psychometrics.irt.collapsing import collapse
from psychometrics.irt.trait_scores import sum_score_likelihood
from psychometrics.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class SX2:
    """One item's fit.

    Attributes
    ----------
    s_x2, df, p_value
        The statistic, its degrees of freedom and its tail probability; ``p_value`` is ``None``
        without degrees of freedom.
    rmsea
        √(max(0, S-X² − df) / (df (n − 1))), ``None`` without degrees of freedom.
    """

    s_x2: float
    df: int
    p_value: float | None
    rmsea: float | None


def item_fit(
    probabilities: FloatArray,
    density: FloatArray,
    codes: IntArray,
    *,
    n_parameters: IntArray,
    smallest: float = 1.0,
) -> tuple[SX2, ...]:
    """Return S-X² of each item.

    Parameters
    ----------
    probabilities
        Of each item's categories, shape (n_items, width, n_points).
    density
        The trait's weights, shape (n_points,).
    codes
        Complete rows, categories 0, 1, …, shape (n_persons, n_items).
    n_parameters
        Free parameters of each item, shape (n_items,).
    smallest
        Expected counts below it are collapsed.
    """
    found = []
    for item in range(codes.shape[1]):
        kept = collapse(*expected_tables(probabilities, density, codes, item), smallest=smallest)
        found.append(_test(*kept, int(n_parameters[item]), codes.shape[0]))
    return tuple(found)


def expected_tables(
    probabilities: FloatArray, density: FloatArray, codes: IntArray, item: int
) -> tuple[FloatArray, FloatArray]:
    """Return an item's observed and expected counts by sum and category.

    Shape (n_sums, n_categories) each, without the lowest and highest sum; ``nan`` is expected where
    a category cannot occur.
    """
    whole = sum_score_likelihood(probabilities) @ density
    rest = sum_score_likelihood(np.delete(probabilities, item, axis=0))
    joint = probabilities[item] * density
    n_categories = int((joint > 0.0).any(axis=1).sum())
    reachable = int(np.flatnonzero(whole > 0.0).max())
    expected = np.full((reachable + 1, n_categories), np.nan)
    for category in range(n_categories):
        likelihood = rest @ joint[category]
        possible = np.flatnonzero(likelihood > 0.0)
        expected[possible + category, category] = likelihood[possible]
    expected /= whole[: reachable + 1, None]
    observed = np.zeros((reachable + 1, n_categories))
    np.add.at(observed, (codes.sum(axis=1), codes[:, item]), 1.0)
    expected *= observed.sum(axis=1, keepdims=True)
    return observed[1:-1], expected[1:-1]


def _test(observed: FloatArray, expected: FloatArray, n_parameters: int, n_persons: int) -> SX2:
    filled = expected > 0.0
    s_x2 = float(((observed - expected)[filled] ** 2 / expected[filled]).sum())
    df = int(filled.sum()) - expected.shape[0] - n_parameters
    if df < 1:
        return SX2(s_x2=s_x2, df=max(df, 0), p_value=None, rmsea=None)
    return SX2(
        s_x2=s_x2,
        df=df,
        p_value=float(chdtrc(df, s_x2)),
        rmsea=float(np.sqrt(max(0.0, s_x2 - df) / (df * (n_persons - 1)))),
    )
