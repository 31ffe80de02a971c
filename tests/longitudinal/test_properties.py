"""Identities that hold whatever the data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pingouin
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu, nct
from sklearn.linear_model import LogisticRegression

from psychometrics.cfa.complete_data import complete_answers
from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.implied import state_at
from psychometrics.cfa.model import Model
from psychometrics.cfa.options import Estimator
from psychometrics.cfa.parameter_index import layout_of
from psychometrics.longitudinal import lagged
from psychometrics.longitudinal.auxiliary import fit_with_auxiliary
from psychometrics.longitudinal.change_scores import spearman, standardized_response_mean
from psychometrics.longitudinal.cross_lagged import Design, cross_lagged_model
from psychometrics.longitudinal.growth import Curve, curves, fit_growth, growth_model
from psychometrics.longitudinal.minimal_important_change import estimates_of
from psychometrics.longitudinal.options import LaggedOptions, PanelModel, Shape
from psychometrics.longitudinal.plateau import levelling
from psychometrics.longitudinal.receiver_operating import roc_of
from psychometrics.longitudinal.repeated_measures_correlation import repeated_measures_correlation
from psychometrics.longitudinal.structural_model import (
    Scores,
    fit_scores,
    scores_of,
    starting_vector,
)
from psychometrics.longitudinal.within_person import icc_one_way, reliability_of_change
from psychometrics.types import FloatArray
from tests.longitudinal.making import simulated, with_column

TIMES = np.arange(5.0)
CURVES = [curves(shape, 5, 2)[0] for shape in Shape]


def normal(n: int, k: int, seed: int) -> FloatArray:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, k)) @ (np.eye(k) + 0.5)


def with_moments(mean: FloatArray, covariance: FloatArray, n: int, seed: int) -> FloatArray:
    """Draw a sample that has these moments exactly, n in the divisor."""
    z = np.random.default_rng(seed).standard_normal((n, mean.size))
    z -= z.mean(axis=0)
    z = np.linalg.solve(np.linalg.cholesky(z.T @ z / n), z.T).T
    return np.asarray(mean + z @ np.linalg.cholesky(covariance).T)


def named(values: FloatArray) -> Scores:
    return scores_of(values, [f"variable {place}" for place in range(values.shape[1])])


def recovered(model: Model, n: int, make: Any) -> tuple[FloatArray, FloatArray]:
    """Return the truth, and what is estimated from a sample that has its moments."""
    truth = starting_vector(model)
    state = state_at(layout_of(model).groups[0], truth)
    scores = named(with_moments(state.mean, state.covariance, n, 3))
    fitted: Fitted = make(scores)
    return truth, fitted.theta


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.shape.value)
def test_growth_is_recovered_from_exact_moments(curve: Curve) -> None:
    model = growth_model(curve, TIMES, named(normal(60, 5, 1) + 1.5 * np.arange(5.0)))
    truth, estimate = recovered(
        model, 60, lambda scores: fit_growth(curve, TIMES, scores, estimator=Estimator.ML)
    )
    np.testing.assert_allclose(estimate, truth, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("model", PanelModel)
@pytest.mark.parametrize("constrained", [True, False])
def test_a_panel_model_is_recovered_from_exact_moments(
    model: PanelModel, constrained: bool
) -> None:
    design = Design(model=model, constrained=constrained, n_occasions=4)
    table = cross_lagged_model(design, named(normal(80, 8, 2)))
    truth, estimate = recovered(
        table,
        80,
        lambda scores: fit_scores(
            cross_lagged_model(design, scores), scores, estimator=Estimator.ML
        ),
    )
    np.testing.assert_allclose(estimate, truth, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.shape.value)
def test_auxiliary_variables_change_nothing_where_no_score_is_missing(curve: Curve) -> None:
    values = normal(150, 7, 4)
    values[:, :5] += np.arange(5.0)
    alone = fit_growth(curve, TIMES, named(values[:, :5]), estimator=Estimator.MLR)
    beside = fit_with_auxiliary(curve, TIMES, named(values), estimator=Estimator.MLR)
    n_free = alone.theta.size
    np.testing.assert_allclose(beside.theta[:n_free], alone.theta, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(
        beside.standard_errors[:n_free], alone.standard_errors, rtol=1e-4, atol=1e-5
    )
    assert beside.tests.model.df == alone.tests.model.df


def test_the_saturated_moments_of_complete_scores_are_the_samples() -> None:
    values = normal(50, 4, 5)
    ours, theirs = named(values).answers, complete_answers(values, (1, 2, 3, 4)).moments
    np.testing.assert_allclose(ours.mean, theirs.mean, atol=1e-8)
    np.testing.assert_allclose(ours.covariance, theirs.covariance, atol=1e-8)


def test_units_of_the_outcome_change_no_standardized_path_and_no_answer() -> None:
    sample = simulated(n_persons=200)
    comfort = np.asarray(sample.columns["comfort"], dtype=np.float64)
    percent = with_column(sample, "percent", 40.0 - 10.0 * comfort)
    first, second = (
        lagged.analyse(percent, LaggedOptions(outcome=name)) for name in ("comfort", "percent")
    )
    assert first.answer == second.answer
    for one, other in zip(first.paths, second.paths, strict=True):
        assert one.standardized is not None
        assert other.standardized is not None
        sign = 1.0 if one.from_ == one.to else -1.0
        assert np.isclose(one.standardized, sign * other.standardized, atol=1e-5)


def test_the_order_of_rows_and_the_count_of_sessions_change_nothing() -> None:
    sample = simulated(n_persons=150)
    order = np.random.default_rng(1).permutation(sample.n_persons)
    columns = {name: column[order] for name, column in sample.columns.items()}
    columns["session_number"] = columns["session_number"] + 3.0
    other = replace(sample, answers=sample.answers[order], columns=columns)
    options = LaggedOptions(outcome="comfort")
    first, second = lagged.analyse(sample, options), lagged.analyse(other, options)
    assert second.occasions == (4.0, 5.0, 6.0, 7.0, 8.0)
    for one, two in zip(first.paths, second.paths, strict=True):
        assert np.isclose(one.estimate, two.estimate, atol=1e-5)


@given(st.integers(0, 10**6), st.integers(3, 12), st.integers(2, 5))
def test_repeated_measures_correlation_is_pingouins(seed: int, n: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, k)) + rng.standard_normal((n, 1))
    y = 0.4 * x + rng.standard_normal((n, k))
    ours = repeated_measures_correlation(x, y)
    if ours.dof is None:
        return
    data = pd.DataFrame({"x": x.ravel(), "y": y.ravel(), "person": np.repeat(np.arange(n), k)})
    theirs = pingouin.rm_corr(data=data, x="x", y="y", subject="person").iloc[0]
    assert ours.r is not None
    assert ours.dof == theirs["dof"]
    assert np.isclose(ours.r, theirs["r"], atol=1e-9)


@given(st.integers(0, 10**6), st.integers(5, 20), st.integers(2, 5))
def test_icc_of_complete_scores_is_pingouins(seed: int, n: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.standard_normal((n, 1)) + rng.standard_normal((n, k))
    data = pd.DataFrame(
        {
            "score": scores.ravel(),
            "person": np.repeat(np.arange(n), k),
            "occasion": np.tile(np.arange(k), n),
        }
    )
    table = pingouin.intraclass_corr(data, targets="person", raters="occasion", ratings="score")
    theirs = float(table["ICC"].iloc[0])
    assert np.isclose(icc_one_way(scores), theirs, atol=1e-9)


def test_change_without_error_is_perfectly_reliable_and_pure_error_is_not() -> None:
    rng = np.random.default_rng(2)
    change = rng.standard_normal((200, 4, 1))
    exact = np.repeat(change, 5, axis=2) + rng.standard_normal((200, 1, 5))
    assert np.isclose(reliability_of_change(exact), 1.0)
    noise = reliability_of_change(rng.standard_normal((2000, 4, 5)))
    assert noise is not None
    assert abs(noise) < 0.1


@pytest.mark.parametrize(
    ("means", "expected"),
    [
        ([0, 1, 2, 3, 3], 3),
        ([0, 1, 2, 3, 4], 4),
        ([3, 3, 3, 3, 3], 0),
        ([0, 3, 3, 2, 1], 1),
        ([0, 2, 1, 0, 4], 4),
    ],
)
def test_a_mean_course_levels_off_where_it_no_longer_rises(
    means: list[float], expected: int
) -> None:
    assert levelling(np.array(means, dtype=float), 0.01 * np.eye(5)) == expected


@given(st.integers(0, 10**6), st.integers(8, 60))
def test_the_area_under_the_curve_is_the_rank_sum(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    x, improved = rng.integers(-5, 6, n).astype(float), rng.random(n) < 0.5
    found = roc_of(x, improved)
    if found.auc is None:
        assert improved.all() or not improved.any() or np.ptp(x) == 0
        return
    u = mannwhitneyu(x[improved], x[~improved]).statistic
    assert np.isclose(found.auc, u / (improved.sum() * (~improved).sum()))
    assert found.interval is None or 0.0 <= found.interval.lower <= found.interval.upper <= 1.0


def test_predictive_change_is_that_of_the_logistic_regression() -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(5.0, 7.0, 300)
    y = (rng.random(300) < 1.0 / (1.0 + np.exp(-0.2 * (x - 4.0)))).astype(float)
    ours = estimates_of(x, y, np.ones((1, 300)), None).predictive[0]
    model = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000).fit(x[:, None], y)
    odds = np.log(y.mean() / (1.0 - y.mean()))
    assert np.isclose(ours, (odds - model.intercept_[0]) / model.coef_[0, 0], atol=1e-4)


def test_adjustments_vanish_where_half_of_the_persons_improve() -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(0.0, 5.0, 200)
    y = (x + rng.normal(0.0, 4.0, 200) > 0.0).astype(float)
    half = np.concatenate([np.flatnonzero(y == 1)[:80], np.flatnonzero(y == 0)[:80]])
    for reliability in (None, 0.5):
        found = estimates_of(x[half], y[half], np.ones((1, 160)), reliability)
        assert np.isclose(found.predictive[0], found.adjusted[0], atol=1e-9)


@given(st.integers(0, 10**6), st.integers(5, 80))
def test_the_response_means_interval_holds_its_noncentralities(seed: int, n: int) -> None:
    changes = np.random.default_rng(seed).normal(0.5, 1.0, n)
    found = standardized_response_mean(changes)
    assert found.estimate is not None
    assert found.interval is not None
    t = found.estimate * np.sqrt(n)
    for end, tail in ((found.interval.lower, 0.975), (found.interval.upper, 0.025)):
        assert np.isclose(nct.cdf(t, n - 1, end * np.sqrt(n)), tail, atol=1e-6)


def test_spearman_is_that_of_the_ranks() -> None:
    rng = np.random.default_rng(6)
    x, y = rng.standard_normal((2, 40))
    ranked = np.corrcoef(pd.Series(x).rank(), pd.Series(y).rank())[0, 1]
    assert np.isclose(spearman(x, y).estimate, ranked)
