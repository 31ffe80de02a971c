"""``alliance score``: what ``POST /v1/score`` answers, for a file."""

from __future__ import annotations

import argparse
import sys

from service.cli.inputs import declare_file, read_file, to_json
from service.use_cases.score_responses import score_responses


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    declare_file(parser)


def run(arguments: argparse.Namespace) -> None:
    """Print the scores."""
    definition, reading = read_file(arguments)
    scored = score_responses(definition, reading.responses())
    sys.stdout.write(to_json({**scored, "reading": reading.result}))
