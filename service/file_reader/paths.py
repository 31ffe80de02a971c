"""Read a file of this machine: the command line's entrance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from schemas.definition import Definition
from schemas.file_mapping import load_mapping
from schemas.validation_errors import UnreadableInputError
from service.file_reader.file_reading import FileReading, finished
from service.file_reader.open_file import (
    JSON_ENDINGS,
    SNIFFED,
    TEXT_ENDINGS,
    ending_of,
    true_ending,
)
from service.file_reader.reading import read_file
from service.file_reader.subprocess_reader import read_apart

MAXIMUM_BYTES = 400_000_000
"""Largest file that is opened."""


def read_path(
    path: Path, definition: Definition, mapping: dict[str, Any] | None = None
) -> FileReading:
    """Read a file; workbooks and statistics files in a process of their own.

    Parameters
    ----------
    path
        Where it is.
    definition
        The form that was answered.
    mapping
        What was said of its columns, as JSON values.

    Raises
    ------
    UnreadableInputError, RefusedInputError
        As :func:`service.file_reader.reading.read_file`, and if there is no such file.
    """
    said = load_mapping(mapping or {}, definition.instrument)
    ending = ending_of(path.name)
    if not path.is_file():
        raise UnreadableInputError("There is no such file.")
    if path.stat().st_size > MAXIMUM_BYTES:
        raise UnreadableInputError(f"The file is larger than {MAXIMUM_BYTES} bytes; split it.")
    with path.open("rb") as file:
        if true_ending(ending, file.read(SNIFFED)) in (*TEXT_ENDINGS, *JSON_ENDINGS):
            return finished(read_file(path.name, path.read_bytes(), definition.instrument, said))
        file.seek(0)
        return read_apart(path.name, file, definition.document, mapping)
