"""``alliance keys``: make, list and revoke API keys."""

from __future__ import annotations

import argparse
import sys

from service.adapters.database.engine import Database
from service.adapters.database.keys import KeyStore
from service.adapters.database.migrate import migrate
from service.auth import new_key
from service.config import Config
from service.errors import NotFoundError
from service.records import Scope

_DEFAULT_SCOPES = [Scope.SCORE, Scope.SAMPLES, Scope.ANALYSES]


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the three actions."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")

    create = actions.add_parser("create", help="make a key and print it, once")
    create.add_argument("--tenant", required=True, help="whose key it is; made when new")
    create.add_argument(
        "--scope",
        action="append",
        choices=[scope.value for scope in Scope],
        help="what it may do; repeat for several (default: score, samples and analyses)",
    )
    create.set_defaults(action=_create)

    listing = actions.add_parser("list", help="list keys: prefix, tenant, scopes, state")
    listing.add_argument("--tenant", help="of this tenant only")
    listing.set_defaults(action=_list)

    revoke = actions.add_parser("revoke", help="make a key invalid")
    revoke.add_argument("prefix", help="the part of the key after `alliance_`, as listed")
    revoke.set_defaults(action=_revoke)


def run(arguments: argparse.Namespace) -> None:
    """Do what was asked on a database that is up to date."""
    database = Database(Config.from_environment().sqlalchemy_url)
    migrate(database)
    arguments.action(KeyStore(database), arguments)


def _create(keys: KeyStore, arguments: argparse.Namespace) -> None:
    """Print the new key on standard output, and what it is on standard error."""
    key, prefix, digest = new_key()
    scopes = [Scope(scope) for scope in arguments.scope or _DEFAULT_SCOPES]
    made = keys.add(arguments.tenant, scopes, prefix, digest)
    names = ", ".join(sorted(made.scopes))
    sys.stderr.write(f"Key {made.prefix} of {made.tenant} ({names}); it is shown this once:\n")
    sys.stdout.write(key + "\n")


def _list(keys: KeyStore, arguments: argparse.Namespace) -> None:
    """Print one line for each key."""
    for key in keys.list(arguments.tenant):
        state = "valid" if key.revoked_at is None else "revoked"
        sys.stdout.write(f"{key.prefix}\t{key.tenant}\t{','.join(sorted(key.scopes))}\t{state}\n")


def _revoke(keys: KeyStore, arguments: argparse.Namespace) -> None:
    """Revoke one key."""
    if not keys.revoke(arguments.prefix):
        raise NotFoundError("There is no valid key with this prefix.")
    sys.stderr.write(f"Key {arguments.prefix} is revoked.\n")
