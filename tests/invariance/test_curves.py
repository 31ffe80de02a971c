from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from psychometrics.responses import ResponseMatrix
from psychometrics.types import no_progress
from schemas.definition import Definition
from service.use_cases.analysis_registry import KINDS, Material
from tests.validity.making import study


@pytest.fixture(scope="module", params=["WLSMV", "MLR"])
def effects(request: pytest.FixtureRequest, wai_sr: Definition) -> list[dict[str, Any]]:
    """Effects of two items that are easier in one group."""
    answers, groups = study(wai_sr.instrument, "merged-ceiling", n_persons=1000, seed=1)
    responses = ResponseMatrix(
        instrument=wai_sr.instrument, answers=answers, columns={"group": groups}
    )
    options = {"group": "group", "estimator": request.param, "structure": "two-factor"}
    result = KINDS["invariance"].run(Material(responses=responses), options, no_progress)
    found: list[dict[str, Any]] = result["partial_invariance"]["effects"]
    return found


def test_curves_rise_with_the_alliance(effects: list[dict[str, Any]]) -> None:
    assert effects
    for effect in effects:
        for name in ("reference", "group"):
            curve = np.array(effect["curve"][name])
            assert curve.shape == np.array(effect["curve"]["factor"]).shape
            assert (np.diff(curve) > -1e-12).all()


def test_curves_part_to_the_side_of_the_effect(effects: list[dict[str, Any]]) -> None:
    parted = 0
    for effect in effects:
        gap = np.array(effect["curve"]["group"]) - np.array(effect["curve"]["reference"])
        middle = np.abs(np.array(effect["curve"]["factor"])) <= 1.0
        if (gap[middle] > 0.0).all() or (gap[middle] < 0.0).all():  # else the curves cross
            assert np.sign(gap[middle].mean()) == np.sign(effect["signed_dmacs"])
            parted += 1
        assert gap.min() - 1e-9 <= effect["expected_score_difference"] <= gap.max() + 1e-9
    assert parted
