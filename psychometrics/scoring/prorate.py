"""Scale scores with person-mean prorating.

A scale's score is the person's mean over the answered items of the scale times the number of its
items, when at least ``minimum_answered`` of them are answered; otherwise there is none. The total
is the sum of the subscales' scores, and there is none when one of them is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from psychometrics.instrument import Instrument
from psychometrics.types import FloatArray, IntArray

TOTAL = "total"


class ScoreStatus(IntEnum):
    """How complete a person's scores are."""

    SCORED = 0
    PRORATED = 1
    UNSCORABLE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleScores:
    """Scores of a block of responses.

    Attributes
    ----------
    scales
        Names of the columns: the subscales in the definition's order, then ``total`` where the
        instrument has one.
    scores
        Shape (n_persons, n_scales), sums in raw points; ``nan`` where a scale has no score.
    means
        ``scores`` divided by the scales' numbers of items.
    answered
        Number of answered items of the form, shape (n_persons,).
    status
        Values of :class:`ScoreStatus`, shape (n_persons,).
    """

    scales: tuple[str, ...]
    scores: FloatArray
    means: FloatArray
    answered: IntArray
    status: NDArray[np.int8]


def score(instrument: Instrument, answers: FloatArray) -> ScaleScores:
    """Score a block of responses.

    Parameters
    ----------
    instrument
        The form.
    answers
        Shape (n_persons, n_items), as answered, missing is ``nan``.

    Notes
    -----
    With S the sum of the recoded answers, m of n items answered, the score is S·n / m: exact in
    floating point when nothing is missing.
    """
    given = np.isfinite(answers)
    recoded = np.where(given, instrument.recode(answers), 0.0)
    membership = instrument.membership
    n_items = membership.sum(axis=0)
    n_answered = given.astype(np.float64) @ membership
    minimum = np.array([scale.minimum_answered for scale in instrument], dtype=np.float64)
    scorable = n_answered >= minimum
    divisor = np.where(scorable, n_answered, np.nan)
    scores = (recoded @ membership) * n_items / divisor
    prorated = (n_answered < n_items).any(axis=1).astype(np.int8) * np.int8(ScoreStatus.PRORATED)
    if instrument.total:
        scores = np.column_stack([scores, scores.sum(axis=1)])
        n_items = np.append(n_items, n_items.sum())
    return ScaleScores(
        scales=(*instrument.subscales, TOTAL) if instrument.total else tuple(instrument.subscales),
        scores=scores,
        means=scores / n_items,
        answered=given.sum(axis=1),
        status=np.where(scorable.all(axis=1), prorated, np.int8(ScoreStatus.UNSCORABLE)),
    )
