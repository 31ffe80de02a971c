"""The first page of who is signed in: samples and analyses, newest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from flask import g, render_template

from schemas.samples import MAXIMUM_PAGE
from service.pages.wording import SETTINGS, STATUSES
from service.records import Job, Sample, Scope
from service.use_cases.kinds import KINDS
from service.web.routes import services, tenant_id

_SHOWN = 100
_LOOKED_THROUGH = 5000
_Record = TypeVar("_Record", Sample, Job)


def show_home() -> str:
    """Render the page; what the key may not see is left out."""
    samples = newest(list_samples) if g.caller.allows(Scope.SAMPLES) else []
    analyses = newest(list_analyses) if g.caller.allows(Scope.ANALYSES) else []
    return render_template(
        "home.html",
        samples=samples,
        analyses=analyses,
        names={sample.id: sample.name for sample in samples},
        settings=SETTINGS,
        statuses=STATUSES,
        kinds=KINDS,
    )


def newest(list_some: Callable[[str], Sequence[_Record]], shown: int = _SHOWN) -> list[_Record]:
    """Return the newest of what is listed in the order it was made."""
    found: list[_Record] = []
    after = ""
    while len(found) < _LOOKED_THROUGH:
        part = list_some(after)
        found.extend(part)
        if len(part) < MAXIMUM_PAGE:
            break
        after = part[-1].id
    return found[::-1][:shown]


def list_samples(after: str) -> Sequence[Sample]:
    """List samples after an identifier."""
    return services().samples.list(tenant_id(), limit=MAXIMUM_PAGE, after=after)


def list_analyses(after: str) -> Sequence[Job]:
    """List analyses after an identifier."""
    return services().queue.list(tenant_id(), limit=MAXIMUM_PAGE, after=after)
