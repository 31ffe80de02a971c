"""Exploratory factors: identities, psych's loadings cell by cell, refusals."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from psychometrics.declared.shapes import to_json
from psychometrics.efa.analysis import analyse
from psychometrics.efa.extraction import MaximumLikelihood, MinimumResiduals, refine
from psychometrics.efa.options import CorrelationType, EfaOptions, Extraction, Rotation
from psychometrics.efa.results import EfaResult
from psychometrics.errors import EstimationError, OptionError
from psychometrics.responses import ResponseMatrix
from psychometrics.types import FloatArray, no_progress
from schemas.analyses.efa import EfaOptionsSchema
from schemas.definition import Definition
from tests.classical import SCALES, form, psych, simulated_patients, three_factor_answers, wai_sr


def analysed(responses: ResponseMatrix, **options: Any) -> EfaResult:
    chosen = {"correlation": CorrelationType.PEARSON} | options
    return analyse(responses, EfaOptions(**chosen), progress=no_progress)


def difference(found: EfaResult, oracle: dict[str, Any]) -> tuple[float, float]:
    """Compare loadings and Φ in the order of factors that fits best; signs must agree."""
    loadings, phi = np.array(oracle["loadings"]), np.array(oracle["Phi"])
    return min(
        (
            float(np.abs(found.loadings[:, order] - loadings).max()),
            float(np.abs(found.factor_correlations[np.ix_(order, order)] - phi).max()),
        )
        for order in map(list, permutations(range(found.n_factors)))
    )


RAW = {"normalize": False}
CASES: list[tuple[str, Extraction, Rotation, int, dict[str, bool]]] = [
    ("minres_oblimin", Extraction.MINRES, Rotation.OBLIMIN, 3, {}),
    ("minres_promax", Extraction.MINRES, Rotation.PROMAX, 3, {}),
    ("minres_Promax", Extraction.MINRES, Rotation.PROMAX, 3, RAW),
    ("minres_varimax", Extraction.MINRES, Rotation.VARIMAX, 3, {}),
    ("minres_Varimax", Extraction.MINRES, Rotation.VARIMAX, 3, RAW),
    ("minres_geominQ", Extraction.MINRES, Rotation.GEOMIN, 2, {}),
    ("minres_none", Extraction.MINRES, Rotation.NONE, 3, {}),
    ("ml_oblimin", Extraction.ML, Rotation.OBLIMIN, 3, {}),
    ("ml_promax", Extraction.ML, Rotation.PROMAX, 3, {}),
    ("ml_Promax", Extraction.ML, Rotation.PROMAX, 3, RAW),
    ("ml_varimax", Extraction.ML, Rotation.VARIMAX, 3, {}),
    ("ml_Varimax", Extraction.ML, Rotation.VARIMAX, 3, RAW),
    ("ml_geominQ", Extraction.ML, Rotation.GEOMIN, 2, {}),
    ("ml_none", Extraction.ML, Rotation.NONE, 3, {}),
    ("minres_oblimin_two", Extraction.MINRES, Rotation.OBLIMIN, 2, {}),
]


@pytest.mark.parametrize("name", ["wai_250", "wai_1000"])
@pytest.mark.parametrize(("entry", "extraction", "rotation", "n_factors", "normalize"), CASES)
def test_loadings_and_factor_correlations_are_those_of_psych(  # a table of cases
    data: Path,
    name: str,
    entry: str,
    extraction: Extraction,
    rotation: Rotation,
    n_factors: int,
    normalize: dict[str, bool],
) -> None:
    found = analysed(
        wai_sr(data, name),
        n_factors=n_factors,
        extraction=extraction,
        rotation=rotation,
        **normalize,
    )
    oracle = psych()[name]["fa"][entry]
    # psych's L-BFGS stops up to 5e-5 short of the minimum; ours is at it (see the gradient test)
    assert max(difference(found, oracle)) < 1e-4
    assert found.uniquenesses == pytest.approx(oracle["uniquenesses"], abs=1e-4)
    assert found.fit.df == oracle["df"]
    assert found.fit.chi_square == pytest.approx(oracle["chi_square"], abs=2e-3)
    assert found.fit.tli == pytest.approx(oracle["TLI"], abs=1e-5)
    assert found.fit.rmsr == pytest.approx(oracle["rms"], abs=1e-5)
    interval = found.fit.rmsea_interval
    assert interval is not None
    assert [found.fit.rmsea, interval.lower, interval.upper] == pytest.approx(
        oracle["RMSEA"], abs=2e-5
    )


TURNED: list[tuple[str, Rotation, int, bool]] = [
    ("oblimin_kaiser", Rotation.OBLIMIN, 3, True),
    ("geomin_kaiser", Rotation.GEOMIN, 2, True),
    ("target", Rotation.TARGET, 3, False),
    ("target_kaiser", Rotation.TARGET, 3, True),
]


@pytest.mark.parametrize("name", ["wai_250", "wai_1000"])
@pytest.mark.parametrize("extraction", list(Extraction))
@pytest.mark.parametrize(("entry", "rotation", "n_factors", "normalize"), TURNED)
def test_what_psych_has_no_name_for_is_as_r_rotates_it(  # a table of cases
    data: Path,
    name: str,
    extraction: Extraction,
    entry: str,
    rotation: Rotation,
    n_factors: int,
    normalize: bool,
) -> None:
    found = analysed(
        wai_sr(data, name),
        n_factors=n_factors,
        extraction=extraction,
        rotation=rotation,
        normalize=normalize,
    )
    assert found.normalize is normalize
    assert max(difference(found, psych()[name]["turned"][extraction.value][entry])) < 1e-4


@pytest.mark.parametrize("extraction", list(Extraction))
def test_varimax_has_psychs_order_and_signs(data: Path, extraction: Extraction) -> None:
    """The same cells, without trying other orders; unnormalized, two factors change places."""
    answers = np.genfromtxt(data / "edges/varimax_300.csv", delimiter=",", skip_header=1)
    responses = ResponseMatrix(instrument=form(12, scales=SCALES), answers=answers)
    found = analysed(responses, extraction=extraction, rotation=Rotation.VARIMAX)
    oracle = psych()["varimax_300"]["fa"][f"{extraction.value}_varimax"]
    assert found.normalize
    assert np.abs(found.loadings - np.array(oracle["loadings"])).max() < 1e-4


def test_varimax_follows_the_items_wherever_they_stand(data: Path) -> None:
    responses = wai_sr(data, "wai_250")
    order = np.random.default_rng(2).permutation(12)
    moved = ResponseMatrix(instrument=form(12), answers=responses.answers[:, order])
    here, there = (
        analysed(one, n_factors=3, rotation=Rotation.VARIMAX) for one in (responses, moved)
    )
    assert np.abs(here.loadings[order] - there.loadings).max() < 1e-6


def test_normalization_without_a_rotation_is_refused(data: Path) -> None:
    with pytest.raises(OptionError, match="without a rotation"):
        analysed(wai_sr(data, "wai_250"), rotation=Rotation.NONE, normalize=True)


@pytest.mark.parametrize("name", ["wai_250", "wai_1000"])
def test_polychoric_loadings_are_those_of_psych(data: Path, name: str) -> None:
    found = analysed(wai_sr(data, name), n_factors=3, correlation=CorrelationType.POLYCHORIC)
    oracle = psych()[name]["fa_poly"]["minres_oblimin"]
    # psych adds half a person to empty cells (correct = .5), ours does so in 2 x 2 tables alone
    assert np.abs(found.correlations - np.array(oracle["r"])).max() < 0.02
    assert max(difference(found, oracle)) < 0.04


@pytest.mark.parametrize(
    ("entry", "extraction", "rotation", "n_factors"),
    [
        ("minres_oblimin", Extraction.MINRES, Rotation.OBLIMIN, 3),
        ("minres_promax", Extraction.MINRES, Rotation.PROMAX, 4),
    ],
)
def test_the_long_form_is_that_of_psych(
    wai_36: Definition, entry: str, extraction: Extraction, rotation: Rotation, n_factors: int
) -> None:
    found = analysed(
        simulated_patients(wai_36), n_factors=n_factors, extraction=extraction, rotation=rotation
    )
    assert max(difference(found, psych()["wai36"]["fa"][entry])) < 2e-4


def test_maximum_likelihood_reaches_the_minimum_that_psych_misses(wai_36: Definition) -> None:
    """psych stops at F = 12.392284; factanal told to go on (factr = 1) reaches 12.392136221767."""
    responses = simulated_patients(wai_36)
    found = analysed(responses, n_factors=3, extraction=Extraction.ML, rotation=Rotation.NONE)
    assert found.converged
    method = MaximumLikelihood()
    at = np.log(found.uniquenesses)[None]
    eigenvalues = np.linalg.eigvalsh(method.matrix(found.correlations[None], at))
    assert method.residual(eigenvalues, 3)[1].sum() == pytest.approx(12.392136221767, abs=1e-10)


@pytest.mark.parametrize("discrepancy", [MinimumResiduals(), MaximumLikelihood()])
def test_the_discrepancy_has_no_lower_value_nearby(
    discrepancy: MinimumResiduals | MaximumLikelihood,
) -> None:
    rng = np.random.default_rng(8)
    correlations = np.corrcoef(three_factor_answers(300, 9, rng).T)[None]
    found = refine(correlations, np.full((1, 9), 0.5), 3, discrepancy)
    assert found.converged.all()
    at = discrepancy.parameters(found.uniquenesses)

    def value(parameters: FloatArray) -> float:
        eigenvalues = np.linalg.eigvalsh(discrepancy.matrix(correlations, parameters))
        return float(discrepancy.residual(eigenvalues, 3)[1].sum())

    for item in range(9):
        step = np.zeros((1, 9))
        step[0, item] = 1e-4
        slope = (value(at + step) - value(at - step)) / 2e-4
        assert abs(slope) < 1e-7
        assert value(at + step) >= value(at)
        assert value(at - step) >= value(at)


@pytest.mark.parametrize("extraction", list(Extraction))
def test_exact_factors_are_recovered_exactly(extraction: Extraction) -> None:
    discrepancy = {"minres": MinimumResiduals(), "ml": MaximumLikelihood()}[extraction.value]
    rng = np.random.default_rng(2)
    loadings = np.zeros((12, 3))
    loadings[np.arange(12), np.arange(12) % 3] = rng.uniform(0.5, 0.9, 12)
    common = loadings @ (0.4 + 0.6 * np.eye(3)) @ loadings.T
    correlations = common + np.diag(1 - np.diag(common))
    found = refine(correlations[None], np.full((1, 12), 0.4), 3, discrepancy)
    assert found.uniquenesses[0] == pytest.approx(1 - np.diag(common), abs=1e-6)
    assert np.abs(found.loadings[0] @ found.loadings[0].T - common).max() < 1e-6


def test_a_heywood_case_is_improper_and_says_so() -> None:
    rng = np.random.default_rng(11)
    latent = rng.standard_normal((60, 1))
    answers = np.clip(np.rint(3 + latent + 0.8 * rng.standard_normal((60, 6))), 1, 5)
    found = analysed(ResponseMatrix(instrument=form(6), answers=answers), n_factors=3)
    assert not found.proper
    assert any("Heywood" in caution for caution in found.cautions)


def test_too_many_factors_are_refused() -> None:
    answers = three_factor_answers(60, 4, np.random.default_rng(1))
    with pytest.raises(OptionError, match="cannot identify 2"):
        analysed(ResponseMatrix(instrument=form(4), answers=answers), n_factors=2)


def test_two_persons_are_refused_with_what_is_needed() -> None:
    answers = three_factor_answers(2, 6, np.random.default_rng(1))
    with pytest.raises(EstimationError, match="at least three"):
        analysed(ResponseMatrix(instrument=form(6), answers=answers), n_factors=1)


def test_rows_follow_the_scored_items(data: Path) -> None:
    found = analysed(wai_sr(data, "wai_250"))
    assert found.order == tuple(range(1, 13))
    assert found.n_factors == 3
    body = to_json(found)
    assert len(body["loadings"]) == 12
    assert "nan" not in str(body)


def test_the_schema_has_the_defaults_of_the_contract() -> None:
    assert EfaOptionsSchema().load({}) == EfaOptions()
    assert EfaOptions().correlation is CorrelationType.POLYCHORIC
