"""The polyserial correlation, by its derivatives, its symmetries and polycor."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from psychometrics.criterion.polyserial import _derivatives, is_ordinal, polyserial
from psychometrics.criterion.product_moment import pearson
from tests.criterion.against_r import golden, made

LEVEL = 0.95


@pytest.mark.parametrize("outcome", ["ordinal", "binary"])
def test_the_estimate_is_polycor_s(data: Path, outcome: str) -> None:
    values, said = made(data), golden(data)["polyserial"][outcome]
    found = polyserial(values.score, getattr(values, outcome), level=LEVEL)
    assert found.estimate == pytest.approx(said["estimate"], abs=1e-6)


@pytest.mark.parametrize("outcome", ["ordinal", "binary"])
def test_the_standard_error_is_polycor_s_plus_the_doubt_about_the_scale(
    data: Path, outcome: str
) -> None:
    values, said = made(data), golden(data)["polyserial"][outcome]
    found = polyserial(values.score, getattr(values, outcome), level=LEVEL)
    assert found.estimate is not None
    of_scale = (found.estimate * (1 - found.estimate**2)) ** 2 / (2 * values.score.size)
    # polycor differentiates numerically
    assert found.standard_error == pytest.approx(
        np.sqrt(said["standard_error_given_scale"] ** 2 + of_scale), rel=1e-4
    )


def test_gradient_and_hessian_are_the_finite_differences() -> None:
    rng = np.random.default_rng(3)
    x, categories = rng.standard_normal(40), rng.integers(0, 4, 40)
    at, step = np.array([-0.9, 0.1, 0.8, 0.4]), 1e-5
    exact = _derivatives(at, x, categories)
    for place, direction in enumerate(np.eye(4) * step):
        ahead = _derivatives(at + direction, x, categories)
        behind = _derivatives(at - direction, x, categories)
        slope = (ahead.value - behind.value) / (2 * step)
        curve = (ahead.gradient - behind.gradient) / (2 * step)
        assert exact.gradient[place] == pytest.approx(slope, rel=1e-6)
        np.testing.assert_allclose(exact.hessian[place], curve, rtol=1e-6, atol=1e-6)


def test_turning_the_outcome_changes_the_sign_alone(data: Path) -> None:
    values = made(data)
    one = polyserial(values.score, values.ordinal, level=LEVEL)
    other = polyserial(10 - 2 * values.score, values.ordinal, level=LEVEL)
    turned = polyserial(values.score, 9 - values.ordinal, level=LEVEL)
    assert one.estimate is not None
    assert other.estimate == pytest.approx(-one.estimate, abs=1e-9)
    assert turned.estimate == pytest.approx(-one.estimate, abs=1e-9)


def test_only_the_order_of_the_categories_counts(data: Path) -> None:
    values = made(data)
    one = polyserial(values.score, values.ordinal, level=LEVEL)
    assert one == polyserial(values.score, values.ordinal**2 * 7, level=LEVEL)


def test_an_exact_bivariate_normal_is_recovered() -> None:
    # the score's distribution on a fine grid, each point with its exact category probabilities
    rho, thresholds = 0.45, np.array([-0.8, 0.3, 1.1])
    grid = norm.ppf((np.arange(400) + 0.5) / 400)
    grid = grid / grid.std(ddof=1)
    cumulative = norm.cdf((thresholds - rho * grid[:, None]) / np.sqrt(1 - rho**2))
    shares = np.diff(cumulative, prepend=0.0, append=1.0, axis=1)
    copies = np.rint(shares * 500).astype(int)
    score = np.repeat(np.repeat(grid, 4), copies.ravel())
    outcome = np.repeat(np.tile(np.arange(4.0), 400), copies.ravel())
    assert polyserial(score, outcome, level=LEVEL).estimate == pytest.approx(rho, abs=1e-3)


def test_it_exceeds_pearson_because_categories_attenuate(data: Path) -> None:
    values = made(data)
    serial = polyserial(values.score, values.binary, level=LEVEL).estimate
    plain = pearson(values.score, values.binary, level=LEVEL).estimate
    assert serial is not None
    assert plain is not None
    assert serial > plain > 0


def test_perfectly_separated_categories_have_no_estimate() -> None:
    score = np.arange(12.0)
    found = polyserial(score, (score > 5).astype(float), level=LEVEL)
    assert found.estimate is None
    assert "separates" in str(found.reason)


@pytest.mark.parametrize("n_persons", [2, 4, 9])
def test_tiny_samples_answer_or_say_why(n_persons: int) -> None:
    rng = np.random.default_rng(n_persons)
    for _ in range(50):
        score = rng.integers(0, 4, n_persons).astype(float)
        found = polyserial(score, rng.integers(0, 3, n_persons).astype(float), level=LEVEL)
        assert (found.estimate is None) == (found.reason is not None)
        if found.estimate is not None:
            assert found.standard_error is not None
            assert np.isfinite(found.standard_error)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0, 1, 1], True),
        ([1, 2, 3, 4, 5], True),
        (list(range(10)), True),
        (list(range(11)), False),
        ([1.0, 1.5, 2.0], False),
        ([3, 3], False),
        ([], False),
    ],
)
def test_ordinal_is_two_to_ten_whole_numbers(values: list[float], expected: bool) -> None:
    assert is_ordinal(np.array(values, dtype=float)) is expected
