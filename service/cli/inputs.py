"""Arguments that several commands share: a file of responses, and its instrument."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from schemas.definition import Definition
from schemas.json_text import read_json
from schemas.responses.response_batch import ResponseBlock
from schemas.validation_errors import Fault, RefusedInputError, UnreadableInputError
from service.catalog.catalog import Catalog, find_definition, shipped_definitions
from service.config import Config
from service.file_reader.answer_range import NARROW_RANGE
from service.file_reader.file_reading import FileReading
from service.file_reader.paths import read_path


def declare_instrument(parser: argparse.ArgumentParser) -> None:
    """Declare ``--instrument``."""
    parser.add_argument(
        "--instrument",
        required=True,
        metavar="ID",
        help="id in the catalogue, or path of a definition file",
    )


def declare_other_file(parser: argparse.ArgumentParser) -> None:
    """Declare ``--other`` and ``--other-instrument``: a second form, for what compares two."""
    parser.add_argument(
        "--other",
        type=Path,
        metavar="FILE",
        help="agreement and validity alone: the other respondent's file, matched by person",
    )
    parser.add_argument(
        "--other-instrument", metavar="ID", help="the form that the other file was answered on"
    )


def declare_file(parser: argparse.ArgumentParser) -> None:
    """Declare ``FILE``, ``--instrument``, ``--mapping`` and ``--sheet``."""
    parser.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help="CSV, .tsv, .txt, Excel, SPSS, Stata, JSON or NDJSON (docs/files.md)",
    )
    declare_instrument(parser)
    parser.add_argument(
        "--mapping",
        type=Path,
        metavar="FILE.json",
        help="what the columns are, as `alliance inspect` prints it",
    )
    parser.add_argument("--sheet", metavar="NAME", help="the sheet of a workbook")


def read_instrument(named: str) -> Definition:
    """Find the definition that is meant; its key must be known or confirmed."""
    confirmed = Config.from_environment().confirmed_keys
    catalog = Catalog(definitions=shipped_definitions(), confirmed=confirmed)
    return catalog.scoring_rule(find_definition(named))


def read_file(
    arguments: argparse.Namespace, *, is_judged: bool = False
) -> tuple[Definition, FileReading]:
    """Read the definition, then the file; questions that are open are the caller's to refuse.

    Parameters
    ----------
    arguments
        With ``file``, ``instrument``, ``mapping`` and ``sheet``.
    is_judged
        Whether a verdict is asked for: then answers that leave the form's highest categories empty
        are no question, for the verdict ``wrong-form`` says so.
    """
    definition = read_instrument(arguments.instrument)
    mapping = _mapping(arguments)
    if is_judged and "accept" not in mapping:
        mapping["accept"] = [NARROW_RANGE]
    return definition, read_path(arguments.file, definition, mapping)


def read_other_file(arguments: argparse.Namespace) -> tuple[Definition, ResponseBlock]:
    """Read the second form's definition, then its file; faults point below ``/other``."""
    definition = read_instrument(arguments.other_instrument)
    try:
        return definition, read_path(arguments.other, definition).responses()
    except RefusedInputError as error:
        raise RefusedInputError(
            replace(fault, pointer=f"/other{fault.pointer}") for fault in error.faults
        ) from None


def _mapping(arguments: argparse.Namespace) -> dict[str, Any]:
    """Read the mapping's file; ``--sheet`` overrides what it says.

    Raises
    ------
    UnreadableInputError
        If there is no such file, or it is not JSON.
    RefusedInputError
        If it holds no object.
    """
    mapping: Any = {}
    if arguments.mapping is not None:
        if not arguments.mapping.is_file():
            raise UnreadableInputError("There is no such file of a mapping.")
        mapping = read_json(arguments.mapping.read_bytes(), what="The mapping")
    if not isinstance(mapping, dict):
        detail = "Must be a JSON object."
        raise RefusedInputError([Fault(pointer="/mapping", code="wrong-type", detail=detail)])
    if "mapping" in mapping and "questions" in mapping:
        mapping = mapping["mapping"]  # the whole answer of `alliance inspect` serves as well
    if arguments.sheet is not None:
        mapping = {**mapping, "file": {**mapping.get("file", {}), "sheet": arguments.sheet}}
    return dict(mapping)


def read_options(text: str) -> dict[str, Any]:
    """Read options that are given as a JSON object.

    Raises
    ------
    UnreadableInputError
        If it is not JSON.
    RefusedInputError
        If it is no object.
    """
    options = read_json(text, what="The text of the options")
    if not isinstance(options, dict):
        detail = "Must be a JSON object."
        raise RefusedInputError([Fault(pointer="/options", code="wrong-type", detail=detail)])
    return options


def to_json(value: Any) -> str:
    """Write an answer for people and programs alike."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n"
