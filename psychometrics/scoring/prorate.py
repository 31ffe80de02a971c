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


_SCORED, _PRORATED, _UNSCORABLE = map(np.int8, ScoreStatus)


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
        ``scores`` divided by ``lengths``.
    lengths
        Number of items of each scale, shape (n_scales,).
    answered
        Number of answered items of the form, shape (n_persons,).
    status
        Values of :class:`ScoreStatus`, shape (n_persons,).
    """

    scales: tuple[str, ...]
    scores: FloatArray
    means: FloatArray
    lengths: FloatArray
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
    recoded = instrument.recode(answers) if instrument.reversed_items else answers
    if given.all():
        scores, status = _sums(instrument, recoded), np.full(len(answers), _SCORED)
    else:
        scores, status = _prorated(instrument, recoded, given)
    scales, lengths = tuple(instrument.subscales), instrument.lengths
    if instrument.total:
        scales = (*scales, TOTAL)
        lengths = np.concatenate((lengths, lengths.sum(keepdims=True)))
        scores = np.concatenate((scores, scores.sum(axis=0, keepdims=True)))
    return ScaleScores(
        scales=scales,
        scores=scores.T,
        means=(scores / lengths[:, None]).T,
        lengths=lengths,
        answered=given.sum(axis=1),
        status=status,
    )


def _prorated(
    instrument: Instrument, recoded: FloatArray, given: BoolArray
) -> tuple[FloatArray, NDArray[np.int8]]:
    """Score the subscales where some answers are missing; shapes (n_subscales, n_persons) and n."""
    lengths, minimums = instrument.lengths[:, None], instrument.minimums[:, None]
    n_answered = _sums(instrument, given.astype(np.float64))
    scorable = n_answered >= minimums
    sums = _sums(instrument, np.where(given, recoded, 0.0))
    scores = sums * lengths / np.where(scorable, n_answered, np.nan)
    complete = np.where((n_answered == lengths).all(axis=0), _SCORED, _PRORATED)
    return scores, np.where(scorable.all(axis=0), complete, _UNSCORABLE)


def _sums(instrument: Instrument, values: FloatArray) -> FloatArray:
    """Add a value of each item up over the subscales; shape (n_subscales, n_persons)."""
    return instrument.membership.T @ values.T
