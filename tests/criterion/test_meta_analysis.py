"""Random effects, by hand, by their limits and by metafor."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from psychometrics.criterion.meta_analysis import pool, random_effects
from psychometrics.criterion.options import Heterogeneity
from psychometrics.criterion.results import Coefficient
from psychometrics.types import Interval
from tests.criterion.against_r import golden

REML, DL = Heterogeneity.REML, Heterogeneity.DERSIMONIAN_LAIRD


def _of(estimate: float, n_persons: int) -> Coefficient:
    return Coefficient(
        estimate=estimate, interval=Interval(lower=-1, upper=1), n_persons=n_persons, method=""
    )


def test_every_number_is_metafor_s(data: Path) -> None:
    for said in golden(data)["random_effects"]:
        found = random_effects(
            np.array(said["z"]), np.array(said["v"]), heterogeneity=Heterogeneity(said["method"])
        )
        # the restricted likelihood is flat at its maximum: half the digits of the rest
        assert found.tau_squared == pytest.approx(said["tau_squared"], rel=1e-6, abs=1e-8)
        assert found.mean == pytest.approx(said["mean"], rel=1e-7)
        assert found.standard_error == pytest.approx(said["standard_error"], rel=1e-7)
        assert found.q == pytest.approx(said["q"], rel=1e-10)
        assert found.p_value == pytest.approx(said["p_value"], rel=1e-9)
        assert found.i_squared == pytest.approx(said["i_squared"], rel=1e-6, abs=1e-7)


def test_the_intervals_are_metafor_s(data: Path) -> None:
    for said in golden(data)["random_effects"]:
        correlations = {
            str(place): _of(float(np.tanh(z)), round(1 / v) + 3)
            for place, (z, v) in enumerate(zip(said["z"], said["v"], strict=True))
        }
        found = pool(
            correlations, column="site", heterogeneity=Heterogeneity(said["method"]), level=0.95
        )
        assert found.interval is not None
        assert found.prediction_interval is not None
        for interval, expected in (
            (found.interval, said["interval"]),
            (found.prediction_interval, said["prediction_interval"]),
        ):
            assert [interval.lower, interval.upper] == pytest.approx(np.tanh(expected), rel=1e-6)


@pytest.mark.parametrize("heterogeneity", [REML, DL])
def test_two_equal_strata_by_hand(heterogeneity: Heterogeneity) -> None:
    # v = 1/100 each, z = .1 and .5: mean .3; Q = 100 (.04 + .04) = 8; both estimators give
    # tau² = s² − v = .08 − .01 = .07; s² of the mean = .08 / 2
    found = random_effects(
        np.array([0.1, 0.5]), np.array([0.01, 0.01]), heterogeneity=heterogeneity
    )
    assert found.mean == pytest.approx(0.3)
    assert found.q == pytest.approx(8.0)
    assert found.tau_squared == pytest.approx(0.07, rel=1e-6)
    assert found.i_squared == pytest.approx(0.875, rel=1e-6)
    assert found.standard_error == pytest.approx(0.2)


def test_equal_strata_have_no_variance_between_them() -> None:
    found = random_effects(np.full(4, 0.3), np.full(4, 0.02), heterogeneity=REML)
    assert found.tau_squared == 0.0
    assert found.standard_error == pytest.approx(0.0, abs=1e-12)
    assert found.p_value == pytest.approx(1.0)


@pytest.mark.parametrize("heterogeneity", [REML, DL])
def test_the_order_of_the_strata_does_not_matter(heterogeneity: Heterogeneity) -> None:
    strata = {"a": _of(0.1, 40), "b": _of(0.5, 60), "c": _of(0.3, 50)}
    one = pool(strata, column="site", heterogeneity=heterogeneity, level=0.95)
    turned = dict(reversed(strata.items()))
    other = pool(turned, column="site", heterogeneity=heterogeneity, level=0.95)
    assert one.estimate == pytest.approx(other.estimate)
    assert [stratum.name for stratum in other.strata] == ["a", "b", "c"]


def test_a_stratum_without_correlation_is_listed_and_not_used() -> None:
    constant = Coefficient(estimate=None, n_persons=9, method="", reason="constant")
    found = pool(
        {"a": _of(0.1, 40), "b": constant, "c": _of(0.3, 50)},
        column="site",
        heterogeneity=REML,
        level=0.95,
    )
    assert found.n_strata == 2
    assert found.n_persons == 90
    assert [stratum.weight is None for stratum in found.strata] == [False, True, False]
    assert found.prediction_interval is None


def test_one_usable_stratum_cannot_be_pooled() -> None:
    found = pool({"a": _of(0.1, 40)}, column="site", heterogeneity=REML, level=0.95)
    assert found.estimate is None
    assert "two strata" in str(found.reason)
