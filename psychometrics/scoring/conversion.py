"""Conversion tables: which score belongs to a number of answers and their sum.

Whatever the answers are, the score of a subscale follows from two whole numbers, how many of its
items are answered and what the recoded answers add up to. A form has few such pairs; a table of
them all says the same as the rule (:mod:`psychometrics.scoring.prorate`), as a printed one would.

The pair is kept as one number, its place: number of answers times ``base`` plus their sum.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from psychometrics.instrument import Instrument
from psychometrics.scoring.prorate import prorated
from psychometrics.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Conversion:
    """The conversion tables of an instrument.

    Attributes
    ----------
    instrument
        The form.
    base
        More than all answers of a form can add up to.
    complete
        From which place on all items that are scored are answered.
    scores
        The subscales' tables one after another, each with a score for every place from 0; ``nan``
        where there is none.
    starts
        Where each subscale's table begins, shape (n_subscales,).
    """

    instrument: Instrument
    base: int
    complete: int
    scores: FloatArray
    starts: IntArray
    _counted: FloatArray = field(repr=False)

    def places(self, answers: FloatArray) -> IntArray:
        """Find each person's place on each subscale, on all scored items, and on the whole form.

        Parameters
        ----------
        answers
            Shape (n_persons, n_items), as answered, missing is ``nan``.

        Returns
        -------
        array
            Shape (n_persons, n_subscales + 2).
        """
        form = self.instrument
        recoded = form.recode(answers) if form.reversed_items else answers
        weights = np.where(np.isfinite(answers), recoded + self.base, 0.0)
        return (weights @ self._counted).astype(np.int64)

    def totals(self, places: IntArray) -> FloatArray:
        """Add the subscales' scores up; shape (n_persons,), ``nan`` where one has none."""
        total: FloatArray = self.scores.take(places[:, : len(self.starts)] + self.starts).sum(
            axis=1
        )
        return total


def n_places(instrument: Instrument) -> int:
    """Count the places of an instrument's conversion tables."""
    return int((instrument.lengths + 1).sum()) * _base(instrument)


@lru_cache(maxsize=32)
def conversion(instrument: Instrument) -> Conversion:
    """Make the conversion tables of an instrument."""
    base, membership = _base(instrument), instrument.membership
    tables = []
    for scale in instrument:
        n_answered, sums = np.divmod(np.arange((len(scale.items) + 1.0) * base), base)
        tables.append(prorated(sums, n_answered, len(scale.items), scale.minimum_answered))
    scored, form = membership.sum(axis=1), np.ones(instrument.n_items)
    return Conversion(
        instrument=instrument,
        base=base,
        complete=int(scored.sum()) * base,
        scores=np.concatenate(tables),
        starts=np.cumsum([0, *map(len, tables)])[:-1],
        _counted=np.column_stack((membership, scored, form)),
    )


def _base(instrument: Instrument) -> int:
    return instrument.n_items * instrument.maximum + 1
