"""Alpha and the greatest split-half beside psych's; identities first."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from psychometrics.declared.shapes import to_json
from psychometrics.reliability.alpha import alpha, feldt_interval
from psychometrics.reliability.analysis import analyse
from psychometrics.reliability.options import ReliabilityOptions
from psychometrics.reliability.results import ReliabilityResult
from psychometrics.reliability.split_half import _every_split, _improved_split, greatest_split_half
from psychometrics.responses import ResponseMatrix
from psychometrics.types import no_progress
from schemas.definition import Definition
from tests.classical import (
    SCALES,
    form,
    normal_scores,
    psych,
    simulated_patients,
    three_factor_answers,
    wai_sr,
)


def analysed(responses: ResponseMatrix) -> ReliabilityResult:
    return analyse(responses, ReliabilityOptions(), progress=no_progress)


@pytest.mark.parametrize("name", ["wai_250", "wai_1000"])
@pytest.mark.parametrize("scale", [*SCALES, "total"])
def test_alpha_and_its_companions_are_those_of_psych(data: Path, name: str, scale: str) -> None:
    found = analysed(wai_sr(data, name)).scales[scale]
    oracle = psych()[name]["alpha"][scale]
    order = np.argsort(found.items) if scale == "total" else np.arange(len(found.items))
    assert found.alpha.estimate == pytest.approx(oracle["alpha"], abs=1e-12)
    assert found.alpha.interval is not None
    ends = [found.alpha.interval.lower, found.alpha.interval.upper]
    assert ends == pytest.approx(oracle["feldt"], abs=1e-10)
    assert found.standardized_alpha.estimate == pytest.approx(oracle["standardized"], abs=1e-12)
    without = [found.if_item_deleted[i].alpha for i in order]
    assert without == pytest.approx(oracle["if_deleted"], abs=1e-12)
    half = psych()[name]["split_half"][scale]
    assert found.split_half.estimate == pytest.approx(half, abs=1e-10)


def test_alpha_of_the_long_form_is_that_of_psych(wai_36: Definition) -> None:
    found = analysed(simulated_patients(wai_36)).scales["total"]
    assert found.alpha.estimate == pytest.approx(
        psych()["wai36"]["alpha"]["total"]["alpha"], abs=1e-12
    )


def test_alpha_of_parallel_items_is_spearman_and_brown() -> None:
    covariance = np.full((6, 6), 0.4) + 0.6 * np.eye(6)
    assert alpha(covariance) == pytest.approx(6 * 0.4 / (1 + 5 * 0.4))


def test_the_mean_of_all_even_splits_is_alpha() -> None:
    answers = three_factor_answers(200, 6, np.random.default_rng(3))
    covariance = np.cov(answers.T)
    signs = _every_split(6)
    halves = 1.0 - np.einsum("si,ij,sj->s", signs, covariance, signs) / covariance.sum()
    assert halves.mean() == pytest.approx(alpha(covariance), abs=1e-12)


def test_exchanging_items_finds_the_split_that_trying_all_finds() -> None:
    rng = np.random.default_rng(5)
    correlations = np.corrcoef(three_factor_answers(100, 12, rng).T)
    exhaustive = greatest_split_half(correlations, rng)
    signs = np.array([_improved_split(correlations, rng) for _ in range(50)])
    differences = np.einsum("si,ij,sj->s", signs, correlations, signs)
    assert 1.0 - differences.min() / correlations.sum() == pytest.approx(exhaustive, abs=1e-12)


def test_one_item_one_person_and_no_variance_have_reasons() -> None:
    answers = np.tile([[1.0, 3, 3], [2, 3, 3], [5, 3, 3]], (4, 1))
    scales = {"lone": (1,), "constant": (2, 3)}
    responses = ResponseMatrix(instrument=form(3, scales=scales), answers=answers)
    found = analysed(responses)
    assert found.scales["lone"].alpha.reason == "a scale of one item has no internal consistency"
    assert found.scales["constant"].alpha.reason == "no item varies"
    assert found.scales["total"].alpha.estimate is not None
    assert found.scales["total"].standardized_alpha.estimate is None
    alone = analysed(responses.rows(np.arange(12) == 0))
    assert alone.n_persons == 1
    assert alone.scales["total"].alpha.estimate is None
    assert alone.cautions


@settings(max_examples=40, deadline=None)
@given(
    hnp.arrays(
        np.float64,
        st.tuples(st.integers(0, 6), st.just(4)),
        elements=st.one_of(st.integers(1, 5).map(float), st.just(float("nan"))),
    )
)
def test_no_answers_whatever_yield_nan(answers: np.ndarray) -> None:
    responses = ResponseMatrix(
        instrument=form(4, scales={"one": (1, 2, 3), "lone": (4,)}), answers=answers
    )
    body = to_json(analysed(responses))
    text = str(body["scales"])
    assert "nan" not in text
    assert "inf" not in text


@pytest.mark.slow
def test_feldt_intervals_cover_alpha_19_times_in_20() -> None:
    rng = np.random.default_rng(20)
    n_items, replicates = 8, 2000
    covariance = 0.4 + 0.6 * np.eye(n_items)
    truth = alpha(covariance)
    assert truth is not None
    covered = 0
    for _ in range(replicates):
        answers = normal_scores(rng, covariance, 60)
        found = alpha(np.cov(answers.T))
        assert found is not None
        interval = feldt_interval(found, n_persons=60, n_items=n_items)
        covered += interval.lower <= truth <= interval.upper
    sys.stdout.write(f"\nalpha: coverage {covered / replicates:.3f}\n")
    assert 0.93 <= covered / replicates <= 0.97
