"""Options of the kind ``validity``, and its sections."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from psychometrics.cfa.options import Estimator, Missing
from psychometrics.declared.shapes import Either, Record
from psychometrics.simulation.options import FEWEST_REPLICATES, MOST_REPLICATES
from psychometrics.validity.options import Standard, ValidityOptions
from psychometrics.validity.results import Sections
from schemas.analyses.criterion import MOST_OUTCOMES, OutcomeSchema
from schemas.analyses.responsiveness import ResponsivenessOptionsSchema
from schemas.analyses.retest import different_occasions
from schemas.base import StrictInteger, StrictNumber, StrictSchema
from schemas.definition import NamedValues

_NAME = validate.Length(min=1, max=64)

SECTIONS: dict[str, type] = {
    member.name: member.shape.records[0].declared
    for member in Record(declared=Sections).members
    if isinstance(member.shape, Either)
}
"""Sections in reading order, with what each gives where it is computed."""

VERDICT = "verdict"
STEPS = (*(name for name in SECTIONS if name != "comparison"), VERDICT)
"""What is done one after the other; ladder and comparison are climbed in one."""


def _none_or_enough(replicates: int) -> None:
    if replicates and not FEWEST_REPLICATES <= replicates <= MOST_REPLICATES:
        raise ValidationError(
            f"Must be 0, or lie between {FEWEST_REPLICATES} and {MOST_REPLICATES}."
        )


class RetestDesignSchema(StrictSchema):
    """A declared retest."""

    occasions = fields.List(
        StrictInteger(validate=validate.Range(min=1)),
        required=True,
        validate=[validate.Length(equal=2), different_occasions],
        metadata={"description": "Two values of session_number."},
    )


class ValidityOptionsSchema(StrictSchema):
    """Options of the whole study of validity."""

    group = fields.String(
        load_default=None,
        allow_none=True,
        validate=_NAME,
        metadata={
            "description": "The column of groups to compare; left out when several samples are "
            "given, which then are the groups (column `sample`)."
        },
    )
    reference = fields.String(
        load_default=None,
        allow_none=True,
        metadata={"description": "The group to compare with; the first in sorted order."},
    )
    estimator = fields.Enum(
        Estimator,
        by_value=True,
        load_default=Estimator.WLSMV,
        metadata={
            "description": "By which groups are compared; rival models are fitted by WLSMV and MLR."
        },
    )
    missing = fields.Enum(
        Missing,
        by_value=True,
        load_default=Missing.PAIRWISE,
        validate=validate.OneOf([Missing.LISTWISE, Missing.PAIRWISE]),
        metadata={"description": "How WLSMV treats missing answers; MLR takes all of them (FIML)."},
    )
    cluster = fields.String(
        load_default=None,
        allow_none=True,
        validate=_NAME,
        metadata={"description": "Column that says who belongs together (clinician, site)."},
    )
    respondent = fields.String(
        load_default=None,
        allow_none=True,
        validate=_NAME,
        metadata={
            "description": "Whose ratings, where the column `respondent` tells several apart; "
            "those who gave the most if left out."
        },
    )
    session_number = StrictInteger(
        load_default=None,
        allow_none=True,
        validate=validate.Range(min=1),
        metadata={"description": "Which session's rating; each person's first if left out."},
    )
    outcomes = fields.List(
        fields.Nested(OutcomeSchema),
        load_default=list,
        allow_none=True,
        validate=validate.Length(max=MOST_OUTCOMES),
        metadata={
            "description": "As in `criterion`, with time and hypotheses; every column of numbers "
            "that may be one if left out, none if null."
        },
    )
    retest = fields.Nested(
        RetestDesignSchema,
        load_default=None,
        allow_none=True,
        metadata={
            "description": "Says that two sessions are a retest: nothing was expected to change. "
            "Sessions are never taken for one otherwise."
        },
    )
    responsiveness = fields.Nested(
        ResponsivenessOptionsSchema,
        load_default=None,
        allow_none=True,
        metadata={
            "description": "As the kind `responsiveness`: the anchor of rated change and its two "
            "sessions. Without it responsiveness is not assessed."
        },
    )
    minimal_important_change = NamedValues(
        keys=fields.String(),
        values=StrictNumber(validate=validate.Range(min=0.0, min_inclusive=False)),
        load_default=dict,
        metadata={"description": "By scale, in points: from a study, never guessed."},
    )
    standard = fields.Enum(
        Standard,
        by_value=True,
        load_default=Standard.ALLIANCE,
        metadata={
            "description": "By whose rules properties are rated: ours, or COSMIN's as published "
            "(Prinsen 2018). Both ratings stand side by side in the section `standards`; verdicts "
            "on scores are always by ours."
        },
    )
    seed = StrictInteger(load_default=1, validate=validate.Range(0, 2**32 - 1))
    replicates = StrictInteger(
        load_default=100,
        validate=validate.Range(10, 10_000),
        metadata={"description": "Random samples of parallel analysis."},
    )
    cutoff_replicates = StrictInteger(
        load_default=0,
        validate=_none_or_enough,
        metadata={"description": "Samples drawn for model-specific cut-offs; 0 for none."},
    )

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> ValidityOptions:
        """Make the engine's options."""
        retest, outcomes = data["retest"], data["outcomes"]
        return ValidityOptions(
            **data
            | {
                "outcomes": None if outcomes is None else tuple(outcomes),
                "retest": None if retest is None else tuple(retest["occasions"]),
            }
        )
