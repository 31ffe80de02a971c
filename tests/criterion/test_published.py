"""Published values are data with a source and a status."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from psychometrics.types import Interval
from service.catalog.published import alliance_and_outcome, published
from service.use_cases.analysis_registry import KINDS

TOPICS = sorted(file.name for file in (files("service.catalog") / "references").iterdir())


@pytest.mark.parametrize("file", TOPICS)
def test_every_published_value_says_whose_it_is_and_how_well_it_is_known(file: str) -> None:
    for reference in published(file.removesuffix(".json")):
        assert reference["name"]
        assert reference["status"] in {"verified", "secondary", "recalled"}


def test_no_published_value_is_called_a_norm_or_a_band() -> None:
    for file in TOPICS:
        text = json.dumps(published(file.removesuffix(".json"))).lower()
        assert not [word for word in ("norm", "band", "weak", "strong alliance") if word in text]


def test_the_context_of_alliance_and_outcome_begins_with_the_largest_review() -> None:
    first = alliance_and_outcome()[0]
    assert (first.estimate, first.n_studies) == (0.278, 295)
    assert first.interval == Interval(lower=0.256, upper=0.299)
    assert first.doi == "10.1037/pst0000172"
    assert first.setting == "psychotherapy"


def test_the_published_correlations_are_context_unless_others_or_none_are_asked_for() -> None:
    kind = KINDS["criterion"]
    own = {"name": "own", "estimate": 0.1}
    assert kind.load_options({}).references == alliance_and_outcome()
    assert kind.load_options({"references": []}).references == ()
    assert [one.name for one in kind.load_options({"references": [own]}).references] == ["own"]
