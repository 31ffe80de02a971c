"""Correlations of several samples or sites, pooled by random effects.

Notes
-----
Each stratum gives z_i = artanh(r_i) with variance v_i = 1/(n_i − 3). With weights
w_i = 1/(v_i + τ²), the pooled z is μ = Σ w_i z_i / Σ w_i; its interval is Hartung & Knapp's,

    μ ± t_{k−1} s,    s² = Σ w_i (z_i − μ)² / ((k − 1) Σ w_i),

which holds its coverage with few strata, where the normal interval does not. The variance between
strata τ² is estimated by restricted maximum likelihood or by DerSimonian & Laird's moments. A
further stratum's correlation is expected within μ ± t_{k−1} √(τ² + s²), from three strata on. All
are carried back by tanh. Heterogeneity is Cochran's Q with its χ² test and
I² = τ² / (τ² + v̂), where v̂ = (k − 1) Σ w / ((Σ w)² − Σ w²) is the typical variance within strata
(w_i = 1/v_i; Higgins & Thompson 2002). R's ``metafor::rma(test = "knha")`` computes the same.

References
----------
DerSimonian, R., & Laird, N. (1986). Meta-analysis in clinical trials. Controlled Clinical Trials,
7, 177–188. doi:10.1016/0197-2456(86)90046-2
Knapp, G., & Hartung, J. (2003). Improved tests for a random effects meta-regression with a single
covariate. Statistics in Medicine, 22, 2693–2710. doi:10.1002/sim.1482
Higgins, J. P. T., & Thompson, S. G. (2002). Quantifying heterogeneity in a meta-analysis.
Statistics in Medicine, 21, 1539–1558. doi:10.1002/sim.1186
Viechtbauer, W. (2005). Bias and efficiency of meta-analytic variance estimators in the
random-effects model. Journal of Educational and Behavioral Statistics, 30, 261–293.
doi:10.3102/10769986030003261
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import gammaincc

from psychometrics.criterion.fisher import interval_around
from psychometrics.criterion.options import Heterogeneity
from psychometrics.criterion.results import Coefficient, Pooled, Stratum
from psychometrics.types import FloatArray, Interval

METHODS: Mapping[Heterogeneity, str] = {
    Heterogeneity.REML: (
        "Random effects on Fisher's z, between-strata variance by restricted maximum likelihood; "
        "interval of Hartung & Knapp"
    ),
    Heterogeneity.DERSIMONIAN_LAIRD: (
        "Random effects on Fisher's z, between-strata variance of DerSimonian & Laird; interval of "
        "Hartung & Knapp"
    ),
}
TOO_FEW_STRATA = "fewer than two strata have a correlation with an interval"


@dataclass(frozen=True, slots=True)
class RandomEffects:
    """A random-effects model of one number per stratum.

    Attributes
    ----------
    mean, standard_error
        Pooled value and Hartung & Knapp's standard error.
    tau_squared
        Variance between strata.
    weights
        Shape (n_strata,), sum 1.
    q, p_value, i_squared
        Heterogeneity.
    """

    mean: float
    standard_error: float
    tau_squared: float
    weights: FloatArray
    q: float
    p_value: float
    i_squared: float


def pool(
    correlations: Mapping[str, Coefficient],
    *,
    column: str,
    heterogeneity: Heterogeneity,
    level: float,
) -> Pooled:
    """Pool Pearson's correlations of strata.

    Parameters
    ----------
    correlations
        By stratum; those without an interval are listed but not used.
    column
        The column that tells the strata apart.
    heterogeneity
        How the variance between strata is estimated.
    level
        Coverage of the intervals.
    """
    used = {
        name: (one.estimate, one.n_persons)
        for name, one in correlations.items()
        if one.estimate is not None and one.interval is not None
    }
    model = _model(list(used.values()), heterogeneity)
    weights = {} if model is None else dict(zip(used, model.weights.tolist(), strict=True))
    pooled = partial(
        Pooled,
        n_persons=sum(n_persons for _, n_persons in used.values()),
        method=METHODS[heterogeneity],
        column=column,
        strata=tuple(
            Stratum(name=name, correlation=one, weight=weights.get(name))
            for name, one in sorted(correlations.items())
        ),
        n_strata=len(used),
    )
    if model is None:
        return pooled(estimate=None, reason=TOO_FEW_STRATA)
    return pooled(
        estimate=float(np.tanh(model.mean)),
        interval=interval_around(model.mean, model.standard_error, level=level, df=len(used) - 1),
        prediction_interval=_prediction_interval(model, level=level),
        tau_squared=model.tau_squared,
        q=model.q,
        df=len(used) - 1,
        p_value=model.p_value,
        i_squared=model.i_squared,
    )


def _model(used: Sequence[tuple[float, int]], heterogeneity: Heterogeneity) -> RandomEffects | None:
    """Pool correlations, each with its number of persons, on Fisher's z; from two on."""
    if len(used) < 2:
        return None
    z = np.array([np.arctanh(estimate) for estimate, _ in used])
    variances = np.array([1.0 / (n_persons - 3) for _, n_persons in used])
    return random_effects(z, variances, heterogeneity=heterogeneity)


def random_effects(
    estimates: FloatArray, variances: FloatArray, *, heterogeneity: Heterogeneity
) -> RandomEffects:
    """Pool estimates by random effects.

    Parameters
    ----------
    estimates, variances
        Shape (n_strata,), at least two; variances are positive.
    heterogeneity
        How the variance between strata is estimated.
    """
    n_strata = estimates.size
    fixed = 1.0 / variances
    q = _weighted_squares(estimates, fixed)
    typical = (n_strata - 1) * fixed.sum() / (fixed.sum() ** 2 - (fixed**2).sum())
    tau_squared = (
        _reml(estimates, variances)
        if heterogeneity is Heterogeneity.REML
        else max(0.0, (q - (n_strata - 1)) * typical / (n_strata - 1))
    )
    weights = 1.0 / (variances + tau_squared)
    spread = _weighted_squares(estimates, weights) / ((n_strata - 1) * weights.sum())
    return RandomEffects(
        mean=float(weights @ estimates / weights.sum()),
        standard_error=float(np.sqrt(spread)),
        tau_squared=float(tau_squared),
        weights=weights / weights.sum(),
        q=q,
        p_value=float(gammaincc((n_strata - 1) / 2.0, q / 2.0)),
        i_squared=float(tau_squared / (tau_squared + typical)),
    )


def _weighted_squares(estimates: FloatArray, weights: FloatArray) -> float:
    """Σ w (y − ȳ_w)²."""
    centred = estimates - weights @ estimates / weights.sum()
    return float(weights @ centred**2)


def _reml(estimates: FloatArray, variances: FloatArray) -> float:
    """Maximize the restricted likelihood over τ², from the best point of a grid.

    It can have more than one maximum, and often has its highest at τ² = 0.
    """
    widest = float(np.ptp(estimates) ** 2 + variances.max())
    grid = np.concatenate([[0.0], widest * np.geomspace(1e-6, 1.0, 60)])
    values = np.array([_minus_log_likelihood(tau, estimates, variances) for tau in grid])
    best = int(values.argmin())
    around = (grid[max(best - 1, 0)], grid[min(best + 1, grid.size - 1)])
    found = minimize_scalar(
        _minus_log_likelihood,
        args=(estimates, variances),
        bounds=around,
        method="bounded",
        options={"xatol": 1e-13},
    )
    return float(found.x) if found.fun < values[0] else 0.0


def _minus_log_likelihood(
    tau_squared: float, estimates: FloatArray, variances: FloatArray
) -> float:
    """Restricted, without constants: ½ (Σ log(v + τ²) + log Σ w + Σ w (y − μ)²)."""
    total = variances + tau_squared
    weights = 1.0 / total
    squares = _weighted_squares(estimates, weights)
    return float(0.5 * (np.log(total).sum() + np.log(weights.sum()) + squares))


def _prediction_interval(model: RandomEffects, *, level: float) -> Interval | None:
    n_strata = model.weights.size
    if n_strata < 3:
        return None
    reach = float(np.sqrt(model.tau_squared + model.standard_error**2))
    return interval_around(model.mean, reach, level=level, df=n_strata - 1)
