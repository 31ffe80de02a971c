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
    scores = np.empty((len(instrument.score_names), len(answers)))
    subscales = scores[: len(instrument.subscales)]
    if given.all():
        answered = np.full(len(answers), instrument.n_items)
        status = np.full(len(answers), _SCORED)
        np.matmul(instrument.membership.T, recoded.T, out=subscales)
    else:
        answered, status = _prorate(instrument, recoded, given, out=subscales)
    if instrument.total:
        subscales.sum(axis=0, out=scores[-1])
    return ScaleScores(
        scales=instrument.score_names,
        scores=scores.T,
        means=(scores / instrument.score_lengths[:, None]).T,
        lengths=instrument.score_lengths,
        answered=answered,
        status=status,
    )


def _prorate(
    instrument: Instrument, recoded: FloatArray, given: BoolArray, *, out: FloatArray
) -> tuple[IntArray, NDArray[np.int8]]:
    """Score the subscales where some answers are missing, into shape (n_subscales, n_persons).

    Returns
    -------
    answered, status
        As in :class:`ScaleScores`.
    """
    lengths = instrument.lengths[:, None]
    ones = given.T.astype(np.float64)
    answered = np.ones(instrument.n_items) @ ones
    n_answered = instrument.membership.T @ ones
    sums = instrument.membership.T @ np.where(given, recoded, 0.0).T
    out[:] = prorated(sums, n_answered, lengths, instrument.minimums[:, None])
    scored = np.where((n_answered < lengths).any(axis=0), _PRORATED, _SCORED)
    status = np.where(np.isfinite(out).all(axis=0), scored, _UNSCORABLE)
    return answered.astype(np.int64), status


def prorated(
    sums: FloatArray, n_answered: FloatArray, n_items: FloatArray | int, minimum: FloatArray | int
) -> FloatArray:
    """Multiply the mean of what was answered by the number of items, where enough was answered.

    Parameters
    ----------
    sums, n_answered
        S and m: what the recoded answers add up to, and how many they are.
    n_items, minimum
        n, and the least m with a score; below it there is ``nan``.
    """
    return sums * n_items / np.where(n_answered >= minimum, n_answered, np.nan)
