"""Whether answers look as if given on another range, or recoded before they came.

Notes
-----
:func:`range_suspicions` takes raw numbers, also those outside the form's range, which
:class:`~psychometrics.responses.ResponseMatrix` would refuse: a reader of files calls it to say
more than "out of range". Within the range only the absence of categories can be seen, and only in a
sample large enough that chance does not explain it.
"""

from __future__ import annotations

import numpy as np

from psychometrics.instrument import Instrument
from psychometrics.items.item_rest import scale_item_rest
from psychometrics.items.results import RangeSuspicion
from psychometrics.types import FloatArray

ENOUGH_ANSWERS = 300
"""Answers before the absence of the outer categories says anything."""

CUSTOMARY_RANGES = ((1, 5), (0, 4), (1, 7), (0, 6), (1, 10), (0, 10), (0, 100))
"""Scales that forms are answered on, the likelier first where several hold all answers."""


def range_suspicions(answers: FloatArray, minimum: int, maximum: int) -> tuple[RangeSuspicion, ...]:
    """Name what is odd about the range of answers.

    Parameters
    ----------
    answers
        As given, of any shape, missing is ``nan``.
    minimum, maximum
        The form's range.
    """
    given = answers[np.isfinite(answers)]
    if not given.size:
        return ()
    lowest, highest = float(given.min()), float(given.max())
    if lowest == minimum - 1 and highest <= maximum - 1:
        return (
            RangeSuspicion(
                code="zero-based",
                detail=f"Answers run from {minimum - 1} to at most {maximum - 1}: they seem to be "
                f"counted from {minimum - 1}; add 1 to each.",
            ),
        )
    if lowest < minimum or highest > maximum:
        return (_outside(given, minimum, maximum),)
    return _narrower(given, minimum, maximum)


def _outside(given: FloatArray, minimum: int, maximum: int) -> RangeSuspicion:
    """Tell a code for missing answers from another scale; no answer is named."""
    beyond = np.unique(given[(given < minimum) | (given > maximum)])
    if beyond.size == 1 and not minimum - 1 <= beyond[0] <= maximum + 1:
        return RangeSuspicion(
            code="missing-code",
            detail=f"All answers outside {minimum} to {maximum} are the same number: it seems to "
            "stand for a missing answer; leave those cells empty.",
        )
    covering = (
        (low, high) for low, high in CUSTOMARY_RANGES if low <= given.min() and given.max() <= high
    )
    low, high = next(covering, (None, None))
    scale = "another scale" if low is None else f"a scale of {low} to {high}"
    return RangeSuspicion(
        code="wider-range",
        detail=f"Many answers lie outside {minimum} to {maximum}: the form seems to have been "
        f"answered on {scale}. Define an instrument with that range, or convert the answers.",
    )


def _narrower(given: FloatArray, minimum: int, maximum: int) -> tuple[RangeSuspicion, ...]:
    lowest, highest = float(given.min()), float(given.max())
    if given.size < ENOUGH_ANSWERS or maximum - minimum < 4:
        return ()
    found = []
    if highest <= maximum - 2:
        found.append(
            RangeSuspicion(
                code="narrower-range",
                detail=f"No answer lies above {int(highest)} although the form goes to {maximum}: "
                f"it may have been answered on {minimum} to {int(highest)}.",
            )
        )
    if highest == maximum - 1 and lowest == minimum:
        found.append(
            RangeSuspicion(
                code="top-never-chosen",
                detail=f"Nobody chose {maximum}: answers counted from {minimum - 1}, with the "
                "lowest category empty or dropped, would look like this.",
            )
        )
    return tuple(found)


def already_reversed(instrument: Instrument, answers: FloatArray) -> tuple[RangeSuspicion, ...]:
    """Notice answers whose reverse-keyed items were turned before they came.

    Parameters
    ----------
    instrument
        The form.
    answers
        As given, shape (n_persons, n_items).

    Notes
    -----
    Reversing an already reversed item makes it fall with the rest of its scale. One such item is a
    matter of the key; when most reverse-keyed items do so under the key, and rise without any
    reversal, the file was recoded already.
    """
    mask = instrument.reversed_mask
    if mask.sum() < 2:
        return ()
    under_key = scale_item_rest(instrument, instrument.recode(answers))[mask]
    as_given = scale_item_rest(instrument, answers)[mask]
    falls, rises = (under_key < 0.0).mean(), (as_given > 0.0).mean()
    if falls <= 0.5 or rises <= 0.5:
        return ()
    return (
        RangeSuspicion(
            code="already-reversed",
            detail="Most reverse-keyed items fall with their scale once they are reversed and rise "
            "with it as they came: they seem to have been reversed before.",
        ),
    )
