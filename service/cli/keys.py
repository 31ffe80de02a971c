"""``alliance keys``: make, rotate, list and revoke API keys."""

from __future__ import annotations

import argparse
import sys

from service.adapters.database.keys import KeyStore
from service.auth.api_secrets import NewSecret, new_secret
from service.cli.argument_types import DAY_MS, HOUR_MS, LONGEST_DAYS, whole_number
from service.cli.db_session import opened
from service.cli.names import name, prefix
from service.identifiers import now_ms
from service.records import ApiKey, Scope
from service.serializers import moment

_DEFAULT_SCOPES = [Scope.SCORE, Scope.SAMPLES, Scope.ANALYSES, Scope.EXPORT]
_DEFAULT_GRACE_HOURS = 24
_PREFIX_HELP = "the part of the key after `alliance_`, as listed"


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the four actions."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")

    create = actions.add_parser("create", help="make a key and print it, once")
    create.add_argument("--tenant", type=name, required=True, help="whose key it is; made when new")
    create.add_argument(
        "--scope",
        action="append",
        choices=[scope.value for scope in Scope],
        help="what it may do; repeat for several (default: all but admin)",
    )
    _take_expiry(create, "never")
    create.set_defaults(action=_create, what="keys create")

    rotate = actions.add_parser("rotate", help="give a key a new secret and print it, once")
    rotate.add_argument("prefix", type=prefix, help=_PREFIX_HELP)
    rotate.add_argument(
        "--grace-hours",
        type=whole_number(0, 24 * LONGEST_DAYS),
        default=_DEFAULT_GRACE_HOURS,
        help="how long the former secret works too (default: %(default)s; 0: no longer)",
    )
    _take_expiry(rotate, "as before")
    rotate.set_defaults(action=_rotate, what="keys rotate")

    listing = actions.add_parser("list", help="list keys with their state, never their secrets")
    listing.add_argument("--tenant", type=name, help="of this tenant only")
    listing.set_defaults(action=_list, what="keys list")

    revoke = actions.add_parser("revoke", help="make a key invalid, with its former secret")
    revoke.add_argument("prefix", type=prefix, help=_PREFIX_HELP)
    revoke.set_defaults(action=_revoke, what="keys revoke")


def run(arguments: argparse.Namespace) -> None:
    """Do what was asked."""
    with opened(writes=arguments.action is not _list) as here:
        arguments.action(KeyStore(here.database, here.noting(arguments.what)), arguments)


def _take_expiry(parser: argparse.ArgumentParser, default: str) -> None:
    parser.add_argument(
        "--expires-in-days",
        type=whole_number(1, LONGEST_DAYS),
        help=f"when the key stops working (default: {default})",
    )


def _create(keys: KeyStore, arguments: argparse.Namespace) -> None:
    """Print the new key on standard output, and what it is on standard error."""
    secret = new_secret()
    scopes = [Scope(scope) for scope in arguments.scope or _DEFAULT_SCOPES]
    made = keys.add(
        arguments.tenant, scopes, secret.prefix, secret.digest, expires_at=_expiry(arguments)
    )
    _show(made, secret)


def _rotate(keys: KeyStore, arguments: argparse.Namespace) -> None:
    """Print the key with its new secret, and until when the former one works."""
    secret = new_secret(arguments.prefix)
    rotated = keys.rotate(
        arguments.prefix,
        secret.digest,
        former_expires_at=now_ms() + HOUR_MS * arguments.grace_hours,
        expires_at=_expiry(arguments),
    )
    sys.stderr.write(f"The former secret works until {moment(rotated.former_expires_at)}.\n")
    _show(rotated, secret)


def _list(keys: KeyStore, arguments: argparse.Namespace) -> None:
    """Print one line for each key, under a line of titles."""
    titles = ("prefix", "tenant", "scopes", "state", "expires", "former secret until", "last used")
    sys.stdout.write("\t".join(titles) + "\n")
    now = now_ms()
    for key in keys.list(arguments.tenant):
        times = (key.expires_at, key.former_expires_at, key.last_used_at)
        scopes = ",".join(sorted(key.scopes))
        cells = (key.prefix, key.tenant, scopes, key.state(now), *(moment(t) or "-" for t in times))
        sys.stdout.write("\t".join(cells) + "\n")


def _revoke(keys: KeyStore, arguments: argparse.Namespace) -> None:
    """Revoke one key."""
    keys.revoke(arguments.prefix)
    sys.stderr.write(f"Key {arguments.prefix} is revoked.\n")


def _expiry(arguments: argparse.Namespace) -> int | None:
    days = arguments.expires_in_days
    return None if days is None else now_ms() + DAY_MS * int(days)


def _show(key: ApiKey, secret: NewSecret) -> None:
    end = "does not expire" if key.expires_at is None else f"expires at {moment(key.expires_at)}"
    names = ", ".join(sorted(key.scopes))
    sys.stderr.write(f"Key {key.prefix} of {key.tenant} ({names}) {end}; it is shown this once:\n")
    sys.stdout.write(secret.text + "\n")
