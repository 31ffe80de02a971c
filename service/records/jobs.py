"""Analyses: what was asked for, who has it, where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """Where an analysis stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def finished(self) -> bool:
        """Whether nothing will change any more."""
        return self not in {Status.QUEUED, Status.RUNNING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where an analysis stands.

    Attributes
    ----------
    status
        Its state.
    done, total, stage
        Progress within the stage that is named.
    """

    status: Status = Status.QUEUED
    done: int = 0
    total: int = 0
    stage: str = "queued"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """An analysis: what was asked, where it stands, what came out.

    Attributes
    ----------
    id, tenant_id
        Identifiers.
    kind, samples, options
        What was asked; the options as given.
    instrument
        The rule's ``id``, ``version`` and ``sha256``.
    priority
        1 to 9; lower ones are begun first.
    standing
        Where it stands.
    attempts
        How often a worker began it.
    created_at, started_at, finished_at
        Milliseconds since 1970.
    result
        The result as JSON values, when it succeeded.
    error
        A problem document, when it failed.
    """

    id: str
    tenant_id: str
    kind: str
    samples: tuple[str, ...]
    options: Mapping[str, Any]
    instrument: Mapping[str, str]
    created_at: int
    priority: int = 5
    standing: Standing = Standing()
    attempts: int = 0
    started_at: int | None = None
    finished_at: int | None = None
    result: Mapping[str, Any] | None = None
    error: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A worker's right to run an analysis; it is void once the row says otherwise.

    Attributes
    ----------
    worker
        Who runs it.
    attempt
        The how manieth beginning this is, from 1.
    job
        What is to be run.
    """

    worker: str
    attempt: int
    job: Job
