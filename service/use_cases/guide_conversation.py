"""Scores as the start of a conversation: which part stands lower in this form, and what to ask.

Each response is looked at by itself: there are no bands, and no other person is in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psychometrics.scoring.profile import Comparison, Profile, profile
from schemas.definition import Definition
from schemas.responses.response_batch import ResponseBlock
from service.catalog.guides import Guide
from service.use_cases.score_responses import score_responses

_RULE = (
    "A scale stands lower when its mean lies within 1/k of the lowest and more than 1/k below the "
    "highest, k being the number of items of the form's shortest scale: what one answer moved by "
    "one category changes. It is a property of the form, not a cut-off."
)
_ASKED = ("practitioner", "patient")


def guide_conversation(
    definition: Definition, block: ResponseBlock, guide: Guide
) -> dict[str, Any]:
    """Score the responses and add to each what a conversation could begin with."""
    answer = score_responses(definition, block)
    for result in answer["results"]:
        result["guide"] = _suggestion(profile(definition.instrument, result["means"]), guide)
    answer["guide"] = {
        "language": guide.language,
        "cannot_say": guide.cannot_say,
        "practice": guide.practice,
        "basis": guide.basis,
        "rule": _RULE,
        "sources": guide.sources,
    }
    return answer


def _suggestion(found: Profile, guide: Guide) -> dict[str, Any]:
    questions = _questions(found, guide)
    sentence = guide.sentences[found.comparison.value].format(
        lower=_phrase(found.lower, guide), higher=_phrase(found.higher, guide)
    )
    if found.comparison is Comparison.LOWER and not questions["patient"]:
        sentence += " " + guide.sentences["no-questions"]
    return {
        "comparison": found.comparison.value,
        "lower": found.lower,
        "sentence": sentence,
        "questions": questions,
    }


def _questions(found: Profile, guide: Guide) -> dict[str, list[str]]:
    match found.comparison:
        case Comparison.LOWER:
            asked = [guide.questions[name] for name in found.lower if name in guide.questions]
        case Comparison.LEVEL | Comparison.HARDLY_APART:
            asked = [guide.opening]
        case _:
            asked = []
    return {who: [question for topic in asked for question in topic[who]] for who in _ASKED}


def _phrase(scales: Sequence[str], guide: Guide) -> str:
    phrases = [guide.scales.get(name, guide.other_scale.format(name=name)) for name in scales]
    return guide.and_.join(filter(None, (", ".join(phrases[:-1]), *phrases[-1:])))
