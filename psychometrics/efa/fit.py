"""How well factors reproduce the correlations.

Notes
-----
With R̂ the reproduced matrix (unit diagonal), the likelihood discrepancy is
F = tr(R̂⁻¹R) − ln|R̂⁻¹R| − p whatever the extraction, and with Bartlett's factor
c = n − 1 − (2p + 5)/6 − 2m/3

    χ² = cF,    df = ((p − m)² − p − m)/2,    RMSEA = √max(χ²/(df n) − 1/(n − 1), 0),
    TLI = (F_0/df_0 − F/df) / (F_0/df_0 − 1/c),

as in psych, whose RMSEA interval is followed too: non-centralities at which χ² is the 5th and 95th
percentile, over (n − 1) df. RMSR is the root of the mean squared off-diagonal residual.

References
----------
Tucker, L. R., & Lewis, C. (1973). A reliability coefficient for maximum likelihood factor analysis.
Psychometrika, 38, 1–10. doi:10.1007/BF02291170
"""

from __future__ import annotations

import numpy as np
from scipy.special import chdtrc, chndtrinc

from psychometrics.efa.results import EfaFit
from psychometrics.types import FloatArray, Interval


def degrees_of_freedom(n_items: int, n_factors: int) -> int:
    """Count correlations less parameters; negative where a model is not identified."""
    return ((n_items - n_factors) ** 2 - n_items - n_factors) // 2


def fit(correlations: FloatArray, common: FloatArray, *, n_factors: int, n_persons: int) -> EfaFit:
    """Compare reproduced with observed correlations.

    Parameters
    ----------
    correlations
        Observed, positive definite, shape (n_items, n_items).
    common
        Reproduced by the factors, ΛΦΛᵀ, same shape.
    n_factors, n_persons
        Factors behind the one, persons behind the other.
    """
    n_items = correlations.shape[0]
    residual = correlations - common
    np.fill_diagonal(residual, 0.0)
    rmsr = float(np.sqrt((residual**2).sum() / (n_items * (n_items - 1))))
    df = degrees_of_freedom(n_items, n_factors)
    correction = n_persons - 1 - (2 * n_items + 5) / 6 - 2 * n_factors / 3
    discrepancy = _likelihood_discrepancy(correlations, correlations - residual)
    if df <= 0 or correction <= 0 or discrepancy is None:
        return EfaFit(
            df=df, chi_square=None, p_value=None, rmsea=None, rmsea_interval=None, tli=None,
            rmsr=rmsr,
        )  # fmt: skip
    chi_square = correction * max(discrepancy, 0.0)
    squared = max(chi_square / (df * n_persons) - 1 / (n_persons - 1), 0.0)
    possible = squared <= 1.0  # beyond it the correlations hold artefacts of smoothing
    return EfaFit(
        df=df,
        chi_square=chi_square,
        p_value=float(chdtrc(df, chi_square)),
        rmsea=float(np.sqrt(squared)) if possible else None,
        rmsea_interval=_rmsea_interval(chi_square, df, n_persons) if possible else None,
        tli=_tucker_lewis(correlations, discrepancy / df, correction) if possible else None,
        rmsr=rmsr,
    )


def _likelihood_discrepancy(observed: FloatArray, reproduced: FloatArray) -> float | None:
    if np.linalg.eigvalsh(reproduced)[0] <= 1e-12:
        return None
    ratio = np.linalg.solve(reproduced, observed)
    return float(np.trace(ratio) - np.linalg.slogdet(ratio)[1] - observed.shape[0])


def _tucker_lewis(correlations: FloatArray, per_df: float, correction: float) -> float | None:
    n_items = correlations.shape[0]
    independent = -float(np.linalg.slogdet(correlations)[1]) * 2 / (n_items * (n_items - 1))
    room = independent - 1 / correction
    return (independent - per_df) / room if room > 0 else None


def _rmsea_interval(chi_square: float, df: int, n_persons: int) -> Interval:
    ends = [
        0.0
        if 1.0 - chdtrc(df, chi_square) <= tail
        else np.sqrt(float(chndtrinc(chi_square, df, tail)) / ((n_persons - 1) * df))
        for tail in (0.95, 0.05)
    ]
    return Interval(lower=float(ends[0]), upper=float(ends[1]), level=0.90)
