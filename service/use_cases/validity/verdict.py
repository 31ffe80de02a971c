"""The verdict: sections held against the rules, and protected before anyone sees them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psychometrics.instrument import Instrument
from psychometrics.validity.judge import RatedProperty, Verdict, judge, not_judged
from psychometrics.validity.options import ValidityOptions
from psychometrics.validity.rules import Rating, Rule, Standards
from psychometrics.validity.scores import ScoreVerdict, contradicted, judge_score, summary
from schemas.analyses.validity import StandardsSectionSchema, ValidityVerdictSchema
from service.catalog.rules import validity_standards
from service.populations import without_differences
from service.use_cases.protect import protect
from service.use_cases.software import software
from service.use_cases.validity.across import withheld_across
from service.use_cases.validity.evidence import (
    gather,
    judged_structure,
    one_factor_fits,
    publishable,
)
from service.use_cases.validity.score_evidence import gather_scores
from service.use_cases.validity.sections import is_computed

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
    "reliability": "Alpha with Feldt's interval, omega from one-factor models; definitions stand "
    "in the section.",
    "invariance": "The ladder of Wu and Estabrook (2016), climbed with one factor for each "
    "subscale, or with fewer where two of them are as good as one.",
    "comparison": "Means stand behind the gate alone: permitted or partial.",
    "criterion": "Correlations with the time of each rating; one made with or after an outcome is "
    "never said to predict it.",
    "verdict": "Every property is held against one rule of the section standards; what is not "
    "known is neither met nor missed.",
    "disclosure": "Counts of 1 to 10, and what would give them away, are withheld (null): also "
    "numbers of persons of which two would differ by 1 to 10.",
}


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
    standards = validity_standards()
    contradicting = _contradictions(sections["items"])
    scores = _scores(sections, instrument, options, contradicting)
    each = {
        name: protect(name, section) if is_computed(section) else dict(section)
        for name, section in sections.items()
    }
    protected = without_differences(withheld_across(each, sections))
    if contradicting:
        verdict = not_judged(standards, details=contradicting)
    else:
        evidence = gather(sections, instrument, options, scores)
        verdict = judge(evidence, standards, shown=publishable(evidence, sections, protected))
    return {
        "verdict": dict(ValidityVerdictSchema().dump(_described(verdict, scores, contradicting))),
        "sections": protected | {"standards": _standards(standards)},
        "software": software(),
        "method": dict(METHOD),
    }


def _contradictions(items: Mapping[str, Any]) -> tuple[str, ...]:
    found = items["contradictions"] if is_computed(items) else ()
    return tuple(one["detail"] for one in found)


def _scores(
    sections: Mapping[str, Mapping[str, Any]],
    instrument: Instrument,
    options: ValidityOptions,
    contradicting: tuple[str, ...],
) -> tuple[ScoreVerdict, ...]:
    if contradicting:
        return tuple(contradicted(name, contradicting) for name in instrument.score_names)
    judged = judged_structure(sections, instrument)
    known = gather_scores(
        sections,
        instrument,
        options,
        judged=judged.claimed,
        one_factor_fits=one_factor_fits(judged),
    )
    return tuple(judge_score(one) for one in known)


def _described(
    verdict: Verdict, scores: tuple[ScoreVerdict, ...], contradicting: tuple[str, ...]
) -> Json:
    return {
        "answer": f"{verdict.answer} {summary(scores)}".rstrip(),
        "code": verdict.code,
        "because": list(contradicting)
        or [
            " ".join(one.because)
            for one in verdict.properties
            if one.because and one.rating is not Rating.NOT_ASSESSED
        ],
        "would_change_it": [RIGHT_FORM] if contradicting else _remedies(verdict),
        "scores": scores,
        "properties": [_property(one) for one in verdict.properties],
    }


def _remedies(verdict: Verdict) -> list[str]:
    """Say what would change it, the properties in doubt before those that were not assessed."""
    ordered = sorted(verdict.properties, key=lambda one: one.rating is Rating.NOT_ASSESSED)
    return list(dict.fromkeys(remedy for one in ordered for remedy in one.remedies))


def _property(one: RatedProperty) -> Json:
    return {
        "property": one.rule.measurement_property,
        "title": one.rule.title,
        "rating": one.rating,
        "rule": one.rule.id,
        "status": one.rule.status,
        "because": " ".join(one.because),
        "numbers": one.numbers,
        "caution": one.rule.caution,
    }


def _standards(standards: Standards) -> Json:
    shown = {
        "id": standards.id,
        "version": standards.version,
        "rules": [_rule(rule) for rule in standards.rules],
    }
    return dict(StandardsSectionSchema().dump(shown))


def _rule(rule: Rule) -> Json:
    return {
        "id": rule.id,
        "property": rule.measurement_property,
        "title": rule.title,
        "statement": rule.statement,
        "status": rule.status,
        "source": rule.source,
        "doi": rule.doi,
        "caution": rule.caution,
    }
