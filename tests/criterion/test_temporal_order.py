"""What may be called a prediction, and what never."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psychometrics.criterion.results import CriterionResult, Timing
from psychometrics.instrument import Instrument
from schemas.definition import Definition
from tests.criterion.making import analysed, dumped, sample_of

N = 12
OUTCOME = np.arange(N) % 7


@pytest.fixture
def form(wai_sr: Definition) -> Instrument:
    return wai_sr.instrument


def _timing(result: CriterionResult) -> Timing:
    assert {one.timing for one in result.associations} == {result.outcomes[0].timing}
    return result.outcomes[0].timing


@pytest.mark.parametrize(
    ("rated", "measured", "timing"),
    [
        (10, 90, Timing.PREDICTIVE),
        (89, 90, Timing.PREDICTIVE),
        (90, 90, Timing.CONCURRENT),
        (90.2, 90.9, Timing.CONCURRENT),
        (91, 90, Timing.RETROSPECTIVE),
        (200, 90, Timing.RETROSPECTIVE),
    ],
)
@pytest.mark.parametrize("clock", ["days_since_first_visit", "days_since_delivery"])
def test_days_decide(
    form: Instrument, clock: str, rated: float, measured: float, timing: Timing
) -> None:
    sample = sample_of(form, N, plus_m=OUTCOME, **{clock: [rated] * N})
    assert _timing(analysed(sample, outcomes=[{"name": "plus_m", clock: measured}])) is timing


def test_a_rating_before_delivery_predicts_what_is_measured_at_delivery(form: Instrument) -> None:
    sample = sample_of(form, N, plus_m=OUTCOME, days_since_delivery=[-14] * N)
    outcome = {"name": "plus_m", "days_since_delivery": 0}
    assert _timing(analysed(sample, outcomes=[outcome])) is Timing.PREDICTIVE


def test_the_time_of_the_outcome_may_be_a_column(form: Instrument) -> None:
    sample = sample_of(
        form, N, plus_m=OUTCOME, day=np.arange(N) + 5, days_since_first_visit=[3] * N
    )
    outcome = {"name": "plus_m", "days_since_first_visit": "day"}
    assert _timing(analysed(sample, outcomes=[outcome])) is Timing.PREDICTIVE


def test_clocks_that_contradict_each_other_never_predict(form: Instrument) -> None:
    sample = sample_of(
        form, N, plus_m=OUTCOME, session_number=[2] * N, days_since_first_visit=[100] * N
    )
    outcome = {"name": "plus_m", "session_number": 5, "days_since_first_visit": 90}
    assert _timing(analysed(sample, outcomes=[outcome])) is Timing.RETROSPECTIVE


@pytest.mark.parametrize(
    ("columns", "outcome", "words"),
    [
        ({"session_number": [2] * N}, {"name": "plus_m"}, "no time is given for the outcome"),
        ({}, {"name": "plus_m", "session_number": 4}, "ratings carry no time"),
        (
            {"session_number": [2] * N},
            {"name": "plus_m", "days_since_first_visit": 90},
            "ratings carry no time",
        ),
        (
            {"session_number": [2.0] * 3 + [np.nan] * (N - 3)},
            {"name": "plus_m", "session_number": 4},
            "share no clock",
        ),
    ],
)
def test_without_a_common_clock_the_timing_is_undetermined_and_says_why(
    form: Instrument, columns: dict[str, Any], outcome: dict[str, Any], words: str
) -> None:
    result = analysed(sample_of(form, N, plus_m=OUTCOME, **columns), outcomes=[outcome])
    assert _timing(result) is Timing.UNDETERMINED
    assert words in str(result.outcomes[0].reason)
    assert any("undetermined" in caution for caution in result.cautions)


def test_persons_of_another_timing_are_set_aside_and_counted(form: Instrument) -> None:
    days = [10] * 7 + [90] * 2 + [120] + [np.nan] * 2
    sample = sample_of(form, N, plus_m=OUTCOME, days_since_first_visit=days)
    outcome = {"name": "plus_m", "days_since_first_visit": 90}
    result = analysed(sample, outcomes=[outcome])
    assert _timing(result) is Timing.PREDICTIVE
    assert dict(result.outcomes[0].timing_counts) == {
        Timing.PREDICTIVE: 7,
        Timing.CONCURRENT: 2,
        Timing.RETROSPECTIVE: 1,
        Timing.UNDETERMINED: 2,
    }
    assert result.outcomes[0].n_set_aside == 5
    assert {one.n_persons for one in result.associations} == {7}
    alone = analysed(sample.rows(np.arange(N) < 7), outcomes=[outcome])
    assert result.associations == alone.associations


def test_a_tie_goes_to_the_less_favourable_timing(form: Instrument) -> None:
    days = [10] * 6 + [120] * 6
    sample = sample_of(form, N, plus_m=OUTCOME, days_since_first_visit=days)
    outcome = {"name": "plus_m", "days_since_first_visit": 90}
    assert _timing(analysed(sample, outcomes=[outcome])) is Timing.RETROSPECTIVE


@given(
    st.lists(st.sampled_from([1.0, 2.0, 3.0, np.nan]), min_size=N, max_size=N),
    st.lists(st.sampled_from([1.0, 2.0, 3.0, np.nan]), min_size=N, max_size=N),
)
def test_every_person_behind_a_prediction_was_rated_before(
    wai_sr: Definition, rated: list[float], measured: list[float]
) -> None:
    sample = sample_of(
        wai_sr.instrument, N, plus_m=OUTCOME, session_number=rated, measured_at=measured
    )
    outcome = {"name": "plus_m", "session_number": "measured_at"}
    result = analysed(sample, outcomes=[outcome])
    before = int((np.array(rated) < np.array(measured)).sum())
    assert result.outcomes[0].timing_counts[Timing.PREDICTIVE] == before
    if _timing(result) is Timing.PREDICTIVE:
        assert {one.n_persons for one in result.associations} == {before}


@pytest.mark.parametrize("days", [90, 400, None])
def test_no_sentence_speaks_of_prediction_unless_the_rating_came_first(
    form: Instrument, days: int | None
) -> None:
    columns = {} if days is None else {"days_since_first_visit": [days] * N}
    sample = sample_of(
        form, N, plus_m=OUTCOME, clinician=list("abcd" * 3), site=list("xy" * 6), **columns
    )
    outcome = {
        "name": "plus_m",
        "days_since_first_visit": 90,
        "expected": {"direction": "positive", "minimum": 0.2},
    }
    result = dumped(sample, outcomes=[outcome])
    assert not [text for text in _texts(result) if "predict" in text.lower()]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
