"""Which scales are analysed, and their scores."""

from __future__ import annotations

from collections.abc import Sequence

from psychometrics.errors import OptionError
from psychometrics.instrument import Instrument
from psychometrics.responses import ResponseMatrix
from psychometrics.scoring.prorate import score
from psychometrics.types import FloatArray

TOTAL = "total"


def chosen_scales(instrument: Instrument, names: Sequence[str]) -> tuple[str, ...]:
    """Return the scales to analyse: those named, or each subscale and the total.

    Raises
    ------
    OptionError
        When a scale does not exist or is named twice.
    """
    known = instrument.score_names
    for place, name in enumerate(names):
        if name not in known:
            raise OptionError(f"scales/{place}", f"must be one of {', '.join(known)}")
        if name in names[:place]:
            raise OptionError(f"scales/{place}", "this scale is named twice")
    return tuple(names) or known


def chosen_scale(instrument: Instrument, name: str | None) -> str:
    """Return one scale: the one named, else the total, else the first subscale.

    Raises
    ------
    OptionError
        When it does not exist.
    """
    known = instrument.score_names
    if name is None:
        return TOTAL if instrument.total else known[0]
    if name not in known:
        raise OptionError("scale", f"must be one of {', '.join(known)}")
    return name


def items_of(instrument: Instrument, scale: str) -> tuple[int, ...]:
    """Return the item numbers of a subscale, or of all subscales for the total."""
    for subscale in instrument:
        if subscale.name == scale:
            return subscale.items
    return instrument.scored_items


def scale_scores(responses: ResponseMatrix) -> dict[str, FloatArray]:
    """Score all responses; by scale, each of shape (n_responses,), ``nan`` without a score."""
    scored = score(responses.instrument, responses.answers)
    return dict(zip(scored.scales, scored.scores.T, strict=True))
