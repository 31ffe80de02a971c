"""Samples: seeing what was understood, asking about it, adding to it, deleting it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from schemas.definition import kept_definition
from schemas.validation_errors import RefusedInputError, UnreadableInputError
from service.identifiers import uuid7
from service.pages.home import SHOWN
from service.pages.messages import COLUMNS, SETTINGS, STATUSES, FaultGroup
from service.pages.session import page
from service.pages.uploads import fault_groups, read_upload, status_of
from service.records import Job, Sample, Scope
from service.use_cases.analysis_registry import KINDS
from service.use_cases.describe_sample import describe_sample
from service.use_cases.store_batch import score_batch, store_batch
from service.web.routes import caller, services, tenant_id


@page("/samples/<sample_id>", Scope.SAMPLES)
def sample(sample_id: str) -> ResponseReturnValue:
    """Show what was understood of a sample, and what can be asked of it."""
    return show_sample(services().samples.find(tenant_id(), sample_id))


@page("/samples/<sample_id>/more", Scope.SAMPLES, methods=("POST",))
def add_to_sample(sample_id: str) -> ResponseReturnValue:
    """Keep a further file of a sample."""
    found = services().samples.find(tenant_id(), sample_id)
    responses = services().responses
    try:
        block = read_upload(kept_definition(found.definition)).responses()
        store_batch(responses, score_batch(responses, found, block), None)
    except (RefusedInputError, UnreadableInputError) as error:
        return show_sample(found, refused=fault_groups(error)), status_of(error)
    return redirect(f"/samples/{sample_id}", 303)


@page("/samples/<sample_id>/delete", Scope.SAMPLES, methods=("GET", "POST"))
def delete_sample(sample_id: str) -> ResponseReturnValue:
    """Delete a sample, after asking."""
    found = services().samples.find(tenant_id(), sample_id)
    if request.method == "GET":
        return render_template("delete_sample.html", sample=found)
    services().erasure.sample(tenant_id(), sample_id)
    return redirect("/", 303)


def show_sample(found: Sample, *, refused: Sequence[FaultGroup] = ()) -> str:
    """Render a sample's page; with what was refused, where something was."""
    return render_template(
        "sample.html",
        sample=found,
        title=found.definition["title"],
        instrument=kept_definition(found.definition).instrument,
        description=describe_sample(services().responses, found),
        others=_comparable(found),
        analyses=_analyses_of(found),
        statuses=STATUSES,
        columns=COLUMNS,
        settings=SETTINGS,
        kinds=KINDS,
        analysis_id=str(uuid7()),
        faults=refused,
    )


def _comparable(found: Sample) -> Sequence[Sample]:
    """Return the newest other samples of the same form."""
    same = services().samples.newest(
        tenant_id(), limit=SHOWN, instrument=found.instrument["sha256"]
    )
    return [other for other in same if other.id != found.id and other.n_responses]


def _analyses_of(found: Sample) -> Sequence[Job]:
    """Return the newest analyses of a sample, if the caller may see them."""
    if not caller().allows(Scope.ANALYSES):
        return ()
    return services().queue.newest(tenant_id(), limit=SHOWN, sample_id=found.id)
