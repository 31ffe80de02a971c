"""Whether a solution is admissible, and what is wrong with it if it is not.

Nothing is judged by a bound during estimation, so a solution that leaves the parameter space is
seen as it is (Heywood cases; Kolenikov & Bollen, 2012). A solution on the edge of the parameter
space, within `psychometrics.margin.MARGIN`, is undetermined: it is not shown to be proper, counts
as improper, and the sentence says so.

References
----------
Kolenikov, S., & Bollen, K. A. (2012). Testing negative error variances.
    doi:10.1177/0049124112442138.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.model import Matrix, Parameterization
from psychometrics.cfa.standardized import (
    item_variances,
    residual_variances,
    standardized_loadings,
    standardized_regressions,
)
from psychometrics.margin import MARGIN, above
from psychometrics.positive_definite import smallest_eigenvalue

EMPTY = 0.01
"""A factor on which no standardized loading reaches this is empty."""

EXPLODED = 3.0
"""A standardized loading beyond this is on its way to infinity."""

UNDETERMINED = "so that it is undetermined whether the solution is proper"

_NO_INFORMATION = 10.0
"""A standardized loading lies within ±1; one with this standard error has not been estimated."""


def improprieties(fitted: Fitted) -> tuple[str, ...]:
    """Say in sentences what makes a solution improper; empty when it is proper."""
    found = []
    if not fitted.minimum.convergence.converged:
        found.append(fitted.minimum.convergence.value)
    if fitted.layout.model.n_free > 0 and fitted.parameter_covariance is None:
        found.append(
            "The information matrix is singular: the model is not identified by these answers, "
            "so there are no standard errors."
        )
    if fitted.tests.model.df < 0:
        found.append("The model has more parameters than there are moments.")
    for group in range(fitted.n_groups):
        found += _in_group(fitted, group)
    return tuple(dict.fromkeys(found))


def _in_group(fitted: Fitted, group: int) -> Iterator[str]:
    where = f" in group {group + 1}" if fitted.n_groups > 1 else ""
    yield from _negative_variances(fitted, group, where)
    yield from _large_loadings(fitted, group, where)
    yield from _undetermined_factors(fitted, group, where)
    yield from _indefinite_matrices(fitted, group, where)


def _negative_variances(fitted: Fitted, group: int, where: str) -> Iterator[str]:
    items = fitted.layout.model.items
    shares = residual_variances(fitted, group=group) / item_variances(fitted, group=group)
    rows = fitted.layout.model.rows(Matrix.RESIDUAL_COVARIANCES, group=group)
    zero = {row.row for row in rows if row.label is None and row.value == 0.0}
    if fitted.layout.model.parameterization is Parameterization.DELTA:
        loadings = fitted.layout.model.rows(Matrix.LOADINGS, group=group)
        zero |= {row.row for row in loadings if row.label is None and row.value == 1.0}
    for number, (item, share) in enumerate(zip(items, shares, strict=True)):
        positive = above(float(share), 0.0)
        if positive is False:
            yield f"The residual variance of item {item} is negative{where}."
        elif positive is None and number not in zero:
            yield f"The residual variance of item {item} vanishes{where}, {UNDETERMINED}."
    factors = fitted.layout.model.factors
    variances = np.diagonal(fitted.states[group].disturbance_covariance)
    for factor, variance in zip(factors, variances, strict=True):
        if variance < -MARGIN:
            yield f"The variance of factor {factor} is negative{where}."


def _large_loadings(fitted: Fitted, group: int, where: str) -> Iterator[str]:
    model = fitted.layout.model
    loadings, _ = standardized_loadings(fitted, group=group)
    for row, column in np.argwhere(np.abs(loadings) > 1.0 + MARGIN):
        said = "explodes" if np.abs(loadings[row, column]) > EXPLODED else "exceeds one"
        yield (
            f"The standardized loading of item {model.items[row]} on {model.factors[column]} "
            f"{said}{where}."
        )
    for column, factor in enumerate(model.factors):
        own = {row.row for row in model.rows(Matrix.LOADINGS, group=group) if row.column == column}
        if own and np.abs(loadings[sorted(own), column]).max() < EMPTY:
            yield f"Factor {factor} is empty: no item loads on it{where}."
    regressions, _ = standardized_regressions(fitted, group=group)
    for row, column in np.argwhere(np.abs(regressions) > 1.0 + MARGIN):
        yield (
            f"The standardized loading of factor {model.factors[row]} on {model.factors[column]} "
            f"exceeds one{where}."
        )


def _undetermined_factors(fitted: Fitted, group: int, where: str) -> Iterator[str]:
    """Name factors whose loadings the answers do not determine.

    A factor that is not in the answers has loadings near zero, where the derivatives of the implied
    covariances vanish: the information is singular there, though a rounding error hides it.
    """
    _, errors = standardized_loadings(fitted, group=group)
    for column in np.flatnonzero((errors > _NO_INFORMATION).any(axis=0)):
        yield (
            f"The information on the loadings of {fitted.layout.model.factors[column]} is singular"
            f"{where}: the answers do not determine them."
        )


def _indefinite_matrices(fitted: Fitted, group: int, where: str) -> Iterator[str]:
    state = fitted.states[group]
    covariance = state.factor_covariance
    variances = np.diagonal(covariance)
    if (variances > 0.0).all():
        correlation = covariance / np.sqrt(np.outer(variances, variances))
        model = fitted.layout.model
        for row, column in np.argwhere(np.tril(np.abs(correlation), -1) > 1.0 + MARGIN):
            yield (
                f"The correlation of factors {model.factors[column]} and {model.factors[row]} "
                f"exceeds one{where}."
            )
        if smallest_eigenvalue(correlation) < MARGIN:
            yield f"The factors' covariance matrix is not positive definite{where}."
    residuals = state.residual_covariance
    if np.any(residuals - np.diag(np.diagonal(residuals))) and (
        smallest_eigenvalue(residuals) < -MARGIN
    ):
        yield f"The residuals' covariance matrix is not positive definite{where}."
