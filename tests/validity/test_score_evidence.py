"""Which numbers the verdict on a score rests on."""

from __future__ import annotations

import numpy as np
import pytest

from psychometrics.responses import ResponseMatrix
from psychometrics.validity.options import ValidityOptions
from service.use_cases.validity.score_evidence import gather_scores
from tests.validity.rates import INSTRUMENT, SKIPPED, answers_of, structure

OPTIONS = ValidityOptions(outcomes=None)


def evidence(missing: float, n: int = 150) -> dict[str, object]:
    answers = answers_of(n, 11, correlation=0.6, missing=missing)
    responses = ResponseMatrix(instrument=INSTRUMENT, answers=answers, columns={})
    sections = structure(responses) | {"invariance": SKIPPED, "retest": SKIPPED}
    found = gather_scores(sections, INSTRUMENT, OPTIONS)
    return {"sections": sections, "scores": {one.score: one for one in found}}


@pytest.fixture(scope="module")
def complete() -> dict[str, object]:
    return evidence(0.0)


def test_the_general_factor_is_of_the_model_with_every_subscale(
    complete: dict[str, object],
) -> None:
    """Not of the two factors that stand before it: their total is another."""
    sections, scores = complete["sections"], complete["scores"]
    assert isinstance(sections, dict)
    assert isinstance(scores, dict)
    known = {one["model"]: one["general_omega"] for one in sections["cfa_continuous"]["models"]}
    assert scores["total"].general.estimate == known["three-factor"]["estimate"]
    assert known["three-factor"]["estimate"] != known["two-factor"]["estimate"]


def test_complete_answers_take_the_omega_of_the_scale_itself(complete: dict[str, object]) -> None:
    sections, scores = complete["sections"], complete["scores"]
    assert isinstance(sections, dict)
    assert isinstance(scores, dict)
    scales = sections["reliability"]["scales"]
    assert scores["goal"].omega.estimate == scales["goal"]["omega"]["estimate"]


def test_incomplete_answers_take_the_omega_of_all_of_them() -> None:
    found = evidence(0.08)
    sections, scores = found["sections"], found["scores"]
    assert isinstance(sections, dict)
    assert isinstance(scores, dict)
    model = next(m for m in sections["cfa_continuous"]["models"] if m["model"] == "three-factor")
    for name, one in scores.items():
        assert one.omega.estimate == model["omegas"][name]["estimate"]
    assert np.isfinite(scores["total"].omega.interval.lower)
