"""A person with five ratings is one person."""

from __future__ import annotations

import numpy as np
import pytest

from psychometrics.criterion.occasions import (
    CONTRADICTORY,
    NOT_FOUND,
    choose_ratings,
    source_rows,
)
from psychometrics.errors import OptionError
from psychometrics.instrument import Instrument
from psychometrics.responses import ResponseMatrix
from schemas.definition import Definition
from tests.criterion.making import analysed, sample_of

NAN = np.nan


@pytest.fixture
def form(wai_sr: Definition) -> Instrument:
    return wai_sr.instrument


def test_the_first_rating_speaks_whatever_the_order_of_the_rows(form: Instrument) -> None:
    sample = sample_of(form, 6, person=list("abcabc"), session_number=[3, 1, 2, 1, 5, NAN])
    assert choose_ratings(sample, None).rows.tolist() == [3, 1, 2]


def test_days_decide_where_sessions_are_unknown(form: Instrument) -> None:
    sample = sample_of(form, 3, person=list("aaa"), days_since_first_visit=[40, 7, NAN])
    assert choose_ratings(sample, None).rows.tolist() == [1]


def test_a_response_without_answers_is_no_rating(form: Instrument) -> None:
    sample = sample_of(form, 3, person=list("aab"), session_number=[1, 2, 1])
    answers = sample.answers.copy()
    answers[0] = NAN
    silent = ResponseMatrix(instrument=form, answers=answers, columns=sample.columns)
    assert choose_ratings(silent, None).rows.tolist() == [1, 2]


def test_a_session_can_be_chosen(form: Instrument) -> None:
    sample = sample_of(form, 5, person=list("aabbc"), session_number=[1, 3, 3, 3, 2])
    chosen = choose_ratings(sample, 3)
    assert chosen.rows.tolist() == [1, 2]
    assert chosen.occasions.n_set_aside == 3
    assert "session 3" in chosen.occasions.rule


def test_a_session_nobody_has_is_refused(form: Instrument) -> None:
    with pytest.raises(OptionError, match="session_number"):
        choose_ratings(sample_of(form, 4, session_number=[1, 2, 1, 2]), 7)


def test_persons_of_different_samples_are_different(form: Instrument) -> None:
    sample = sample_of(form, 4, person=list("abab"), sample=list("xxyy"))
    assert choose_ratings(sample, None).rows.tolist() == [0, 1, 2, 3]


def test_responses_without_a_name_are_persons_of_their_own_and_said_so(form: Instrument) -> None:
    named = sample_of(form, 5, person=["a", None, None, "a", "b"], y=[1, 2, 3, 4, 5])
    result = analysed(named, outcomes=["y"])
    assert result.n_persons == 4
    assert any("2 responses name no person" in caution for caution in result.cautions)


def test_repeated_occasions_change_nothing(form: Instrument) -> None:
    people = [f"p{number}" for number in range(30)]
    once = sample_of(form, 30, person=people, session_number=[1] * 30, y=np.arange(30) % 11)
    later = sample_of(form, 60, seed=9, person=people * 2, session_number=[2] * 60, y=[NAN] * 60)
    both = ResponseMatrix(
        instrument=form,
        answers=np.vstack([later.answers, once.answers]),
        columns={
            name: np.concatenate([later.columns[name], once.columns[name]]) for name in once.columns
        },
    )
    one, repeated = analysed(once, outcomes=["y"]), analysed(both, outcomes=["y"])
    assert repeated.n_persons == 30
    assert repeated.occasions.n_set_aside == 60
    for before, after in zip(one.associations, repeated.associations, strict=True):
        assert after.pearson.estimate == pytest.approx(before.pearson.estimate, abs=1e-12)
        assert after.pearson.n_persons == 30


@pytest.mark.parametrize(
    ("values", "measured_once", "source"),
    [
        ([5, NAN, NAN], True, 0),
        ([NAN, NAN, 5], True, 2),
        ([NAN, 5, 5], False, 1),
        ([5, 6, 7], False, 0),
        ([5, 6, 7], True, CONTRADICTORY),
        ([NAN, 6, 7], False, CONTRADICTORY),
        ([NAN, NAN, NAN], False, NOT_FOUND),
    ],
)
def test_the_value_of_a_person(
    form: Instrument, values: list[float], measured_once: bool, source: int
) -> None:
    sample = sample_of(form, 3, person=list("aaa"), session_number=[1, 2, 3])
    ratings = choose_ratings(sample, None)
    found = source_rows(ratings, np.array(values, dtype=float), measured_once=measured_once)
    assert found.tolist() == [source]
