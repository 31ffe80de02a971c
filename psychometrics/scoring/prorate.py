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
from psychometrics.types import BoolArray, FloatArray, IntArray

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
    if given.all():
        recoded = instrument.recode(answers) if instrument.reversed_items else answers
        scores = recoded @ instrument.membership
        status = np.full(len(answers), ScoreStatus.SCORED, dtype=np.int8)
    else:
        scores, status = _prorated(instrument, answers, given)
    scales, lengths = tuple(instrument.subscales), instrument.lengths
    if instrument.total:
        scales = (*scales, TOTAL)
        lengths = np.concatenate((lengths, lengths.sum(keepdims=True)))
        scores = np.concatenate((scores, scores.sum(axis=1, keepdims=True)), axis=1)
    return ScaleScores(
        scales=scales,
        scores=scores,
        means=scores / lengths,
        answered=given.sum(axis=1),
        status=status,
    )


def _prorated(
    instrument: Instrument, answers: FloatArray, given: BoolArray
) -> tuple[FloatArray, NDArray[np.int8]]:
    """Score the subscales of responses of which some answers are missing, and say how."""
    membership, lengths = instrument.membership, instrument.lengths
    recoded = np.where(given, instrument.recode(answers), 0.0)
    n_answered = given.astype(np.float64) @ membership
    scorable = n_answered >= instrument.minimums
    divisor = np.where(scorable, n_answered, np.nan)
    scores = (recoded @ membership) * lengths / divisor
    prorated = (n_answered < lengths).any(axis=1).astype(np.int8) * np.int8(ScoreStatus.PRORATED)
    status = np.where(scorable.all(axis=1), prorated, np.int8(ScoreStatus.UNSCORABLE))
    return scores, status
