"""A fitted model in the contract's words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from psychometrics.cfa import fit
from psychometrics.cfa.admissibility import improprieties
from psychometrics.cfa.competing_models import GENERAL
from psychometrics.cfa.fit import Statistic, chi_square_tail
from psychometrics.cfa.fit_result import Fitted, ScaledTest
from psychometrics.cfa.general_factor import factor_omegas, general_omega
from psychometrics.cfa.model import Matrix, Parameterization
from psychometrics.cfa.modification import modifications, standardized_change
from psychometrics.cfa.results import (
    FactorCorrelation,
    FitIndices,
    HigherOrderLoading,
    ItemResult,
    Loading,
    ModelResult,
    ModificationIndex,
    ScaledTestResult,
)
from psychometrics.cfa.standardized import (
    r_squared,
    residual_correlations,
    residual_errors,
    residual_variances,
    standardized_loadings,
    standardized_regressions,
)
from psychometrics.cfa.validity_indices import (
    average_variance_extracted,
    explained_common_variance,
    omega_hierarchical,
)
from psychometrics.distribution_free import FISHER, interval_by_error

NO_INDICES = FitIndices(cfi=None, tli=None, rmsea=None, rmsea_interval=None, rmsea_close_fit_p=None)
"""Of an improper solution, and where a statistic broke down."""

MOST_MODIFICATIONS = 20
"""How many modification indices are told."""


def describe(fitted: Fitted, *, cautions: tuple[str, ...] = ()) -> ModelResult:
    """Return what the contract says of a single-group model.

    Parameters
    ----------
    fitted
        The model and its estimates.
    cautions
        What is doubtful about it for reasons that it does not know itself.
    """
    shown = describe_fit(fitted, cautions=cautions)
    general = _general_column(fitted) if shown.proper else None
    return replace(
        shown,
        loadings=tuple(_loadings(fitted)),
        higher_order_loadings=tuple(_higher_order_loadings(fitted)),
        factor_correlations=tuple(_factor_correlations(fitted, proper=shown.proper)),
        items=tuple(_items(fitted)),
        residual_correlations=residual_correlations(fitted),
        average_variance_extracted=average_variance_extracted(fitted),
        modification_indices=tuple(_modification_indices(fitted)),
        explained_common_variance=None
        if general is None
        else explained_common_variance(fitted, general),
        omega_hierarchical=None if general is None else omega_hierarchical(fitted, general),
        general_omega=general_omega(fitted) if shown.proper and _correlates(fitted) else None,
        omegas=factor_omegas(fitted)
        if shown.proper and _correlates(fitted) and not _ordered(fitted)
        else None,
    )


def _ordered(fitted: Fitted) -> bool:
    return fitted.layout.model.parameterization is Parameterization.DELTA


def without_fit_of_improper(model: ModelResult) -> ModelResult:
    """Return a model as it is told: an improper solution has no fit indices."""
    if model.proper:
        return model
    return replace(model, indices=NO_INDICES, srmr=None, scaled_indices=None, robust_indices=None)


def describe_fit(
    fitted: Fitted, *, cautions: tuple[str, ...] = (), improper: tuple[str, ...] | None = None
) -> ModelResult:
    """Return how a model fits, of any number of groups, without its parameters.

    Parameters
    ----------
    fitted
        The model and its estimates.
    cautions
        What is doubtful about it for reasons that it does not know itself.
    improper
        What makes the solution improper; ``None``: what ``propriety`` finds in a model of items.
    """
    tests = fitted.tests
    improper = improprieties(fitted) if improper is None else improper
    aic, bic = information_criteria(fitted)
    return ModelResult(
        model=fitted.layout.model.name,
        converged=fitted.minimum.convergence.converged,
        proper=not improper,
        cautions=improper + _doubts(fitted) + cautions,
        n_persons=fitted.n_persons,
        n_parameters=fitted.theta.size,
        chi_square=_finite(tests.model.chi_square),
        df=int(tests.model.df),
        p_value=chi_square_tail(tests.model.chi_square, tests.model.df),
        scaled=None if tests.scaled_model is None else _scaled_test(tests.scaled_model),
        baseline_chi_square=_finite(tests.baseline.chi_square),
        baseline_df=int(tests.baseline.df),
        indices=fit_indices(fitted, tests.model, tests.baseline),
        srmr=_finite(fitted.srmr),
        scaled_indices=_scaled_indices(fitted),
        robust_indices=_robust_indices(fitted),
        log_likelihood=fitted.log_likelihood,
        aic=aic,
        bic=bic,
    )


def _doubts(fitted: Fitted) -> tuple[str, ...]:
    """Say what makes a proper solution uncertain."""
    n_persons, n_free = fitted.n_persons, fitted.theta.size
    if n_persons < n_free:
        return (f"{n_persons} persons are fewer than the model's {n_free} parameters.",)
    return ()


def information_criteria(fitted: Fitted) -> tuple[float | None, float | None]:
    """Return AIC and BIC, where there is a likelihood."""
    if fitted.log_likelihood is None:
        return None, None
    deviance, n_free = -2.0 * fitted.log_likelihood, fitted.theta.size
    return deviance + 2.0 * n_free, deviance + float(np.log(fitted.n_persons)) * n_free


def fit_indices(
    fitted: Fitted,
    model: Statistic,
    baseline: Statistic,
    *,
    rmsea_from: Statistic | None = None,
) -> FitIndices:
    """Return CFI, TLI and RMSEA from a model's and the baseline's statistic.

    An RMSEA beyond 1 is the trace of a correction that broke down: then there are none.

    Parameters
    ----------
    fitted
        For the numbers of persons and groups.
    model, baseline
        The statistics.
    rmsea_from
        The statistic for the RMSEA where it is another than the model's.
    """
    n, groups = fitted.effective_persons, fitted.n_groups
    close = rmsea_from or model
    rmsea = _finite(fit.rmsea(close, n, groups))
    if rmsea is not None and rmsea > 1.0:
        return NO_INDICES
    return FitIndices(
        cfi=_finite(fit.cfi(model, baseline)),
        tli=_finite(fit.tli(model, baseline)),
        rmsea=rmsea,
        rmsea_interval=fit.rmsea_interval(close, n, groups),
        rmsea_close_fit_p=_finite(fit.close_fit_p(close, n, groups)),
    )


def _scaled_indices(fitted: Fitted) -> FitIndices | None:
    tests = fitted.tests
    if tests.scaled_model is None or tests.scaled_baseline is None:
        return None
    return fit_indices(
        fitted,
        tests.scaled_model.statistic,
        tests.scaled_baseline.statistic,
        rmsea_from=tests.scaled_rmsea,
    )


def _robust_indices(fitted: Fitted) -> FitIndices | None:
    tests = fitted.tests
    if tests.robust_model is None or tests.robust_baseline is None:
        return None
    indices = fit_indices(fitted, tests.robust_model, tests.robust_baseline)
    return None if indices is NO_INDICES else indices


def _scaled_test(test: ScaledTest) -> ScaledTestResult:
    return ScaledTestResult(
        chi_square=test.chi_square,
        df=test.df,
        p_value=test.p_value,
        scaling_factor=test.scaling_factor,
        shift=test.shift,
    )


def _loadings(fitted: Fitted) -> Iterator[Loading]:
    model, layout, state = fitted.layout.model, fitted.layout.groups[0], fitted.states[0]
    cells = layout.cells[Matrix.LOADINGS]
    standardized, errors = standardized_loadings(fitted)
    for row, column, position in zip(cells.rows, cells.columns, cells.positions, strict=True):
        yield Loading(
            factor=model.factors[column],
            item=model.items[row],
            estimate=float(state.loadings[row, column]),
            standard_error=_finite(fitted.standard_errors[position]),
            standardized=_finite(standardized[row, column]),
            standardized_standard_error=_finite(errors[row, column]),
        )


def _higher_order_loadings(fitted: Fitted) -> Iterator[HigherOrderLoading]:
    factors, cells = fitted.layout.model.factors, fitted.layout.groups[0].cells[Matrix.REGRESSIONS]
    if not len(cells):
        return
    standardized, errors = standardized_regressions(fitted)
    for row, column, position in zip(cells.rows, cells.columns, cells.positions, strict=True):
        yield HigherOrderLoading(
            factor=factors[column],
            indicator=factors[row],
            estimate=float(fitted.theta[position]),
            standard_error=_finite(fitted.standard_errors[position]),
            standardized=_finite(standardized[row, column]),
            standardized_standard_error=_finite(errors[row, column]),
        )


def _factor_correlations(fitted: Fitted, *, proper: bool) -> Iterator[FactorCorrelation]:
    """Yield free factor covariances, which are correlations: factors have unit variance."""
    factors = fitted.layout.model.factors
    cells = fitted.layout.groups[0].cells[Matrix.FACTOR_COVARIANCES]
    for row, column, position in zip(cells.rows, cells.columns, cells.positions, strict=True):
        estimate = float(fitted.theta[position])
        error = _finite(fitted.standard_errors[position])
        interval = None
        if proper and error is not None and error < 1.0 and abs(estimate) < 1.0:
            interval = interval_by_error(estimate, error, FISHER, df=fitted.n_persons - 1.0)
        yield FactorCorrelation(
            factors=(factors[column], factors[row]),
            estimate=estimate,
            standard_error=error,
            interval=interval,
        )


def _items(fitted: Fitted) -> Iterator[ItemResult]:
    columns = (residual_variances(fitted), residual_errors(fitted), r_squared(fitted))
    for item, residual, error, share in zip(fitted.layout.model.items, *columns, strict=True):
        yield ItemResult(
            item=item,
            residual_variance=float(residual),
            standard_error=_finite(error),
            r_squared=_finite(share),
        )


def _general_column(fitted: Fitted) -> int | None:
    """Return the column of a bifactor model's general factor, ``None`` in other models."""
    model = fitted.layout.model
    if GENERAL not in model.factors or any(model.rows(Matrix.REGRESSIONS)):
        return None
    return model.factors.index(GENERAL) if len(model.factors) > 2 else None


def _correlates(fitted: Fitted) -> bool:
    """Whether the model is one of correlated factors, each with items of its own."""
    cells = fitted.layout.groups[0].cells
    return len(cells[Matrix.FACTOR_COVARIANCES]) > 0 and len(cells[Matrix.REGRESSIONS]) == 0


def _modification_indices(fitted: Fitted) -> Iterator[ModificationIndex]:
    model = fitted.layout.model
    for change in modifications(fitted)[:MOST_MODIFICATIONS]:
        row = change.parameter
        is_loading = row.matrix is Matrix.LOADINGS
        items = (row.row,) if is_loading else (row.column, row.row)
        yield ModificationIndex(
            parameter=row.matrix.value,
            factor=model.factors[row.column] if is_loading else None,
            items=tuple(model.items[item] for item in items),
            index=change.index,
            expected_change=change.expected_change,
            standardized_change=_finite(standardized_change(fitted, change)),
        )


def _finite(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else float(value)
