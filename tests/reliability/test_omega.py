"""Omega in its versions beside semTools', exact cases, precision, refusals."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from psychometrics.correlation.polychoric import ordinal_moments
from psychometrics.declared.shapes import to_json
from psychometrics.errors import OptionError
from psychometrics.reliability.alpha import (
    alpha_of_answers,
    alpha_of_correlations,
    influence_on_correlation_sum,
)
from psychometrics.reliability.analysis import analyse
from psychometrics.reliability.coefficient import Coefficient, estimate, standard_error
from psychometrics.reliability.omega import fit_scale, omega, one_factor_model
from psychometrics.reliability.options import ReliabilityOptions
from psychometrics.reliability.ordinal import (
    ScaleMoments,
    fit_one_factor,
    moments_of,
    ordinal_alpha,
    ordinal_omega,
)
from psychometrics.reliability.results import ReliabilityResult
from psychometrics.responses import ResponseMatrix
from psychometrics.types import FloatArray, no_progress
from schemas.analyses.reliability import ReliabilityOptionsSchema
from schemas.definition import Definition
from tests.classical import ROOT, SCALES, form, simulated_patients, three_factor_answers, wai_sr

SEMTOOLS: dict[str, Any] = json.loads((ROOT / "tests/golden/semtools.json").read_text())["values"]


def analysed(responses: ResponseMatrix, **options: Any) -> ReliabilityResult:
    return analyse(responses, ReliabilityOptions(**options), progress=no_progress)


@pytest.fixture(scope="module", params=["wai_250", "wai_1000"])
def both(request: pytest.FixtureRequest, data: Path) -> tuple[ReliabilityResult, dict[str, Any]]:
    return analysed(wai_sr(data, request.param)), SEMTOOLS[request.param]


Both = tuple[ReliabilityResult, dict[str, Any]]


@pytest.mark.parametrize("scale", [*SCALES, "total"])
def test_omegas_of_each_scale_are_those_of_semtools(both: Both, scale: str) -> None:
    found, oracle = both[0].scales[scale], both[1]["scales"][scale]
    assert found.omega.estimate == pytest.approx(oracle["omega"], abs=2e-6)
    assert found.ordinal_omega.estimate == pytest.approx(oracle["ordinal_omega"], abs=2e-6)


def test_omega_total_is_that_of_semtools(both: Both) -> None:
    total = both[0].scales["total"].omega_total
    assert total is not None
    assert total.estimate == pytest.approx(both[1]["omega_total"], abs=2e-6)


def test_the_bifactor_coefficients_are_those_of_semtools(data: Path) -> None:
    found = analysed(wai_sr(data, "wai_1000")).scales
    oracle = SEMTOOLS["wai_1000"]["bifactor"]
    hierarchical = found["total"].omega_hierarchical
    assert hierarchical is not None
    assert hierarchical.estimate == pytest.approx(oracle["g"], abs=1e-6)
    for name in SCALES:
        specific = found[name].omega_specific
        assert specific is not None
        assert specific.estimate == pytest.approx(oracle[name], abs=5e-6)


def test_an_improper_bifactor_model_gives_no_coefficient(data: Path) -> None:
    """semTools prints 15.6 for the task factor here."""
    found = analysed(wai_sr(data, "wai_250")).scales
    for coefficient in (found["total"].omega_hierarchical, found["task"].omega_specific):
        assert coefficient is not None
        assert coefficient.estimate is None
        assert coefficient.reason is not None
        assert "not proper" in coefficient.reason


def test_omega_of_a_long_subscale_is_that_of_semtools(wai_36: Definition) -> None:
    bond = analysed(simulated_patients(wai_36)).scales["bond"]
    assert bond.omega.estimate == pytest.approx(
        SEMTOOLS["wai36"]["scales"]["bond"]["omega"], abs=2e-6
    )


def test_the_standard_error_of_measurement_is_sd_times_root_of_what_omega_leaves(
    both: Both,
) -> None:
    for scale in both[0].scales.values():
        assert scale.omega.estimate is not None
        assert scale.sd is not None
        expected = scale.sd * (1 - scale.omega.estimate) ** 0.5
        assert scale.standard_error_of_measurement == pytest.approx(expected, rel=1e-12)


def test_the_total_warns_that_it_is_a_composite(both: Both) -> None:
    assert any("composite" in caution for caution in both[0].scales["total"].cautions)
    assert both[0].scales["goal"].omega_total is None


def test_omega_without_an_item_is_omega_of_the_others(data: Path) -> None:
    responses = wai_sr(data, "wai_250")
    goal = analysed(responses).scales["goal"]
    others = ResponseMatrix(
        instrument=form(12, scales={"others": (6, 8, 11)}), answers=responses.answers
    )
    assert goal.if_item_deleted[0].item == 4
    assert goal.if_item_deleted[0].omega == pytest.approx(
        analysed(others).scales["others"].omega.estimate, abs=1e-6
    )


def test_parallel_items_have_omega_equal_to_alpha() -> None:
    rng = np.random.default_rng(1)
    answers = rng.standard_normal((200, 5))
    centred = answers - answers.mean(axis=0)
    white = centred @ np.linalg.inv(np.linalg.cholesky(centred.T @ centred / 200)).T
    exact = white @ np.linalg.cholesky(0.5 + 0.5 * np.eye(5)).T  # covariances exactly .5
    found = omega(fit_scale(one_factor_model((1, 2, 3, 4, 5)), exact))
    assert found.value == pytest.approx(5 * 0.5 / (1 + 4 * 0.5), abs=1e-7)
    assert alpha_of_answers(exact).value == pytest.approx(found.value, abs=1e-7)  # type: ignore[union-attr]


def _omega(answers: FloatArray) -> Any:
    return omega(fit_scale(one_factor_model((1, 2, 3, 4)), answers))


def _standardized(answers: FloatArray) -> Any:
    correlations = np.corrcoef(answers.T)
    return alpha_of_correlations(correlations, influence_on_correlation_sum(answers))


@pytest.mark.parametrize("coefficient", [_omega, _standardized, alpha_of_answers])
def test_influence_is_what_leaving_a_person_out_changes(coefficient: Any) -> None:
    answers = three_factor_answers(400, 4, np.random.default_rng(9))
    whole = coefficient(answers)
    assert abs(whole.influence.sum()) < 1e-9
    persons = [3, 77, 210, 399]
    jackknife = [whole.value - coefficient(np.delete(answers, i, axis=0)).value for i in persons]
    assert whole.influence[persons] == pytest.approx(jackknife, abs=2e-5, rel=0.05)


@pytest.mark.parametrize("name", ["alpha", "omega"])
def test_ordinal_slopes_agree_with_finite_differences_of_the_moments(name: str) -> None:
    answers = three_factor_answers(400, 4, np.random.default_rng(9))
    moments = moments_of(ordinal_moments(answers), (1, 2, 3, 4))
    n_moments = moments.nacov.shape[0]
    on_moments = moments.influence.values()
    slopes, *_ = np.linalg.lstsq(on_moments, _ordinal(name, moments).influence)
    np.testing.assert_allclose(on_moments @ slopes, _ordinal(name, moments).influence, atol=1e-12)
    assert np.abs(slopes[moments.n_thresholds :]).min() > 1e-3
    for moment in range(n_moments):
        up, down = (_ordinal(name, _moved(moments, moment, step)).value for step in (1e-5, -1e-5))
        assert slopes[moment] == pytest.approx((up - down) / 2e-5, abs=1e-6)


def _ordinal(name: str, moments: ScaleMoments) -> Coefficient:
    if name == "omega":
        return ordinal_omega(moments, fit_one_factor(moments).states[0].loadings[:, 0])
    found = ordinal_alpha(moments)
    assert found is not None
    return found


def _moved(moments: ScaleMoments, moment: int, step: float) -> ScaleMoments:
    sizes = [cuts.size for cuts in moments.thresholds]
    cuts = np.concatenate(moments.thresholds)
    correlations = moments.correlations.copy()
    if moment < cuts.size:
        cuts[moment] += step
    else:
        first, second = (place[moment - cuts.size] for place in np.triu_indices(len(sizes), 1))
        correlations[[first, second], [second, first]] += step
    thresholds = tuple(np.split(cuts, np.cumsum(sizes)[:-1]))
    return replace(moments, thresholds=thresholds, correlations=correlations)


def test_items_of_one_scale_taken_out_of_all_have_their_own_moments(data: Path) -> None:
    answers = wai_sr(data, "wai_250").answers
    of_all = moments_of(ordinal_moments(answers, items=range(1, 13)), (4, 6, 8, 11))
    alone = ordinal_moments(answers[:, [3, 5, 7, 10]], items=(4, 6, 8, 11))
    assert np.abs(of_all.nacov - alone.nacov).max() < 1e-8
    assert np.abs(of_all.correlations - alone.correlations).max() < 1e-10


def test_two_items_have_alpha_but_no_omega() -> None:
    answers = three_factor_answers(80, 2, np.random.default_rng(2))
    found = analysed(ResponseMatrix(instrument=form(2), answers=answers)).scales["all"]
    assert found.alpha.estimate is not None
    assert found.omega.reason == "two items do not identify a one-factor model"
    assert found.standard_error_of_measurement is None


def test_an_ordinal_omega_beyond_one_is_a_caution() -> None:
    """Three factors taken for one: semTools' compRelSEM gives the same (lavaan 0.6, WLSMV)."""
    answers = three_factor_answers(500, 36, np.random.default_rng(4))
    found = analysed(ResponseMatrix(instrument=form(36), answers=answers)).scales["all"]
    assert found.ordinal_omega.estimate == pytest.approx(1.01100192259034, abs=1e-6)
    assert found.ordinal_omega.interval is None
    assert any("exceeds one" in caution for caution in found.cautions)


def test_identical_items_have_reasons_and_no_traceback() -> None:
    answers = three_factor_answers(80, 4, np.random.default_rng(2))
    answers[:, 3] = answers[:, 0]
    found = analysed(ResponseMatrix(instrument=form(4), answers=answers)).scales["all"]
    assert found.alpha.estimate is not None
    assert found.omega.estimate is None
    assert found.ordinal_omega.estimate is None
    assert found.ordinal_alpha.estimate is not None
    assert found.ordinal_alpha.interval is None
    assert "nan" not in str(to_json(found))


def test_every_person_doubled_in_a_cluster_of_two_keeps_the_standard_error() -> None:
    """Twins add nothing: the cluster-robust error of 2n is that of n, but for G / (G − 1)."""
    answers = three_factor_answers(150, 4, np.random.default_rng(4))
    alone = alpha_of_answers(answers)
    twice = alpha_of_answers(np.repeat(answers, 2, axis=0))
    assert alone is not None
    assert twice is not None
    robust = standard_error(twice.influence, np.repeat(np.arange(150), 2))
    assert robust == pytest.approx(standard_error(alone.influence) * (150 / 149) ** 0.5, rel=1e-9)


def test_a_cluster_column_gives_icc_design_effect_and_alphas() -> None:
    rng = np.random.default_rng(6)
    sites = np.repeat([f"site {number}" for number in range(25)], 8).astype(object)
    shift = np.repeat(rng.normal(0, 1, 25), 8)[:, None]
    answers = np.clip(np.rint(3 + shift + rng.normal(0, 1, (200, 4))), 1, 5)
    responses = ResponseMatrix(instrument=form(4), answers=answers, columns={"site": sites})
    found = analysed(responses, cluster="site")
    assert found.clusters is not None
    assert (found.clusters.n_clusters, found.clusters.smallest) == (25, 8)
    clustering = found.scales["all"].clustering
    assert clustering is not None
    assert clustering.icc.estimate is not None
    assert clustering.design_effect == pytest.approx(1 + 7 * clustering.icc.estimate)
    assert clustering.alpha_within is not None
    assert clustering.alpha_between is not None
    assert clustering.alpha_within < 0.5 < clustering.alpha_between
    plain = analysed(responses).scales["all"]
    robust_error = found.scales["all"].omega.standard_error
    assert robust_error is not None
    assert plain.omega.standard_error is not None
    assert robust_error > 1.3 * plain.omega.standard_error


@pytest.mark.parametrize(
    "values",
    [None, ["a", "b", "c", "d"], ["a", "a", "a", "a"], ["a", "a", None, "b"]],
    ids=["no such column", "clusters of one", "one cluster", "a person without"],
)
def test_clusters_that_cluster_nobody_are_refused(values: list[str | None] | None) -> None:
    columns = {} if values is None else {"site": np.array(values, dtype=object)}
    answers = three_factor_answers(4, 3, np.random.default_rng(1))
    responses = ResponseMatrix(instrument=form(3), answers=answers, columns=columns)
    with pytest.raises(OptionError):
        analysed(responses, cluster="site")


def test_the_schema_has_the_defaults_of_the_engine() -> None:
    assert ReliabilityOptionsSchema().load({}) == ReliabilityOptions()


@pytest.mark.slow
def test_intervals_of_omega_and_ordinal_omega_cover_the_truth_19_times_in_20() -> None:
    rng = np.random.default_rng(2024)
    truth = _population(rng)
    covered = np.zeros(2)
    replicates = 600
    for _ in range(replicates):
        answers = _congeneric(rng, 400)
        moments = moments_of(ordinal_moments(answers), (1, 2, 3, 4, 5, 6))
        plain = omega(fit_scale(one_factor_model((1, 2, 3, 4, 5, 6)), answers))
        for k, coefficient in enumerate((plain, _ordinal("omega", moments))):
            interval = estimate(coefficient, level=0.95).interval
            assert interval is not None
            covered[k] += interval.lower <= truth[k] <= interval.upper
    sys.stdout.write(f"\nomega, ordinal omega: coverage {covered / replicates}\n")
    assert ((covered / replicates >= 0.93) & (covered / replicates <= 0.97)).all()


def _congeneric(rng: np.random.Generator, n_persons: int) -> FloatArray:
    weights = np.array([0.5, 0.6, 0.7, 0.8, 0.6, 0.7])
    latent = rng.standard_normal((n_persons, 1)) * weights
    latent = latent + np.sqrt(1 - weights**2) * rng.standard_normal((n_persons, 6))
    return 1.0 + (latent[:, :, None] > np.array([-1.5, -0.5, 0.5, 1.2])).sum(axis=2)


def _population(rng: np.random.Generator) -> tuple[float, float]:
    answers = _congeneric(rng, 1_000_000)
    plain = omega(fit_scale(one_factor_model((1, 2, 3, 4, 5, 6)), answers)).value
    moments = moments_of(ordinal_moments(answers[:200_000]), (1, 2, 3, 4, 5, 6))
    return plain, _ordinal("omega", moments).value
