"""Samples, what is in them, and how long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psychometrics.types import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Responses to one instrument that belong together.

    Attributes
    ----------
    id, tenant_id
        Identifiers.
    name, setting
        As given.
    definition
        The instrument's whole definition as it was when the sample was made; later changes of the
        catalogue do not reach it.
    instrument
        The rule's ``id``, ``version`` and ``sha256``.
    n_responses
        Responses stored.
    created_at
        Milliseconds since 1970.
    """

    id: str
    tenant_id: str
    name: str
    setting: str
    definition: Mapping[str, Any]
    instrument: Mapping[str, str]
    n_responses: int
    created_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Responses that came together.

    Attributes
    ----------
    id, tenant_id, sample_id
        Identifiers.
    accepted
        Number of responses.
    created_at
        Milliseconds since 1970.
    """

    id: str
    tenant_id: str
    sample_id: str
    accepted: int
    created_at: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PackedResponses:
    """Responses in the form in which they are kept.

    Attributes
    ----------
    row
        Texts and bytes by column of the table.
    names
        The names they came with, in their order; empty where they came without.
    """

    row: Mapping[str, object]
    names: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was deleted.

    Attributes
    ----------
    responses
        Answered forms, with their scores.
    samples
        Samples they were in.
    analyses
        Analyses that had used these samples.
    """

    responses: int
    samples: int
    analyses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPolicy:
    """How long a tenant's answers are kept.

    Attributes
    ----------
    tenant_id, tenant
        Whose, by identifier and by name.
    days
        After so many days they are deleted; 0 keeps them.
    own
        Whether the tenant has a policy of its own, or follows the deployment.
    """

    tenant_id: str
    tenant: str
    days: int
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredResponse:
    """One response as it is stored.

    Attributes
    ----------
    id
        Given by the service.
    batch_id
        The batch it came with.
    external_id
        Its name as given, if any.
    answers
        One for each item, in the form's order; missing is ``None``.
    scores
        One for each scale in the definition's order, then the total; ``None`` where unscorable.
    columns, outcomes
        What stands beside, by name, without what is missing.
    """

    id: str
    batch_id: str
    external_id: str | None
    answers: list[int | None]
    scores: list[float | None]
    columns: Mapping[str, str | float]
    outcomes: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonResponse:
    """A response of a person, with the sample it is in.

    Attributes
    ----------
    response
        As it stands now.
    sample_id
        The sample.
    definition
        The definition that the sample keeps.
    stored_at
        Milliseconds since 1970.
    """

    response: StoredResponse
    sample_id: str
    definition: Mapping[str, Any]
    stored_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptResponse:
    """A response that is kept, and what became of it.

    Attributes
    ----------
    response
        As it stands now.
    stored_at, corrected_at
        Milliseconds since 1970; ``None`` where it was never corrected.
    """

    response: StoredResponse
    stored_at: int
    corrected_at: int | None

    @property
    def version(self) -> str:
        """Names this state of the response; of the answers it tells nothing."""
        return f"{self.response.id}.{self.corrected_at or 0}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Correction:
    """What is to stand in a response's place.

    Attributes
    ----------
    answers
        Shape (n_items,), missing is ``nan``.
    scores
        Shape (n_scales,), in the definition's order, then the total.
    columns
        Values by name, ``None`` to take one away; what is not named stays.
    outcomes
        All outcomes by name; ``None`` where they stay as they are.
    """

    answers: FloatArray
    scores: FloatArray
    columns: Mapping[str, str | float | None]
    outcomes: Mapping[str, float | None] | None
