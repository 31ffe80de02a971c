"""Omegas of subscales and total from a model of correlated factors."""

from __future__ import annotations

import numpy as np
import pytest

from psychometrics.cfa.analysis import analyse
from psychometrics.cfa.options import CfaOptions, Estimator, Rival, Structure
from psychometrics.cfa.results import CfaResult
from psychometrics.responses import ResponseMatrix
from psychometrics.types import FloatArray, no_progress
from tests.validity.rates import INSTRUMENT, SUBSCALES, answers_of

MODELS = tuple(Rival(structure=one) for one in (Structure.TWO_FACTOR, Structure.CORRELATED_FACTORS))


def fitted(answers: FloatArray, estimator: Estimator = Estimator.MLR) -> CfaResult:
    responses = ResponseMatrix(instrument=INSTRUMENT, answers=answers, columns={})
    options = CfaOptions(models=MODELS, estimator=estimator)
    return analyse(responses, options, progress=no_progress)


@pytest.fixture(scope="module")
def complete() -> FloatArray:
    return answers_of(400, 5, correlation=0.6)


def test_omega_is_the_common_share_of_the_implied_variance(complete: FloatArray) -> None:
    two, three = fitted(complete).models
    assert set(three.omegas or {}) == {*SUBSCALES, "total"}
    assert set(two.omegas or {}) == {"goal-task", "bond", "total"}
    for name in SUBSCALES:
        own = [one for one in three.loadings if one.factor == name]
        common = sum(one.estimate for one in own) ** 2
        residual = sum((one.estimate / one.standardized) ** 2 - one.estimate**2 for one in own)
        found = (three.omegas or {})[name]
        assert found.estimate == pytest.approx(common / (common + residual), abs=1e-9)
        assert found.interval is not None
        assert found.interval.lower < found.estimate < found.interval.upper


def test_answers_of_another_metric_have_none(complete: FloatArray) -> None:
    assert all(one.omegas is None for one in fitted(complete, Estimator.WLSMV).models)


def test_all_answers_count_where_some_are_missing(complete: FloatArray) -> None:
    """The interval is wider than that of complete answers and narrower than of complete rows."""
    rng = np.random.default_rng(1)
    holes = np.where(rng.random(complete.shape) < 0.08, np.nan, complete)
    rows = holes[np.isfinite(holes).all(axis=1)]
    widths = []
    for answers in (complete, holes, rows):
        interval = (fitted(answers).models[1].omegas or {})["total"].interval
        assert interval is not None
        widths.append(interval.upper - interval.lower)
    assert widths[0] < widths[1] < widths[2]
