"""Whether a section of a study holds a result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]


def not_computed(why: str) -> Json:
    """Stand for a section that could not be computed."""
    return {"computed": False, "reason": why}


def is_computed(section: Mapping[str, Any]) -> bool:
    """Whether a section holds a result."""
    return section.get("computed") is not False


def sentence(words: str) -> str:
    """Write words as a sentence."""
    return words[:1].upper() + words[1:].rstrip(".") + "."
