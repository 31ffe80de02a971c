"""Scores of earlier occasions, and the measurement error that a change is held against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from psychometrics.instrument import Instrument
from psychometrics.scoring.change import standard_error_of_measurement
from psychometrics.types import Interval
from schemas.base import Derived, Number, StrictNumber, StrictSchema
from schemas.json_pointers import faults_of, pointer
from schemas.validation_errors import Fault

MAXIMUM_EARLIER = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementError:
    """How precise a scale's score is, and who says so.

    Attributes
    ----------
    standard_error_of_measurement
        In points of the score.
    source
        The study or sample that the reliability comes from.
    """

    standard_error_of_measurement: float
    source: str


class MeasurementErrorSchema(StrictSchema):
    """Reliability and standard deviation of a scale, from one named source."""

    reliability = StrictNumber(
        required=True,
        validate=validate.Range(0, 1, max_inclusive=False),
        metadata={"description": "For example omega or alpha, of the sample the source names."},
    )
    sd = StrictNumber(
        required=True,
        validate=validate.Range(min=0, min_inclusive=False, max=1e6),
        metadata={"description": "Standard deviation of the score in the same sample."},
    )
    source = fields.String(required=True, validate=validate.Length(min=1, max=500))

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> MeasurementError:
        """Compute the standard error of measurement."""
        error = standard_error_of_measurement(data["sd"], data["reliability"])
        return MeasurementError(standard_error_of_measurement=error, source=data["source"])


class EarlierSchema(StrictSchema):
    """Scores of one earlier occasion, as the service gave them."""

    scores = fields.Dict(keys=fields.String(), values=StrictNumber(allow_none=True), required=True)


class ChangeSchema(Schema):
    """Change since one earlier occasion."""

    difference = Number(metadata={"description": "Now minus then, in points."})
    standard_error = Number(metadata={"description": "Of a difference without true change."})
    reliable_change_index = Number()
    interval = Derived(Interval)


class BandSchema(Schema):
    """Scores that measurement error alone would give beside one without true change."""

    lower = Number(required=True)
    upper = Number(required=True)
    level = Number(required=True)


class CourseSchema(Schema):
    """One person's scores on a scale, now last, and the change that could be detected."""

    scores = fields.List(Number(allow_none=True), required=True)
    smallest_detectable_change = Number(
        required=True,
        metadata={"description": "1.96 √2 standard errors of measurement, in points."},
    )
    band = fields.List(
        fields.Nested(BandSchema, allow_none=True),
        required=True,
        metadata={
            "description": "Around each score, within the scale's range: a score outside differs "
            "by more than the smallest detectable change."
        },
    )


def own_errors(result: Mapping[str, Any], *, source: str) -> dict[str, MeasurementError]:
    """Read the standard errors of measurement of a sample from its analysis.

    Parameters
    ----------
    result
        Of the kind ``reliability`` or ``retest``.
    source
        What the answer names as the source.
    """
    found = {}
    for name, scale in result["scales"].items():
        error = scale["standard_error_of_measurement"]
        value = error["estimate"] if isinstance(error, Mapping) else error
        if value:
            found[name] = MeasurementError(standard_error_of_measurement=value, source=source)
    return found


def load_measurement_errors(
    given: object, instrument: Instrument
) -> tuple[dict[str, MeasurementError], list[Fault]]:
    """Read ``measurement_error``: for each scale its reliability, SD and source."""
    at = pointer("measurement_error")
    if not isinstance(given, Mapping) or not given:
        detail = "Must be an object that gives reliability, sd and source for each scale wanted."
        return {}, [Fault(pointer=at, code="wrong-type", detail=detail)]
    found: dict[str, MeasurementError] = {}
    faults: list[Fault] = []
    for scale, value in given.items():
        if scale not in instrument.score_ranges:
            faults.append(_unknown_scale(at, instrument))
            continue
        try:
            found[scale] = MeasurementErrorSchema().load(value)
        except ValidationError as error:
            faults += faults_of(error.messages, at=at + pointer(scale))
    return found, faults


def load_earlier(
    given: object, instrument: Instrument, *, at: str
) -> tuple[list[dict[str, float | None]], list[Fault]]:
    """Read a response's ``earlier``: the scores of earlier occasions, first to last."""
    if not isinstance(given, Sequence) or isinstance(given, str) or not 1 <= len(given) <= 100:
        detail = f"Must be a list of 1 to {MAXIMUM_EARLIER} earlier occasions."
        return [], [Fault(pointer=at, code="wrong-type", detail=detail)]
    occasions: list[dict[str, float | None]] = []
    faults: list[Fault] = []
    for number, value in enumerate(given):
        place = at + pointer(number)
        try:
            scores = EarlierSchema().load(value)["scores"]
        except ValidationError as error:
            faults += faults_of(error.messages, at=place)
            continue
        faults += _score_faults(scores, instrument, at=place + pointer("scores"))
        occasions.append(scores)
    return occasions, faults


def _score_faults(
    scores: Mapping[str, float | None], instrument: Instrument, *, at: str
) -> list[Fault]:
    ranges = instrument.score_ranges
    faults = []
    for scale, value in scores.items():
        if scale not in ranges:
            faults.append(_unknown_scale(at, instrument))
        elif value is not None and not ranges[scale][0] <= value <= ranges[scale][1]:
            low, high = ranges[scale]
            detail = f"Must be a score from {low} to {high}, or null."
            faults.append(Fault(pointer=at + pointer(scale), code="out-of-range", detail=detail))
    return faults


def _unknown_scale(at: str, instrument: Instrument) -> Fault:
    names = ", ".join(instrument.score_ranges)
    detail = f"Holds a scale that the instrument does not have; it has {names}."
    return Fault(pointer=at, code="unknown-scale", detail=detail)
