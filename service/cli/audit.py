"""``alliance audit``: print the audit trail, or check that it is whole."""

from __future__ import annotations

import argparse
import sys

import orjson

from service.adapters.database.audit import AuditStore
from service.cli.argument_types import LARGEST_NUMBER, whole_number
from service.cli.db_session import opened
from service.serializers import audit_json


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--after",
        type=whole_number(0, LARGEST_NUMBER),
        default=0,
        help="number of the entry before the first",
    )
    parser.add_argument(
        "--verify",
        action="store_true",
        help="print no entry; say whether one was removed or changed",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print one JSON object a line, of all tenants; or check the chain."""
    with opened(writes=False) as here:
        if arguments.verify:
            return _verify(here.trail)
        for row in here.trail.all(arguments.after):
            sys.stdout.write(orjson.dumps(audit_json(row)).decode() + "\n")
        with here.database.writing() as connection:
            here.noting("audit")(connection, None, None)
        return 0


def _verify(trail: AuditStore) -> int:
    broken = trail.first_broken()
    if broken is None:
        sys.stderr.write("The audit trail is whole.\n")
        return 0
    sys.stderr.write(
        f"The audit trail is not whole from entry {broken} on: it is missing or changed, "
        "or ALLIANCE_AUDIT_KEY is not the key it was written with.\n"
    )
    return 1
