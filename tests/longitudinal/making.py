"""Small studies made for one purpose."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from psychometrics.longitudinal.simulated_studies import COURSES, draw_study
from psychometrics.responses import ResponseMatrix
from psychometrics.types import BoolArray
from tests.longitudinal.studies import definition


def simulated(
    scenario: str = "both",
    *,
    n_persons: int = 120,
    seed: int = 1,
    complete: bool = False,
    n_sessions: int = 5,
) -> ResponseMatrix:
    """Draw a study and write it as a sample, one row a person and session."""
    instrument = definition().instrument
    study = draw_study(
        COURSES[scenario],
        instrument,
        n_persons=n_persons,
        rng=np.random.default_rng(seed),
        complete=complete,
        n_sessions=n_sessions,
    )
    person, session = np.nonzero(study.present)
    here = (person, session)
    return ResponseMatrix(
        instrument=instrument,
        answers=study.answers[here],
        columns={
            "person": np.array([f"p{number}" for number in person], dtype=object),
            "session_number": session + 1.0,
            "days_since_first_visit": study.days[here],
            "comfort": study.comfort[here],
            "rated_change": study.rated_change[here],
        },
    )


def with_column(
    responses: ResponseMatrix, name: str, values: NDArray[np.generic]
) -> ResponseMatrix:
    return replace(responses, columns={**responses.columns, name: values})


def without_column(responses: ResponseMatrix, name: str) -> ResponseMatrix:
    kept = {key: value for key, value in responses.columns.items() if key != name}
    return replace(responses, columns=kept)


def sessions(responses: ResponseMatrix, *numbers: float) -> ResponseMatrix:
    return responses.rows(session_in(responses, *numbers))


def session_in(responses: ResponseMatrix, *numbers: float) -> BoolArray:
    found: Any = responses.columns["session_number"]
    return np.isin(found, numbers)
