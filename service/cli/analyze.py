"""``alliance analyze``: the API's analyses, for a file."""

from __future__ import annotations

import argparse
import sys
from typing import Any

import orjson

from schemas.faults import Fault, RefusedInputError, UnreadableInputError
from service.cli.inputs import declare_file, read_file, to_json
from service.cli.progress import ProgressLine
from service.use_cases.analyse_file import analyse_block
from service.use_cases.kinds import KINDS


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    purposes = "; ".join(f"{kind.name}: {kind.purpose}" for kind in KINDS.values())
    parser.add_argument("kind", choices=list(KINDS), metavar="KIND", help=purposes)
    declare_file(parser)
    parser.add_argument(
        "--options", default="{}", metavar="JSON", help="the kind's options, as in the API"
    )


def run(arguments: argparse.Namespace) -> None:
    """Print the analysis."""
    kind = KINDS[arguments.kind]
    options = _options(arguments.options)
    kind.load_options(options)
    definition, block = read_file(arguments)
    with ProgressLine() as progress:
        answer = analyse_block(kind, definition, block, options, progress)
    sys.stdout.write(to_json(answer))


def _options(text: str) -> dict[str, Any]:
    try:
        options = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise UnreadableInputError("The options are not valid JSON.") from None
    if not isinstance(options, dict):
        detail = "Must be a JSON object."
        raise RefusedInputError([Fault(pointer="/options", code="wrong-type", detail=detail)])
    return options
