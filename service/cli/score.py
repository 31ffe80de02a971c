"""``alliance score``: what ``POST /v1/score`` answers, for a file."""

from __future__ import annotations

import argparse
import sys

from service.cli.inputs import declare_file, read_file, to_json
from service.use_cases.score_responses import score_responses
from service.use_cases.score_text import score_text

_SPREAD_OUT = 2000
"""Up to so many responses are written one number a line, for people; more in one line."""


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    declare_file(parser)


def run(arguments: argparse.Namespace) -> None:
    """Print the scores."""
    definition, reading = read_file(arguments)
    block = reading.responses()
    if len(block) > _SPREAD_OUT:
        sys.stdout.buffer.write(score_text(definition, block, {"reading": reading.result}) + b"\n")
    else:
        scored = score_responses(definition, block)
        sys.stdout.write(to_json({**scored, "reading": reading.result}))
