"""Studies with known truth, and one way to analyse them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from psychometrics.instrument import Instrument
from psychometrics.responses import ResponseMatrix
from psychometrics.simulate import GROUPS, draw, population
from psychometrics.types import FloatArray, no_progress
from service.use_cases.analysis_registry import KINDS, Material
from service.use_cases.validity.verdict import published


def study(
    instrument: Instrument, scenario: str, *, n_persons: int, seed: int
) -> tuple[FloatArray, NDArray[Any]]:
    """Draw answers and groups."""
    sample = draw(
        population(instrument, scenario), n_persons=n_persons, rng=np.random.default_rng(seed)
    )
    return sample.answers, np.array([GROUPS[place] for place in sample.group], dtype=object)


def validity(
    instrument: Instrument, answers: FloatArray, options: dict[str, Any], **columns: NDArray[Any]
) -> dict[str, Any]:
    """Run the kind ``validity``."""
    responses = ResponseMatrix(instrument=instrument, answers=answers, columns=columns)
    return KINDS["validity"].run(Material(responses=responses), options, no_progress)


def public(
    instrument: Instrument, answers: FloatArray, options: dict[str, Any], **columns: NDArray[Any]
) -> dict[str, Any]:
    """Run the kind ``validity``, and return what may be handed on."""
    result = validity(instrument, answers, options, **columns)
    return dict(published(result, instrument, KINDS["validity"].load_options(options)))


def ratings(result: dict[str, Any]) -> dict[str, str]:
    """Ratings by property."""
    return {one["property"]: one["rating"] for one in result["verdict"]["properties"]}
