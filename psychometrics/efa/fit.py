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
from psychometrics.positive_definite import inverse, log_determinant
from psychometrics.types import FloatArray, Interval


def degrees_of_freedom(n_items: int, n_factors: int) -> int:
    """Count correlations less parameters; negative where a model is not identified."""
    return ((n_items - n_factors) ** 2 - n_items - n_factors) // 2


NO_DF = "the model has no degrees of freedom"
FEW_PERSONS = "there are too few persons for Bartlett's factor"
NOT_DEFINITE = (
    "the correlations are not positive definite, or one of them runs to ±1: a likelihood ratio "
    "would measure the constant that took their place"
)
IMPROPER = "the factors reproduce a matrix that is not positive definite"
BEYOND = "the likelihood ratio is beyond what correlations allow: their matrix is all but singular"


def fit(
    correlations: FloatArray,
    common: FloatArray,
    *,
    n_factors: int,
    n_persons: int,
    artificial: bool,
) -> EfaFit:
    """Compare reproduced with observed correlations.

    Parameters
    ----------
    correlations
        Observed, positive definite, shape (n_items, n_items).
    common
        Reproduced by the factors, ΛΦΛᵀ, same shape.
    n_factors, n_persons
        Factors behind the one, persons behind the other.
    artificial
        Whether the correlations were made positive definite, or one of them stopped at its bound.
    """
    n_items = correlations.shape[0]
    residual = correlations - common
    np.fill_diagonal(residual, 0.0)
    rmsr = float(np.sqrt((residual**2).sum() / (n_items * (n_items - 1))))
    df = degrees_of_freedom(n_items, n_factors)
    correction = n_persons - 1 - (2 * n_items + 5) / 6 - 2 * n_factors / 3

    def nothing(reason: str) -> EfaFit:
        return EfaFit(
            df=df, chi_square=None, p_value=None, rmsea=None, rmsea_interval=None, tli=None,
            rmsr=rmsr, reason=reason,
        )  # fmt: skip

    if df <= 0:
        return nothing(NO_DF)
    if correction <= 0:
        return nothing(FEW_PERSONS)
    observed = None if artificial else log_determinant(correlations)
    if observed is None:
        return nothing(NOT_DEFINITE)
    discrepancy = _likelihood_discrepancy(correlations, observed, correlations - residual)
    if discrepancy is None:
        return nothing(IMPROPER)
    chi_square = correction * max(discrepancy, 0.0)
    squared = max(chi_square / (df * n_persons) - 1 / (n_persons - 1), 0.0)
    if squared > 1.0:
        return nothing(BEYOND)
    return EfaFit(
        df=df,
        chi_square=chi_square,
        p_value=float(chdtrc(df, chi_square)),
        rmsea=float(np.sqrt(squared)),
        rmsea_interval=_rmsea_interval(chi_square, df, n_persons),
        tli=_tucker_lewis(n_items, observed, discrepancy / df, correction),
        rmsr=rmsr,
        reason=None,
    )


def _likelihood_discrepancy(
    observed: FloatArray, log_observed: float, reproduced: FloatArray
) -> float | None:
    inverted = inverse(reproduced)
    logarithm = log_determinant(reproduced)
    if inverted is None or logarithm is None:
        return None
    return float((inverted * observed).sum() + logarithm - log_observed - observed.shape[0])


def _tucker_lewis(
    n_items: int, log_observed: float, per_df: float, correction: float
) -> float | None:
    independent = -log_observed * 2 / (n_items * (n_items - 1))
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
