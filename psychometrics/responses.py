"""Answers of a sample as one matrix, with the columns that describe each response."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from psychometrics.errors import ResponsesError
from psychometrics.instrument import Instrument
from psychometrics.types import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseMatrix:
    """Answers as given, persons × items, and what else is known of each row.

    Attributes
    ----------
    instrument
        The form that was answered.
    answers
        Shape (n_persons, n_items), as on the form (nothing reversed), missing is ``nan``. One row
        is one response; repeated occasions of a person are rows of their own.
    columns
        Further columns by name (``person``, ``site``, an outcome …), each of shape (n_persons,);
        text columns have dtype ``object`` with ``None`` for missing, numbers are floats with
        ``nan``.
    """

    instrument: Instrument
    answers: FloatArray
    columns: Mapping[str, NDArray[np.generic]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.answers.ndim != 2 or self.answers.shape[1] != self.instrument.n_items:
            raise ResponsesError(
                f"answers: must have one column for each of the {self.instrument.n_items} items"
            )
        lowest, highest = (
            bound.reduce(self.answers, axis=None, initial=np.nan) for bound in (np.fmin, np.fmax)
        )
        if np.isinf([lowest, highest]).any():
            raise ResponsesError("answers: must be finite or missing")
        if lowest < self.instrument.minimum or highest > self.instrument.maximum:
            raise ResponsesError(
                "answers: must lie between "
                f"{self.instrument.minimum} and {self.instrument.maximum}, the form's range"
            )
        for name, column in self.columns.items():
            if column.shape != (self.n_persons,):
                raise ResponsesError(f"columns/{name}: must have one value for each response")

    @property
    def n_persons(self) -> int:
        """Number of rows."""
        return int(self.answers.shape[0])

    @property
    def recoded(self) -> FloatArray:
        """Answers with reverse-keyed items turned (min + max − x), shape (n_persons, n_items)."""
        return self.instrument.recode(self.answers)

    @property
    def scored(self) -> FloatArray:
        """Recoded answers to the items that belong to a subscale, in the order of their numbers.

        Shape (n_persons, n_scored_items).
        """
        return self.recoded[:, self._scored_columns]

    @property
    def complete(self) -> BoolArray:
        """Which rows answer every scored item, shape (n_persons,)."""
        return np.asarray(np.isfinite(self.answers[:, self._scored_columns]).all(axis=1))

    @property
    def _scored_columns(self) -> IntArray:
        return np.asarray(self.instrument.scored_items) - 1

    def rows(self, selected: BoolArray) -> ResponseMatrix:
        """Return the selected rows, with their columns."""
        return ResponseMatrix(
            instrument=self.instrument,
            answers=self.answers[selected],
            columns={name: column[selected] for name, column in self.columns.items()},
        )
