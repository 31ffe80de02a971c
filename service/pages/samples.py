"""Samples: bringing a file, seeing what was understood, adding to it, deleting it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from schemas.definition import Definition, load_definition
from schemas.faults import Fault, RefusedInputError, UnreadableInputError
from schemas.pointers import faults_of
from schemas.responses.table import load_table
from schemas.samples import NewSampleSchema
from service.adapters.files.responses import read_uploaded_table
from service.adapters.files.tables import Table
from service.errors import NotFoundError
from service.identifiers import uuid7
from service.pages.home import list_analyses, list_samples, newest
from service.pages.session import page
from service.pages.wording import COLUMNS, SETTINGS, STATUSES, FaultGroup, grouped
from service.records import Job, Sample, Scope
from service.use_cases.describe_sample import describe_sample
from service.use_cases.fitting_forms import fitting_forms
from service.use_cases.kinds import KINDS
from service.use_cases.store_batch import store_batch
from service.web.bodies import at_most
from service.web.routes import caller, services, tenant_id

_FIELDS = ("name", "setting", "instrument")


@page("/samples/new", Scope.SAMPLES)
def new_sample() -> ResponseReturnValue:
    """Ask for a file, and what it is."""
    return _form({"id": str(uuid7()), "setting": "orthotics-prosthetics"})


@page("/samples", Scope.SAMPLES, methods=("POST",))
def add_sample() -> ResponseReturnValue:
    """Keep a file's answers as a new sample: all of them, or none when one cell is refused.

    The form brings the identifier of the sample to be made, so that sending it twice makes one.
    """
    given = {name: request.form.get(name, "") for name in (*_FIELDS, "id")}
    sample_id = identifier(given["id"])
    if _exists(sample_id):
        return redirect(f"/samples/{sample_id}", 303)
    table: Table | None = None
    try:
        definition = _checked(given)
        table = _uploaded_table()
        block = load_table(*table, definition.instrument)
    except (RefusedInputError, UnreadableInputError) as error:
        return _form(given, error=error, fitting=_fitting(table, given["instrument"]))
    sample = services().samples.add(
        tenant_id(),
        name=given["name"],
        setting=given["setting"],
        definition=definition,
        sample_id=sample_id,
    )
    store_batch(services().responses, sample, definition, block, None)
    return redirect(f"/samples/{sample_id}", 303)


@page("/samples/<sample_id>", Scope.SAMPLES)
def sample(sample_id: str) -> ResponseReturnValue:
    """Show what was understood of a sample, and what can be asked of it."""
    return show_sample(services().samples.find(tenant_id(), sample_id))


@page("/samples/<sample_id>/more", Scope.SAMPLES, methods=("POST",))
def add_to_sample(sample_id: str) -> ResponseReturnValue:
    """Keep a further file of a sample."""
    found = services().samples.find(tenant_id(), sample_id)
    definition = load_definition(found.definition)
    try:
        block = load_table(*_uploaded_table(), definition.instrument)
        store_batch(services().responses, found, definition, block, None)
    except (RefusedInputError, UnreadableInputError) as error:
        return show_sample(found, refused=_groups(error)), _status(error)
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
        instrument=load_definition(found.definition).instrument,
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


def identifier(given: str) -> str:
    """Take over the identifier that our form brought; another one is made for anything else."""
    try:
        parsed = uuid.UUID(given)
    except ValueError:
        return str(uuid7())
    return str(parsed) if parsed.version == 7 else str(uuid7())


def _form(
    given: Mapping[str, str],
    *,
    error: RefusedInputError | UnreadableInputError | None = None,
    fitting: Sequence[Definition] = (),
) -> ResponseReturnValue:
    page_text = render_template(
        "new_sample.html",
        given=given,
        faults=_groups(error),
        fitting=fitting,
        settings=SETTINGS,
        forms=services().instruments.list(tenant_id()),
    )
    return page_text, 200 if error is None else _status(error)


def _comparable(found: Sample) -> Sequence[Sample]:
    """Return the newest other samples of the same form."""
    listed = newest(list_samples)
    return [
        other
        for other in listed
        if other.instrument == found.instrument and other.id != found.id and other.n_responses
    ]


def _analyses_of(found: Sample) -> Sequence[Job]:
    """Return the newest analyses of a sample that the caller may see."""
    if not caller().allows(Scope.ANALYSES):
        return ()
    return [job for job in newest(list_analyses) if found.id in job.samples]


def _checked(given: Mapping[str, str]) -> Definition:
    """Check what was said of the file, and find the form."""
    try:
        NewSampleSchema().load({name: given[name] for name in _FIELDS})
    except ValidationError as error:
        raise RefusedInputError(faults_of(error.messages)) from None
    return services().instruments.scoring_rule(tenant_id(), given["instrument"])


def _uploaded_table() -> Table:
    """Read the file of the form; it is not kept."""
    file = request.files.get("file")
    if file is None or not file.filename:
        detail = "There was no file in the form."
        raise RefusedInputError([Fault(pointer="/file", code="no-file", detail=detail)])
    header, rows = read_uploaded_table(file.filename, file.read())
    return header, at_most(rows)


def _fitting(table: Table | None, chosen: str) -> Sequence[Definition]:
    """Find forms of the list that the table would fit, other than the chosen one."""
    if table is None:
        return ()
    others = (
        definition
        for definition in services().instruments.list(tenant_id())
        if definition.instrument.id != chosen
    )
    return fitting_forms(*table, others)


def _groups(error: RefusedInputError | UnreadableInputError | None) -> Sequence[FaultGroup]:
    match error:
        case None:
            return ()
        case RefusedInputError():
            return grouped(error.faults)
        case UnreadableInputError():
            return grouped([Fault(pointer="/file", code="unreadable", detail=error.detail)])


def _status(error: RefusedInputError | UnreadableInputError) -> int:
    return 422 if isinstance(error, RefusedInputError) else 400


def _exists(sample_id: str) -> bool:
    try:
        services().samples.find(tenant_id(), sample_id)
    except NotFoundError:
        return False
    return True
