"""How many factors: psych's numbers, exact distributions, and refusals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from psychometrics.efa.dimensionality import analyse
from psychometrics.efa.options import CorrelationType, DimensionalityOptions
from psychometrics.efa.parallel_analysis import (
    component_eigenvalues,
    principal_axis_eigenvalues,
    random_correlations,
)
from psychometrics.efa.results import DimensionalityResult
from psychometrics.errors import EstimationError
from psychometrics.responses import ResponseMatrix
from psychometrics.types import no_progress
from schemas.analyses.dimensionality import DimensionalityOptionsSchema
from schemas.definition import Definition
from tests.classical import form, psych, simulated_patients, three_factor_answers, wai_sr

PEARSON = DimensionalityOptions(correlation=CorrelationType.PEARSON)


def analysed(
    responses: ResponseMatrix, options: DimensionalityOptions = PEARSON
) -> DimensionalityResult:
    return analyse(responses, options, progress=no_progress)


@pytest.mark.parametrize("name", ["wai_250", "wai_1000"])
def test_adequacy_and_sphericity_are_those_of_psych(data: Path, name: str) -> None:
    found, oracle = analysed(wai_sr(data, name)), psych()[name]
    assert found.kmo == pytest.approx(oracle["kmo"]["overall"], rel=1e-10)
    assert found.kmo_items == pytest.approx(oracle["kmo"]["items"], rel=1e-10)
    assert found.bartlett.chi_square == pytest.approx(oracle["bartlett"]["chi_square"], rel=1e-10)
    assert found.bartlett.df == oracle["bartlett"]["df"]


@pytest.mark.parametrize("name", ["wai_250", "wai_1000"])
def test_map_falls_and_rises_as_in_psych(data: Path, name: str) -> None:
    found, oracle = analysed(wai_sr(data, name)), psych()[name]["map"]
    assert found.map.average_squared_partials[1:7] == pytest.approx(oracle, rel=1e-8)
    assert found.map.n_factors == int(np.argmin(oracle)) + 1


def test_the_long_form_agrees_with_psych_too(wai_36: Definition) -> None:
    found, oracle = analysed(simulated_patients(wai_36)), psych()["wai36"]
    assert found.kmo == pytest.approx(oracle["kmo"]["overall"], rel=1e-9)
    assert found.map.average_squared_partials[1:9] == pytest.approx(oracle["map"], rel=1e-8)


def test_random_correlations_have_the_distribution_of_drawn_persons() -> None:
    rng = np.random.default_rng(1)
    short = random_correlations(30, 6, 4000, rng)
    drawn = np.array([np.corrcoef(rng.standard_normal((6, 30))) for _ in range(4000)])
    for eigenvalues in (component_eigenvalues, principal_axis_eigenvalues):
        quantiles = [
            np.quantile(eigenvalues(sample), [0.05, 0.5, 0.95], axis=0) for sample in (short, drawn)
        ]
        assert np.abs(quantiles[0] - quantiles[1]).max() < 0.03  # 4 Monte Carlo errors


def test_fewer_persons_than_items_still_have_random_correlations() -> None:
    found = random_correlations(5, 9, 20, np.random.default_rng(1))
    assert np.linalg.matrix_rank(found).tolist() == [4] * 20
    assert np.allclose(np.diagonal(found, axis1=1, axis2=2), 1.0)


@pytest.mark.parametrize("correlation", list(CorrelationType))
def test_a_seed_repeats_itself_and_is_stated(data: Path, correlation: CorrelationType) -> None:
    options = DimensionalityOptions(correlation=correlation, seed=7, replicates=20)
    responses = wai_sr(data, "wai_250")
    once, again = analysed(responses, options), analysed(responses, options)
    assert once.parallel.seed == 7
    assert once.parallel.replicates == 20
    assert once.parallel.used == 20
    assert (once.parallel.quantile_eigenvalues == again.parallel.quantile_eigenvalues).all()


def test_disagreeing_criteria_are_a_caution(data: Path) -> None:
    found = analysed(wai_sr(data, "wai_1000"))
    assert found.parallel.principal_axis.n_factors == 3  # psych's fa.parallel, too
    assert found.parallel.n_factors == 1
    assert not found.summary.agree
    assert any("disagree" in caution for caution in found.cautions)


def test_uncorrelated_items_have_no_factor() -> None:
    answers = np.random.default_rng(4).integers(1, 6, (400, 8)).astype(float)
    found = analysed(ResponseMatrix(instrument=form(8), answers=answers))
    assert found.parallel.n_factors == 0
    assert found.map.n_factors == 0


def test_a_constant_item_is_named() -> None:
    answers = three_factor_answers(50, 6, np.random.default_rng(1))
    answers[:, 2] = 4.0
    with pytest.raises(EstimationError, match="item\\(s\\) 3"):
        analysed(ResponseMatrix(instrument=form(6), answers=answers))


@pytest.mark.parametrize("correlation", list(CorrelationType))
def test_duplicated_items_have_no_number_of_factors(correlation: CorrelationType) -> None:
    answers = three_factor_answers(200, 6, np.random.default_rng(1))
    answers[:, 5] = answers[:, 0]
    options = DimensionalityOptions(correlation=correlation, replicates=10)
    with pytest.raises(EstimationError, match="not positive definite"):
        analysed(ResponseMatrix(instrument=form(6), answers=answers), options)


def test_random_samples_that_were_left_out_are_counted() -> None:
    """Thirty persons and eight binary items: some shuffled samples have no definite matrix."""
    rng = np.random.default_rng(2)
    answers = (three_factor_answers(30, 8, rng) > 3.0) + 1.0
    responses = ResponseMatrix(instrument=form(8, maximum=2), answers=answers)
    options = DimensionalityOptions(replicates=60)
    found = analyse(responses, options, progress=no_progress)
    assert 0 < found.parallel.used < 60
    left_out = f"{60 - found.parallel.used} of 60 random samples"
    assert any(caution.startswith(left_out) for caution in found.cautions)


def test_the_schema_has_the_defaults_of_the_contract() -> None:
    assert DimensionalityOptionsSchema().load({}) == DimensionalityOptions()
