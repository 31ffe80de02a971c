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

from collections.abc import Mapping
from itertools import combinations

import numpy as np

from psychometrics.cfa.fitted import Fitted
from psychometrics.cfa.standardized import residual_variances, standardized_loadings
from psychometrics.instrument import Instrument
from psychometrics.types import FloatArray


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
    correlations: FloatArray, instrument: Instrument
) -> Mapping[tuple[str, str], float | None]:
    """Return the ratio for each pair of subscales.

    Parameters
    ----------
    correlations
        Of the scored items in ascending order, shape (n_items, n_items).
    instrument
        Its subscales; those with a single item have no ratio.
    """
    items = instrument.scored_items
    rows = {scale.name: [items.index(item) for item in scale.items] for scale in instrument}
    sizes = np.abs(correlations)
    within = {name: _mean_within(sizes[np.ix_(own, own)]) for name, own in rows.items()}
    ratios: dict[tuple[str, str], float | None] = {}
    for first, second in combinations(rows, 2):
        between = _geometric_mean(sizes[np.ix_(rows[first], rows[second])].ravel())
        scale = within[first] * within[second]
        ratios[first, second] = between / float(np.sqrt(scale)) if scale > 0.0 else None
    return ratios


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
