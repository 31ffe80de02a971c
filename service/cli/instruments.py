"""``alliance instruments``: the catalogue."""

from __future__ import annotations

import argparse
import sys

from service.catalog.catalog import find_definition, shipped_definitions
from service.cli.inputs import to_json


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "id", nargs="?", help="print this one's definition; also checks a definition file by path"
    )


def run(arguments: argparse.Namespace) -> None:
    """Print a line for each instrument, or one definition with its hash."""
    if arguments.id:
        definition = find_definition(arguments.id)
        sys.stdout.write(to_json({**definition.document, "sha256": definition.sha256}))
        return
    for name, definition in shipped_definitions().items():
        document = definition.document
        sys.stdout.write(
            f"{name:<20} {document['items']:>2} items  {document['response']['minimum']}–"
            f"{document['response']['maximum']}  key {definition.key_status:<10}  "
            f"{document['title']}\n"
        )
