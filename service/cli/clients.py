"""``alliance clients``: register programs that prove who they are with a key of their own."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from schemas.validation_errors import Fault, RefusedInputError, UnreadableInputError
from service.adapters.database.clients import ClientStore
from service.auth.jwks import read_key_set
from service.auth.scopes import SCOPES, scopes_named
from service.cli.db_session import opened
from service.cli.names import client_id, name
from service.config import Config
from service.outbound_http import OutboundError
from service.serializers import moment

_DEFAULT_SCOPES = ["score", "samples", "analyses", "export"]
_JWKS_HELP = "its public keys as a JSON Web Key Set (RSA, or EC on P-384)"


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the four actions."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")

    add = actions.add_parser("add", help="register a client and print its client_id")
    add.add_argument("--tenant", type=name, required=True, help="whose client it is; made when new")
    add.add_argument("--name", type=name, required=True, help="for people")
    _take_keys(add)
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
    _take_keys(replace)
    replace.set_defaults(action=_replace, what="clients replace-keys")

    listing = actions.add_parser("list", help="list clients with their state")
    listing.add_argument("--tenant", type=name, help="of this tenant only")
    listing.set_defaults(action=_list, what="clients list")

    revoke = actions.add_parser("revoke", help="make a client and its tokens invalid")
    revoke.add_argument("client_id", type=client_id)
    revoke.set_defaults(action=_revoke, what="clients revoke")


def _take_keys(parser: argparse.ArgumentParser) -> None:
    keys = parser.add_mutually_exclusive_group(required=True)
    keys.add_argument("--jwks", type=Path, metavar="FILE", help=_JWKS_HELP)
    keys.add_argument(
        "--jwks-url",
        metavar="URL",
        help="address to fetch them from; its host must be in ALLIANCE_JWKS_HOSTS",
    )


def run(arguments: argparse.Namespace) -> None:
    """Do what was asked."""
    with opened(writes=arguments.action is not _list) as here:
        arguments.action(ClientStore(here.database, here.noting(arguments.what)), arguments)


def _add(clients: ClientStore, arguments: argparse.Namespace) -> None:
    """Print the client_id on standard output, and what it is on standard error."""
    key_set = _key_set(arguments)
    scopes = scopes_named(arguments.scope or _DEFAULT_SCOPES) or frozenset()
    made = clients.add(arguments.tenant, arguments.name, scopes=scopes, key_set=key_set)
    names = ", ".join(sorted(made.scopes))
    sys.stderr.write(f"Client {made.name} of {made.tenant} ({names}); its client_id:\n")
    sys.stdout.write(made.id + "\n")


def _replace(clients: ClientStore, arguments: argparse.Namespace) -> None:
    """Replace the keys; assertions signed with the former ones are refused from now on."""
    key_set = _key_set(arguments)
    clients.replace_keys(arguments.client_id, key_set)
    keys = key_set.get("keys")
    new = "the keys of its new address" if keys is None else f"{len(keys)} new keys"
    sys.stderr.write(f"Client {arguments.client_id} has {new}.\n")


def _list(clients: ClientStore, arguments: argparse.Namespace) -> None:
    """Print one line for each client, under a line of titles."""
    titles = ("client_id", "tenant", "name", "scopes", "keys", "state", "last token")
    sys.stdout.write("\t".join(titles) + "\n")
    for client in clients.list(arguments.tenant):
        state = "valid" if client.revoked_at is None else "revoked"
        scopes, kids = sorted(client.scopes), _names_of_keys(client.key_set)
        cells = (client.id, client.tenant, client.name, ",".join(scopes), ",".join(kids), state)
        sys.stdout.write("\t".join([*cells, moment(client.last_used_at) or "-"]) + "\n")


def _revoke(clients: ClientStore, arguments: argparse.Namespace) -> None:
    """Revoke one client."""
    clients.revoke(arguments.client_id)
    sys.stderr.write(f"Client {arguments.client_id} is revoked.\n")


def _key_set(arguments: argparse.Namespace) -> dict[str, Any]:
    """Read the keys that were given, or check the address they are to be fetched from."""
    if arguments.jwks_url is None:
        return read_key_set(_content(arguments.jwks))
    try:
        Config.from_environment().jwks_allowed.check(arguments.jwks_url)
    except OutboundError as error:
        fault = Fault(pointer="/jwks-url", code="invalid", detail=f"Refused: {error.reason}.")
        raise RefusedInputError([fault]) from None
    return {"url": arguments.jwks_url}


def _names_of_keys(key_set: Mapping[str, Any]) -> list[str]:
    return [str(key["kid"]) for key in key_set.get("keys", ())] or [str(key_set.get("url"))]


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UnreadableInputError(f"{file} cannot be read ({error.strerror}).") from None
