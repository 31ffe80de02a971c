"""Who may come in: callers, secrets, API keys, clients of SMART backend services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Scope(StrEnum):
    """What an API key may do; ``admin`` may do everything."""

    SCORE = "score"
    SAMPLES = "samples"
    ANALYSES = "analyses"
    EXPORT = "export"
    ADMIN = "admin"


class CallerKind(StrEnum):
    """How a caller proves who it is."""

    KEY = "key"
    CLIENT = "client"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who sent a request.

    Attributes
    ----------
    kind, id
        An API key or an OAuth client, and its identifier.
    tenant_id
        Whose it is; all reading and writing is bound to it.
    scopes
        What it may do.
    """

    kind: CallerKind
    id: str
    tenant_id: str
    scopes: frozenset[Scope]

    def allows(self, scope: Scope) -> bool:
        """Whether the caller was given the scope."""
        return scope in self.scopes or Scope.ADMIN in self.scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """What is kept of a secret.

    Attributes
    ----------
    digest
        Its SHA-256.
    expires_at
        Milliseconds since 1970; ``None`` for one that does not expire.
    """

    digest: bytes
    expires_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """Whose a secret is, and what it must match: after a rotation, one of two for a while.

    Attributes
    ----------
    caller, secrets
        Whose, and what.
    found_at
        When it was found, in milliseconds since 1970 by the database's clock; expiry is judged by
        it, so that clocks need not be synchronised.
    """

    caller: Caller
    secrets: tuple[Secret, ...]
    found_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """What people may see of an API key: everything but the key.

    Attributes
    ----------
    id, prefix
        Its identifier, and the part of the key that may be shown.
    tenant_id, tenant
        Whose it is, by identifier and by name.
    scopes
        What it may do.
    created_at, expires_at, revoked_at
        Milliseconds since 1970; ``None`` where it does not expire, or was not revoked.
    former_expires_at
        Until when the secret before the last rotation works; ``None`` when there was none.
    last_used_at
        When it was last used, to the minute; ``None`` if it never was.
    """

    id: str
    prefix: str
    tenant_id: str
    tenant: str
    scopes: frozenset[Scope]
    created_at: int
    expires_at: int | None = None
    revoked_at: int | None = None
    former_expires_at: int | None = None
    last_used_at: int | None = None

    def state(self, now: int) -> str:
        """Say in a word whether it is ``valid``, ``expired`` or ``revoked``."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "valid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """An OAuth client: a program that proves who it is with a key of its own.

    Attributes
    ----------
    id
        Its ``client_id``.
    tenant_id, tenant
        Whose it is, by identifier and by name.
    name
        For people.
    key_set
        Its public keys (RFC 7517), or the address (``url``) they are fetched from.
    scopes
        What it may be granted.
    created_at, revoked_at, last_used_at
        Milliseconds since 1970; ``None`` where it was not revoked, or never got a token.
    """

    id: str
    tenant_id: str
    tenant: str
    name: str
    key_set: Mapping[str, Any]
    scopes: frozenset[Scope]
    created_at: int
    revoked_at: int | None = None
    last_used_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """What a client has signed to prove who it is; good for one token.

    Attributes
    ----------
    client
        Who signed.
    jti
        Its identifier, which must not come again.
    expires_at
        Until when it must be remembered, in milliseconds since 1970.
    """

    client: Client
    jti: str
    expires_at: int
