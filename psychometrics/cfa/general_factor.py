"""How much of the total a general factor carries, from a model of correlated factors.

ω_h = (Σ_i λ_i γ_f(i))² / 1′Σ1

with λ the loadings, f(i) the factor of item i, γ the factors' loadings on a general factor, and Σ
the implied covariance matrix. It is the hierarchical omega of the second-order model (McDonald,
1999; Zinbarg, Revelle, Yovel & Li, 2005, equation 4), here from the correlations φ of the factors:
log φ_jk = log γ_j + log γ_k, solved by least squares, which for three factors is Spearman's triad
γ_j² = φ_jk φ_jl / φ_kl and for two takes γ_1 = γ_2 = √φ. A γ above 1 counts as 1.

A bifactor model of the same answers is often improper in small samples; this one needs no more
than a proper solution for the correlated factors. The error is the delta method's, with central
differences over the free parameters; the interval is symmetric on the logit scale.

References
----------
Zinbarg, R. E., Revelle, W., Yovel, I., & Li, W. (2005). Cronbach's α, Revelle's β, and McDonald's
    ω_H. doi:10.1007/s11336-003-0974-7.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from scipy.special import expit, logit, ndtri

from psychometrics.cfa.competing_models import METHOD
from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.model import Matrix, Parameterization
from psychometrics.instrument import TOTAL
from psychometrics.types import BoolArray, Estimate, FloatArray, Interval

STEP = 1e-5


def general_omega(fitted: Fitted, *, level: float = 0.95) -> Estimate:
    """Return the hierarchical omega that correlated factors imply.

    Parameters
    ----------
    fitted
        A proper solution of one group with one factor for each subscale, with or without an
        orthogonal factor of reverse-keyed items.
    level
        Coverage of the interval.
    """
    return _estimated(fitted, lambda theta: _omega(fitted, theta), level)


def factor_omegas(fitted: Fitted, *, level: float = 0.95) -> dict[str, Estimate]:
    """Return the omega of each factor's items and of the total, from continuous answers.

    Parameters
    ----------
    fitted
        As for :func:`general_omega`, fitted to covariances (ML, MLR): the sum score of ordered
        answers has another variance than that of the responses behind them.
    level
        Coverage of the intervals.

    Notes
    -----
    ω = 1′ΛΦΛ′1 / 1′Σ1 over the items, with implied moments (McDonald, 1999, equation 6.20b for one
    factor). Under full information all answers count, also those of persons who left items out.
    """
    names = [name for name in fitted.layout.model.factors if name != METHOD]
    loads = fitted.layout.groups[0].filled(Matrix.LOADINGS, fitted.theta[None, :])[0] != 0.0
    own = {name: loads[:, fitted.layout.model.factors.index(name)] for name in names}
    chosen = own | {TOTAL: np.ones(loads.shape[0], dtype=np.bool_)}
    return {
        name: _estimated(fitted, partial(_common_share, fitted, items), level)
        for name, items in chosen.items()
    }


def _common_share(fitted: Fitted, items: BoolArray, theta: FloatArray) -> FloatArray:
    """Return ω of some items at parameter vectors, shape (n, n_free)."""
    layout = fitted.layout.groups[0]
    loadings = layout.filled(Matrix.LOADINGS, theta)
    correlations = layout.filled(Matrix.FACTOR_COVARIANCES, theta)
    common = loadings @ correlations @ loadings.swapaxes(-1, -2)
    residual = layout.filled(Matrix.RESIDUAL_COVARIANCES, theta)
    shared = common[:, items][:, :, items].sum(axis=(-2, -1))
    return np.asarray(shared / (shared + residual[:, items][:, :, items].sum(axis=(-2, -1))))


def _estimated(
    fitted: Fitted, coefficient: Callable[[FloatArray], FloatArray], level: float
) -> Estimate:
    """Estimate a coefficient with its error by central differences over the free parameters."""
    steps = STEP * np.eye(fitted.theta.size)
    found = coefficient(np.vstack([fitted.theta, fitted.theta + steps, fitted.theta - steps]))
    estimate, ahead, behind = found[0], *np.split(found[1:], 2)
    if not np.isfinite(estimate):
        return Estimate(estimate=None, reason="The factors do not all correlate positively.")
    if fitted.parameter_covariance is None or not 0.0 < estimate < 1.0:
        return Estimate(estimate=float(estimate), reason="There is no standard error.")
    slopes = (ahead - behind) / (2.0 * STEP)
    error = float(np.sqrt(slopes @ fitted.parameter_covariance @ slopes))
    reach = float(ndtri((1.0 + level) / 2.0)) * error / (estimate * (1.0 - estimate))
    return Estimate(
        estimate=float(estimate),
        standard_error=error,
        interval=Interval(
            lower=float(expit(logit(estimate) - reach)),
            upper=float(expit(logit(estimate) + reach)),
            level=level,
        ),
    )


def _omega(fitted: Fitted, theta: FloatArray) -> FloatArray:
    """Return ω_h at parameter vectors, shape (n, n_free); ``nan`` without positive correlations."""
    model, layout = fitted.layout.model, fitted.layout.groups[0]
    loadings = layout.filled(Matrix.LOADINGS, theta)
    correlations = layout.filled(Matrix.FACTOR_COVARIANCES, theta)
    own = [place for place, factor in enumerate(model.factors) if factor != METHOD]
    common = loadings @ correlations @ loadings.swapaxes(-1, -2)
    total = common.sum(axis=(-2, -1))
    if model.parameterization is Parameterization.DELTA:
        total += (1.0 - np.diagonal(common, axis1=-2, axis2=-1)).sum(axis=-1)
    else:
        total += layout.filled(Matrix.RESIDUAL_COVARIANCES, theta).sum(axis=(-2, -1))
    general = _general_loadings(correlations[:, own][:, :, own])
    strength = (loadings[..., own].sum(axis=-2) * general).sum(axis=-1)
    return np.asarray(strength**2 / total)


def _general_loadings(correlations: FloatArray) -> FloatArray:
    """Return γ, shape (n, n_factors), from correlations of shape (n, n_factors, n_factors)."""
    n_factors = correlations.shape[-1]
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.log(np.where(correlations > 0.0, correlations, np.nan))
    sums = logs.sum(axis=-1) - np.diagonal(logs, axis1=-2, axis2=-1)
    if n_factors == 2:
        return np.asarray(np.minimum(np.exp(sums / 2.0), 1.0))
    mean = sums.sum(axis=-1, keepdims=True) / (2.0 * (n_factors - 1))
    return np.asarray(np.minimum(np.exp((sums - mean) / (n_factors - 2)), 1.0))
