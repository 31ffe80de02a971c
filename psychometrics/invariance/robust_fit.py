"""Robust CFI, TLI and RMSEA when thresholds are equal across groups: ours, for lavaan has none.

Savalei (2021) takes the discrepancy that maximum likelihood would have had y* been observed, at the
estimates of DWLS, and subtracts its expectation under the model, taken from Γ. With free thresholds
only correlations misfit, and this is lavaan's. Equal thresholds misfit too. We add their part with
the same reasoning: maximum likelihood weighs what it sees by its precision, so thresholds are
weighed by the inverse of their own asymptotic covariance. For each group, with residuals r of its
correlations and t of its thresholds, implied correlations P and projected covariance
Π = (I − ΔE⁻¹Δ′W)Γ(I − ΔE⁻¹Δ′W)′::

    T   = Σ_g N_g [ F_ML(R, P) + t′ Γ_tt⁻¹ t ]
    c d = Σ_g tr(V(P) Π_rr) + tr(Γ_tt⁻¹ Π_tt)

and the indices are made from T − c d as always. Where thresholds fit exactly this is Savalei's
formula. Where the model holds, T is a quadratic form of the moments' deviations to leading order,
and its mean over their distribution is c d whatever Γ is. Both are tested, the mean exactly: at the
sigma points of that distribution instead of draws from it.

References
----------
Savalei, V. (2021). Improving fit indices in structural equation modeling with categorical data.
    doi:10.1080/00273171.2020.1717922, equations 12 to 16.
Brosseau-Liard, P. E., Savalei, V., & Li, L. (2012). doi:10.1080/00273171.2012.715252.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from psychometrics.cfa.dwls import OrdinalSample
from psychometrics.cfa.fit import Statistic
from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.implied_thresholds import correlation_matrix, implied_moments, normal_weights
from psychometrics.cfa.model import Parameterization
from psychometrics.cfa.robust_test import MomentParts
from psychometrics.cfa.wlsmv import robust_baseline
from psychometrics.positive_definite import inverse_and_log_determinant, solve_definite
from psychometrics.types import FloatArray


def with_robust_statistics(fitted: Fitted, samples: Sequence[OrdinalSample]) -> Fitted:
    """Add the statistics that robust indices are made of, where the fit does not have them.

    Parameters
    ----------
    fitted
        A model of ordered answers under the theta parameterization.
    samples
        The moments that it was fitted to.

    Returns
    -------
    Fitted
        Unchanged where it has them already, or where a correlation matrix is not positive definite.
    """
    tests, parts = fitted.tests, fitted.moment_parts
    if parts is None or tests.robust_model is not None or tests.model.df <= 0:
        return fitted
    chi_square = expectation = 0.0
    for group, sample in enumerate(samples):
        found = _misfit(fitted, parts, group, sample)
        if found is None:
            return fitted
        chi_square += sample.n_persons * found[0]
        expectation += found[1]
    baseline = robust_baseline(samples)
    if baseline is None or expectation <= 0.0:
        return fitted
    df = tests.model.df
    model = Statistic(chi_square=chi_square, df=df, scaling=expectation / df)
    return replace(fitted, tests=replace(tests, robust_model=model, robust_baseline=baseline))


def _misfit(
    fitted: Fitted, parts: MomentParts, group: int, sample: OrdinalSample
) -> tuple[float, float] | None:
    """Return a group's discrepancy and its expectation times the number of persons."""
    implied = implied_moments(
        fitted.layout.groups[group], fitted.states[group], Parameterization.THETA
    )
    n = sample.n_thresholds
    modelled = inverse_and_log_determinant(correlation_matrix(implied[n:], sample.n_items))
    observed = inverse_and_log_determinant(sample.correlations)
    residual = sample.moments[:n] - implied[:n]
    gamma = sample.nacov[:n, :n]
    projected = _projected(parts, group, sample, slice(0, n))
    weighed = solve_definite(gamma, np.column_stack([residual, projected]))
    if modelled is None or observed is None or weighed is None:
        return None
    fit = modelled[1] - observed[1] - sample.n_items
    fit += float((modelled[0] * sample.correlations).sum()) + float(residual @ weighed[:, 0])
    correlations = _projected(parts, group, sample, slice(n, None))
    expectation = float((normal_weights(modelled[0]) * correlations).sum())
    return fit, expectation + float(np.trace(weighed[:, 1:]))


def _projected(parts: MomentParts, group: int, sample: OrdinalSample, used: slice) -> FloatArray:
    """Return a diagonal block of Π of one group."""
    C, X = parts.covariances[group], parts.root_slopes[group]
    half = X[used] @ (parts.inverse @ (X.T @ C[:, used]))
    middle = parts.inverse @ parts.middle @ parts.inverse
    block = C[used, used] - half - half.T + X[used] @ middle @ X[used].T
    scale = 1.0 / np.sqrt(sample.weights[used])
    return np.asarray(scale[:, None] * block * scale)
