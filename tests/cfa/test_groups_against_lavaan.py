"""Several groups, equality constraints, means and the theta parameterization, step by step.

The steps are those of an invariance analysis; here they prove that the engine can express and fit
them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from psychometrics.cfa.competing_models import rival_model, with_intercepts, with_thresholds
from psychometrics.cfa.complete_data import complete_answers
from psychometrics.cfa.difference import Difference, satorra_2000, satorra_bentler
from psychometrics.cfa.fiml import fit_fiml
from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.ml import fit_ml
from psychometrics.cfa.model import (
    Matrix,
    Model,
    Parameterization,
    fixed,
    in_groups,
    released,
)
from psychometrics.cfa.options import Rival, Structure
from psychometrics.cfa.reporting import describe
from psychometrics.cfa.saturated_model import incomplete_answers
from psychometrics.cfa.wlsmv import fit_wlsmv, sample_of
from psychometrics.correlation.polychoric import ordinal_moments
from tests.cfa.lavaan import check_measures
from tests.cfa.making import SCALES, answers_in, groups_in, instrument_of

LOADINGS, THRESHOLDS, INTERCEPTS = Matrix.LOADINGS, Matrix.THRESHOLDS, Matrix.INTERCEPTS
RESIDUALS, MEANS, FACTORS = (
    Matrix.RESIDUAL_COVARIANCES,
    Matrix.FACTOR_MEANS,
    Matrix.FACTOR_COVARIANCES,
)
BASE = rival_model(instrument_of(SCALES), Rival(structure=Structure.CORRELATED_FACTORS))


def two(model: Model, *equal: Matrix) -> Model:
    return in_groups(model, 2, equal=frozenset(equal))


def continuous_steps() -> dict[str, Model]:
    model = with_intercepts(BASE).with_rows(*(fixed(MEANS, k, value=0.0) for k in range(3)))
    return {
        "configural": two(model),
        "metric": released(two(model, LOADINGS), FACTORS),
        "scalar": released(two(model, LOADINGS, INTERCEPTS), FACTORS, MEANS),
        "strict": released(two(model, LOADINGS, INTERCEPTS, RESIDUALS), FACTORS, MEANS),
    }


def ordinal_steps(counts: tuple[int, ...]) -> dict[str, Model]:
    """Wu and Estabrook (2016), doi:10.1007/s11336-016-9506-0, as semTools writes them."""
    model = with_thresholds(BASE, counts, Parameterization.THETA).with_rows(
        *(fixed(INTERCEPTS, row, value=0.0) for row in range(12)),
        *(fixed(MEANS, k, value=0.0) for k in range(3)),
    )
    return {
        "configural": two(model),
        "thresholds": released(two(model, THRESHOLDS), INTERCEPTS, RESIDUALS),
        "metric": released(two(model, THRESHOLDS, LOADINGS), INTERCEPTS, RESIDUALS, FACTORS),
        "scalar": released(two(model, THRESHOLDS, LOADINGS), MEANS, RESIDUALS, FACTORS),
        "strict": released(two(model, THRESHOLDS, LOADINGS), MEANS, FACTORS),
    }


def check_steps(
    steps: dict[str, Fitted],
    theirs: dict[str, Any],
    difference: Callable[[Fitted, Fitted], Difference],
) -> None:
    for name, fit in steps.items():
        check_measures(describe(fit), theirs[name]["fit"])
    fits = list(steps.values())
    for smaller, larger, row in zip(fits[1:], fits, theirs["lrt"][1:], strict=False):
        found = difference(smaller, larger)
        assert found.df == row["Df diff"]
        assert found.chi_square == pytest.approx(row["Chisq diff"], rel=1e-5, abs=2e-5)


@pytest.mark.parametrize("n", ["250", "1000"])
def test_robust_ml_in_two_groups_is_lavaans(n: str, data: Path, lavaan: dict[str, Any]) -> None:
    path = data / f"wai_{n}.csv"
    answers, group = answers_in(path), groups_in(path)
    samples = tuple(complete_answers(answers[group == g], BASE.items) for g in (1, 2))
    steps = {k: fit_ml(m, samples, robust=True) for k, m in continuous_steps().items()}
    check_steps(steps, lavaan[n]["invariance_MLR_4"], satorra_bentler)


@pytest.mark.parametrize("n", ["250", "1000"])
def test_fiml_in_two_groups_is_lavaans(n: str, data: Path, lavaan: dict[str, Any]) -> None:
    path = data / f"wai_{n}_mis.csv"
    answers, group = answers_in(path), groups_in(path)
    samples = tuple(incomplete_answers(answers[group == g], BASE.items) for g in (1, 2))
    steps = {k: fit_fiml(m, samples, robust=True) for k, m in continuous_steps().items()}
    check_steps(steps, lavaan[n]["invariance_FIML_MLR_4"], satorra_bentler)


def ordinal_fits(path: Path, groups: Sequence[int]) -> dict[str, Fitted]:
    answers, group = answers_in(path), groups_in(path)
    found = [ordinal_moments(answers[group == g]) for g in groups]
    samples = tuple(map(sample_of, found))
    steps = ordinal_steps(found[0].n_thresholds)
    return {name: fit_wlsmv(model, samples) for name, model in steps.items()}


def test_wlsmv_in_two_groups_is_lavaans(data: Path, lavaan: dict[str, Any]) -> None:
    steps = ordinal_fits(data / "wai_1000.csv", (1, 2))
    check_steps(steps, lavaan["1000"]["invariance_WLSMV_WE_5"], satorra_2000)


def test_the_order_of_groups_does_not_matter(data: Path) -> None:
    forwards = ordinal_fits(data / "wai_1000.csv", (1, 2))["scalar"]
    backwards = ordinal_fits(data / "wai_1000.csv", (2, 1))["scalar"]
    assert forwards.tests.model.chi_square == pytest.approx(
        backwards.tests.model.chi_square, abs=1e-6
    )
    assert np.isfinite(forwards.standard_errors).all()
