"""``alliance analyze``: the API's analyses, for a file."""

from __future__ import annotations

import argparse
import sys

from schemas.validation_errors import Fault, RefusedInputError
from service.cli.inputs import (
    declare_file,
    declare_other_file,
    read_file,
    read_options,
    read_other_file,
    to_json,
)
from service.cli.progress import ProgressLine
from service.use_cases.analyse_file import analyse_block, analyse_two_blocks
from service.use_cases.analysis_registry import KINDS, Kind


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    kinds = "\n".join(f"  {kind.name:<16}{kind.purpose}" for kind in KINDS.values())
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = f"kinds:\n{kinds}"
    parser.add_argument("kind", choices=list(KINDS), metavar="KIND", help="one of those below")
    declare_file(parser)
    declare_other_file(parser)
    parser.add_argument(
        "--options", default="{}", metavar="JSON", help="the kind's options, as in the API"
    )


def run(arguments: argparse.Namespace) -> None:
    """Print the analysis."""
    kind = KINDS[arguments.kind]
    options = read_options(arguments.options)
    kind.load_options(options)
    two_forms = _asks_for_two_forms(arguments, kind)
    definition, reading = read_file(arguments, is_judged=kind.name == "validity")
    block = reading.responses()
    if two_forms:
        other_definition, other_block = read_other_file(arguments)
        definitions, blocks = (definition, other_definition), (block, other_block)
        with ProgressLine() as progress:
            answer = analyse_two_blocks(kind, definitions, blocks, options, progress)
    else:
        with ProgressLine() as progress:
            answer = analyse_block(kind, definition, block, options, progress)
    sys.stdout.write(to_json({**answer, "reading": reading.result}))


def _asks_for_two_forms(arguments: argparse.Namespace, kind: Kind) -> bool:
    given = (arguments.other is not None, arguments.other_instrument is not None)
    if not any(given):
        return False
    if not kind.joins_forms:
        able = " and ".join(kind.name for kind in KINDS.values() if kind.joins_forms)
        detail = f"Only {able} take two forms."
        raise RefusedInputError([Fault(pointer="/other", code="one-form", detail=detail)])
    if not all(given):
        detail = "--other and --other-instrument go together."
        raise RefusedInputError([Fault(pointer="/other", code="incomplete", detail=detail)])
    return True
