"""Whether items work as they did: earlier periods against later ones at the same score.

Each item is regressed on the sum of its scale, on the half of the periods, and on their product
(ordinal logistic regression, ``irt.logistic_dif``). Each person counts once, with the first
complete rating. An item drifts where Holm's adjusted p-value, over all items, is below .05 and the
model with the half gains .02 or more of McFadden's R², COSMIN's bound.

References
----------
Prinsen, C. A. C., et al. (2018). doi:10.1007/s11136-018-1798-3, table 1 (measurement invariance:
    McFadden's R² < .02).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from psychometrics.errors import EstimationError
from psychometrics.instrument import Instrument, Scale
from psychometrics.irt.logistic_dif import logistic_dif
from psychometrics.irt.multiplicity import holm
from psychometrics.monitoring.results import ItemDrift
from psychometrics.types import BoolArray, FloatArray, IntArray

ALPHA, LEAST_GAIN = 0.05, 0.02
LEAST_PERSONS = 100
"""Persons that each half needs."""

TOO_FEW = f"Fewer than {LEAST_PERSONS} persons with complete answers in one half of the periods."


def drift_of(
    instrument: Instrument, answers: FloatArray, later: BoolArray
) -> tuple[ItemDrift, ...]:
    """Compare each item between the halves.

    Parameters
    ----------
    instrument
        Which items make which scale.
    answers
        Recoded, one row a person, shape (n_persons, n_items).
    later
        Whether the person belongs to the later half, shape (n_persons,).
    """
    found = [one for scale in instrument for one in _of_scale(scale, instrument, answers, later)]
    places = [place for place, one in enumerate(found) if one.p_value is not None]
    p_values = np.array([found[place].p_value for place in places], dtype=np.float64)
    for place, adjusted in zip(places, holm(p_values), strict=True):
        gain = found[place].r2_change
        found[place] = replace(
            found[place],
            adjusted_p_value=float(adjusted),
            drifts=bool(adjusted < ALPHA and gain is not None and gain >= LEAST_GAIN),
        )
    return tuple(found)


def _of_scale(
    scale: Scale, instrument: Instrument, answers: FloatArray, later: BoolArray
) -> Iterator[ItemDrift]:
    mine = answers[:, scale.columns]
    complete = np.isfinite(mine).all(axis=1)
    half = later[complete].astype(np.int64)
    few = min(int((half == 0).sum()), int((half == 1).sum())) < LEAST_PERSONS
    categories = mine[complete].astype(np.int64) - instrument.minimum
    for place, item in enumerate(scale.items):
        if few:
            yield _nothing(item, scale.name, TOO_FEW)
        else:
            yield _of_item(item, scale.name, categories, place, half)


def _of_item(item: int, scale: str, categories: IntArray, place: int, half: IntArray) -> ItemDrift:
    used, answers = np.unique(categories[:, place], return_inverse=True)
    sums = categories.sum(axis=1).astype(np.float64)
    if used.size < 2 or np.ptp(sums) == 0.0:
        return _nothing(item, scale, "The answers do not vary.")
    try:
        found = logistic_dif(answers.astype(np.int64), sums, half, used.size)
    except EstimationError:
        return _nothing(item, scale, "The regression has no finite maximum.")
    return ItemDrift(
        item=item,
        scale=scale,
        chi_square=found.chi_square,
        df=found.df,
        p_value=found.p_value,
        adjusted_p_value=None,
        r2_change=found.r2_change,
        drifts=None,
    )


def _nothing(item: int, scale: str, reason: str) -> ItemDrift:
    return ItemDrift(
        item=item,
        scale=scale,
        chi_square=None,
        df=None,
        p_value=None,
        adjusted_p_value=None,
        r2_change=None,
        drifts=None,
        reason=reason,
    )


def halves(names: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Divide periods, in order, into the earlier and the later half."""
    middle = len(names) // 2
    return tuple(names[:middle]), tuple(names[middle:])
