"""Conversation guides: what can be asked when a part of the alliance stands lower, by language.

A translation is a further file in ``guides/`` with the same keys; its name is the language's tag.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """The texts of one language.

    Attributes
    ----------
    language
        BCP 47 tag.
    scales
        Phrase for each subscale that has questions, as it stands in a sentence.
    other_scale
        Phrase for any other one, with ``{name}``.
    and_
        Joins the last two of several phrases.
    sentences
        By comparison (:class:`psychometrics.scoring.profile.Comparison`), with ``{lower}`` and
        ``{higher}``, and ``no-questions``.
    headings
        Over the questions, by who asks or is asked, and over ``practice``.
    questions
        By subscale, then by who asks or is asked.
    opening
        By who asks or is asked: where no scale stands lower.
    practice
        What rehabilitation research links to the alliance, as reminders.
    cannot_say, basis
        What the scores do not carry, and what the questions rest on.
    sources
        Each with ``what``, ``citation`` and ``status``.
    """

    language: str
    scales: Mapping[str, str]
    other_scale: str
    and_: str
    sentences: Mapping[str, str]
    headings: Mapping[str, str]
    questions: Mapping[str, Mapping[str, Sequence[str]]]
    opening: Mapping[str, Sequence[str]]
    practice: Sequence[str]
    cannot_say: str
    basis: str
    sources: Sequence[Mapping[str, Any]]


@cache
def guides() -> Mapping[str, Guide]:
    """Read the guides, by language."""
    folder = files("service.catalog") / "guides"
    documents = [json.loads(file.read_bytes()) for file in folder.iterdir()]
    found = [Guide(and_=document.pop("and"), **document) for document in documents]
    return {guide.language: guide for guide in sorted(found, key=lambda guide: guide.language)}
