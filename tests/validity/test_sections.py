"""What one section hands to another."""

from __future__ import annotations

import numpy as np

from psychometrics.invariance.bounds import FlaggedItems
from psychometrics.responses import ResponseMatrix
from psychometrics.types import no_progress
from schemas.definition import Definition
from service.use_cases.analysis_registry import KINDS, Material
from service.use_cases.validity.computed import not_computed
from service.use_cases.validity.sections import flagged_items
from tests.irt.making import graded_answers


def test_items_that_differ_reach_the_gate_with_what_they_move(wai_sr: Definition) -> None:
    rng = np.random.default_rng(5)
    thresholds = np.tile([-2.0, -1.0, 0.0, 1.0], (800, 12, 1))
    thresholds[400:, 3] += 1.0
    answers = graded_answers(rng.standard_normal(800), np.full(12, 1.8), thresholds, rng)
    group = np.repeat(np.array(["a", "b"], dtype=object), 400)
    responses = ResponseMatrix(
        instrument=wai_sr.instrument, answers=answers, columns={"site": group}
    )
    options = {"scales": ["goal", "bond"], "group": "site", "q3_replicates": 0}
    found = KINDS["irt"].run(Material(responses=responses), options, no_progress)
    moved = next(one["moved"] for one in found["dif"]["shifts"] if one["scale"] == "goal")
    assert flagged_items(found) == {("b", "goal"): FlaggedItems(items=(4,), moved=moved)}
    assert moved < -0.05
    assert flagged_items(not_computed("No model.")) == flagged_items({"dif": None}) == {}
