"""Files that people bring: what was in the form, and what was wrong with it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, cast

from flask import request

from schemas.definition import Definition
from schemas.validation_errors import Fault, RefusedInputError, UnreadableInputError
from service.file_reader.file_reading import FileReading
from service.file_reader.subprocess_reader import read_apart
from service.identifiers import uuid7
from service.pages.messages import FaultGroup, grouped
from service.web.routes import services, tenant_id


def read_upload(
    definition: Definition,
    mapping: Mapping[str, Any] | None = None,
    other_forms: Sequence[Mapping[str, Any]] = (),
) -> FileReading:
    """Read the file of the form; it is not kept.

    Parameters
    ----------
    definition
        The form that was answered.
    mapping
        What was said of the columns.
    other_forms
        Definitions that are tried where questions are open.

    Raises
    ------
    RefusedInputError
        If there is none.
    UnreadableInputError
        If it is no table.
    """
    file = request.files.get("file")
    if file is None or not file.filename:
        detail = "There was no file in the form."
        raise RefusedInputError([Fault(pointer="/file", code="no-file", detail=detail)])
    return read_apart(
        file.filename,
        cast("BinaryIO", file.stream),
        definition.document,
        mapping,
        maximum_rows=services().config.maximum_rows,
        key=services().pseudonym_key(tenant_id()),
        other_forms=other_forms,
    )


def fault_groups(error: RefusedInputError | UnreadableInputError | None) -> Sequence[FaultGroup]:
    """Say what was wrong, faults of one kind together."""
    match error:
        case None:
            return ()
        case RefusedInputError():
            return grouped(error.faults)
        case UnreadableInputError():
            return grouped([Fault(pointer="/file", code="unreadable", detail=error.detail)])


def status_of(error: RefusedInputError | UnreadableInputError) -> int:
    """Return the status of a page that says what was wrong."""
    return 422 if isinstance(error, RefusedInputError) else 400


def identifier(given: str) -> str:
    """Take over the identifier that our form brought; another one is made for anything else."""
    try:
        parsed = uuid.UUID(given)
    except ValueError:
        return str(uuid7())
    return str(parsed) if parsed.version == 7 else str(uuid7())
