"""Hold evidence against rules: a rating for each property, and one answer.

References
----------
Prinsen, C. A. C., Mokkink, L. B., Bouter, L. M., et al. (2018). COSMIN guideline for systematic
reviews of patient-reported outcome measures. Quality of Life Research, 27, 1147–1157.
doi:10.1007/s11136-018-1798-3
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from psychometrics.margin import above, every, some
from psychometrics.validity.evidence import ESTIMATED, Evidence
from psychometrics.validity.rules import (
    AllOf,
    AnyOf,
    Code,
    Compare,
    Condition,
    Known,
    Rated,
    Rating,
    Relation,
    Remark,
    Rule,
    Standards,
)

NOT_KNOWN = "not known"
NOT_JUDGED = "Not judged: the answers contradict the form."


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedProperty:
    """One measurement property and its rating.

    Attributes
    ----------
    rule
        By which rule.
    rating
        The rating.
    because, remedies
        Sentences that explain it, and that say what would change it.
    numbers
        What it rests on, by name.
    """

    rule: Rule
    rating: Rating
    because: tuple[str, ...]
    remedies: tuple[str, ...]
    numbers: Mapping[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer and what it rests on.

    Attributes
    ----------
    code
        The answer in a word.
    answer
        The answer in a sentence.
    properties
        Every property, in the rules' order.
    """

    code: Code
    answer: str
    properties: tuple[RatedProperty, ...]


def judge(evidence: Evidence, standards: Standards, *, shown: Evidence | None = None) -> Verdict:
    """Rate every property, then answer.

    Parameters
    ----------
    evidence
        What the analyses found.
    standards
        The rules; a rule may look at the ratings of those before it.
    shown
        The same with what may not be published left out; words and numbers come from it.
    """
    case = _Case(evidence=evidence, shown=evidence if shown is None else shown, rated={})
    for rule in standards.rules:
        case.rated[rule.measurement_property] = _rated(rule, case)
    chosen = next(answer for answer in standards.answers if case.holds(answer.when) is True)
    return Verdict(
        code=chosen.code,
        answer=_sentence(chosen.words, case),
        properties=tuple(case.rated.values()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """The evidence, and the properties that are rated so far."""

    evidence: Evidence
    shown: Evidence
    rated: dict[str, RatedProperty]

    def holds(self, condition: Condition) -> bool | None:
        """Whether a condition is met; ``None`` where that is not known."""
        match condition:
            case Compare():
                return _compared(self.evidence.number(condition.number), condition)
            case Known():
                return (self.evidence.number(condition.number) is not None) is condition.known
            case Rated():
                return self.rated[condition.measurement_property].rating in condition.ratings
            case AllOf():
                return every(*map(self.holds, condition.parts))
            case AnyOf():
                return some(*map(self.holds, condition.parts))

    def said(self, remarks: Sequence[Remark]) -> tuple[str, ...]:
        """Words of every remark whose case is met."""
        words = _Words(self.shown)
        met = (remark for remark in remarks if self.holds(remark.when) is True)
        return tuple(remark.words.format_map(words) for remark in met)


def _compared(number: float | None, condition: Compare) -> bool | None:
    if number is None or not math.isfinite(number):
        return None
    if condition.number in ESTIMATED and above(number, condition.bound) is None:
        return None
    match condition.relation:
        case Relation.AT_LEAST:
            return number >= condition.bound
        case Relation.ABOVE:
            return number > condition.bound
        case Relation.AT_MOST:
            return number <= condition.bound
        case Relation.BELOW:
            return number < condition.bound


def _rated(rule: Rule, case: _Case) -> RatedProperty:
    """Rate a property, then say why; what is said may look at the rating."""
    rating = _rating(rule, case)
    found = RatedProperty(
        rule=rule,
        rating=rating,
        because=(),
        remedies=(),
        numbers={name: case.shown.number(name) for name in rule.numbers},
    )
    after = replace(case, rated=case.rated | {rule.measurement_property: found})
    return replace(found, because=after.said(rule.because), remedies=after.said(rule.remedies))


def _rating(rule: Rule, case: _Case) -> Rating:
    if case.holds(rule.assessed) is not True:
        return Rating.NOT_ASSESSED
    if case.holds(rule.insufficient) is True:
        return Rating.INSUFFICIENT
    if case.holds(rule.sufficient) is True:
        return Rating.SUFFICIENT
    return Rating.INDETERMINATE


def not_judged(standards: Standards, *, details: Sequence[str]) -> Verdict:
    """Return the verdict on answers that contradict the form: nothing is rated.

    Parameters
    ----------
    standards
        The rules that would have rated.
    details
        What contradicts, in sentences.
    """
    return Verdict(
        code=Code.WRONG_FORM,
        answer=" ".join(("The answers contradict the form, so nothing is judged.", *details)),
        properties=tuple(
            RatedProperty(
                rule=rule,
                rating=Rating.NOT_ASSESSED,
                because=(NOT_JUDGED,),
                remedies=(),
                numbers={},
            )
            for rule in standards.rules
        ),
    )


def _sentence(words: str, case: _Case) -> str:
    """Fill in an answer; what must be said in the headline and is not yet, is said at its end."""
    clauses = {
        rating.value: _joined(
            [
                clause
                for one in case.rated.values()
                if one.rating is rating
                for clause in case.said(one.rule.phrases.get(rating, ()))[:1]
            ]
        )
        for rating in Rating
    }
    said = words.format_map(_Words(case.shown, clauses))
    further = [
        clause
        for one in case.rated.values()
        if one.rule.headline
        and one.rating is not Rating.NOT_ASSESSED
        and f"{{{one.rating.value}}}" not in words
        for clause in case.said(one.rule.phrases.get(one.rating, ()))[:1]
    ]
    return " ".join((said, *(f"{clause[:1].upper()}{clause[1:]}." for clause in further)))


def _joined(clauses: Sequence[str]) -> str:
    """Join clauses as people do; nothing to say is said so."""
    if not clauses:
        return "nothing that counts here"
    *others, last = clauses
    return f"{', '.join(others)} and {last}" if others else last


class _Words(dict[str, object]):
    """Names and numbers for words; a number that is not known says so in any format."""

    def __init__(self, evidence: Evidence, clauses: Mapping[str, str] | None = None) -> None:
        super().__init__({**evidence.names, **(clauses or {})})
        self._evidence = evidence

    def __missing__(self, name: str) -> object:
        number = self._evidence.number(name)
        return _Unknown() if number is None else number


class _Unknown:
    """What is not known, in any format."""

    def __format__(self, _: str) -> str:
        return NOT_KNOWN
