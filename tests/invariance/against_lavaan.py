"""Compares our ladder with lavaan's, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from psychometrics.cfa.results import FitIndices, ModelResult
from psychometrics.invariance.results import StepResult

# the project's tolerances: estimates and indices 1e-4, chi-square 1e-3, scaled chi-square 5e-3
CHI_SQUARE, SCALED, INDEX = 1e-3, 5e-3, 1e-4

Cell = tuple[str, float | None, float]


def cells(model: ModelResult) -> Iterator[Cell]:
    """Yield lavaan's name, our value, tolerance."""
    yield "chisq", model.chi_square, CHI_SQUARE
    yield "df", float(model.df), 0.0
    yield "npar", float(model.n_parameters), 0.0
    yield "pvalue", model.p_value, INDEX
    yield "baseline.chisq", model.baseline_chi_square, CHI_SQUARE
    yield "baseline.df", float(model.baseline_df), 0.0
    yield "srmr", model.srmr, INDEX
    yield from _indices(model.indices, "")
    if model.scaled is not None:
        yield "chisq.scaled", model.scaled.chi_square, SCALED
        yield "chisq.scaling.factor", model.scaled.scaling_factor, INDEX
        yield "pvalue.scaled", model.scaled.p_value, INDEX
    if model.scaled_indices is not None:
        yield from _indices(model.scaled_indices, ".scaled")
    if model.robust_indices is not None:
        yield from _indices(model.robust_indices, ".robust")
    if model.log_likelihood is not None:
        yield "logl", model.log_likelihood, CHI_SQUARE
        yield "aic", model.aic, CHI_SQUARE
        yield "bic", model.bic, CHI_SQUARE


def _indices(indices: FitIndices, kind: str) -> Iterator[Cell]:
    yield f"cfi{kind}", indices.cfi, INDEX
    yield f"tli{kind}", indices.tli, INDEX
    yield f"rmsea{kind}", indices.rmsea, INDEX
    if indices.rmsea_interval is not None:
        yield f"rmsea.ci.lower{kind}", indices.rmsea_interval.lower, INDEX
        yield f"rmsea.ci.upper{kind}", indices.rmsea_interval.upper, INDEX


def check_fit(model: ModelResult, theirs: Mapping[str, Any]) -> None:
    """Compare every cell that lavaan has; robust indices it has not for equal thresholds."""
    compared = 0
    for name, ours, tolerance in cells(model):
        if theirs.get(name) is None:
            assert name.endswith(".robust"), name
            continue
        assert ours is not None, name
        assert np.isclose(ours, theirs[name], rtol=tolerance / 10, atol=tolerance), (
            name,
            ours,
            theirs[name],
        )
        compared += 1
    assert compared >= 17


def check_differences(steps: Sequence[StepResult], rows: Sequence[Mapping[str, Any]]) -> None:
    """Compare difference tests; rows are lavaan's, with its column names or underscores in them."""
    for step, row in zip(steps, rows, strict=True):
        theirs = {name.replace(" ", "_"): value for name, value in row.items()}
        assert step.model.df == theirs["Df"]
        if theirs.get("Chisq_diff") is None:
            assert step.difference is None
            continue
        assert step.difference is not None
        assert step.difference.df == theirs["Df_diff"]
        assert step.difference.chi_square is not None
        assert abs(step.difference.chi_square - theirs["Chisq_diff"]) < SCALED
        p_value = theirs.get("p", theirs.get("Pr(>Chisq)"))
        assert step.difference.p_value is not None
        assert abs(step.difference.p_value - p_value) < INDEX * 5
