"""Scores as the start of a conversation: which part stands lower in this form, and what to ask.

Each response is looked at by itself: there are no bands, and no other person is in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from psychometrics.scoring.profile import Comparison, Profile, profile_of_answers
from schemas.definition import Definition
from schemas.responses.response_batch import ResponseBlock
from service.catalog.guides import Guide
from service.use_cases.score_responses import score_responses

_RULE = (
    "A scale stands lower when its mean lies within 1/k of the lowest and more than 1/k below the "
    "highest, k being the number of items of the form's shortest scale: what one answer moved by "
    "one category changes. It is named only when it does so without any one answer too; where a "
    "single answer makes it stand out, the item is named by its number. It is a property of the "
    "form, not a cut-off."
)
_ASKED = ("practitioner", "patient")


def guide_conversation(
    definition: Definition, block: ResponseBlock, guide: Guide
) -> dict[str, Any]:
    """Score the responses and add to each what a conversation could begin with."""
    answer = score_responses(definition, block)
    for result, answers in zip(answer["results"], block.answers, strict=True):
        found = profile_of_answers(definition.instrument, answers, result["means"])
        result["guide"] = _suggestion(found, guide)
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
    return {
        "comparison": found.comparison.value,
        "lower": found.lower,
        "items": found.items,
        "left_out": found.left_out,
        "sentence": " ".join(_sentences(found, guide, without_questions=not questions["patient"])),
        "questions": questions,
    }


def _sentences(found: Profile, guide: Guide, *, without_questions: bool) -> Iterator[str]:
    """Yield what is said: of scales with too few answers, of the others, of single items."""
    said = guide.sentences
    if found.left_out and found.comparison is not Comparison.UNSCORABLE:
        yield said["left-out"].format(scales=_phrase(found.left_out, guide))
    yield said[found.comparison.value].format(
        lower=_phrase(found.lower, guide),
        higher=_phrase(found.higher, guide),
        items=_joined([str(item) for item in found.items], guide),
    )
    if found.comparison is Comparison.LOWER:
        if without_questions:
            yield said["no-questions"]
        if found.items:
            yield said["single-item-too"].format(
                items=_joined([str(item) for item in found.items], guide)
            )


_OPENED = frozenset(
    {
        Comparison.LEVEL,
        Comparison.HARDLY_APART,
        Comparison.SINGLE_ITEM,
        Comparison.ALL_HIGHEST,
        Comparison.ALL_LOWEST,
        Comparison.SAME_ANSWER,
    }
)
"""Where no scale is named, and the conversation is opened with one question for all."""


def _questions(found: Profile, guide: Guide) -> dict[str, list[str]]:
    asked = [guide.opening] if found.comparison in _OPENED else []
    if found.comparison is Comparison.LOWER:
        asked = [guide.questions[name] for name in found.lower if name in guide.questions]
    return {who: [question for topic in asked for question in topic[who]] for who in _ASKED}


def _phrase(scales: Sequence[str], guide: Guide) -> str:
    return _joined(
        [guide.scales.get(name, guide.other_scale.format(name=name)) for name in scales], guide
    )


def _joined(phrases: Sequence[str], guide: Guide) -> str:
    return guide.and_.join(filter(None, (", ".join(phrases[:-1]), *phrases[-1:])))
