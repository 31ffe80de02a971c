"""A finished analysis as a report sees it: results and names, never an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Json = Mapping[str, Any]


class Audience(StrEnum):
    """Whom a report is made for."""

    OWNER = "owner"
    """Who owns the data: every number is exact."""
    PUBLIC = "public"
    """Anybody: no count of 1 to 10 of people is shown, or follows from what is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedSample:
    """A sample that was analysed.

    Attributes
    ----------
    name, setting
        As given by whoever stored it.
    """

    name: str
    setting: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRecord:
    """A finished analysis of the kind ``validity``.

    Attributes
    ----------
    id
        The analysis; ``None`` where it was made from a file without being stored.
    created_at
        When it was asked for, ISO 8601.
    definition
        The instrument's definition, as ``GET /v1/instruments/{id}`` gives it.
    sha256
        Hash of the definition.
    samples
        What was analysed.
    options
        As given.
    result
        The analysis's result; for the public as
        :func:`service.use_cases.validity.published.published` gives it.
    audience
        Whom it is made for.
    reading
        How the file was read, where the answers come from one.
    """

    id: str | None
    created_at: str | None
    definition: Json
    sha256: str
    samples: tuple[ReportedSample, ...]
    options: Json
    result: Json
    audience: Audience = Audience.OWNER
    reading: Json | None = None

    def section(self, name: str) -> Json | None:
        """Return a section of the result, ``None`` where it was not computed."""
        found = self.result.get("sections", {}).get(name)
        return None if found is None or found.get("computed") is False else found

    def reason(self, name: str) -> str:
        """Say why a section was not computed."""
        found = self.result.get("sections", {}).get(name) or {}
        return str(found.get("reason") or "This part of the analysis was not asked for.")

    def scales(self) -> dict[str, list[int]]:
        """Return the items of each subscale, in the definition's order."""
        return {name: list(items) for name, items in self.definition["subscales"].items()}
