"""Which came first, the rating or the outcome.

Notes
-----
Rating and outcome are compared on every clock that both have: session number, days since the first
visit, days since delivery. Days are whole days, so that a rating on the day of the outcome is
concurrent. On one clock an earlier rating is predictive, one at the same time concurrent, a later
one retrospective; without a common clock the timing is undetermined. Where clocks contradict each
other the less favourable one counts: retrospective before concurrent before predictive. So no
rating at or after an outcome, on any clock, is ever said to predict it.

A correlation is computed within one timing only, that of most persons who have the outcome (a tie
goes to the less favourable, undetermined being the least); the others are set aside and counted.
The choice looks at times alone, never at answers or outcomes.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from psychometrics.criterion import columns
from psychometrics.criterion.occasions import Ratings, rating_clock
from psychometrics.criterion.options import Outcome
from psychometrics.criterion.results import Timing
from psychometrics.responses import ResponseMatrix
from psychometrics.types import FloatArray, IntArray

ORDER = (Timing.PREDICTIVE, Timing.CONCURRENT, Timing.RETROSPECTIVE, Timing.UNDETERMINED)
"""From the most to the least favourable; labels in arrays are positions in it."""

ONE_TIMING = (
    "Rating and outcome are compared by session number and whole days; where these contradict each "
    "other the less favourable counts. A correlation rests on persons of one timing, that of most."
)

CLOCKS = (columns.SESSION, columns.SINCE_VISIT, columns.SINCE_DELIVERY)

NO_OUTCOME_TIME = (
    "no time is given for the outcome; give its session_number, days_since_first_visit or "
    "days_since_delivery"
)
NO_RATING_TIME = "the ratings carry no time on a clock of the outcome"
NOT_BOTH = "for most persons rating and outcome share no clock"


def measured_once(outcome: Outcome) -> bool:
    """Whether an outcome has one stated time for everybody."""
    return any(isinstance(_when(outcome, clock), float | int) for clock in CLOCKS)


def timings(
    responses: ResponseMatrix, ratings: Ratings, outcome: Outcome, sources: IntArray, *, place: int
) -> IntArray:
    """Label each person.

    Parameters
    ----------
    responses
        The sample.
    ratings
        Which response holds each person's rating.
    outcome
        The outcome and when it was measured.
    sources
        Which response holds each person's outcome, shape (n_persons,); negative for none.
    place
        The outcome's position in the options, for messages.

    Returns
    -------
    IntArray
        Shape (n_persons,), positions in :data:`ORDER`.
    """
    worst = np.full(ratings.rows.size, -1, dtype=np.int64)
    for clock in CLOCKS:
        option = f"outcomes/{place}/{clock}"
        outcome_time = columns.moment(responses, _when(outcome, clock), option=option)
        at_outcome = np.where(sources >= 0, outcome_time[sources], np.nan)
        at_rating = rating_clock(responses, clock)[ratings.rows]
        worst = np.maximum(worst, _compare(at_rating, at_outcome))
    return np.where(worst < 0, ORDER.index(Timing.UNDETERMINED), worst)


def count(labels: IntArray) -> Mapping[Timing, int]:
    """Count persons by timing."""
    return {timing: int((labels == place).sum()) for place, timing in enumerate(ORDER)}


def most_frequent(counts: Mapping[Timing, int]) -> Timing:
    """Choose the timing of most persons; a tie goes to the less favourable."""
    if not any(counts.values()):
        return Timing.UNDETERMINED
    return max(ORDER, key=lambda timing: (counts[timing], ORDER.index(timing)))


def why_undetermined(responses: ResponseMatrix, outcome: Outcome) -> str:
    """Say why the timing of an outcome is not known."""
    given = [clock for clock in CLOCKS if _when(outcome, clock) is not None]
    if not given:
        return NO_OUTCOME_TIME
    if not any(np.isfinite(rating_clock(responses, clock)).any() for clock in given):
        return NO_RATING_TIME
    return NOT_BOTH


def _when(outcome: Outcome, clock: str) -> float | str | None:
    moments = {
        columns.SESSION: outcome.session_number,
        columns.SINCE_VISIT: outcome.days_since_first_visit,
        columns.SINCE_DELIVERY: outcome.days_since_delivery,
    }
    return moments[clock]


def _compare(at_rating: FloatArray, at_outcome: FloatArray) -> IntArray:
    """Position in :data:`ORDER` on one clock, −1 where it is not known for both."""
    known = np.isfinite(at_rating) & np.isfinite(at_outcome)
    later = np.sign(
        np.floor(at_rating) - np.floor(at_outcome), where=known, out=np.zeros(known.size)
    )
    return np.where(known, later.astype(np.int64) + 1, -1)
