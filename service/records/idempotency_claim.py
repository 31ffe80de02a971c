"""Requests that are done once however often they are sent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to do a request that came with an idempotency key.

    Attributes
    ----------
    tenant_id, key
        Whose key.
    owner
        Tells this claim from a later one of the same key.
    request_mac
        HMAC-SHA256 of the request: address, media type and body.
    sample_id
        The sample it is about, if there is one; the kept answer goes when the sample goes.
    """

    tenant_id: str
    key: str
    owner: str
    request_mac: bytes
    sample_id: str | None


Kept = tuple[Claim, bytes] | None
"""An answer to keep with its claim, where the request came with an idempotency key."""
