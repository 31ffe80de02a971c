"""Every number of mirt 1.47 beside ours.

mirt's estimates lie within 5e-5 of the maximum (its EM stops at 1e-7, see the notes in the golden
file); everything that depends on them is compared to what that leaves: slopes and thresholds 2e-4,
standard errors 1e-3 of their size, information 1e-3, Q3, EAP and reliability 1e-4.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from psychometrics.irt.collapsing import collapse
from psychometrics.irt.fitted_scale import fit_scale
from psychometrics.irt.item_fit import expected_tables, item_fit
from psychometrics.irt.limited_information import limited_information_fit
from psychometrics.irt.local_dependence import q3
from psychometrics.irt.options import ModelName
from psychometrics.irt.score_reliability import empirical_reliability, marginal_reliability
from tests.irt.mirt import GOLDEN, data, fitted

VALUES = GOLDEN["values"]
ALL = list(VALUES)


@pytest.mark.parametrize("key", ALL)
def test_likelihood_and_information_criteria_are_mirts(key: str) -> None:
    ours, theirs = fitted(key).estimates, VALUES[key]
    n_free = ours.problem.layout.n_free
    assert n_free == theirs["n_parameters"]
    assert ours.log_likelihood == pytest.approx(theirs["log_likelihood"], abs=1e-4)
    assert ours.log_likelihood >= theirs["log_likelihood"] - 1e-5
    assert -2 * ours.log_likelihood + 2 * n_free == pytest.approx(theirs["aic"], abs=2e-4)
    bic = -2 * ours.log_likelihood + n_free * np.log(theirs["n_persons"])
    assert bic == pytest.approx(theirs["bic"], abs=2e-4)


@pytest.mark.parametrize("key", ALL)
def test_slopes_and_thresholds_are_mirts(key: str) -> None:
    ours, theirs = fitted(key), VALUES[key]
    slopes = ours.items.slopes / ours.unit
    np.testing.assert_allclose(slopes, theirs["discrimination"], atol=2e-4)
    for row, expected in zip(ours.thresholds(), theirs["thresholds"], strict=True):
        np.testing.assert_allclose(row, expected, atol=2e-4)
    if "variance" in theirs:
        assert ours.unit**2 == pytest.approx(theirs["variance"], abs=1e-3)


@pytest.mark.parametrize("key", ALL)
def test_standard_errors_are_mirts(key: str) -> None:
    ours, theirs = fitted(key), VALUES[key]
    for row, expected in zip(
        ours.threshold_standard_errors(), theirs["threshold_standard_errors"], strict=True
    ):
        np.testing.assert_allclose(row, expected, rtol=1e-3)
    if "variance" in theirs:
        error = theirs["variance_standard_error"]
        assert ours.variance_standard_error() == pytest.approx(error, rel=1e-3)
        assert ours.slope_standard_errors() is None
    else:
        errors = theirs["discrimination_standard_error"]
        np.testing.assert_allclose(ours.slope_standard_errors(), errors, rtol=1e-3)


@pytest.mark.parametrize("key", ALL)
def test_item_fit_is_mirts(key: str) -> None:
    ours = fitted(key)
    found = item_fit(
        ours.items.probabilities(ours.points),
        ours.density,
        ours.complete,
        n_parameters=(ours.index >= 0).sum(axis=1),
    )
    limits = VALUES[key]["item_fit_at_the_limit"]
    for own, theirs, others in zip(found, VALUES[key]["item_fit"], limits, strict=True):
        # where an expected cell lies within 0.2% of the collapsing limit, either answer is right
        same = [one for one in (theirs, *others) if one["df"] == own.df]
        assert same, (own, theirs)
        closest = min(same, key=lambda one: abs(one["s_x2"] - own.s_x2))
        assert own.s_x2 == pytest.approx(closest["s_x2"], abs=1e-2)
        assert own.p_value == pytest.approx(closest["p_value"], abs=1e-4)
        assert own.rmsea == pytest.approx(closest["rmsea"], abs=1e-4)


@pytest.mark.parametrize("key", [key for key in ALL if "s_x2_tables" in VALUES[key]])
def test_tables_before_and_after_collapsing_are_mirts(key: str) -> None:
    ours = fitted(key)
    probabilities, codes = ours.items.probabilities(ours.points), ours.complete
    for item, theirs in enumerate(VALUES[key]["s_x2_tables"]):
        observed, expected = expected_tables(probabilities, ours.density, codes, item)
        np.testing.assert_array_equal(observed, theirs["observed"])
        np.testing.assert_allclose(expected, _cells(theirs["expected"]), atol=1e-3)
        after, expected_after = collapse(observed, expected, smallest=1.0)
        filled = _cells(theirs["collapsed_expected"])
        np.testing.assert_allclose(np.where(expected_after > 0, expected_after, np.nan), filled,
                                   atol=1e-3)  # fmt: skip
        counts = np.where(np.isnan(filled), 0.0, _cells(theirs["collapsed_observed"]))
        np.testing.assert_array_equal(np.where(np.isnan(filled), 0.0, after), counts)


def _cells(rows: list[list[Any]]) -> np.ndarray:
    return np.array([[np.nan if cell in (None, "NA") else cell for cell in row] for row in rows])


@pytest.mark.parametrize("name", ["C2", "M2*"])
@pytest.mark.parametrize("key", [key for key in ALL if "fit" in VALUES[key]])
def test_limited_information_fit_is_that_of_the_definition(key: str, name: str) -> None:
    ours, theirs = fitted(key), VALUES[key]["fit"][name]
    found = limited_information_fit(
        ours.items,
        ours.index,
        ours.complete,
        points=ours.points,
        density=ours.density,
        by_category=name == "C2",
    )
    if theirs is None:
        assert found is None
        return
    assert found.df == theirs["df"]
    assert found.m2 == pytest.approx(theirs["m2"], abs=5e-3)
    for index in ("p_value", "rmsea", "srmsr", "cfi", "tli"):
        expected = theirs[index]
        assert getattr(found, index) == (
            None if expected is None else pytest.approx(expected, abs=1e-4)
        )


@pytest.mark.parametrize("key", ALL)
def test_q3_information_reliability_and_scores_are_mirts(key: str) -> None:
    ours, theirs = fitted(key), VALUES[key]
    found = q3(ours.items, ours.patterns, ours.pattern_scores.theta)
    np.testing.assert_allclose(found, theirs["q3"], atol=1e-4)
    theta = np.array(theirs["information"]["theta"])
    information = ours.information(theta).sum(axis=0)
    np.testing.assert_allclose(information, theirs["information"]["test"], atol=1e-3)
    scores = ours.person_scores
    first, errors = scores.theta[:20], scores.standard_error[:20]
    np.testing.assert_allclose(first, theirs["eap"]["estimate"], atol=1e-4)
    np.testing.assert_allclose(errors, theirs["eap"]["standard_error"], atol=1e-4)
    assert scores.theta.mean() == pytest.approx(theirs["eap"]["mean"], abs=1e-4)
    assert scores.theta.std(ddof=1) == pytest.approx(theirs["eap"]["sd"], abs=1e-4)
    empirical = empirical_reliability(scores)
    assert empirical == pytest.approx(theirs["reliability"]["empirical"], abs=1e-4)
    if theirs["reliability"]["marginal"] is not None:
        marginal = marginal_reliability(ours.items.information(ours.points), ours.density)
        assert marginal == pytest.approx(theirs["reliability"]["marginal"], abs=1e-5)


@pytest.mark.parametrize(
    ("entry", "file", "items"),
    [
        ("grm1_tight", "wai_250", range(1, 13)),
        ("grm1_tight_missing", "wai_250_mis", range(1, 13)),
        ("grm_goal", "wai_250", (4, 6, 8, 11)),
        ("grm_task", "wai_250", (1, 2, 10, 12)),
        ("grm_bond", "wai_250", (3, 5, 7, 9)),
    ],
)
def test_small_samples_are_mirts(entry: str, file: str, items: Any) -> None:
    theirs = GOLDEN["wai_250"][entry]
    ours = fit_scale(data(file)[:, list(items)], list(items), model=ModelName.GRADED)
    assert ours.estimates.log_likelihood == pytest.approx(theirs["logLik"], abs=1e-4)
    table = np.array(theirs["items_a_b"]["values"])
    np.testing.assert_allclose(ours.items.slopes, table[:, 0], atol=5e-4)
    np.testing.assert_allclose(np.array(ours.thresholds()), table[:, 1:], atol=5e-4)
    errors = theirs["se_slope_intercept"]  # "a1.1", "d1.2", …: numbered item by item
    ordered = [errors[name] for name in sorted(errors, key=lambda name: int(name.split(".")[1]))]
    np.testing.assert_allclose(np.sqrt(np.diag(ours.covariance)), ordered, rtol=2e-3)


def test_everything_said_of_a_small_sample_is_mirts() -> None:
    theirs = GOLDEN["wai_250"]
    ours = fit_scale(data("wai_250")[:, 1:], list(range(1, 13)), model=ModelName.GRADED)
    limited = limited_information_fit(
        ours.items, ours.index, ours.complete, points=ours.points, density=ours.density
    )
    names = {"m2": "M2", "df": "df", "rmsea": "RMSEA", "srmsr": "SRMSR", "cfi": "CFI", "tli": "TLI"}
    for own, name in names.items():
        tolerance = 5e-3 if own == "m2" else 1e-4
        assert getattr(limited, own) == pytest.approx(theirs["M2_C2"][name], abs=tolerance)
    fits = item_fit(
        ours.items.probabilities(ours.points),
        ours.density,
        ours.complete,
        n_parameters=(ours.index >= 0).sum(axis=1),
    )
    np.testing.assert_allclose([one.s_x2 for one in fits], theirs["itemfit"]["S_X2"], atol=1e-2)
    assert [one.df for one in fits] == theirs["itemfit"]["df.S_X2"]
    found = q3(ours.items, ours.patterns, ours.pattern_scores.theta)
    np.testing.assert_allclose(found, theirs["Q3"]["values"], atol=1e-4)
    eap = np.array(theirs["fscores_EAP"]["first20"]["values"])
    scores = ours.person_scores
    np.testing.assert_allclose(scores.theta[:20], eap[:, 0], atol=1e-4)
    np.testing.assert_allclose(scores.standard_error[:20], eap[:, 1], atol=1e-4)
    marginal = marginal_reliability(ours.items.information(ours.points), ours.density)
    assert marginal == pytest.approx(theirs["marginal_rxx"], abs=1e-5)
    theta = np.array(theirs["testinfo"]["theta"])
    information = ours.information(theta).sum(axis=0)
    np.testing.assert_allclose(information, theirs["testinfo"]["info"], atol=1e-3)
