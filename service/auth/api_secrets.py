"""Secrets that a caller presents: how they are made, and what is kept of them.

A secret is ``alliance_<prefix>_<random>``: the prefix finds the row, the random part has 256 bits,
and only the SHA-256 of the whole is stored. (A slow password hash would protect weak secrets; these
are not weak.)
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field

_SHAPE = re.compile(r"alliance_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSecret:
    """A secret that was just made.

    Attributes
    ----------
    text
        To be shown once and never stored.
    prefix, digest
        To be stored.
    """

    text: str = field(repr=False)
    prefix: str
    digest: bytes = field(repr=False)


def new_secret(prefix: str | None = None) -> NewSecret:
    """Make a secret, with a prefix of its own unless one is given."""
    prefix = secrets.token_hex(6) if prefix is None else prefix
    text = f"alliance_{prefix}_{secrets.token_urlsafe(32)}"
    return NewSecret(text=text, prefix=prefix, digest=digest_of(text))


def prefix_of(presented: str) -> str | None:
    """Return the part that finds the row, or nothing for what is not one of our secrets."""
    shape = _SHAPE.fullmatch(presented)
    return None if shape is None else shape[1]


def digest_of(secret: str) -> bytes:
    """SHA-256 of a secret."""
    return hashlib.sha256(secret.encode()).digest()
