"""Arguments that several commands share: a file of responses, and its instrument."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from schemas.definition import Definition
from schemas.faults import Fault, RefusedInputError
from schemas.json_text import read_json
from schemas.responses.block import ResponseBlock
from service.adapters.files.responses import read_responses
from service.catalog.catalog import Catalog, find_definition, shipped_definitions
from service.config import Config


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
    """Declare ``FILE`` and ``--instrument``."""
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="CSV with a header, .xlsx, .sav, JSON or NDJSON"
    )
    declare_instrument(parser)


def read_instrument(named: str) -> Definition:
    """Find the definition that is meant; its key must be known or confirmed."""
    confirmed = Config.from_environment().confirmed_keys
    catalog = Catalog(definitions=shipped_definitions(), confirmed=confirmed)
    return catalog.scoring_rule(find_definition(named))


def read_file(arguments: argparse.Namespace) -> tuple[Definition, ResponseBlock]:
    """Read the definition, then the file."""
    definition = read_instrument(arguments.instrument)
    return definition, read_responses(arguments.file, definition.instrument)


def read_other_file(arguments: argparse.Namespace) -> tuple[Definition, ResponseBlock]:
    """Read the second form's definition, then its file; faults point below ``/other``."""
    definition = read_instrument(arguments.other_instrument)
    try:
        return definition, read_responses(arguments.other, definition.instrument)
    except RefusedInputError as error:
        raise RefusedInputError(
            replace(fault, pointer=f"/other{fault.pointer}") for fault in error.faults
        ) from None


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
