"""Sentences that name few people."""

from __future__ import annotations

import re

from psychometrics.disclosure.counts import LARGEST_SMALL

_SMALL_NUMBER_OF_PEOPLE = re.compile(
    r"(?<![\w.,-])(?<!least )(?<!than )(?<!ession )(?<!item )(?:[1-9]|10)"
    r"(?= (?:of (?:the |all )?(?:[\d,]+ )?)?(?:further |other |more )?"
    r"(?:persons?|people|patients?|responses?|ratings?|rows?|pairs?|answers?|clinicians?|clusters?)\b)"
)


def protected_sentence(sentence: str) -> str:
    """Replace small numbers of people in a sentence by a word."""
    return _SMALL_NUMBER_OF_PEOPLE.sub(f"{LARGEST_SMALL} or fewer", sentence)
