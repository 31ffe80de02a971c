"""The same numbers from every pattern of answers, written a second time and slowly.

Nothing of the engine but the estimates is used: category probabilities, 121 points, all patterns.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import pytest
from scipy.linalg import null_space

from psychometrics.irt.fitted_scale import FittedScale, fit_scale
from psychometrics.irt.item_fit import expected_tables
from psychometrics.irt.limited_information import limited_information_fit
from psychometrics.irt.local_dependence import q3
from psychometrics.irt.options import ModelName
from psychometrics.types import FloatArray, IntArray
from tests.irt.making import graded_answers

THETA = np.linspace(-6.0, 6.0, 121)
WEIGHTS = np.exp(-(THETA**2) / 2) / np.exp(-(THETA**2) / 2).sum()


def _probability(
    model: ModelName, slope: float, steps: FloatArray, theta: FloatArray
) -> FloatArray:
    """Return P(X = k | θ) by the definition, shape (n_categories, n_points)."""
    if model is ModelName.GRADED:
        reached = [1 / (1 + np.exp(-(slope * theta + step))) for step in steps]
        bounds = np.array([np.ones_like(theta), *reached, np.zeros_like(theta)])
        return bounds[:-1] - bounds[1:]
    terms = [np.exp(k * slope * theta + step) for k, step in enumerate([0.0, *steps])]
    return np.array(terms) / sum(terms)


@dataclass(frozen=True)
class Slow:
    """One fitted scale, computed again."""

    model: ModelName
    scale: FittedScale

    @property
    def values(self) -> FloatArray:
        return self.scale.estimates.free

    @property
    def sizes(self) -> IntArray:
        return self.scale.coding.n_categories

    def tables(self, values: FloatArray, theta: FloatArray = THETA) -> list[FloatArray]:
        rows = self.scale.index
        return [
            _probability(self.model, values[row[0]], values[row[1:size]], theta)
            for row, size in zip(rows, self.sizes, strict=True)
        ]

    def joint(self, values: FloatArray, patterns: IntArray) -> FloatArray:
        """Return P(pattern, θ_q); a category beyond the last is a missing answer."""
        found = np.tile(WEIGHTS, (len(patterns), 1))
        for table, column in zip(self.tables(values), patterns.T, strict=True):
            found = found * np.vstack([table, np.ones_like(THETA)])[np.minimum(column, len(table))]
        return found

    def log_likelihood(self, values: FloatArray) -> float:
        return float(np.log(self.joint(values, self.scale.coding.codes).sum(axis=1)).sum())


@pytest.fixture(scope="module", params=list(ModelName), ids=[model.value for model in ModelName])
def slow(request: pytest.FixtureRequest) -> Slow:
    rng = np.random.default_rng(17)
    slopes, thresholds = np.array([1.0, 1.6, 2.2, 1.3]), np.array([-1.0, 0.2, 1.1])
    answers = graded_answers(
        rng.standard_normal(400), slopes, thresholds + rng.normal(0, 0.3, (4, 1)), rng
    )
    answers[:, 3] = np.minimum(answers[:, 3], 2.0)
    answers[rng.random(answers.shape) < 0.05] = np.nan
    return Slow(request.param, fit_scale(answers, (1, 2, 3, 4), model=request.param))


def test_the_likelihood_is_the_product_over_persons_and_has_no_gradient(slow: Slow) -> None:
    here = slow.log_likelihood(slow.values)
    assert here == pytest.approx(slow.scale.estimates.log_likelihood, abs=1e-6)
    for move in 1e-4 * np.eye(slow.values.size):
        up, down = slow.log_likelihood(slow.values + move), slow.log_likelihood(slow.values - move)
        assert (up - down) / 2e-4 == pytest.approx(0.0, abs=1e-3)
        assert up < here + 1e-6


def test_standard_errors_are_those_of_the_curvature(slow: Slow) -> None:
    moves = 1e-3 * np.eye(slow.values.size)
    hessian = np.array(
        [
            [
                (
                    slow.log_likelihood(slow.values + one + other)
                    - slow.log_likelihood(slow.values + one - other)
                    - slow.log_likelihood(slow.values - one + other)
                    + slow.log_likelihood(slow.values - one - other)
                )
                / 4e-6
                for other in moves
            ]
            for one in moves
        ]
    )
    errors = np.sqrt(np.diag(np.linalg.inv(-hessian)))
    np.testing.assert_allclose(np.sqrt(np.diag(slow.scale.covariance)), errors, rtol=1e-3)


def test_scores_information_and_q3(slow: Slow) -> None:
    scale, codes = slow.scale, slow.scale.coding.codes
    posterior = slow.joint(slow.values, codes)
    posterior /= posterior.sum(axis=1, keepdims=True)
    theta = posterior @ THETA
    np.testing.assert_allclose(scale.person_scores.theta, theta, atol=1e-6)
    spread = np.sqrt(posterior @ THETA**2 - theta**2)
    np.testing.assert_allclose(scale.person_scores.standard_error, spread, atol=1e-6)
    points, step = np.linspace(-3, 3, 7), 1e-4
    information = sum(
        (((above - below) / (2 * step)) ** 2 / here).sum(axis=0)
        for here, above, below in zip(
            slow.tables(slow.values, points),
            slow.tables(slow.values, points + step),
            slow.tables(slow.values, points - step),
            strict=True,
        )
    )
    np.testing.assert_allclose(scale.information(points).sum(axis=0), information, atol=1e-5)
    expected = [np.arange(len(table)) @ table for table in slow.tables(slow.values, theta)]
    residual = np.where(codes < scale.coding.width, codes - np.array(expected).T, np.nan)
    found = q3(scale.items, scale.patterns, scale.pattern_scores.theta)
    for one, other in ((0, 1), (0, 3), (2, 3)):
        both = np.isfinite(residual[:, one] * residual[:, other])
        correlation = np.corrcoef(residual[both, one], residual[both, other])[0, 1]
        assert found[one, other] == pytest.approx(correlation, abs=1e-6)


def _patterns(slow: Slow) -> IntArray:
    return np.array(list(product(*(range(size) for size in slow.sizes))))


def test_expected_tables_of_s_x2_sum_over_all_patterns(slow: Slow) -> None:
    scale, patterns = slow.scale, _patterns(slow)
    share, sums = slow.joint(slow.values, patterns).sum(axis=1), patterns.sum(axis=1)
    persons = np.bincount(scale.complete.sum(axis=1), minlength=sums.max() + 1)
    for item in range(4):
        _, expected = expected_tables(
            scale.items.probabilities(scale.points), scale.density, scale.complete, item
        )
        for total, category in product(range(1, sums.max()), range(slow.sizes[item])):
            here = sums == total
            chosen = here & (patterns[:, item] == category)
            if chosen.any():
                value = persons[total] * share[chosen].sum() / share[here].sum()
                assert expected[total - 1, category] == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize("by_category", [True, False], ids=["C2", "M2*"])
def test_c2_and_m2_by_all_patterns(slow: Slow, by_category: bool) -> None:
    scale, patterns, n_free = slow.scale, _patterns(slow), slow.values.size
    single = [patterns[:, item] for item in range(4)]
    if by_category:
        single = [patterns[:, j] == k for j in range(4) for k in range(1, slow.sizes[j])]
    pairs = [patterns[:, j] * patterns[:, i] for i in range(4) for j in range(i)]
    moments = np.array([*single, *pairs], dtype=float)

    def share(values: FloatArray) -> FloatArray:
        return np.asarray(slow.joint(values, patterns).sum(axis=1))

    expected = share(slow.values)
    found = limited_information_fit(
        scale.items, scale.index, scale.complete,
        points=scale.points, density=scale.density, by_category=by_category,
    )  # fmt: skip
    if len(moments) <= n_free:
        assert found is None
        return
    slopes = np.array(
        [
            (share(slow.values + move) - share(slow.values - move)) / 2e-5
            for move in 1e-5 * np.eye(n_free)
        ]
    )
    covariance = moments @ (np.diag(expected) - np.outer(expected, expected)) @ moments.T
    across = null_space((moments @ slopes.T).T)
    number = np.ravel_multi_index(tuple(scale.complete.T), tuple(slow.sizes))
    observed = np.bincount(number, minlength=len(patterns)) / number.size
    error = across.T @ moments @ (observed - expected)
    statistic = number.size * error @ np.linalg.solve(across.T @ covariance @ across, error)
    assert found is not None
    assert found.df == across.shape[1]
    assert found.m2 == pytest.approx(statistic, rel=1e-6)
