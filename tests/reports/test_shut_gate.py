"""Behind a shut gate no format of a finished report tells a mean of a group; an open one does."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from psychometrics.responses import ResponseMatrix
from psychometrics.scoring.prorate import score
from schemas.definition import Definition
from service.reports.figures.names import FigureName
from service.reports.record import ReportRecord
from tests.invariance.making import two_groups
from tests.reports.conftest import record_of
from tests.reports.walking import numbers_in, walked
from tests.validity.making import validity

SHUT = ("refused", "inconclusive")
WITH_TABLES = ("html", "csv", "docx")


def answers(status: str) -> ResponseMatrix:
    """Most items differ, or too few persons answered to see that none does.

    Odd numbers of persons: no mean of a group is by chance one of the whole.
    """
    if status == "refused":
        return two_groups(1203, seed=3, shifted=dict.fromkeys((4, 6, 8, 1, 2, 10, 3, 5), 0.8))
    return two_groups(153 if status == "inconclusive" else 2403, seed=3)


def studied(wai_sr: Definition, responses: ResponseMatrix) -> ReportRecord:
    options = {"group": "setting", "replicates": 10}
    columns = {"setting": responses.columns["setting"]}
    result = validity(wai_sr.instrument, responses.answers, options, **columns)
    return replace(record_of(wai_sr, result, "Gate"), options=options)


def group_means(responses: ResponseMatrix) -> list[float]:
    """Every scale's mean in each group, whole and per item, and the groups' differences."""
    scores = score(responses.instrument, responses.answers).scores
    in_b = responses.columns["setting"] == "b"
    first, second = scores[~in_b].mean(axis=0), scores[in_b].mean(axis=0)
    per_item = np.array([4, 4, 4, 12])
    parts = (first, second, first / per_item, second / per_item, np.abs(second - first))
    return [float(value) for part in parts for value in part]


def told(text: str, secrets: list[float], *, fewest: int) -> set[str]:
    """Numbers of so many decimals or more that are one of the secrets, rounded."""
    written = {
        f"{secret:.{digits}f}" for secret in secrets for digits in range(fewest, 17)
    }  # fmt: skip
    return written & numbers_in(text)


@dataclass(frozen=True)
class Walk:
    """A finished report's text by format, and the means that a shut gate keeps back."""

    record: ReportRecord
    texts: Mapping[str, str]
    secrets: list[float]


@pytest.fixture(scope="module", params=[*SHUT, "permitted"])
def walk(request: pytest.FixtureRequest, wai_sr: Definition) -> Walk:
    responses = answers(request.param)
    record = studied(wai_sr, responses)
    comparison = record.result["sections"]["comparison"]
    assert comparison["status"] == request.param, comparison["reason"]
    return Walk(record=record, texts=walked(record), secrets=group_means(responses))


def test_a_mean_stands_in_a_format_if_and_only_if_the_gate_is_open(walk: Walk) -> None:
    means = walk.secrets[:8]
    shut = walk.record.result["sections"]["comparison"]["status"] in SHUT
    for form, text in walk.texts.items():
        assert not shut or told(text, means, fewest=2) == set(), form
        assert not shut or told(text, walk.secrets, fewest=4) == set(), form
    if not shut:
        for form in WITH_TABLES:
            assert len(told(walk.texts[form], means, fewest=2)) == 8, form
        assert len(told(walk.texts["json"], means, fewest=6)) == 8


def test_the_figure_and_the_script_follow_the_gate(walk: Walk) -> None:
    opened = walk.record.result["sections"]["comparison"]["status"] not in SHUT
    assert ("latent-means" in walk.texts["svg"]) is opened
    assert ("means = TRUE" in walk.texts["R"]) is opened
    assert ("Latent means" in walk.texts["html"]) is opened


PLANTED = 0.471828459


@pytest.mark.parametrize("status", [*SHUT, "permitted", "partial"])
def test_means_that_slipped_through_a_shut_gate_are_left_out_of_every_format(
    merged: ReportRecord, status: str
) -> None:
    result = copy.deepcopy(dict(merged.result))
    interval = {"lower": PLANTED - 0.1, "upper": PLANTED + 0.1, "level": 0.95}
    latent: dict[str, Any] = {
        "group": "a", "factor": "goal", "estimate": PLANTED, "standard_error": 0.1,
        "interval": interval, "standardized": PLANTED,
    }  # fmt: skip
    observed: dict[str, Any] = {
        "group": "a", "scale": "goal", "mean": 10 + PLANTED, "sd": 3.0, "n": 300,
        "effect_size": PLANTED, "interval": interval,
    }  # fmt: skip
    result["sections"]["comparison"] |= {
        "status": status, "reason": "A test.", "latent_means": [latent],
        "observed_means": [observed], "freed": [], "cautions": [],
    }  # fmt: skip
    texts = walked(replace(merged, result=result), [FigureName.LATENT_MEANS])
    for form, digits in (*((form, 2) for form in WITH_TABLES), ("json", 9)):
        found = told(texts[form], [10 + PLANTED], fewest=digits)
        assert bool(found) is (status not in SHUT), form
    assert ("latent-means" in texts["svg"]) is (status not in SHUT)
