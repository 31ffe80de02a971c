"""Convergent and discriminant validity, and the strength of a general factor.

Average variance extracted of a factor (Fornell & Larcker, 1981), as semTools computes it from
raw estimates: Σλ²φ / (Σλ²φ + Σθ) over the factor's items.

Heterotrait–monotrait ratio of two subscales, in the version for items with different loadings
(HTMT2; Roemer, Schuberth & Henseler, 2021, equation 9; semTools' default): geometric mean of the
absolute correlations between their items, over the geometric mean of those within.

Explained common variance of a bifactor model: share of the general factor in the sum of squared
standardized loadings; omega hierarchical: (Σλ_general)² / 1′Σ1, the general factor's share of the
implied variance of the sum (Reise, 2012; of y* for ordered answers).

References
----------
Fornell, C., & Larcker, D. F. (1981). doi:10.1177/002224378101800104.
Roemer, E., Schuberth, F., & Henseler, J. (2021). HTMT2: an improved criterion for assessing
    discriminant validity. doi:10.1108/IMDS-02-2021-0082.
Reise, S. P. (2012). The rediscovery of bifactor measurement models.
    doi:10.1080/00273171.2012.715555.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations

import numpy as np

from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.standardized import residual_variances, standardized_loadings
from psychometrics.correlation.tables import item_pairs
from psychometrics.distribution_free import LOG, interval_by_influence, standard_error
from psychometrics.instrument import Instrument
from psychometrics.types import Estimate, FloatArray, IntArray

InfluenceAlong = Callable[[FloatArray], FloatArray]
"""Each person's influence, shape (n_persons,), along slopes by pairs, shape (n_pairs,)."""

NO_RATIO = "a subscale has a single item, or items of it that are not correlated"
NO_INFLUENCE = "there is no interval: it needs complete or ordered answers and correlated items"
IMPRECISE = "there is no interval: the standard error exceeds the ratio's range"


def average_variance_extracted(fitted: Fitted, *, group: int = 0) -> Mapping[str, float | None]:
    """Return each factor's average variance extracted, ``None`` where a variance is negative."""
    state = fitted.states[group]
    residuals = residual_variances(fitted, group=group)
    variances = np.diagonal(state.factor_covariance)
    found: dict[str, float | None] = {}
    for column, factor in enumerate(fitted.layout.model.factors):
        loadings = state.loadings[:, column]
        rows = np.flatnonzero(loadings)
        if not rows.size:
            continue
        common = float((loadings[rows] ** 2).sum() * variances[column])
        unique = residuals[rows]
        proper = (unique >= 0.0).all() and common > 0.0
        found[factor] = common / (common + float(unique.sum())) if proper else None
    return found


def heterotrait_monotrait(
    correlations: FloatArray,
    instrument: Instrument,
    along: InfluenceAlong | None = None,
    *,
    clusters: IntArray | None = None,
    level: float = 0.95,
) -> Mapping[tuple[str, str], Estimate]:
    """Return the ratio for each pair of subscales, with a distribution-free interval.

    Parameters
    ----------
    correlations
        Of the scored items in ascending order, shape (n_items, n_items).
    instrument
        Its subscales; those with a single item have no ratio.
    along
        Gives each person's influence on a function of the correlations from its slopes by the
        pairs (1, 2), (1, 3), …; without it there is no interval.
    clusters
        Number of each person's cluster, from 0, shape (n_persons,).
    level
        Coverage of the intervals, which are symmetric for the logarithm of the ratio.
    """
    items = instrument.scored_items
    rows = {scale.name: [items.index(item) for item in scale.items] for scale in instrument}
    sizes = np.abs(correlations)
    within = {name: _mean_within(sizes[np.ix_(own, own)]) for name, own in rows.items()}
    ratios: dict[tuple[str, str], Estimate] = {}
    for first, second in combinations(rows, 2):
        between = _geometric_mean(sizes[np.ix_(rows[first], rows[second])].ravel())
        scale = within[first] * within[second]
        if scale <= 0.0:
            ratios[first, second] = Estimate(estimate=None, reason=NO_RATIO)
            continue
        ratio = between / float(np.sqrt(scale))
        if along is None or ratio <= 0.0:
            ratios[first, second] = Estimate(estimate=ratio, reason=NO_INFLUENCE)
            continue
        slopes = _log_ratio_slopes(correlations, rows[first], rows[second])
        ratios[first, second] = _with_interval(ratio, ratio * along(slopes), clusters, level)
    return ratios


def _log_ratio_slopes(correlations: FloatArray, first: list[int], second: list[int]) -> FloatArray:
    """Differentiate the ratio's logarithm by the correlations of all pairs, shape (n_pairs,)."""
    shares = np.zeros_like(correlations)
    shares[np.ix_(first, second)] = shares[np.ix_(second, first)] = 1.0 / len(first) / len(second)
    for own in (first, second):
        shares[np.ix_(own, own)] = -1.0 / (len(own) * (len(own) - 1))
    pairs = item_pairs(len(correlations))
    chosen = shares[pairs] != 0.0
    slopes = np.zeros(chosen.size)
    slopes[chosen] = shares[pairs][chosen] / correlations[pairs][chosen]
    return slopes


def _with_interval(
    ratio: float, influence: FloatArray, clusters: IntArray | None, level: float
) -> Estimate:
    error = standard_error(influence, clusters)
    if not error < 1.0:
        return Estimate(estimate=ratio, reason=IMPRECISE)
    interval = interval_by_influence(ratio, influence, LOG, level=level, clusters=clusters)
    return Estimate(estimate=ratio, standard_error=error, interval=interval)


def _mean_within(correlations: FloatArray) -> float:
    rows, columns = np.tril_indices_from(correlations, -1)
    return _geometric_mean(correlations[rows, columns]) if rows.size else 0.0


def _geometric_mean(sizes: FloatArray) -> float:
    return float(np.exp(np.log(sizes).mean())) if (sizes > 0.0).all() else 0.0


def explained_common_variance(fitted: Fitted, general: int, *, group: int = 0) -> float | None:
    """Return the general factor's share of the common variance; ``general`` is its column."""
    loadings, _ = standardized_loadings(fitted, group=group)
    squares = np.nan_to_num(loadings**2, nan=0.0)
    total = float(squares.sum())
    return float(squares[:, general].sum()) / total if total > 0.0 else None


def omega_hierarchical(fitted: Fitted, general: int, *, group: int = 0) -> float | None:
    """Return the general factor's share of the sum's variance; ``general`` is its column."""
    state = fitted.states[group]
    common = state.loadings @ state.factor_covariance @ state.loadings.T
    np.fill_diagonal(common, np.diagonal(common) + residual_variances(fitted, group=group))
    total = float(common.sum())
    strength = float(state.loadings[:, general].sum()) ** 2
    return (
        strength * float(state.factor_covariance[general, general]) / total if total > 0 else None
    )
