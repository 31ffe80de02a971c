"""Small samples with outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from psychometrics.criterion.analysis import analyse
from psychometrics.criterion.results import CriterionResult
from psychometrics.declared.shapes import to_json
from psychometrics.instrument import Instrument
from psychometrics.responses import ResponseMatrix
from psychometrics.types import no_progress
from schemas.analyses.criterion import CriterionOptionsSchema


def texts(values: Sequence[str | None]) -> np.ndarray:
    return np.array([*values, None], dtype=object)[:-1]


def sample_of(
    instrument: Instrument, n_responses: int, *, seed: int = 1, **columns: Any
) -> ResponseMatrix:
    """Answers that rise and fall together, beside columns of numbers or texts."""
    rng = np.random.default_rng(seed)
    alliance = rng.normal(3.4, 0.8, (n_responses, 1))
    answers = np.clip(
        np.rint(alliance + rng.normal(0.0, 0.7, (n_responses, instrument.n_items))),
        instrument.minimum,
        instrument.maximum,
    )
    return ResponseMatrix(
        instrument=instrument,
        answers=answers,
        columns={
            name: texts(values) if isinstance(values[0], str) else np.asarray(values, float)
            for name, values in columns.items()
        },
    )


def analysed(responses: ResponseMatrix, **options: Any) -> CriterionResult:
    return analyse(responses, CriterionOptionsSchema().load(options), progress=no_progress)


def dumped(responses: ResponseMatrix, **options: Any) -> dict[str, Any]:
    written: dict[str, Any] = to_json(analysed(responses, **options))
    return written
