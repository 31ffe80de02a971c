"""Where a model has several minima the lowest counts: one factor over weakly related subscales."""

from __future__ import annotations

import numpy as np
import pytest

from psychometrics.cfa.complete_data import complete_answers
from psychometrics.cfa.estimate import lowest_minimum
from psychometrics.cfa.ml import minimum_of
from psychometrics.cfa.ml_discrepancy import NormalDiscrepancy
from psychometrics.cfa.parameter_index import layout_of
from psychometrics.cfa.starting_values import further_starts, starting_vectors
from psychometrics.reliability.omega import one_factor_model
from tests.edges.analysing import analysed, responses_of

ITEMS = tuple(range(1, 13))


def test_one_factor_over_weakly_related_subscales_reaches_the_lowest_minimum_by_ml() -> None:
    """The values are lavaan 0.6-14's, ``cfa(std.lv = TRUE)``."""
    found = analysed("cfa", responses_of("local_min_ml"), estimator="ML", models=["one-factor"])[
        "models"
    ][0]
    assert found["chi_square"] == pytest.approx(620.4248878, abs=1e-6)
    assert found["log_likelihood"] == pytest.approx(-5475.7478480, abs=1e-6)
    assert found["cfi"] == pytest.approx(0.4056698, abs=1e-6)
    assert found["rmsea"] == pytest.approx(0.1869880, abs=1e-6)


def test_one_factor_over_weakly_related_subscales_reaches_the_lowest_minimum_by_wlsmv() -> None:
    """The values are lavaan 0.6-14's, ``cfa(std.lv = TRUE, ordered = TRUE)``."""
    found = analysed("cfa", responses_of("local_min_ml"), estimator="WLSMV", models=["one-factor"])[
        "models"
    ][0]
    assert found["chi_square"] == pytest.approx(1025.498, abs=1e-3)
    assert found["scaled"]["chi_square"] == pytest.approx(871.446, abs=1e-3)


@pytest.mark.parametrize("estimator", ["ML", "WLSMV"])
def test_the_order_of_the_items_moves_no_minimum(estimator: str) -> None:
    chi_squares = [
        analysed("cfa", responses, estimator=estimator, models=["one-factor"])["models"][0][
            "chi_square"
        ]
        for responses in (
            responses_of("permuted"),
            responses_of("permuted", data="data_p.csv", form="inst_p.json"),
        )
    ]
    assert chi_squares[1] == pytest.approx(chi_squares[0], rel=1e-8)


@pytest.mark.parametrize("seed", range(12))
def test_random_starts_find_nothing_lower(seed: int) -> None:
    rng = np.random.default_rng(seed)
    discrepancy = _weakly_related_subscales(rng)
    found = minimum_of(discrepancy)
    common, unique = rng.uniform(-0.9, 0.9, (20, 12)), np.full((20, 12), 0.5)
    scale = np.sqrt(np.diagonal(discrepancy.samples[0].covariance))
    starts = np.hstack([common * scale, unique * scale**2])
    elsewhere = lowest_minimum(discrepancy, list(starts))
    assert found.convergence.converged
    assert found.value <= elsewhere.value + 1e-9


def test_a_well_behaved_solution_is_left_at_its_first_start() -> None:
    rng = np.random.default_rng(4)
    answers = rng.standard_normal((300, 1)) + rng.standard_normal((300, 12))
    discrepancy = _discrepancy(answers)
    covariances = [discrepancy.samples[0].covariance]
    starts = starting_vectors(discrepancy.layout, covariances)
    solution = lowest_minimum(discrepancy, starts).theta
    assert len(starts) == 1
    assert further_starts(discrepancy.layout, covariances, solution) == []


def test_starts_have_the_signs_of_the_answers() -> None:
    rng = np.random.default_rng(4)
    signs = np.where(np.arange(12) % 3 == 0, -1.0, 1.0)
    answers = signs * (rng.standard_normal((300, 1)) + rng.standard_normal((300, 12)))
    discrepancy = _discrepancy(answers)
    [start] = starting_vectors(discrepancy.layout, [discrepancy.samples[0].covariance])
    assert np.sign(start[:12]).tolist() == signs.tolist()


def _weakly_related_subscales(rng: np.random.Generator) -> NormalDiscrepancy:
    factors = rng.standard_normal((150, 3)) + 0.3 * rng.standard_normal((150, 1))
    common = np.repeat(factors, 4, axis=1) * rng.uniform(0.5, 1.5, 12)
    return _discrepancy(common + rng.standard_normal((150, 12)))


def _discrepancy(answers: np.ndarray) -> NormalDiscrepancy:
    sample = complete_answers(answers, ITEMS)
    return NormalDiscrepancy(layout=layout_of(one_factor_model(ITEMS)), samples=(sample.moments,))
