"""The smallest sample that meets the targets, on a form small enough to be quick."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from psychometrics.instrument import Instrument, Scale
from psychometrics.responses import ResponseMatrix
from psychometrics.sample_size.montecarlo import simulate
from psychometrics.sample_size.options import Simulation, Truth
from psychometrics.sample_size.populations import fitted, model_of, supposed
from psychometrics.sample_size.replicates import evaluate
from psychometrics.simulate import draw, population
from psychometrics.types import no_progress
from schemas.definition import Definition

QUICK = Simulation(sizes=(60, 300), replicates=20, seed=4)
FEW = replace(QUICK, replicates=12)


@pytest.fixture
def form() -> Instrument:
    scales = {
        name: Scale(name=name, items=items, minimum_answered=2)
        for name, items in (("goal", (1, 3, 5)), ("bond", (2, 4, 6)))
    }
    return Instrument(
        id="own",
        version="1",
        n_items=6,
        minimum=1,
        maximum=4,
        subscales=scales,
        reversed_items=(3,),
    )


def _persons(form: Instrument, n_persons: int) -> ResponseMatrix:
    truth = supposed(form, QUICK)
    sample = draw(truth, n_persons=n_persons, rng=np.random.default_rng(8))
    return ResponseMatrix(instrument=form, answers=sample.answers)


def test_sizes_are_tried_until_one_is_enough(form: Instrument) -> None:
    found = simulate(_persons(form, 80), QUICK, progress=no_progress)
    assert [one.n_persons for one in found.sizes] == [60, 300]
    assert found.sizes[0].shortfalls
    assert not found.sizes[1].shortfalls
    assert (found.required, found.more, found.reason) == (300, 220, None)


def test_the_same_seed_gives_the_same_study(form: Instrument) -> None:
    truth, model = supposed(form, QUICK), model_of(form)
    one, two = (evaluate(truth, model, n_persons=60, simulation=FEW) for _ in range(2))
    other = evaluate(truth, model, n_persons=60, simulation=replace(FEW, seed=5))
    assert one == two
    assert one != other


def test_a_target_out_of_reach_is_said_so(form: Instrument) -> None:
    strict = replace(QUICK, sizes=(60,), standard_error=0.001)
    found = simulate(_persons(form, 80), strict, progress=no_progress)
    assert found.required is None
    assert found.more is None
    assert "no size" in str(found.reason)
    assert "largest_standard_error" in found.sizes[0].shortfalls


def test_factors_that_hardly_differ_need_more_persons(form: Instrument) -> None:
    alike = replace(QUICK, factor_correlation=0.97)
    found = evaluate(supposed(form, alike), model_of(form), n_persons=150, simulation=alike)
    assert found.separation is not None
    assert found.separation < 0.8
    assert "separation" in found.shortfalls


def test_standard_errors_shrink_with_the_root_of_the_size(form: Instrument) -> None:
    truth, model = supposed(form, QUICK), model_of(form)
    small, large = (
        evaluate(truth, model, n_persons=size, simulation=FEW).largest_standard_error
        for size in (150, 600)
    )
    assert small is not None
    assert large is not None
    assert small / large == pytest.approx(2.0, rel=0.15)


def test_a_fitted_population_is_near_the_one_the_answers_come_from(form: Instrument) -> None:
    truth = supposed(form, QUICK)
    found = fitted(_persons(form, 4000))
    np.testing.assert_allclose(found.loadings, truth.loadings, atol=0.05)
    np.testing.assert_allclose(found.factor_correlations, truth.factor_correlations, atol=0.06)
    np.testing.assert_allclose(found.thresholds, truth.thresholds, atol=0.1)


def test_answers_no_model_can_be_fitted_to_give_a_reason(form: Instrument) -> None:
    persons = ResponseMatrix(instrument=form, answers=np.full((50, 6), 2.0))
    found = simulate(persons, replace(QUICK, truth=Truth.FITTED), progress=no_progress)
    assert found.sizes == ()
    assert found.required is None
    assert "constant" in str(found.reason)


def test_one_subscale_has_no_factors_to_separate(form: Instrument) -> None:
    single = Instrument(
        id="own",
        version="1",
        n_items=4,
        minimum=1,
        maximum=5,
        subscales={"bond": Scale(name="bond", items=(1, 2, 3, 4), minimum_answered=3)},
    )
    found = evaluate(supposed(single, QUICK), model_of(single), n_persons=200, simulation=QUICK)
    assert found.separation is None
    assert found.loading_bias == pytest.approx(0.0, abs=0.05)


@pytest.mark.slow
def test_targets_hold_where_theory_says_they_do(wai_sr: Definition) -> None:
    simulation = Simulation(replicates=300, sizes=(600,))
    truth = supposed(wai_sr.instrument, simulation)
    found = evaluate(truth, model_of(wai_sr.instrument), n_persons=600, simulation=simulation)
    assert found.usable == 1.0
    assert found.coverage == pytest.approx(0.95, abs=0.015)
    assert found.standard_error_bias == pytest.approx(0.0, abs=0.05)
    assert found.loading_bias == pytest.approx(0.0, abs=0.01)


def test_supposed_and_simulated_thresholds_agree(wai_sr: Definition) -> None:
    even = supposed(wai_sr.instrument, Simulation()).thresholds
    np.testing.assert_allclose(even, population(wai_sr.instrument).thresholds)
