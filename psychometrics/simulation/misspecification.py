"""Populations in which a fitted model is wrong by a stated amount.

The hypothesised model's standardized estimates are taken for the truth, and something is added that
the model does not know of.

- Correlated factors, level l: the weakest items of l factors, the weakest of all first, also load
  on the factor that is measured best (largest coefficient H, itself left out). The cross-loading
  is as large as the item's own loading, but at most 95% of what would use up its variance:
  √(λ²φ² + 1 − λ²) − λφ, with φ the correlation of the two factors. There are as many levels as
  factors less one.
- One factor, level l of 3: the residuals of l thirds of the items (a whole number of pairs, at
  least one) correlate .30, in pairs of neighbours on the form.

References
----------
McNeish, D., & Wolf, M. G. (2023). Dynamic fit index cutoffs for confirmatory factor analysis
models. Psychological Methods, 28, 61–88. doi:10.1037/met0000425

McNeish, D., & Wolf, M. G. (2023). Dynamic fit index cutoffs for one-factor models. Behavior
Research Methods, 55, 1157–1174. doi:10.3758/s13428-022-01847-y

Hancock, G. R., & Mueller, R. O. (2001). Rethinking construct reliability within latent variable
systems (coefficient H). In Structural equation modeling: Present and future, 195–216.

Notes
-----
Reimplemented from what is recalled of the papers, not verified against their text: the size of the
cross-loadings and its bound, the choice of the receiving factor, the .30, and the thirds. Pairing
neighbours is this module's own choice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.simulation.results import CrossLoading, ResidualCorrelation
from psychometrics.types import FloatArray

RESIDUAL_CORRELATION = 0.30
SHARE_OF_ROOM = 0.95
ONE_FACTOR_LEVELS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardizedModel:
    """A fitted model with one factor or correlated factors, every item on one factor.

    Attributes
    ----------
    items
        Numbers of the items.
    factors
        Names of the factors.
    loadings
        Standardized, shape (n_items, n_factors).
    factor_correlations
        Shape (n_factors, n_factors).
    """

    items: tuple[int, ...]
    factors: tuple[str, ...]
    loadings: FloatArray
    factor_correlations: FloatArray

    @property
    def correlations(self) -> FloatArray:
        """Implied correlations of the items, shape (n_items, n_items)."""
        implied = self.loadings @ self.factor_correlations @ self.loadings.T
        np.fill_diagonal(implied, 1.0)
        return np.asarray(implied)


@dataclass(frozen=True, slots=True, kw_only=True)
class Misspecification:
    """A population that differs from the hypothesised model.

    Attributes
    ----------
    cross_loadings, residual_correlations
        What it has beyond the model.
    correlations
        Of the items, shape (n_items, n_items).
    """

    cross_loadings: tuple[CrossLoading, ...]
    residual_correlations: tuple[ResidualCorrelation, ...]
    correlations: FloatArray


def misspecifications(model: StandardizedModel) -> tuple[Misspecification, ...]:
    """Return the misspecified populations of a model, from the mildest to the strongest.

    Parameters
    ----------
    model
        Proper: loadings below one in size, positive definite factor correlations.

    Returns
    -------
    tuple of Misspecification
        One for each level.

    References
    ----------
    McNeish & Wolf (2023), see the module.
    """
    if len(model.factors) == 1:
        return tuple(_correlated_residuals(model, level) for level in range(1, 4))
    return tuple(_cross_loaded(model, level) for level in range(1, len(model.factors)))


def coefficient_h(loadings: FloatArray) -> FloatArray:
    """Return each factor's maximal reliability, shape (n_factors,), of standardized loadings."""
    squares = loadings**2
    strength = (squares / (1 - squares)).sum(axis=0)
    return np.asarray(strength / (1 + strength))


def _cross_loaded(model: StandardizedModel, level: int) -> Misspecification:
    """Let the weakest items of ``level`` factors load on the factor measured best."""
    receiver = int(np.argmax(coefficient_h(model.loadings)))
    loadings = model.loadings.copy()
    added = []
    for row in _weakest_items(model, receiver)[:level]:
        size = _cross_loading(model, row, receiver)
        loadings[row, receiver] = size
        added.append(
            CrossLoading(item=model.items[row], factor=model.factors[receiver], loading=size)
        )
    implied = loadings @ model.factor_correlations @ loadings.T
    np.fill_diagonal(implied, 1.0)
    return Misspecification(
        cross_loadings=tuple(added), residual_correlations=(), correlations=implied
    )


def _weakest_items(model: StandardizedModel, receiver: int) -> list[int]:
    """Return the row of each other factor's weakest item, the weakest of all first."""
    sizes = np.where(model.loadings == 0, np.inf, np.abs(model.loadings))
    rows = [int(sizes[:, k].argmin()) for k in range(len(model.factors)) if k != receiver]
    return sorted(rows, key=lambda row: float(sizes[row].min()))


def _cross_loading(model: StandardizedModel, row: int, receiver: int) -> float:
    """Return an item's loading on a second factor, in the direction of its own."""
    own_factor = int(np.argmax(np.abs(model.loadings[row])))
    own = float(model.loadings[row, own_factor])
    along = abs(own) * float(model.factor_correlations[own_factor, receiver])
    room = np.sqrt(along**2 + 1 - own**2) - along
    return float(np.sign(own) * min(abs(own), SHARE_OF_ROOM * room))


def _correlated_residuals(model: StandardizedModel, level: int) -> Misspecification:
    """Correlate the residuals of ``level`` thirds of the items in pairs."""
    n_pairs = max(1, round(len(model.items) * level / ONE_FACTOR_LEVELS) // 2)
    correlations = model.correlations
    spread = np.sqrt(1 - (model.loadings**2).sum(axis=1))
    added = []
    for first in range(0, 2 * n_pairs, 2):
        second = first + 1
        change = RESIDUAL_CORRELATION * spread[first] * spread[second]
        correlations[first, second] += change
        correlations[second, first] += change
        pair = (model.items[first], model.items[second])
        added.append(ResidualCorrelation(items=pair, correlation=RESIDUAL_CORRELATION))
    return Misspecification(
        cross_loadings=(), residual_correlations=tuple(added), correlations=correlations
    )
