"""Reliability of ordinal answers: the sum score's own, and that of the propensities behind it.

Notes
-----
*Ordinal omega* (Green & Yang 2009) is the reliability of the sum of the **observed** categories
under the one-factor model of the latent y* fitted by WLSMV. With thresholds τ, loadings λ and the
polychoric correlations r,

    ω = Σ_jk Σ_cd [Φ₂(τ_jc, τ_kd; λ_j λ_k) − Φ(τ_jc) Φ(τ_kd)]
      / Σ_jk Σ_cd [Φ₂(τ_jc, τ_kd; ρ_jk) − Φ(τ_jc) Φ(τ_kd)],

ρ_jk = r_jk, ρ_jj = 1: the observed correlations in the denominator, as in semTools' ``compRelSEM``
(``ord.scale = TRUE, obs.var = TRUE``). Categories count 0, 1, 2 …, without those nobody chose.

*Ordinal alpha* is alpha of the polychoric correlations: it is the reliability of a sum of y*, which
nobody observes, and so no property of the score (Chalmers 2018).

Influences follow from those of thresholds and correlations by the chain rule; λ moves with r as its
own least-squares equations say, second derivatives included.

References
----------
Green, S. B., & Yang, Y. (2009). Reliability of summed item scores using structural equation
modeling. Psychometrika, 74, 155–167, equation 21. doi:10.1007/s11336-008-9099-3

Chalmers, R. P. (2018). On misconceptions and the limited usefulness of ordinal alpha. Educational
and Psychological Measurement, 78, 1056–1071. doi:10.1177/0013164417727036
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from psychometrics.cfa.competing_models import with_thresholds
from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.model import Parameterization
from psychometrics.cfa.wlsmv import fit_wlsmv, ordinal_sample
from psychometrics.correlation.asymptotic_covariance import Influence
from psychometrics.correlation.bivariate_normal import distribution
from psychometrics.correlation.polychoric import OrdinalMoments
from psychometrics.correlation.tables import item_pairs
from psychometrics.positive_definite import required, solve_square
from psychometrics.reliability.alpha import alpha, slope_of_alpha
from psychometrics.reliability.coefficient import Coefficient
from psychometrics.reliability.omega import one_factor_model
from psychometrics.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleMoments:
    """What ordinal moments say of some of the items.

    Attributes
    ----------
    items
        Their numbers.
    thresholds
        Of each item, ascending.
    correlations
        Polychoric, shape (n_items, n_items).
    nacov
        n times the asymptotic covariance of thresholds and correlations.
    influence
        Each person's influence on the moments of all items.
    chosen
        Which of those moments these are, shape (n_moments,).
    """

    items: tuple[int, ...]
    thresholds: tuple[FloatArray, ...]
    correlations: FloatArray
    nacov: FloatArray
    influence: Influence
    chosen: IntArray

    @property
    def n_thresholds(self) -> int:
        """Thresholds of all items."""
        return sum(cuts.size for cuts in self.thresholds)

    def coefficient(self, value: float, slope: FloatArray) -> Coefficient:
        """Give a function of these moments each person's influence.

        Parameters
        ----------
        value
            The function's value.
        slope
            Its derivatives by them, shape (n_moments,).
        """
        of_all = np.zeros(self.influence.n_moments)
        of_all[self.chosen] = slope
        return Coefficient(
            value=value,
            influence=self.influence.along(of_all),
            left_out=self.influence.along(of_all, left_out=True),
        )


def moments_of(moments: OrdinalMoments, items: Sequence[int]) -> ScaleMoments:
    """Take the moments of some items out of those of all.

    Parameters
    ----------
    moments
        Of more items.
    items
        Some of them, in their order there.
    """
    rows = np.array([moments.items.index(item) for item in items])
    sizes = np.array([cuts.size for cuts in moments.thresholds])
    ends = np.cumsum(sizes)
    cuts = [np.arange(end - size, end) for size, end in zip(sizes[rows], ends[rows], strict=True)]
    place = np.zeros((len(sizes), len(sizes)), dtype=np.int64)
    first, second = item_pairs(len(sizes))
    place[first, second] = place[second, first] = ends[-1] + np.arange(first.size)
    own_first, own_second = item_pairs(len(rows))
    chosen = np.concatenate([*cuts, place[rows[own_first], rows[own_second]]])
    return ScaleMoments(
        items=tuple(items),
        thresholds=tuple(moments.thresholds[row] for row in rows),
        correlations=moments.correlations[np.ix_(rows, rows)],
        nacov=moments.nacov[np.ix_(chosen, chosen)],
        influence=moments.influence,
        chosen=chosen,
    )


def ordinal_alpha(moments: ScaleMoments) -> Coefficient | None:
    """Compute alpha of the polychoric correlations."""
    value = alpha(moments.correlations)
    if value is None:
        return None
    slope = np.zeros(len(moments.chosen))
    slope[moments.n_thresholds :] = slope_of_alpha(moments.correlations)
    return moments.coefficient(value, slope)


def fit_one_factor(moments: ScaleMoments) -> Fitted:
    """Fit one factor of the y* by WLSMV."""
    model = with_thresholds(
        one_factor_model(moments.items),
        tuple(cuts.size for cuts in moments.thresholds),
        Parameterization.DELTA,
    )
    sample = ordinal_sample(
        moments.thresholds, moments.correlations, moments.nacov, moments.influence.n_persons
    )
    return fit_wlsmv(model, (sample,))


def ordinal_omega(moments: ScaleMoments, loadings: FloatArray) -> Coefficient:
    """Compute Green and Yang's reliability of the sum of the categories.

    Parameters
    ----------
    moments
        Of the scale's items.
    loadings
        Of the one factor, standardized and below one, shape (n_items,).
    """
    cuts = np.concatenate(moments.thresholds)
    owner = np.repeat(np.arange(len(moments.items)), [c.size for c in moments.thresholds])
    true = _category_covariances(cuts, owner, np.outer(loadings, loadings), exact_diagonal=False)
    observed = _category_covariances(cuts, owner, moments.correlations, exact_diagonal=True)
    value = true.total / observed.total
    first, second = item_pairs(len(moments.items))
    by_loading = 2.0 * true.by_correlation @ loadings
    by_correlation = -2.0 * value * observed.by_correlation[first, second]
    by_correlation += _loading_slopes(moments, loadings).T @ by_loading
    by_threshold = true.by_threshold - value * observed.by_threshold
    slope = np.concatenate([by_threshold, by_correlation]) / observed.total
    return moments.coefficient(value, slope)


@dataclass(frozen=True, slots=True, kw_only=True)
class _CategoryCovariances:
    """The variance of a sum of categories, and its slopes.

    Attributes
    ----------
    total
        Σ over all pairs of items and thresholds.
    by_threshold
        Shape (n_thresholds,).
    by_correlation
        By each element ρ_jk alone, shape (n_items, n_items), symmetric.
    """

    total: float
    by_threshold: FloatArray
    by_correlation: FloatArray


def _category_covariances(
    cuts: FloatArray, owner: IntArray, correlations: FloatArray, *, exact_diagonal: bool
) -> _CategoryCovariances:
    same = (owner[:, None] == owner) & exact_diagonal
    rho = np.where(same, 0.0, correlations[np.ix_(owner, owner)])
    h, k = cuts[:, None], cuts[None, :]
    root = np.sqrt(1.0 - rho**2)
    joint = np.where(same, ndtr(np.minimum(h, k)), distribution(h, k, rho))
    below = np.where(same, (h < k) + 0.5 * (h == k), ndtr((k - rho * h) / root))
    density = np.exp(-(h**2 + k**2 - 2 * rho * h * k) / (2 * root**2)) / (2 * np.pi * root)
    density = np.where(same, 0.0, density)
    marginal = np.exp(-(cuts**2) / 2) / np.sqrt(2 * np.pi)
    member = owner[:, None] == np.arange(owner.max() + 1)
    return _CategoryCovariances(
        total=float((joint - ndtr(h) * ndtr(k)).sum()),
        by_threshold=2.0 * marginal * (below - ndtr(k)).sum(axis=1),
        by_correlation=member.T @ density @ member,
    )


def _loading_slopes(moments: ScaleMoments, loadings: FloatArray) -> FloatArray:
    """Differentiate the least-squares loadings by the correlations, (n_items, n_pairs)."""
    first, second = item_pairs(loadings.size)
    weights = 1.0 / np.diagonal(moments.nacov)[moments.n_thresholds :]
    jacobian = np.zeros((first.size, loadings.size))
    pair = np.arange(first.size)
    jacobian[pair, first] = loadings[second]
    jacobian[pair, second] = loadings[first]
    residuals = weights * (moments.correlations[first, second] - loadings[first] * loadings[second])
    hessian = jacobian.T @ (weights[:, None] * jacobian)
    hessian[first, second] -= residuals
    hessian[second, first] -= residuals
    return required(solve_square(hessian, jacobian.T * weights), "ordinal omega")
