"""Odd data sets on every kind: a few of them here, many with ``python -m tests.fuzz``."""

from __future__ import annotations

import pytest

from psychometrics.criterion.results import Coefficient
from psychometrics.types import Estimate
from service.use_cases.analysis_registry import KINDS
from tests.fuzz.cases import run
from tests.fuzz.soundness import faults

SEEDS = range(1, 9)

FOUND = (
    (1, "cfa"),  # two items: the degrees of freedom are negative
    (1, "sufficiency"),  # a loading of zero has no direction
    (2, "sufficiency"),  # one item: the independence model has no degrees of freedom
    (8, "validity"),
    (15, "reliability"),  # an ordinal alpha was null without a reason
    (18, "reliability"),  # a design effect below zero
    (20, "items"),  # an item-rest correlation of 1.08 from pairwise covariances
    (24, "reliability"),
    (100, "responsiveness"),  # a bootstrap interval beside its estimate
    (101, "cutoffs"),
    (101, "validity"),
    (202, "cutoffs"),  # a loading that is fixed
    (1004, "sufficiency"),  # subscales of one item, whose loadings are not estimated
    (206, "dimensionality"),  # items without any correlation
    (206, "trajectory"),  # a correlation of growth beyond −1
)
"""Cases that once were wrong."""


@pytest.mark.parametrize("name", KINDS)
def test_odd_data_sets_end_in_a_sound_result_or_a_refusal(name: str) -> None:
    assert [wrong for seed in SEEDS for wrong in run(seed, name).wrong] == []


@pytest.mark.parametrize(("seed", "name"), FOUND)
def test_what_was_wrong_once_is_sound(seed: int, name: str) -> None:
    assert run(seed, name).wrong == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"estimate": 1.5}, "lies above 1"),
        ({"estimate": None}, "null without a reason"),
        ({"interval": {"lower": 0.6, "upper": 0.9, "level": 0.95}}, "for the estimate 0.5"),
        ({"interval": {"lower": 0.9, "upper": 0.6, "level": 0.95}}, "is an interval from"),
        ({"interval": {"lower": -1.2, "upper": 0.6, "level": 0.95}}, "lies outside"),
        ({"standard_error": -0.1}, "lies below 0"),
        ({"n_persons": None}, "null without being declared so"),
        ({"more": 1}, "other fields"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_impossible_result_is_noticed(change: dict[str, object], said: str) -> None:
    sound = {
        "estimate": 0.5,
        "interval": {"lower": 0.4, "upper": 0.6, "level": 0.95},
        "standard_error": 0.1,
        "n_persons": 50,
        "method": "pearson",
        "reason": None,
    }
    assert faults(Coefficient, sound) == []
    assert any(said in fault for fault in faults(Coefficient, sound | change))


def test_a_number_that_is_none_is_noticed() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        faults(Estimate, {"estimate": float("nan")})
