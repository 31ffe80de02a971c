"""``alliance clients``: register programs that prove who they are with a key of their own."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from schemas.validation_errors import UnreadableInputError
from service.adapters.database.clients import ClientStore
from service.auth.jwks import read_key_set
from service.auth.scopes import SCOPES, scopes_named
from service.cli.db_session import opened
from service.cli.names import client_id, name
from service.serializers import moment

_DEFAULT_SCOPES = ["score", "samples", "analyses", "export"]
_JWKS_HELP = "its public keys as a JSON Web Key Set (RSA, or EC on P-384)"


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the four actions."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")

    add = actions.add_parser("add", help="register a client and print its client_id")
    add.add_argument("--tenant", type=name, required=True, help="whose client it is; made when new")
    add.add_argument("--name", type=name, required=True, help="for people")
    add.add_argument("--jwks", required=True, type=Path, metavar="FILE", help=_JWKS_HELP)
    add.add_argument(
        "--scope",
        action="append",
        choices=list(SCOPES),
        metavar="SCOPE",
        help=f"what it may be granted; repeat for several: {', '.join(SCOPES)} "
        "(default: all but admin)",
    )
    add.set_defaults(action=_add, what="clients add")

    replace = actions.add_parser("replace-keys", help="replace a client's public keys")
    replace.add_argument("client_id", type=client_id)
    replace.add_argument("--jwks", required=True, type=Path, metavar="FILE", help=_JWKS_HELP)
    replace.set_defaults(action=_replace, what="clients replace-keys")

    listing = actions.add_parser("list", help="list clients with their state")
    listing.add_argument("--tenant", type=name, help="of this tenant only")
    listing.set_defaults(action=_list, what="clients list")

    revoke = actions.add_parser("revoke", help="make a client and its tokens invalid")
    revoke.add_argument("client_id", type=client_id)
    revoke.set_defaults(action=_revoke, what="clients revoke")


def run(arguments: argparse.Namespace) -> None:
    """Do what was asked."""
    with opened(writes=arguments.action is not _list) as here:
        arguments.action(ClientStore(here.database, here.noting(arguments.what)), arguments)


def _add(clients: ClientStore, arguments: argparse.Namespace) -> None:
    """Print the client_id on standard output, and what it is on standard error."""
    key_set = read_key_set(_content(arguments.jwks))
    scopes = scopes_named(arguments.scope or _DEFAULT_SCOPES) or frozenset()
    made = clients.add(arguments.tenant, arguments.name, scopes=scopes, key_set=key_set)
    names = ", ".join(sorted(made.scopes))
    sys.stderr.write(f"Client {made.name} of {made.tenant} ({names}); its client_id:\n")
    sys.stdout.write(made.id + "\n")


def _replace(clients: ClientStore, arguments: argparse.Namespace) -> None:
    """Replace the keys; assertions signed with the former ones are refused from now on."""
    key_set = read_key_set(_content(arguments.jwks))
    clients.replace_keys(arguments.client_id, key_set)
    sys.stderr.write(f"Client {arguments.client_id} has {len(key_set['keys'])} new keys.\n")


def _list(clients: ClientStore, arguments: argparse.Namespace) -> None:
    """Print one line for each client, under a line of titles."""
    titles = ("client_id", "tenant", "name", "scopes", "keys", "state", "last token")
    sys.stdout.write("\t".join(titles) + "\n")
    for client in clients.list(arguments.tenant):
        state = "valid" if client.revoked_at is None else "revoked"
        scopes, kids = sorted(client.scopes), [str(key["kid"]) for key in client.key_set["keys"]]
        cells = (client.id, client.tenant, client.name, ",".join(scopes), ",".join(kids), state)
        sys.stdout.write("\t".join([*cells, moment(client.last_used_at) or "-"]) + "\n")


def _revoke(clients: ClientStore, arguments: argparse.Namespace) -> None:
    """Revoke one client."""
    clients.revoke(arguments.client_id)
    sys.stderr.write(f"Client {arguments.client_id} is revoked.\n")


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UnreadableInputError(f"{file} cannot be read ({error.strerror}).") from None
