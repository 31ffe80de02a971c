"""Who answered: the table of participants."""

from __future__ import annotations

import numpy as np

from psychometrics.criterion.columns import possible_outcomes
from psychometrics.responses import ResponseMatrix
from psychometrics.validity.sample import choose, describe
from tests.validity.rates import INSTRUMENT, answers_of


def test_participants_are_described_and_no_outcomes() -> None:
    responses = ResponseMatrix(
        instrument=INSTRUMENT,
        answers=answers_of(5, 1, correlation=0.6),
        columns={
            "age": np.array([19.0, 20.0, 29.5, np.nan, 71.0]),
            "sex": np.array(["f", "m", "f", None, "f"], dtype=object),
            "device": np.array([1.0, 1.0, 2.0, 2.0, 2.0]),
            "walked": np.arange(5.0),
        },
    )
    chosen = choose(responses, respondent=None, session_number=None)
    found = {one.column: one for one in describe(chosen, group=None).counts}
    counts = {name: [(each.value, each.n) for each in found[name].counts or ()] for name in found}
    assert counts["age"] == [("10 to 19", 1), ("20 to 29", 2), ("70 to 79", 1)]
    assert found["age"].n_missing == found["sex"].n_missing == 1
    assert counts["sex"] == [("f", 3), ("m", 1)]
    assert counts["device"] == [("1", 2), ("2", 3)]
    assert possible_outcomes(responses, besides=None) == ("walked",)
