"""The kind ``validity``: options taken and result given."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from psychometrics.cfa.options import Estimator, Missing
from psychometrics.efa.results import DimensionalityResult, EfaResult
from psychometrics.ensembles.options import FEWEST_REPLICATES, MOST_REPLICATES
from psychometrics.validity.options import ValidityOptions
from psychometrics.validity.rules import Code, Rating, Status
from schemas.analyses.agreement import AgreementResultSchema
from schemas.analyses.cfa import CfaResultSchema
from schemas.analyses.comparison import ComparisonResultSchema
from schemas.analyses.criterion import MOST_OUTCOMES, CriterionResultSchema, OutcomeSchema
from schemas.analyses.cutoffs import CutoffResultSchema
from schemas.analyses.invariance import InvarianceResultSchema
from schemas.analyses.items import ItemsResultSchema
from schemas.analyses.reliability import ReliabilityResultSchema
from schemas.analyses.retest import RetestResultSchema, different_occasions
from schemas.analyses.sample import SampleSectionSchema
from schemas.analyses.sufficiency import SufficiencyResultSchema
from schemas.base import Derived, Number, ResultSchema, StrictInteger, StrictNumber, StrictSchema
from schemas.definition import NamedValues

_NAME = validate.Length(min=1, max=64)

SECTIONS: dict[str, type] = {
    "sample": SampleSectionSchema,
    "sufficiency": SufficiencyResultSchema,
    "items": ItemsResultSchema,
    "dimensionality": DimensionalityResult,
    "efa": EfaResult,
    "cfa": CfaResultSchema,
    "cfa_continuous": CfaResultSchema,
    "cutoffs": CutoffResultSchema,
    "reliability": ReliabilityResultSchema,
    "invariance": InvarianceResultSchema,
    "comparison": ComparisonResultSchema,
    "retest": RetestResultSchema,
    "agreement": AgreementResultSchema,
    "criterion": CriterionResultSchema,
}
"""Sections in reading order, with what each gives."""

VERDICT = "verdict"
STEPS = (*(name for name in SECTIONS if name != "comparison"), VERDICT)
"""What is done one after the other; ladder and comparison are climbed in one."""


def _none_or_enough(replicates: int) -> None:
    if replicates and not FEWEST_REPLICATES <= replicates <= MOST_REPLICATES:
        raise ValidationError(
            f"Must be 0, or lie between {FEWEST_REPLICATES} and {MOST_REPLICATES}."
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
        load_default=Missing.LISTWISE,
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
    occasions = fields.List(
        StrictInteger(validate=validate.Range(min=1)),
        load_default=None,
        allow_none=True,
        validate=[validate.Length(equal=2), different_occasions],
        metadata={"description": "Two values of session_number; the two lowest if left out."},
    )
    minimal_important_change = NamedValues(
        keys=fields.String(),
        values=StrictNumber(validate=validate.Range(min=0.0, min_inclusive=False)),
        load_default=dict,
        metadata={"description": "By scale, in points: from a study, never guessed."},
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
        occasions, outcomes = data["occasions"], data["outcomes"]
        return ValidityOptions(
            **data
            | {
                "outcomes": None if outcomes is None else tuple(outcomes),
                "occasions": None if occasions is None else (occasions[0], occasions[1]),
            }
        )


class PropertySchema(ResultSchema):
    """One measurement property."""

    property = fields.String()
    title = fields.String()
    rating = fields.Enum(Rating, by_value=True)
    rule = fields.String(metadata={"description": "Which rule of the section `standards`."})
    status = fields.Enum(
        Status, by_value=True, metadata={"description": "How well the rule's source is known."}
    )
    because = fields.String()
    numbers = fields.Dict(keys=fields.String(), values=Number(allow_none=True))
    caution = fields.String()


class ValidityVerdictSchema(ResultSchema):
    """The answer, what it rests on, and what would change it."""

    answer = fields.String(metadata={"description": "One plain sentence."})
    code = fields.Enum(Code, by_value=True)
    because = fields.List(fields.String())
    would_change_it = fields.List(fields.String())
    properties = fields.List(fields.Nested(PropertySchema))


class StandardSchema(ResultSchema):
    """A rule as it is shown."""

    id = fields.String()
    property = fields.String()
    title = fields.String()
    statement = fields.String()
    status = fields.Enum(Status, by_value=True)
    source = fields.String()
    doi = fields.String(allow_none=True)
    caution = fields.String()


class StandardsSectionSchema(ResultSchema):
    """The rules that made the verdict."""

    id = fields.String()
    version = fields.String()
    rules = fields.List(fields.Nested(StandardSchema))


def _section(result: type, kind: str) -> fields.Field[Any]:
    description = (
        f"As the result of `{kind}`, counts of 1 to 10 withheld (null); "
        "or `computed` (false) and `reason`."
    )
    if issubclass(result, ResultSchema):
        return fields.Nested(result, metadata={"description": description})
    return Derived(result, metadata={"description": description})


SectionsSchema = ResultSchema.from_dict(
    {
        **{name: _section(schema, name) for name, schema in SECTIONS.items()},
        "standards": fields.Nested(StandardsSectionSchema),
    },
    name="SectionsSchema",
)


class ValidityResultSchema(ResultSchema):
    """A study of validity: the answer, its evidence, and what made them."""

    verdict = fields.Nested(ValidityVerdictSchema)
    sections = fields.Nested(SectionsSchema)
    software = fields.Dict(keys=fields.String(), values=fields.String())
    method = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={"description": "By section: how it was done, in a sentence."},
    )
