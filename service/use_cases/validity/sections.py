"""The sections of a study of validity: which rows each rests on, and with which options.

A section that cannot be computed says so and why; whatever else goes wrong is not caught here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from psychometrics.cfa.options import CfaOptions, Estimator, Missing, Structure, names_of
from psychometrics.criterion import columns
from psychometrics.criterion.options import CriterionOptions, Outcome
from psychometrics.declared.shapes import to_json
from psychometrics.efa.options import DimensionalityOptions, EfaOptions
from psychometrics.errors import EstimationError, OptionError, PsychometricsError
from psychometrics.invariance.bounds import FlaggedItems
from psychometrics.invariance.options import InvarianceOptions
from psychometrics.irt.options import IrtOptions
from psychometrics.items.options import ItemsOptions
from psychometrics.longitudinal.options import TrajectoryOptions
from psychometrics.reliability.options import AgreementOptions, ReliabilityOptions, RetestOptions
from psychometrics.responses import ResponseMatrix
from psychometrics.sample_size.options import SufficiencyOptions
from psychometrics.simulation.options import CutoffOptions
from psychometrics.types import no_progress
from psychometrics.validity.options import ValidityOptions
from psychometrics.validity.sample import RESPONDENT, Chosen, describe
from service.catalog.published import alliance_and_outcome
from service.use_cases.analysis_registry import KINDS, Material
from service.use_cases.validity.computed import is_computed, not_computed, sentence

Json = dict[str, Any]
Done = Mapping[str, Mapping[str, Any]]

NO_GROUP = "No group was named and there is one sample, so there is nothing to compare with."
NO_OUTCOME = "The responses hold no outcome: no further column of numbers."
NO_OUTCOME_WANTED = "No outcome was to be looked at."
ONE_RESPONDENT = "Agreement compares two respondents, and there is one kind of them."
NO_RETEST = "No two sessions were declared a retest (option retest)."
NO_ANCHOR = "No rating of change was named (option responsiveness)."
NO_CUTOFFS = "Model-specific cut-offs were not asked for (option cutoff_replicates)."
CLOSEST_FACTORS = 0.95
"""Factors that correlate more are one for the ladder, which needs proper solutions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What every section is made of.

    Attributes
    ----------
    material
        The answers as given.
    chosen
        The rows sections rest on.
    options
        What was asked.
    done
        Sections that are finished, by step.
    """

    material: Material
    chosen: Chosen
    options: ValidityOptions
    done: Done

    @property
    def group(self) -> str | None:
        """The column of groups: the one named, else the samples where there are several."""
        if self.options.group is not None:
            return self.options.group
        several = columns.SAMPLE in self.chosen.persons.columns
        return columns.SAMPLE if several else None


def compute(step: str, study: Study) -> Json:
    """Compute one section, or say why it cannot be computed."""
    try:
        return _SECTIONS[step](study)
    except PsychometricsError as error:
        return not_computed(reason(error))


def reason(error: PsychometricsError) -> str:
    """Say why in a sentence; the option that a section was given is no matter of the reader's."""
    return sentence(error.detail if isinstance(error, OptionError) else str(error))


def _analyse(kind: str, responses: ResponseMatrix, options: object) -> Json:
    return KINDS[kind].analyse(Material(responses=responses), options, no_progress)


def _sample(study: Study) -> Json:
    return to_json(describe(study.chosen, group=study.group))


def _sufficiency(study: Study) -> Json:
    several = _n_groups(study) > 1
    whole = study.options.session_number is None
    return _analyse(
        "sufficiency",
        study.chosen.respondents if whole else study.chosen.persons,
        SufficiencyOptions(
            group=study.group if several else None,
            outcomes=_outcome_names(study),
        ),
    )


def _items(study: Study) -> Json:
    return _analyse("items", study.chosen.persons, ItemsOptions())


def _dimensionality(study: Study) -> Json:
    options = study.options
    return _analyse(
        "dimensionality",
        study.chosen.persons,
        DimensionalityOptions(seed=options.seed, replicates=options.replicates),
    )


def _efa(study: Study) -> Json:
    return _analyse("efa", study.chosen.persons, EfaOptions())


def _cfa(study: Study) -> Json:
    options = CfaOptions(
        estimator=Estimator.WLSMV, missing=study.options.missing, cluster=study.options.cluster
    )
    return _analyse("cfa", study.chosen.persons, options)


def _cfa_continuous(study: Study) -> Json:
    options = CfaOptions(estimator=Estimator.MLR, cluster=study.options.cluster)
    return _analyse("cfa", study.chosen.persons, options)


def _cutoffs(study: Study) -> Json:
    replicates = study.options.cutoff_replicates
    if not replicates:
        return not_computed(NO_CUTOFFS)
    options = CutoffOptions(replicates=replicates, seed=study.options.seed)
    return _analyse("cutoffs", study.chosen.persons, options)


def _irt(study: Study) -> Json:
    """Fit graded models to each subscale; compare items where groups are compared.

    Q3 is held against COSMIN's bound; its critical value is simulated by the kind ``irt`` alone.
    """
    several = _n_groups(study) > 1
    options = IrtOptions(
        group=study.group if several else None,
        reference=study.options.reference if several else None,
        q3_replicates=0,
    )
    return _analyse("irt", study.chosen.persons, options)


def _reliability(study: Study) -> Json:
    """Describe clusters too where clinicians are named and one has several persons."""
    cluster = study.options.cluster
    clinicians = study.done["sample"]["clinicians"]
    if cluster is None and clinicians is not None and clinicians["n_with_several"]:
        cluster = columns.CLINICIAN
    return _analyse("reliability", study.chosen.persons, ReliabilityOptions(cluster=cluster))


def _invariance(study: Study) -> Json:
    """Climb the ladder once for both sections that rest on it."""
    from psychometrics.invariance.comparison import climb_and_compare

    if study.group is None:
        return {name: not_computed(NO_GROUP) for name in ("invariance", "comparison")}
    options = InvarianceOptions(
        group=study.group,
        reference=study.options.reference,
        estimator=study.options.estimator,
        missing=_missing_of_ladder(study.options),
        structure=ladder_structure(study.done["cfa"]),
    )
    try:
        ladder, comparison = climb_and_compare(
            study.chosen.persons, options, flagged=flagged_items(study.done["irt"])
        )
    except PsychometricsError as error:
        return {name: not_computed(reason(error)) for name in ("invariance", "comparison")}
    return {
        "invariance": not_computed(reason(ladder))
        if isinstance(ladder, EstimationError)
        else to_json(ladder),
        "comparison": to_json(comparison),
    }


def flagged_items(irt: Mapping[str, Any]) -> dict[tuple[str, str], FlaggedItems]:
    """Return the items that the section on item response theory flags, by group and scale.

    Only those of the scales' own tests: a factor over several subscales has none.
    """
    if not is_computed(irt) or irt["dif"] is None:
        return {}
    dif = irt["dif"]
    names = [group["name"] for group in dif["groups"]]
    by_scale: dict[str, list[int]] = {}
    for one in dif["items"]:
        if one["flagged"]:
            by_scale.setdefault(one["scale"], []).append(one["item"])
    return {
        (names[shift["focal"] - 1], shift["scale"]): FlaggedItems(
            items=tuple(by_scale[shift["scale"]]), moved=shift["moved"]
        )
        for shift in dif["shifts"]
        if shift["scale"] in by_scale
    }


def _missing_of_ladder(options: ValidityOptions) -> Missing | None:
    return options.missing if options.estimator is Estimator.WLSMV else None


def ladder_structure(cfa: Mapping[str, Any]) -> Structure:
    """Choose the structure that groups are compared with: the largest that the answers carry.

    One factor for each subscale, unless two of them are as good as one; then two factors, then one,
    whichever is proper.
    """
    if not is_computed(cfa):
        return Structure.CORRELATED_FACTORS
    models = {model["model"]: model for model in cfa["models"]}
    for structure in (Structure.CORRELATED_FACTORS, Structure.TWO_FACTOR):
        model = next((models[name] for name in names_of(structure) if name in models), None)
        if model is not None and model["proper"] and not _as_good_as_one(model):
            return structure
    return Structure.ONE_FACTOR if _is_proper(models, Structure.ONE_FACTOR) else _CLAIMED


_CLAIMED = Structure.CORRELATED_FACTORS


def _is_proper(models: Mapping[str, Any], structure: Structure) -> bool:
    return structure.value in models and bool(models[structure.value]["proper"])


def _as_good_as_one(model: Mapping[str, Any]) -> bool:
    found = [abs(one["estimate"]) for one in model["factor_correlations"]]
    return max(found, default=0.0) > CLOSEST_FACTORS


def _trajectory(study: Study) -> Json:
    return _analyse("trajectory", study.chosen.respondents, TrajectoryOptions())


def _responsiveness(study: Study) -> Json:
    if study.options.responsiveness is None:
        return not_computed(NO_ANCHOR)
    return _analyse("responsiveness", study.chosen.respondents, study.options.responsiveness)


def _retest(study: Study) -> Json:
    if study.options.retest is None:
        return not_computed(NO_RETEST)
    options = RetestOptions(occasions=study.options.retest)
    return _analyse("retest", study.chosen.respondents, options)


def _agreement(study: Study) -> Json:
    """Compare the two respondents of each pair, in one form or in two."""
    if study.material.other_form is None and _n_respondents(study) < 2:
        return not_computed(ONE_RESPONDENT)
    options = AgreementOptions(column=RESPONDENT)
    return KINDS["agreement"].analyse(
        Material(responses=study.chosen.everyone, other_form=study.material.other_form),
        options,
        no_progress,
    )


def _n_respondents(study: Study) -> int:
    given = study.chosen.everyone.columns.get(RESPONDENT)
    return 0 if given is None else len(set(given.tolist()) - {None})


def _criterion(study: Study) -> Json:
    if study.options.outcomes is None:
        return not_computed(NO_OUTCOME_WANTED)
    outcomes = study.options.outcomes or tuple(Outcome(name=name) for name in _outcomes(study))
    if not outcomes:
        return not_computed(NO_OUTCOME)
    options = CriterionOptions(
        outcomes=outcomes,
        session_number=study.options.session_number,
        references=alliance_and_outcome(),
    )
    return _analyse("criterion", study.chosen.respondents, options)


def _outcome_names(study: Study) -> tuple[str, ...] | None:
    if study.options.outcomes is None:
        return None
    return tuple(one.name for one in study.options.outcomes) or _outcomes(study)


def _outcomes(study: Study) -> tuple[str, ...]:
    """Columns of numbers that may be outcomes, besides those that serve another purpose."""
    taken = {study.options.group, study.options.cluster}
    for outcome in study.options.outcomes or ():
        taken.add(outcome.baseline)
    found = columns.possible_outcomes(study.chosen.respondents, besides=study.group)
    return tuple(name for name in found if name not in taken)


def _n_groups(study: Study) -> int:
    if study.group is None or study.group not in study.chosen.persons.columns:
        return 0
    labels = columns.labels(study.chosen.persons, study.group)
    return len({label for label in labels if label is not None})


def check_columns(responses: ResponseMatrix, options: ValidityOptions) -> None:
    """Refuse a study that names columns which do not exist.

    Raises
    ------
    OptionError
        Naming the option.
    """
    for option, column in (("group", options.group), ("cluster", options.cluster)):
        if column is not None and column not in responses.columns:
            raise OptionError(option, "there is no column of this name")
    for place, outcome in enumerate(options.outcomes or ()):
        columns.numbers(responses, outcome.name, option=f"outcomes/{place}")
    scales = responses.instrument.score_names
    for name in options.minimal_important_change:
        if name not in scales:
            raise OptionError("minimal_important_change", f"must name one of {', '.join(scales)}")


_SECTIONS: Mapping[str, Callable[[Study], Json]] = {
    "sample": _sample,
    "sufficiency": _sufficiency,
    "items": _items,
    "dimensionality": _dimensionality,
    "efa": _efa,
    "cfa": _cfa,
    "cfa_continuous": _cfa_continuous,
    "cutoffs": _cutoffs,
    "irt": _irt,
    "reliability": _reliability,
    "invariance": _invariance,
    "trajectory": _trajectory,
    "retest": _retest,
    "agreement": _agreement,
    "criterion": _criterion,
    "responsiveness": _responsiveness,
}
