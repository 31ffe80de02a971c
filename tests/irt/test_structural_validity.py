"""COSMIN's rule by item response theory: part by part, and as the verdict on validity reads it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from psychometrics.declared.shapes import to_json
from psychometrics.irt.options import IrtOptions
from psychometrics.irt.results import ScaleIrt
from psychometrics.irt.scale_results import scale_results
from psychometrics.types import FloatArray
from service.use_cases.validity.computed import not_computed
from service.use_cases.validity.item_response_evidence import of_item_responses
from tests.irt.making import graded_answers

OPTIONS = IrtOptions(q3_replicates=0)


def _answers(n_persons: int, n_items: int = 5, *, shared: float = 0.0) -> FloatArray:
    """Draw answers; the first two items share what no other asks, as strongly as told."""
    rng = np.random.default_rng(8)
    thresholds = np.array([-1.5, -0.5, 0.5, 1.5]) + np.linspace(-0.3, 0.3, n_items)[:, None]
    of_each = np.tile(thresholds, (n_persons, 1, 1))
    of_each[:, :2] -= shared * rng.standard_normal((n_persons, 1, 1))
    return graded_answers(rng.standard_normal(n_persons), np.full(n_items, 1.8), of_each, rng)


def _scale(answers: FloatArray) -> ScaleIrt:
    return scale_results(answers, range(1, answers.shape[1] + 1), OPTIONS)


def _rating(answers: FloatArray) -> str:
    ruled = _scale(answers).structural_validity
    assert ruled is not None
    return ruled.rating


def test_items_of_one_trait_are_sufficient_without_any_simulation() -> None:
    found = _scale(_answers(800)).structural_validity
    assert found is not None
    assert found.rating == "sufficient"
    assert [one.met for one in found.criteria] == [True] * 5
    assert found.status == "recalled"


def test_with_few_persons_nothing_is_rated() -> None:
    assert _rating(_answers(499)) == "indeterminate"


def test_a_pair_that_asks_the_same_violates_independence() -> None:
    found = _scale(_answers(400, 10, shared=1.5)).structural_validity
    assert found is not None
    assert found.rating == "insufficient"
    violated = {one.name for one in found.criteria if one.met is False}
    assert {"local independence", "local independence, relative"} <= violated


def test_an_item_of_noise_violates_monotonicity() -> None:
    answers = _answers(800)
    answers[:, 2] = np.random.default_rng(1).integers(1, 6, 800)
    found = _scale(answers).structural_validity
    assert found is not None
    assert "monotonicity" in {one.name for one in found.criteria if one.met is False}


def _section(**scales: ScaleIrt) -> dict[str, Any]:
    return {"scales": {name: to_json(scale) for name, scale in scales.items()}}


def test_the_verdict_reads_which_scale_violates_what() -> None:
    constant = _answers(800)
    constant[:, 0] = 5
    found = of_item_responses(
        _section(
            goal=_scale(_answers(800)),
            task=_scale(_answers(400, 10, shared=1.5)),
            bond=_scale(constant),
        )
    )
    assert (found["irt_scales"], found["irt_violated"], found["irt_open"]) == (2, 1, 1)
    assert found["names"]["irt_violations"].startswith("task, ")
    assert "local independence" in found["names"]["irt_violations"]
    assert found["names"]["irt_doubts"] == "bond, no model could be fitted"
    assert found["irt_q3"] > 0.2
    assert found["irt_more"] == 500 - 400


def test_the_verdict_reads_that_persons_are_too_few() -> None:
    found = of_item_responses(_section(goal=_scale(_answers(300))))
    assert found["names"]["irt_doubts"] == "goal, too few persons"
    assert found["irt_more"] == 200


@pytest.mark.parametrize("section", [not_computed("No model."), {"scales": {}}])
def test_without_a_model_there_is_no_evidence(section: dict[str, Any]) -> None:
    assert "irt_scales" not in of_item_responses(section)
