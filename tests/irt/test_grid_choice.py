"""The grid carries the integrals: where information is high it is finer, for far groups wider."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from psychometrics.correlation.categories import code_answers
from psychometrics.irt.bifactor import _Problem, fit_bifactor
from psychometrics.irt.estimation import estimate
from psychometrics.irt.fitted_scale import fit_scale
from psychometrics.irt.grid_choice import on_a_fitting_grid
from psychometrics.irt.group_models import GroupModels, latent_distribution
from psychometrics.irt.item_models import Graded
from psychometrics.irt.options import ModelName
from psychometrics.irt.quadrature import Grid
from psychometrics.irt.response_patterns import count_patterns
from psychometrics.types import FloatArray
from tests.irt.making import graded_answers


def _steep(n_items: int, slope: float, n_persons: int) -> FloatArray:
    rng = np.random.default_rng(3)
    thresholds = np.array([-1.5, -0.5, 0.3, 1.0]) + rng.normal(0.0, 0.3, (n_items, 1))
    theta = rng.standard_normal(n_persons)
    return graded_answers(theta, np.full(n_items, slope), thresholds, rng)


def _on(grid: Grid, answers: FloatArray) -> float:
    """Return log L at the maximum of :func:`fit_scale`, on another grid."""
    found = fit_scale(answers, range(1, answers.shape[1] + 1), model=ModelName.GRADED).estimates
    return replace(found.problem, grid=grid).log_likelihood(found.free)


def test_usual_scales_keep_the_usual_grid() -> None:
    found = fit_scale(_steep(12, 2.0, 300), range(1, 13), model=ModelName.GRADED)
    assert found.estimates.problem.grid == Grid()


@pytest.mark.parametrize(("n_items", "slope"), [(36, 3.0), (12, 8.0)])
def test_high_information_gets_a_finer_grid_that_is_fine_enough(n_items: int, slope: float) -> None:
    answers = _steep(n_items, slope, 300)
    found = fit_scale(answers, range(1, n_items + 1), model=ModelName.GRADED).estimates
    assert found.problem.grid.n_points > 61
    fine = _on(Grid(limit=6.0, n_points=961), answers)
    assert found.log_likelihood == pytest.approx(fine, abs=0.01)
    assert abs(_on(Grid(), answers) - fine) > 0.01


def test_a_group_far_from_the_reference_gets_a_wider_grid() -> None:
    rng = np.random.default_rng(4)
    group = np.repeat([0, 1], 400)
    theta = rng.normal(3.0 * group, 1.0)
    answers = graded_answers(theta, np.full(8, 1.5), np.tile(np.arange(-1.0, 5.0), (8, 1)), rng)
    coding = code_answers(answers)
    models = GroupModels(
        model=Graded(),
        common_slope=False,
        groups=[count_patterns(coding.codes[group == one], coding.width) for one in (0, 1)],
        n_categories=coding.n_categories,
    )
    found = on_a_fitting_grid(models.anchored(frozenset(range(8))))
    assert found.problem.grid.limit > 6.0
    assert found.problem.grid.spacing == pytest.approx(0.2)
    mean, sd = latent_distribution(found, 1)
    assert mean == pytest.approx(3.0, abs=0.3)
    assert sd == pytest.approx(1.0, abs=0.15)
    wider = replace(found.problem, grid=Grid(limit=12.0, n_points=121))
    assert found.log_likelihood == pytest.approx(
        estimate(wider, found.free, near=True).log_likelihood, abs=0.01
    )
    assert models.on_grid(found.problem.grid).anchored(
        frozenset(range(8))
    ).log_likelihood == pytest.approx(found.log_likelihood, abs=1e-6)


def test_the_bifactor_model_gets_finer_grids_where_traits_are_sharp() -> None:
    rng = np.random.default_rng(6)
    membership = np.repeat([0, 1, 2], 5)
    general, own = rng.standard_normal((100, 1)), rng.standard_normal((100, 3))[:, membership]
    reached = 1 / (1 + np.exp(-(2.0 * general + 3.0 * own + 1.0)))
    answers = 1.0 + (rng.random((100, 15, 1)) < reached[:, :, None]).sum(axis=2)
    found = fit_bifactor(answers, membership, range(1, 16))
    assert found.refinement == 2
    assert found.resolved
    coding = code_answers(answers)
    usual, here, finer = (
        -_Problem(coding, membership, refinement=times).deviance(found.values)[0]
        for times in (1, 2, 4)
    )
    assert abs(usual - finer) > 0.01
    assert found.log_likelihood == pytest.approx(here, abs=1e-6)
    assert here == pytest.approx(finer, abs=0.01)
