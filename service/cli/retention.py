"""``alliance retention``: how long answers are kept, and deleting those that are older."""

from __future__ import annotations

import argparse
import sys

from service.adapters.database.retention import RetentionStore
from service.cli.argument_types import LONGEST_DAYS, whole_number
from service.cli.db_session import opened
from service.cli.names import name


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the three actions."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")

    show = actions.add_parser("show", help="list each tenant's policy")
    show.set_defaults(action=_show, what="retention show")

    decide = actions.add_parser("set", help="give a tenant a policy of its own")
    decide.add_argument("--tenant", type=name, required=True, help="whose answers")
    days = decide.add_mutually_exclusive_group(required=True)
    days.add_argument(
        "--days",
        type=whole_number(0, LONGEST_DAYS),
        help="delete after so many days; 0 keeps them",
    )
    days.add_argument("--default", action="store_true", help="follow ALLIANCE_RETENTION_DAYS")
    decide.set_defaults(action=_decide, what="retention set")

    apply = actions.add_parser("apply", help="delete now what is older than the policies allow")
    apply.set_defaults(action=_apply, what="retention apply")


def run(arguments: argparse.Namespace) -> None:
    """Do what was asked."""
    with opened(writes=arguments.action is not _show) as here:
        days, note = here.config.retention_days, here.noting(arguments.what)
        results = here.config.result_days
        arguments.action(RetentionStore(here.database, days, note, result_days=results), arguments)


def _show(retention: RetentionStore, _: argparse.Namespace) -> None:
    """Print one line for each tenant."""
    for policy in retention.policies():
        days = f"{policy.days} days" if policy.days else "kept"
        sys.stdout.write(f"{policy.tenant}\t{days}\t{'own' if policy.own else 'default'}\n")


def _decide(retention: RetentionStore, arguments: argparse.Namespace) -> None:
    """Write a tenant's policy."""
    retention.decide(arguments.tenant, None if arguments.default else arguments.days)


def _apply(retention: RetentionStore, _: argparse.Namespace) -> None:
    """Delete, and print one line for each tenant that lost something."""
    for policy, erased in retention.apply():
        sys.stdout.write(
            f"{policy.tenant}\t{erased.responses} responses\t{erased.analyses} analyses\n"
        )
