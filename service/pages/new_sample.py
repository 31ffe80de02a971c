"""A new sample: a file is looked at first, and kept when whoever brought it says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from schemas.definition import Definition
from schemas.json_pointers import faults_of
from schemas.samples import NewSampleSchema
from schemas.validation_errors import RefusedInputError, UnreadableInputError
from service.errors import NotFoundError
from service.file_reader.file_reading import FileReading
from service.identifiers import uuid7
from service.pages.mapping_step import MAXIMUM_MAPPING, MappingStep, mapping_step, said_on_page
from service.pages.messages import COLUMNS, SETTINGS
from service.pages.session import page
from service.pages.uploads import fault_groups, identifier, read_upload, status_of
from service.records import Scope
from service.use_cases.describe_sample import describe_block
from service.use_cases.store_batch import score_batch, store_batch
from service.web.audit import keeps_nothing
from service.web.routes import services, tenant_id

_FIELDS = ("name", "setting", "instrument")
_TRIED = 20
"""Forms that are tried where a file does not fit the chosen one."""


@page("/samples/new", Scope.SAMPLES)
def new_sample() -> ResponseReturnValue:
    """Ask for a file, and what it is."""
    return _form(
        {
            "id": str(uuid7()),
            "setting": "orthotics-prosthetics",
            "instrument": request.args.get("instrument", ""),
        }
    )


@page("/samples/look", Scope.SAMPLES, methods=("POST",))
@keeps_nothing
def look_at_file() -> ResponseReturnValue:
    """Show how a file was read and what is asked; nothing is kept."""
    given = _given()
    try:
        definition = _checked(given)
        said = _mapping()
        reading = read_upload(definition, said, _other_forms(definition))
    except (RefusedInputError, UnreadableInputError) as error:
        return _form(given, error=error), status_of(error)
    step = mapping_step(reading, definition.instrument, said)
    return _form(given, definition, reading, step), 422 if reading.questions else 200


@page("/samples", Scope.SAMPLES, methods=("POST",))
def add_sample() -> ResponseReturnValue:
    """Keep a file's answers as a new sample: all of them, or none while a question is open.

    The form brings the identifier of the sample to be made, so that sending it twice makes one.
    """
    given = _given()
    sample_id = identifier(given["id"])
    if _exists(sample_id):
        return redirect(f"/samples/{sample_id}", 303)
    try:
        definition = _checked(given)
        said = _mapping()
        reading = read_upload(definition, said, _other_forms(definition))
    except (RefusedInputError, UnreadableInputError) as error:
        return _form(given, error=error), status_of(error)
    if reading.questions or reading.block is None:
        step = mapping_step(reading, definition.instrument, said)
        return _form(given, definition, reading, step), 422
    sample = services().samples.add(
        tenant_id(),
        name=given["name"],
        setting=given["setting"],
        definition=definition,
        sample_id=sample_id,
    )
    responses = services().responses
    store_batch(responses, score_batch(responses, sample, reading.block), None)
    return redirect(f"/samples/{sample_id}", 303)


def _given() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in (*_FIELDS, "id")}


def _mapping() -> dict[str, Any]:
    """Put together what was said of the columns: in a file, and on the page."""
    file = request.files.get("mapping_file")
    return said_on_page(request.form, file.read(MAXIMUM_MAPPING) if file else b"")


def _form(
    given: Mapping[str, str],
    definition: Definition | None = None,
    reading: FileReading | None = None,
    step: MappingStep | None = None,
    *,
    error: RefusedInputError | UnreadableInputError | None = None,
) -> str:
    forms = services().instruments.list(tenant_id())
    fitting = [] if reading is None else reading.document.get("fitting_forms", [])
    return render_template(
        "new_sample.html",
        given=given,
        definition=definition,
        reading=reading,
        step=step,
        description=None
        if reading is None or reading.block is None
        else describe_block(reading.block),
        columns=COLUMNS,
        faults=fault_groups(error),
        fitting=[form for form in forms if form.instrument.id in fitting],
        settings=SETTINGS,
        forms=forms,
    )


def _checked(given: Mapping[str, str]) -> Definition:
    """Check what was said of the file, and find the form."""
    try:
        NewSampleSchema().load({name: given[name] for name in _FIELDS})
    except ValidationError as error:
        raise RefusedInputError(faults_of(error.messages)) from None
    return services().instruments.scoring_rule(tenant_id(), given["instrument"])


def _other_forms(chosen: Definition) -> list[Mapping[str, Any]]:
    """Definitions of the list that are tried where the file does not fit the chosen one."""
    return [
        one.document
        for one in services().instruments.list(tenant_id())[:_TRIED]
        if one.instrument.id != chosen.instrument.id
    ]


def _exists(sample_id: str) -> bool:
    try:
        services().samples.find(tenant_id(), sample_id)
    except NotFoundError:
        return False
    return True
