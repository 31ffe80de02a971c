"""Do 95% intervals hold the truth 95 times in 100? By simulation, seeded."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from psychometrics.criterion.clustered import clustered
from psychometrics.criterion.disattenuated import disattenuated
from psychometrics.criterion.meta_analysis import pool
from psychometrics.criterion.options import Heterogeneity, Reliability
from psychometrics.criterion.polyserial import polyserial
from psychometrics.criterion.product_moment import partial, pearson, spearman
from psychometrics.criterion.reliabilities import reliability_of
from psychometrics.types import FloatArray, Interval

pytestmark = pytest.mark.slow

REPLICATES = 2000
LEVEL = 0.95


def _coverage(truth: float, draw: Callable[[np.random.Generator], Interval | None]) -> float:
    rng = np.random.default_rng(20)
    intervals = [draw(rng) for _ in range(REPLICATES)]
    assert None not in intervals
    held = [one.lower <= truth <= one.upper for one in intervals if one is not None]
    return float(np.mean(held))


def _pair(rng: np.random.Generator, n: int, rho: float) -> tuple[FloatArray, FloatArray]:
    score = rng.standard_normal(n)
    return score, rho * score + np.sqrt(1 - rho**2) * rng.standard_normal(n)


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.8])
@pytest.mark.parametrize("n", [20, 150])
def test_pearson(rho: float, n: int) -> None:
    found = _coverage(rho, lambda rng: pearson(*_pair(rng, n, rho), level=LEVEL).interval)
    assert 0.93 <= found <= 0.97


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.8])
@pytest.mark.parametrize("n", [25, 150])
def test_spearman(rho: float, n: int) -> None:
    truth = 6 / np.pi * np.arcsin(rho / 2)
    found = _coverage(truth, lambda rng: spearman(*_pair(rng, n, rho), level=LEVEL).interval)
    assert 0.93 <= found <= 0.97


def test_partial() -> None:
    def draw(rng: np.random.Generator) -> Interval | None:
        baseline = rng.standard_normal(60)
        score, change = _pair(rng, 60, 0.3)
        return partial(
            score + 0.5 * baseline, change + baseline, baseline, name="b", level=LEVEL
        ).interval

    assert 0.93 <= _coverage(0.3, draw) <= 0.97


@pytest.mark.parametrize(("rho", "n"), [(0.0, 80), (0.3, 80), (0.7, 80), (0.3, 400)])
def test_polyserial(rho: float, n: int) -> None:
    def draw(rng: np.random.Generator) -> Interval | None:
        score, outcome = _pair(rng, n, rho)
        return polyserial(
            score, np.digitize(outcome, [-1.2, -0.2, 0.8]) * 1.0, level=LEVEL
        ).interval

    assert 0.93 <= _coverage(rho, draw) <= 0.97


@pytest.mark.parametrize(("rho", "n"), [(0.0, 60), (0.35, 60), (0.6, 60), (0.35, 250)])
def test_disattenuated(rho: float, n: int) -> None:
    # three parallel items with alpha .82: a short scale, where the doubt about alpha matters most
    def draw(rng: np.random.Generator) -> Interval | None:
        true, outcome = _pair(rng, n, rho)
        items = true[:, None] + rng.normal(0, 0.8, (n, 3))
        plain = pearson(items.sum(axis=1), outcome, level=LEVEL)
        return disattenuated(
            plain, name="alpha", reliability=reliability_of(items, Reliability.ALPHA, level=LEVEL)
        ).interval

    assert 0.93 <= _coverage(rho, draw) <= 0.97


@pytest.mark.parametrize("n_clinicians", [6, 12, 30])
def test_clustered(n_clinicians: int) -> None:
    # a fifth of the score's and of the outcome's variance lies between clinicians, correlated .5
    def draw(rng: np.random.Generator) -> Interval | None:
        sizes = rng.integers(4, 16, n_clinicians)
        clinician = np.repeat(np.arange(n_clinicians), sizes)
        score, outcome = _pair(rng, clinician.size, 0.25)
        of_score, of_outcome = _pair(rng, n_clinicians, 0.5)
        return clustered(
            np.sqrt(0.8) * score + np.sqrt(0.2) * of_score[clinician],
            np.sqrt(0.8) * outcome + np.sqrt(0.2) * of_outcome[clinician],
            clinician,
            level=LEVEL,
        ).interval

    assert 0.93 <= _coverage(0.8 * 0.25 + 0.2 * 0.5, draw) <= 0.97


@pytest.mark.parametrize("heterogeneity", list(Heterogeneity))
@pytest.mark.parametrize(("n_strata", "tau"), [(3, 0.0), (3, 0.15), (8, 0.15)])
def test_pooled(heterogeneity: Heterogeneity, n_strata: int, tau: float) -> None:
    def draw(rng: np.random.Generator) -> Interval | None:
        sizes = rng.integers(40, 160, n_strata)
        truths = np.tanh(np.arctanh(0.28) + rng.normal(0, tau, n_strata))
        correlations = {
            str(place): pearson(*_pair(rng, int(n), float(truth)), level=LEVEL)
            for place, (n, truth) in enumerate(zip(sizes, truths, strict=True))
        }
        return pool(correlations, column="site", heterogeneity=heterogeneity, level=LEVEL).interval

    assert 0.93 <= _coverage(0.28, draw) <= 0.97
