"""The verdict: sections held against the rules; and the whole study as it may be handed on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from psychometrics.declared.shapes import to_json
from psychometrics.disclosure import protected_sentence
from psychometrics.instrument import Instrument
from psychometrics.validity.options import Standard, ValidityOptions
from psychometrics.validity.rating import RatedProperty, Verdict, judge, not_judged
from psychometrics.validity.results import (
    ComparedRating,
    PropertyResult,
    StandardResult,
    StandardsResult,
    VerdictResult,
)
from psychometrics.validity.rules import Rating, Rule
from psychometrics.validity.scores import ScoreVerdict, contradicted, judge_score, summary
from schemas.analyses.validity import SECTIONS
from service.catalog.rules import deviations, standards
from service.differencing_control import without_differences
from service.reports.record import Audience
from service.use_cases.disclosure_control import protect
from service.use_cases.validity.across import withheld_across, without_told_reasons
from service.use_cases.validity.computed import is_computed
from service.use_cases.validity.evidence import gather, publishable
from service.use_cases.validity.score_evidence import gather_scores
from service.use_cases.versions import software

Json = dict[str, Any]

RIGHT_FORM = (
    "The definition that these answers were given under: its items, its range and its reversed "
    "items; or answers as they stand on the form, nothing reversed beforehand."
)

METHOD = {
    "sample": "One rating a person counts, the first unless another session was chosen.",
    "dimensionality": "Polychoric correlations of complete answers; parallel analysis, MAP and the "
    "empirical Kaiser criterion.",
    "efa": "Minimum residuals of polychoric correlations, oblimin rotation, one factor for each "
    "subscale.",
    "cfa": "Rival models for ordered answers: WLSMV on polychoric correlations.",
    "cfa_continuous": "The same models for continuous answers: robust maximum likelihood (MLR), "
    "full information where answers are missing.",
    "irt": "Graded response models of each subscale by marginal maximum likelihood; items compared "
    "between groups by likelihood ratios with purified anchors, Holm's adjustment.",
    "reliability": "Alpha with a distribution-free interval, omega from one-factor models; "
    "definitions stand in the section.",
    "invariance": "The ladder of Wu and Estabrook (2016), climbed with one factor for each "
    "subscale, or with fewer where two of them are as good as one.",
    "comparison": "Means stand behind the gate alone: permitted or partial.",
    "trajectory": "Latent growth by robust maximum likelihood with full information; the shape "
    "with the lowest BIC; the longitudinal ladder of each subscale says whether it is growth of "
    "the alliance.",
    "responsiveness": "Change scores against rated change; minimal important change by predictive "
    "modelling, adjusted (Terluin et al., 2017, 2022).",
    "criterion": "Correlations with the time of each rating; one made with or after an outcome is "
    "never said to predict it.",
    "verdict": "Every property is held against one rule of the section standards; what is not "
    "known is neither met nor missed.",
}

DISCLOSURE = (
    "Counts of 1 to 10, and what would give them away, are withheld (null): also numbers of "
    "persons of which two would differ by 1 to 10."
)


def give_verdict(
    sections: Mapping[str, Mapping[str, Any]], instrument: Instrument, options: ValidityOptions
) -> Json:
    """Judge finished sections and put the result together.

    Parameters
    ----------
    sections
        By name, as they were computed.
    instrument
        The form: what it claims.
    options
        What was asked.
    """
    verdict, standards = _judged(sections, instrument, options)
    return _study(Audience.OWNER, {**sections, "standards": standards}, verdict, METHOD)


def published(
    result: Mapping[str, Any], instrument: Instrument, options: ValidityOptions
) -> Mapping[str, Any]:
    """Return a study as it may be handed on: protected as one table, sentences included.

    Parameters
    ----------
    result
        What :func:`give_verdict` gave. A result of a release that knew no audiences is protected
        already and stays as it is.
    instrument, options
        As there.
    """
    if result.get("audience") != Audience.OWNER:
        return result
    sections = without_told_reasons({name: result["sections"][name] for name in SECTIONS})
    protected = without_differences(
        withheld_across({name: _alone(name, each) for name, each in sections.items()}, sections)
    )
    verdict, standards = _judged(sections, instrument, options, protected=protected)
    method = METHOD | {"disclosure": DISCLOSURE}
    return _study(Audience.PUBLIC, {**protected, "standards": standards}, verdict, method)


def _alone(name: str, section: Mapping[str, Any]) -> Json:
    """Protect a section by itself."""
    if is_computed(section):
        return protect(name, section)
    return {**section, "reason": protected_sentence(section["reason"])}


def _study(
    audience: Audience,
    sections: Mapping[str, Mapping[str, Any]],
    verdict: VerdictResult,
    method: Mapping[str, str],
) -> Json:
    return {
        "audience": audience.value,
        "verdict": to_json(verdict),
        "sections": dict(sections),
        "software": software(),
        "method": dict(method),
    }


def _judged(
    sections: Mapping[str, Mapping[str, Any]],
    instrument: Instrument,
    options: ValidityOptions,
    *,
    protected: Mapping[str, Mapping[str, Any]] | None = None,
) -> tuple[VerdictResult, Json]:
    """Judge the form and its scores; what is said is of the protected sections where given.

    Returns the verdict and the section ``standards``: the chosen rules, and both side by side.
    """
    details = _contradictions(sections["items"])
    if details:
        verdicts = {which: not_judged(standards(which), details=details) for which in Standard}
        scores = tuple(contradicted(name, details) for name in instrument.score_names)
        described = replace(
            _described(verdicts[options.standard], scores),
            because=details,
            would_change_it=(RIGHT_FORM,),
        )
        return described, _standards(options.standard, verdicts)
    scores = tuple(judge_score(one) for one in gather_scores(sections, instrument, options))
    evidence = gather(sections, instrument, options, scores)
    shown = None if protected is None else publishable(evidence, sections, protected)
    verdicts = {which: judge(evidence, standards(which), shown=shown) for which in Standard}
    return _described(verdicts[options.standard], scores), _standards(options.standard, verdicts)


def _contradictions(items: Mapping[str, Any]) -> tuple[str, ...]:
    found = items.get("contradictions", ()) if is_computed(items) else ()
    return tuple(one["detail"] for one in found)


def _described(verdict: Verdict, scores: tuple[ScoreVerdict, ...]) -> VerdictResult:
    return VerdictResult(
        answer=f"{verdict.answer} {summary(scores)}".rstrip(),
        code=verdict.code,
        because=tuple(
            " ".join(one.because)
            for one in verdict.properties
            if one.because and one.rating is not Rating.NOT_ASSESSED
        ),
        would_change_it=_remedies(verdict),
        scores=scores,
        properties=tuple(_property(one) for one in verdict.properties),
    )


def _remedies(verdict: Verdict) -> tuple[str, ...]:
    """Say what would change it, the properties in doubt before those that were not assessed."""
    ordered = sorted(verdict.properties, key=lambda one: one.rating is Rating.NOT_ASSESSED)
    return tuple(dict.fromkeys(remedy for one in ordered for remedy in one.remedies))


def _property(one: RatedProperty) -> PropertyResult:
    return PropertyResult(
        property=one.rule.measurement_property,
        title=one.rule.title,
        rating=one.rating,
        rule=one.rule.id,
        status=one.rule.status,
        because=" ".join(one.because),
        numbers=one.numbers,
        caution=one.rule.caution,
    )


def _standards(chosen: Standard, verdicts: Mapping[Standard, Verdict]) -> Json:
    """Write the chosen rules, and every property by both standards."""
    rules = standards(chosen)
    pairs = zip(
        verdicts[Standard.ALLIANCE].properties, verdicts[Standard.COSMIN].properties, strict=True
    )
    return to_json(
        StandardsResult(
            id=rules.id,
            version=rules.version,
            rules=tuple(_rule(rule) for rule in rules.rules),
            compared=tuple(
                ComparedRating(
                    property=ours.rule.measurement_property,
                    title=ours.rule.title,
                    alliance=ours.rating,
                    cosmin=theirs.rating,
                    cosmin_statement=theirs.rule.statement,
                    deviation=deviations()[ours.rule.measurement_property],
                )
                for ours, theirs in pairs
            ),
        )
    )


def _rule(rule: Rule) -> StandardResult:
    return StandardResult(
        id=rule.id,
        property=rule.measurement_property,
        title=rule.title,
        statement=rule.statement,
        status=rule.status,
        source=rule.source,
        doi=rule.doi,
        caution=rule.caution,
    )
