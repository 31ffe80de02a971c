"""Files that people bring: what was in the form, and what was wrong with it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from flask import request

from schemas.faults import Fault, RefusedInputError, UnreadableInputError
from service.adapters.files.responses import read_uploaded_table
from service.adapters.files.tables import Table
from service.identifiers import uuid7
from service.pages.wording import FaultGroup, grouped
from service.web.bodies import at_most


def uploaded_table() -> Table:
    """Read the file of the form; it is not kept.

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
    header, rows = read_uploaded_table(file.filename, file.read())
    return header, at_most(rows)


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
