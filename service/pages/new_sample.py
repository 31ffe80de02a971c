"""A new sample: a file is looked at first, and kept when whoever brought it says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from schemas.definition import Definition
from schemas.faults import RefusedInputError, UnreadableInputError
from schemas.pointers import faults_of
from schemas.responses.block import ResponseBlock
from schemas.responses.table import load_table
from schemas.samples import NewSampleSchema
from service.adapters.files.tables import Table
from service.errors import NotFoundError
from service.identifiers import uuid7
from service.pages.session import page
from service.pages.uploads import fault_groups, identifier, status_of, uploaded_table
from service.pages.wording import COLUMNS, SETTINGS
from service.records import Scope
from service.use_cases.describe_sample import describe_block
from service.use_cases.fitting_forms import fitting_forms
from service.use_cases.store_batch import score_batch, store_batch
from service.web.audit import keeps_nothing
from service.web.routes import services, tenant_id

_FIELDS = ("name", "setting", "instrument")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Understood:
    """A file that was read and found right.

    Attributes
    ----------
    definition
        The form that was answered.
    block
        Its responses.
    """

    definition: Definition
    block: ResponseBlock


@page("/samples/new", Scope.SAMPLES)
def new_sample() -> ResponseReturnValue:
    """Ask for a file, and what it is."""
    return _form({"id": str(uuid7()), "setting": "orthotics-prosthetics"})


@page("/samples/look", Scope.SAMPLES, methods=("POST",))
@keeps_nothing
def look_at_file() -> ResponseReturnValue:
    """Show what was understood of a file, or what is wrong cell by cell; nothing is kept."""
    given = _given()
    understood = _understand(given)
    return understood if not isinstance(understood, _Understood) else _form(given, understood)


@page("/samples", Scope.SAMPLES, methods=("POST",))
def add_sample() -> ResponseReturnValue:
    """Keep a file's answers as a new sample: all of them, or none when one cell is refused.

    The form brings the identifier of the sample to be made, so that sending it twice makes one.
    """
    given = _given()
    sample_id = identifier(given["id"])
    if _exists(sample_id):
        return redirect(f"/samples/{sample_id}", 303)
    understood = _understand(given)
    if not isinstance(understood, _Understood):
        return understood
    sample = services().samples.add(
        tenant_id(),
        name=given["name"],
        setting=given["setting"],
        definition=understood.definition,
        sample_id=sample_id,
    )
    responses = services().responses
    store_batch(responses, score_batch(responses, sample, understood.block), None)
    return redirect(f"/samples/{sample_id}", 303)


def _given() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in (*_FIELDS, "id")}


def _understand(given: Mapping[str, str]) -> _Understood | ResponseReturnValue:
    """Read the form and the file; or the page that says what is wrong with them."""
    table: Table | None = None
    try:
        definition = _checked(given)
        table = uploaded_table()
        return _Understood(definition=definition, block=load_table(*table, definition.instrument))
    except (RefusedInputError, UnreadableInputError) as error:
        fitting = _fitting(table, given["instrument"])
        return _form(given, error=error, fitting=fitting), status_of(error)


def _form(
    given: Mapping[str, str],
    understood: _Understood | None = None,
    *,
    error: RefusedInputError | UnreadableInputError | None = None,
    fitting: Sequence[Definition] = (),
) -> str:
    return render_template(
        "new_sample.html",
        given=given,
        understood=understood,
        description=None if understood is None else describe_block(understood.block),
        columns=COLUMNS,
        faults=fault_groups(error),
        fitting=fitting,
        settings=SETTINGS,
        forms=services().instruments.list(tenant_id()),
    )


def _checked(given: Mapping[str, str]) -> Definition:
    """Check what was said of the file, and find the form."""
    try:
        NewSampleSchema().load({name: given[name] for name in _FIELDS})
    except ValidationError as error:
        raise RefusedInputError(faults_of(error.messages)) from None
    return services().instruments.scoring_rule(tenant_id(), given["instrument"])


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


def _exists(sample_id: str) -> bool:
    try:
        services().samples.find(tenant_id(), sample_id)
    except NotFoundError:
        return False
    return True
