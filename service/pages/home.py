"""The first page of who is signed in: samples and analyses, newest first, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from flask import g, render_template, request

from service.pages.messages import SETTINGS, STATUSES
from service.records import Job, Sample, Scope
from service.use_cases.analysis_registry import KINDS
from service.web.routes import services, tenant_id

SHOWN = 50
_Record = TypeVar("_Record", Sample, Job)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Generic[_Record]):
    """A part of a list, the newest first.

    Attributes
    ----------
    records
        What is shown of it.
    older, newest
        Addresses of the next part and of the first one; ``None`` where there is none.
    """

    records: Sequence[_Record]
    older: str | None = None
    newest: str | None = None


def show_home() -> str:
    """Render the page; what the key may not see is left out."""
    analyses = _analyses() if g.caller.allows(Scope.ANALYSES) else None
    used = {sample for job in analyses.records for sample in job.samples} if analyses else set()
    return render_template(
        "home.html",
        samples=_samples() if g.caller.allows(Scope.SAMPLES) else None,
        analyses=analyses,
        names=services().samples.names(tenant_id(), sorted(used)),
        settings=SETTINGS,
        statuses=STATUSES,
        kinds=KINDS,
    )


def _samples() -> Part[Sample]:
    before = request.args.get("samples", "")
    found = services().samples.newest(tenant_id(), limit=SHOWN + 1, before=before)
    return _part(found, "samples", before)


def _analyses() -> Part[Job]:
    before = request.args.get("analyses", "")
    found = services().queue.newest(tenant_id(), limit=SHOWN + 1, before=before)
    return _part(found, "analyses", before)


def _part(found: Sequence[_Record], name: str, before: str) -> Part[_Record]:
    """Cut what was found to one part, and say where the others are; the other list stays put."""
    shown = found[:SHOWN]
    kept = {key: value for key, value in request.args.items() if key in {"samples", "analyses"}}
    return Part(
        records=shown,
        older=_address({**kept, name: shown[-1].id}, name) if len(found) > SHOWN else None,
        newest=_address({key: value for key, value in kept.items() if key != name}, name)
        if before
        else None,
    )


def _address(parts: dict[str, str], anchor: str) -> str:
    return f"/?{urlencode(parts)}#{anchor}" if parts else f"/#{anchor}"
