"""The kinds of analysis: one table from name to options, result and engine.

The schemas are light; the engines load SciPy and are imported only where analyses run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any, Protocol, cast

from marshmallow import ValidationError

from psychometrics.cfa.results import CfaResult
from psychometrics.criterion.columns import PERSON
from psychometrics.criterion.occasions import FIRST_RULE, one_rating_a_person
from psychometrics.criterion.results import CriterionResult
from psychometrics.declared.shapes import to_json
from psychometrics.efa.results import DimensionalityResult, EfaResult
from psychometrics.invariance.results import ComparisonResult, InvarianceResult
from psychometrics.irt.results import IrtResult
from psychometrics.items.results import ItemsResult
from psychometrics.longitudinal.lagged_results import LaggedResult
from psychometrics.longitudinal.responsiveness_results import ResponsivenessResult
from psychometrics.longitudinal.trajectory_results import TrajectoryResult
from psychometrics.monitoring.results import MonitoringResult
from psychometrics.reliability.paired_results import AgreementResult, RetestResult
from psychometrics.reliability.results import ReliabilityResult
from psychometrics.responses import ResponseMatrix
from psychometrics.sample_size.results import SufficiencyResult
from psychometrics.simulation.results import CutoffResult
from psychometrics.types import Progress
from psychometrics.validity.results import ValidityResult
from schemas.analyses.agreement import AgreementOptionsSchema
from schemas.analyses.cfa import CfaOptionsSchema
from schemas.analyses.comparison import ComparisonOptionsSchema
from schemas.analyses.criterion import CriterionOptionsSchema
from schemas.analyses.cutoffs import CutoffOptionsSchema
from schemas.analyses.dimensionality import DimensionalityOptionsSchema
from schemas.analyses.efa import EfaOptionsSchema
from schemas.analyses.invariance import InvarianceOptionsSchema
from schemas.analyses.irt import IrtOptionsSchema
from schemas.analyses.items import ItemsOptionsSchema
from schemas.analyses.lagged import LaggedOptionsSchema
from schemas.analyses.monitoring import MonitoringOptionsSchema
from schemas.analyses.reliability import ReliabilityOptionsSchema
from schemas.analyses.responsiveness import ResponsivenessOptionsSchema
from schemas.analyses.retest import RetestOptionsSchema
from schemas.analyses.sufficiency import SufficiencyOptionsSchema
from schemas.analyses.trajectory import TrajectoryOptionsSchema
from schemas.analyses.validity import STEPS, ValidityOptionsSchema
from schemas.base import StrictSchema
from schemas.json_pointers import faults_of
from schemas.validation_errors import RefusedInputError
from service.catalog.published import alliance_and_outcome

WHOLE = "analysis"
"""The one step of a kind that is done at a stretch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """The answers that an analysis is made of.

    Attributes
    ----------
    responses
        The sample's answers, or the first form's where there are two.
    other_form
        Answers to a second form by the same persons' practitioners, where the kind joins them.
    """

    responses: ResponseMatrix
    other_form: ResponseMatrix | None = None


class AnalyseForms(Protocol):
    """An engine's second entrance, for two forms."""

    def __call__(
        self, first: ResponseMatrix, second: ResponseMatrix, options: Any, *, progress: Progress
    ) -> Any:
        """Analyse responses to two forms and return the kind's result."""
        ...


class Analyse(Protocol):
    """An engine's entrance."""

    def __call__(self, responses: ResponseMatrix, options: Any, *, progress: Progress) -> Any:
        """Analyse responses and return the kind's result."""
        ...


class AnalyseStep(Protocol):
    """The entrance of what is composed of other kinds: one step after the other."""

    def __call__(
        self,
        step: str,
        done: Mapping[str, Mapping[str, Any]],
        material: Material,
        *,
        options: Any,
        progress: Progress,
    ) -> dict[str, Any]:
        """Do one step and return what it gives, as JSON values."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of analysis.

    Attributes
    ----------
    name
        As callers say it.
    purpose
        What it answers, in a sentence.
    options
        Schema of what it takes.
    result
        The declared class of what it gives; JSON, OpenAPI and disclosure control follow from it.
    engine
        The module whose ``analyse`` does it, or ``analyse_step`` where there are several steps.
    uses_columns
        Whether it looks at more than the answers: outcomes, groups, timing.
    counts_rows
        Whether its engine takes every row for a person.
    presumes_key
        Whether its result is wrong under a wrong key, and says so where the answers contradict it.
    joins_forms
        Whether it also takes two samples of two forms; its engine then has ``analyse_forms``.
    published
        By option: the published values that stand there where the caller gives none.
    steps
        What is done one after the other; what a step gives is kept, and not done again when a
        worker dies. The last step gives the result.
    """

    name: str
    purpose: str
    options: type[StrictSchema]
    result: type
    engine: str
    uses_columns: bool = False
    presumes_key: bool = False
    counts_rows: bool = False
    joins_forms: bool = False
    published: Mapping[str, Callable[[], Any]] = field(default_factory=dict)
    steps: tuple[str, ...] = (WHOLE,)

    def load_options(self, given: Mapping[str, Any]) -> Any:
        """Make the engine's options.

        Raises
        ------
        RefusedInputError
            Every fault points below ``/options``.
        """
        try:
            options = self.options().load(given)
        except ValidationError as error:
            raise RefusedInputError(faults_of(error.messages, at="/options")) from None
        shown = {name: read() for name, read in self.published.items() if name not in given}
        return replace(options, **shown) if shown else options

    def run(
        self, material: Material, given: Mapping[str, Any], progress: Progress
    ) -> dict[str, Any]:
        """Do every step, and return the result as JSON values; loads the engine."""
        done: dict[str, dict[str, Any]] = {}
        for step in self.steps:
            done[step] = self.run_step(step, done, material, given=given, progress=progress)
        return done[self.steps[-1]]

    def run_step(
        self,
        step: str,
        done: Mapping[str, Mapping[str, Any]],
        material: Material,
        *,
        given: Mapping[str, Any],
        progress: Progress,
    ) -> dict[str, Any]:
        """Do one step, and return what it gives as JSON values; loads the engine."""
        options = self.load_options(given)
        if step == WHOLE:
            return self.analyse(material, options, progress)
        composed = cast("AnalyseStep", import_module(self.engine).analyse_step)
        return composed(step, done, material, options=options, progress=progress)

    def analyse(self, material: Material, options: Any, progress: Progress) -> dict[str, Any]:
        """Analyse at a stretch by the engine's own options."""
        engine = import_module(self.engine)
        repeated, responses = False, material.responses
        if material.other_form is None:
            analyse = cast("Analyse", engine.analyse)
            responses = self.rated_once(responses, options)
            repeated = responses is not material.responses
            result = analyse(responses, options, progress=progress)
        else:
            join = cast("AnalyseForms", engine.analyse_forms)
            result = join(material.responses, material.other_form, options, progress=progress)
        given = to_json(result)
        if self.presumes_key:
            found = import_module("psychometrics.items.contradiction")
            given["cautions"] = [*found.contradiction_cautions(responses), *given["cautions"]]
        if repeated and isinstance(given.get("cautions"), list):
            given["cautions"] = [*given["cautions"], FIRST_RULE]
        return given

    def rated_once(self, responses: ResponseMatrix, options: Any) -> ResponseMatrix:
        """Return each person's first rating, where rows of a person would count as persons.

        Occasions of the same persons, and persons as clusters of their ratings, are chosen by an
        option; then all rows are used.
        """
        chosen = getattr(options, "repeated", False) or getattr(options, "cluster", None) == PERSON
        if self.counts_rows and not chosen:
            return one_rating_a_person(responses)
        return responses


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            name="items",
            purpose="How each item is answered, and whether the answers contradict the key.",
            options=ItemsOptionsSchema,
            result=ItemsResult,
            engine="psychometrics.items.analysis",
            counts_rows=True,
            uses_columns=True,
        ),
        Kind(
            name="reliability",
            purpose="How consistently each scale measures.",
            options=ReliabilityOptionsSchema,
            result=ReliabilityResult,
            engine="psychometrics.reliability.analysis",
            presumes_key=True,
            counts_rows=True,
            uses_columns=True,
        ),
        Kind(
            name="dimensionality",
            purpose="How many dimensions the items have.",
            options=DimensionalityOptionsSchema,
            result=DimensionalityResult,
            engine="psychometrics.efa.dimensionality",
            presumes_key=True,
            counts_rows=True,
        ),
        Kind(
            name="efa",
            purpose="Which factors the items show when nothing is presumed about them.",
            options=EfaOptionsSchema,
            result=EfaResult,
            engine="psychometrics.efa.analysis",
            presumes_key=True,
            counts_rows=True,
            uses_columns=True,
        ),
        Kind(
            name="cfa",
            purpose="Whether the items have the structure the form claims, against its rivals.",
            options=CfaOptionsSchema,
            result=CfaResult,
            engine="psychometrics.cfa.analysis",
            presumes_key=True,
            counts_rows=True,
            uses_columns=True,
        ),
        Kind(
            name="irt",
            purpose="What each item measures, where on the trait, and whether for all alike.",
            options=IrtOptionsSchema,
            result=IrtResult,
            engine="psychometrics.irt.analysis",
            counts_rows=True,
            uses_columns=True,
        ),
        Kind(
            name="cutoffs",
            purpose="Which fit indices this very model would show if it were right, and if not.",
            options=CutoffOptionsSchema,
            result=CutoffResult,
            engine="psychometrics.simulation.cutoffs",
            counts_rows=True,
        ),
        Kind(
            name="retest",
            purpose="How far scores stay the same between two occasions.",
            options=RetestOptionsSchema,
            result=RetestResult,
            engine="psychometrics.reliability.retest",
            uses_columns=True,
        ),
        Kind(
            name="agreement",
            purpose="How far two respondents of a dyad agree, patient and practitioner.",
            options=AgreementOptionsSchema,
            result=AgreementResult,
            engine="psychometrics.reliability.agreement",
            uses_columns=True,
            joins_forms=True,
        ),
        Kind(
            name="invariance",
            purpose="Whether the form measures the same in several groups, or over time.",
            options=InvarianceOptionsSchema,
            result=InvarianceResult,
            engine="psychometrics.invariance.analysis",
            presumes_key=True,
            counts_rows=True,
            uses_columns=True,
        ),
        Kind(
            name="comparison",
            purpose="Means of groups or occasions, where the ladder of invariance carries them.",
            options=ComparisonOptionsSchema,
            result=ComparisonResult,
            engine="psychometrics.invariance.comparison",
            presumes_key=True,
            counts_rows=True,
            uses_columns=True,
        ),
        Kind(
            name="criterion",
            purpose="How alliance and outcomes go together, and whether the rating came first.",
            options=CriterionOptionsSchema,
            result=CriterionResult,
            engine="psychometrics.criterion.analysis",
            uses_columns=True,
            published={"references": alliance_and_outcome},
        ),
        Kind(
            name="trajectory",
            purpose="How scores grow over sessions, and when they level off.",
            options=TrajectoryOptionsSchema,
            result=TrajectoryResult,
            engine="psychometrics.longitudinal.trajectory",
            uses_columns=True,
        ),
        Kind(
            name="lagged",
            purpose="Which comes first, the alliance or an outcome.",
            options=LaggedOptionsSchema,
            result=LaggedResult,
            engine="psychometrics.longitudinal.lagged",
            uses_columns=True,
        ),
        Kind(
            name="responsiveness",
            purpose="Whether scales show change, and which change matters.",
            options=ResponsivenessOptionsSchema,
            result=ResponsivenessResult,
            engine="psychometrics.longitudinal.responsiveness",
            uses_columns=True,
        ),
        Kind(
            name="monitoring",
            purpose="How a practice's use of the form runs from period to period, for handing on.",
            options=MonitoringOptionsSchema,
            result=MonitoringResult,
            engine="psychometrics.monitoring.analysis",
            uses_columns=True,
        ),
        Kind(
            name="sufficiency",
            purpose="Whether the sample can answer, and how many more persons it would take.",
            options=SufficiencyOptionsSchema,
            result=SufficiencyResult,
            engine="psychometrics.sample_size.analysis",
            uses_columns=True,
        ),
        Kind(
            name="validity",
            purpose="Whether the form holds up in this sample: one answer, with its evidence.",
            options=ValidityOptionsSchema,
            result=ValidityResult,
            engine="service.use_cases.validity.steps",
            uses_columns=True,
            joins_forms=True,
            steps=STEPS,
        ),
    )
}
