"""The verdict: sections held against the rules, and protected before anyone sees them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psychometrics.instrument import Instrument
from psychometrics.validity.judge import RatedProperty, Verdict, judge
from psychometrics.validity.options import ValidityOptions
from psychometrics.validity.rules import Rating, Rule, Standards
from schemas.analyses.validity import StandardsSectionSchema, ValidityVerdictSchema
from service.catalog.rules import validity_standards
from service.populations import without_differences
from service.use_cases.protect import protect
from service.use_cases.software import software
from service.use_cases.validity.across import withheld_across
from service.use_cases.validity.evidence import gather, publishable
from service.use_cases.validity.sections import is_computed

Json = dict[str, Any]

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
    evidence = gather(sections, instrument, options)
    each = {
        name: protect(name, section) if is_computed(section) else dict(section)
        for name, section in sections.items()
    }
    protected = without_differences(withheld_across(each, sections))
    verdict = judge(evidence, standards, shown=publishable(evidence, sections, protected))
    return {
        "verdict": dict(ValidityVerdictSchema().dump(_described(verdict))),
        "sections": protected | {"standards": _standards(standards)},
        "software": software(),
        "method": dict(METHOD),
    }


def _described(verdict: Verdict) -> Json:
    return {
        "answer": verdict.answer,
        "code": verdict.code,
        "because": [
            " ".join(one.because)
            for one in verdict.properties
            if one.because and one.rating is not Rating.NOT_ASSESSED
        ],
        "would_change_it": _remedies(verdict),
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
