"""Tests of the difference between two nested models.

References
----------
Satorra, A., & Bentler, P. M. (2001). A scaled difference chi-square test statistic for moment
    structure analysis. doi:10.1007/BF02296192, the formula of section 2.
Satorra, A. (2000). Scaled and adjusted restricted tests in multi-sample analysis of moment
    structures. doi:10.1007/978-1-4615-4603-0_17, section 4.
Asparouhov, T., & Muthén, B. (2010). Simple second order chi-square correction. Mplus technical
    appendix, equations 4 to 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from psychometrics.cfa.fit import chi_square_tail
from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.robust_test import difference_traces


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A difference test.

    Attributes
    ----------
    chi_square
        ``None`` where it does not exist (its scaling is not positive).
    df
        Difference in degrees of freedom.
    """

    chi_square: float | None
    df: int

    @property
    def p_value(self) -> float | None:
        """Probability of a larger difference, were the smaller model true."""
        return None if self.chi_square is None else chi_square_tail(self.chi_square, self.df)


def likelihood_ratio(smaller: Fitted, larger: Fitted) -> Difference:
    """Compare nested models by their likelihoods."""
    small, large = smaller.tests.model, larger.tests.model
    return Difference(
        chi_square=max(small.chi_square - large.chi_square, 0.0), df=int(small.df - large.df)
    )


def satorra_bentler(smaller: Fitted, larger: Fitted) -> Difference:
    """Compare nested models under MLR: (T₀ − T₁) (d₀ − d₁) / (d₀c₀ − d₁c₁).

    A saturated larger model counts with d₁c₁ = 0.
    """
    small, large = smaller.tests.model, larger.tests.model
    df = int(small.df - large.df)
    traces = []
    for fitted in (smaller, larger):
        scaled = fitted.tests.scaled_model
        if scaled is None and fitted.tests.model.df > 0:
            return Difference(chi_square=None, df=df)
        traces.append(0.0 if scaled is None else scaled.scaling_factor * scaled.df)
    scaling = (traces[0] - traces[1]) / df if df > 0 else 0.0
    if scaling <= 0.0:
        return Difference(chi_square=None, df=df)
    return Difference(chi_square=max(small.chi_square - large.chi_square, 0.0) / scaling, df=df)


def satorra_2000(smaller: Fitted, larger: Fitted) -> Difference:
    """Compare nested models under WLSMV: the scaled, shifted difference of their statistics."""
    small, large = smaller.tests.model, larger.tests.model
    df = int(small.df - large.df)
    if smaller.moment_parts is None or larger.moment_parts is None or df <= 0:
        return Difference(chi_square=None, df=df)
    trace, trace_of_square = difference_traces(smaller.moment_parts, larger.moment_parts)
    if trace_of_square <= 0.0:
        return Difference(chi_square=None, df=df)
    a = sqrt(df / trace_of_square)
    difference = max(small.chi_square - large.chi_square, 0.0)
    return Difference(chi_square=max(a * difference + df - a * trace, 0.0), df=df)
