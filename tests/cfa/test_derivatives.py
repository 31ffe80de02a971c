"""Analytic derivatives equal finite differences, for every discrepancy and every kind of cell."""

from __future__ import annotations

import numpy as np
import pytest

from psychometrics.cfa.competing_models import rival_model, with_intercepts, with_thresholds
from psychometrics.cfa.complete_data import complete_answers
from psychometrics.cfa.discrepancy import Discrepancy
from psychometrics.cfa.dwls import WeightedDiscrepancy
from psychometrics.cfa.fiml_likelihood import CasewiseDiscrepancy
from psychometrics.cfa.missing_patterns import by_pattern
from psychometrics.cfa.ml_discrepancy import NormalDiscrepancy
from psychometrics.cfa.model import (
    Matrix,
    Model,
    Parameterization,
    fixed,
    free,
    in_groups,
    released,
)
from psychometrics.cfa.options import Rival, Structure
from psychometrics.cfa.parameter_index import layout_of
from psychometrics.cfa.wlsmv import sample_of
from psychometrics.correlation.polychoric import ordinal_moments
from psychometrics.types import FloatArray
from tests.cfa.making import instrument_of

ITEMS = 9
FORM = instrument_of({"a": (1, 2, 3), "b": (4, 5, 6), "c": (7, 8, 9)}, reversed_items=(2, 5, 9))
N_THRESHOLDS = (3,) * ITEMS


def everything(structure: Structure) -> Model:
    """Build a model in which every matrix has free elements, two groups and equal loadings."""
    model = rival_model(FORM, Rival(structure=structure, method=True))
    model = with_intercepts(model).with_rows(
        *(fixed(Matrix.FACTOR_MEANS, k, value=0.0) for k in range(model.n_factors)),
        free(Matrix.RESIDUAL_COVARIANCES, 3, 1),
    )
    two = in_groups(model, 2, equal=frozenset({Matrix.LOADINGS, Matrix.INTERCEPTS}))
    return released(two, Matrix.FACTOR_MEANS, Matrix.FACTOR_COVARIANCES)


def ordinal(structure: Structure, parameterization: Parameterization) -> Model:
    model = rival_model(FORM, Rival(structure=structure))
    model = with_thresholds(model, N_THRESHOLDS, parameterization)
    if parameterization is Parameterization.DELTA:
        return in_groups(model, 2, equal=frozenset({Matrix.LOADINGS}))
    model = model.with_rows(
        *(fixed(Matrix.INTERCEPTS, row, value=0.0) for row in range(ITEMS)),
        *(fixed(Matrix.FACTOR_MEANS, k, value=0.0) for k in range(model.n_factors)),
    )
    two = in_groups(model, 2, equal=frozenset({Matrix.THRESHOLDS, Matrix.LOADINGS}))
    return released(two, Matrix.INTERCEPTS, Matrix.RESIDUAL_COVARIANCES, Matrix.FACTOR_COVARIANCES)


def answers(rng: np.random.Generator, n_persons: int = 120) -> FloatArray:
    common = rng.normal(size=(n_persons, 1))
    latent = 0.7 * common + 0.7 * rng.normal(size=(n_persons, ITEMS))
    return np.digitize(latent, [-0.8, 0.1, 0.9]).astype(np.float64) + 1.0


def discrepancies() -> dict[str, Discrepancy]:
    rng = np.random.default_rng(5)
    groups = (answers(rng), answers(rng, 90))
    holed = [np.where(rng.random(g.shape) < 0.15, np.nan, g) for g in groups]
    moments = [ordinal_moments(group) for group in groups]
    found: dict[str, Discrepancy] = {}
    for structure in (Structure.CORRELATED_FACTORS, Structure.SECOND_ORDER, Structure.BIFACTOR):
        layout = layout_of(everything(structure))
        found[f"complete {structure.value}"] = NormalDiscrepancy(
            layout=layout,
            samples=tuple(complete_answers(g, FORM.scored_items).moments for g in groups),
        )
        found[f"incomplete {structure.value}"] = CasewiseDiscrepancy(
            layout=layout, samples=tuple(by_pattern(g) for g in holed)
        )
        for parameterization in Parameterization:
            found[f"{parameterization.value} {structure.value}"] = WeightedDiscrepancy(
                layout=layout_of(ordinal(structure, parameterization)),
                samples=tuple(map(sample_of, moments)),
            )
    return found


DISCREPANCIES = discrepancies()


def point(discrepancy: Discrepancy, seed: int) -> FloatArray:
    """Draw parameters at which every Σ is positive definite."""
    rng = np.random.default_rng(seed)
    layout = discrepancy.layout
    theta = np.zeros(layout.model.n_free)
    for group in layout.groups:
        for matrix in Matrix:
            cells = group.cells[matrix]
            diagonal = cells.rows == cells.columns
            spread = rng.uniform(0.3, 0.6, size=len(cells))
            level = {
                Matrix.RESIDUAL_COVARIANCES: np.where(diagonal, 1.0, 0.05),
                Matrix.FACTOR_COVARIANCES: np.where(diagonal, 1.2, 0.0),
                Matrix.INTERCEPTS: np.full(len(cells), 2.0),
            }.get(matrix, np.zeros(len(cells)))
            theta[cells.positions] = level + spread * np.where(level == 0.05, 0.1, 1.0)
        cuts = group.cells[Matrix.THRESHOLDS]
        theta[cuts.positions] = np.tile([-0.8, 0.1, 0.9], ITEMS)[cuts.rows]
    return theta


def expanded(discrepancy: Discrepancy, theta: FloatArray) -> tuple[float, FloatArray, FloatArray]:
    expansion = discrepancy.expand(theta, exact=True)
    assert expansion is not None
    return expansion.value, expansion.gradient, expansion.hessian


def moving(discrepancy: Discrepancy) -> FloatArray:
    """Which parameters the discrepancy moves: free thresholds under delta stay as they are."""
    if isinstance(discrepancy, WeightedDiscrepancy):
        return discrepancy.fitted_positions
    return np.arange(discrepancy.layout.model.n_free)


@pytest.mark.parametrize("name", DISCREPANCIES)
def test_the_gradient_is_the_slope(name: str) -> None:
    discrepancy = DISCREPANCIES[name]
    theta, step = point(discrepancy, 1), 1e-5
    _, gradient, _ = expanded(discrepancy, theta)
    for k in moving(discrepancy):
        shift = step * (np.arange(theta.size) == k)
        above, below = expanded(discrepancy, theta + shift), expanded(discrepancy, theta - shift)
        assert gradient[k] == pytest.approx((above[0] - below[0]) / (2 * step), abs=2e-8), k


@pytest.mark.parametrize("name", [name for name in DISCREPANCIES if "theta" not in name])
def test_the_exact_hessian_is_the_slope_of_the_gradient(name: str) -> None:
    discrepancy = DISCREPANCIES[name]
    theta, step = point(discrepancy, 2), 1e-5
    _, _, hessian = expanded(discrepancy, theta)
    used = moving(discrepancy)
    for k in used:
        shift = step * (np.arange(theta.size) == k)
        above, below = expanded(discrepancy, theta + shift), expanded(discrepancy, theta - shift)
        slope = (above[1] - below[1]) / (2 * step)
        assert hessian[k][used] == pytest.approx(slope[used], abs=2e-7), k


@pytest.mark.parametrize("name", DISCREPANCIES)
def test_the_expected_hessian_is_never_indefinite(name: str) -> None:
    discrepancy = DISCREPANCIES[name]
    expansion = discrepancy.expand(point(discrepancy, 3), exact=False)
    assert expansion is not None
    assert np.linalg.eigvalsh(expansion.hessian)[0] > -1e-10
