"""Fit indices from test statistics and residuals.

All follow lavaan 0.6-14: N persons (not N − 1), G groups, and for the robust versions a scaling
``c`` of the model's and the baseline's statistic.

References
----------
Bentler, P. M. (1990). Comparative fit indexes in structural models.
    doi:10.1037/0033-2909.107.2.238.
Tucker, L. R., & Lewis, C. (1973). doi:10.1007/BF02291170.
Steiger, J. H. (1990). doi:10.1207/s15327906mbr2502_4; for several groups Steiger, J. H. (1998).
    doi:10.1080/10705519809540115, equation 19.
Browne, M. W., & Cudeck, R. (1992). Alternative ways of assessing model fit.
    doi:10.1177/0049124192021002005, equations 9 to 11.
Brosseau-Liard, P. E., & Savalei, V. (2014). Adjusting incremental fit indices for nonnormality.
    doi:10.1080/00273171.2014.933697.
Brosseau-Liard, P. E., Savalei, V., & Li, L. (2012). An investigation of the sample performance of
    two nonnormality corrections for RMSEA. doi:10.1080/00273171.2012.715252.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from psychometrics.types import FloatArray, Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """A test statistic that is about chi-square distributed, times a scaling.

    Attributes
    ----------
    chi_square
        The statistic before division by ``scaling``.
    df
        Its degrees of freedom.
    scaling
        c: the mean of the statistic under the model is about c × df.
    """

    chi_square: float
    df: float
    scaling: float = 1.0

    @property
    def excess(self) -> float:
        """What exceeds the expectation."""
        return self.chi_square - self.scaling * self.df


def chi_square_tail(chi_square: float, df: float) -> float | None:
    """Return P(χ²_df > x), or ``None`` without degrees of freedom."""
    return float(special.chdtrc(df, max(chi_square, 0.0))) if df > 0 else None


def cfi(model: Statistic, baseline: Statistic) -> float:
    """Return the comparative fit index (Bentler, 1990, equation 13)."""
    worse = max(model.excess, 0.0)
    worst = max(model.excess, baseline.excess, 0.0)
    return 1.0 if worse == 0.0 or worst == 0.0 else 1.0 - worse / worst


def tli(model: Statistic, baseline: Statistic) -> float | None:
    """Return the Tucker–Lewis index, not truncated at one."""
    if model.df <= 0:
        return 1.0
    if baseline.excess == 0.0 or baseline.df <= 0:
        return None
    return 1.0 - (model.excess * baseline.df) / (baseline.excess * model.df)


def rmsea(model: Statistic, n_persons: int, n_groups: int = 1) -> float:
    """Return the root mean square error of approximation; 0 without degrees of freedom."""
    if model.df <= 0:
        return 0.0
    return float(np.sqrt(max(model.excess, 0.0) / (n_persons * model.df) * n_groups))


def rmsea_interval(
    model: Statistic, n_persons: int, n_groups: int = 1, *, level: float = 0.90
) -> Interval:
    """Return the interval of the RMSEA from the noncentral chi-square distribution.

    The noncentralities are those at which the statistic, divided by its scaling, is the lower and
    the upper quantile.
    """
    ends = []
    for quantile in (1.0 - (1.0 - level) / 2.0, (1.0 - level) / 2.0):
        noncentrality = _noncentrality(model.chi_square / model.scaling, model.df, quantile)
        spread = model.scaling * noncentrality * n_groups / (n_persons * max(model.df, 1e-12))
        ends.append(float(np.sqrt(spread)))
    return Interval(lower=ends[0], upper=ends[1], level=level)


def _noncentrality(chi_square: float, df: float, quantile: float) -> float:
    """Return λ with P(χ²_df(λ) ≤ x) = quantile, and 0 where none is positive."""
    if df < 1.0 or chi_square <= 0.0 or special.chdtr(df, chi_square) <= quantile:
        return 0.0
    return float(special.chndtrinc(chi_square, df, quantile))


def close_fit_p(
    model: Statistic, n_persons: int, n_groups: int = 1, *, close: float = 0.05
) -> float | None:
    """Return the p-value of the hypothesis RMSEA ≤ 0.05 (Browne & Cudeck, 1992)."""
    if model.df <= 0:
        return None
    noncentrality = n_persons * model.df * close**2 / (model.scaling * n_groups)
    chi_square = max(model.chi_square / model.scaling, 0.0)
    return float(np.clip(1.0 - special.chndtr(chi_square, model.df, noncentrality), 0.0, 1.0))


def srmr(
    sample: FloatArray,
    implied: FloatArray,
    *,
    sample_mean: FloatArray | None = None,
    implied_mean: FloatArray | None = None,
) -> float:
    """Return Bentler's standardized root mean square residual of one group.

    Parameters
    ----------
    sample, implied
        Covariances, shape (n_items, n_items); both are divided by the sample's standard
        deviations.
    sample_mean, implied_mean
        Given when means belong to the model; shape (n_items,).

    References
    ----------
    Bentler, P. M. (1995). EQS structural equations program manual, chapter 14.
    """
    scale = np.sqrt(np.diagonal(sample))
    residual = (sample - implied) / np.outer(scale, scale)
    squares = residual[np.tril_indices_from(residual)] ** 2
    if sample_mean is not None and implied_mean is not None:
        squares = np.concatenate([squares, ((sample_mean - implied_mean) / scale) ** 2])
    return float(np.sqrt(squares.mean()))


def srmr_of_correlations(sample: FloatArray, implied: FloatArray) -> float:
    """Return the SRMR of correlations, each of shape (n_items, n_items).

    As lavaan's for ordered answers: variances count as fitted.
    """
    rows, columns = np.tril_indices_from(sample, -1)
    residual = sample[rows, columns] - implied[rows, columns]
    n_items = sample.shape[0]
    return float(np.sqrt((residual**2).sum() / (n_items * (n_items + 1) / 2)))
