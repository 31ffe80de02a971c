"""``alliance openapi``: print the specification."""

from __future__ import annotations

import argparse
import sys

import orjson

from service.app import create_app
from service.config import Config
from service.web.openapi import to_yaml


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--json", action="store_true", help="as JSON instead of YAML")


def run(arguments: argparse.Namespace) -> None:
    """Print the specification as the service gives it out."""
    document = create_app(Config.from_environment({})).extensions["openapi"]
    if arguments.json:
        sys.stdout.write(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n")
    else:
        sys.stdout.write(to_yaml(document))
