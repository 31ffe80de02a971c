"""``alliance inspect``: how a file is read, and what cannot be known."""

from __future__ import annotations

import argparse
import sys

from service.cli.inputs import declare_file, read_file, to_json


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    declare_file(parser)


def run(arguments: argparse.Namespace) -> None:
    """Print how the file is read; open questions stand in the answer."""
    _, reading = read_file(arguments)
    sys.stdout.write(to_json(reading.document))
