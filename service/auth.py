"""API keys: how they are made, checked and remembered.

A key is ``alliance_<prefix>_<secret>``: the prefix finds the row, the secret has 256 bits, and only
the SHA-256 of the whole key is stored. (A slow password hash would protect weak secrets; these are
not weak.) A checked key is remembered for a few seconds, so that the scoring path asks the database
once in a while and not each time; a revoked key works at most that much longer.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading
import time
from collections.abc import Callable
from typing import Protocol

from service.errors import UnauthenticatedError
from service.records import ApiKey

_SHAPE = re.compile(r"alliance_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")
_NO_DIGEST = bytes(32)
_REMEMBERED_AT_MOST = 1024


class FindKey(Protocol):
    """Finds a valid key and its digest by prefix."""

    def find(self, prefix: str) -> tuple[ApiKey, bytes] | None:
        """Find the key, if there is one."""
        ...


def new_key() -> tuple[str, str, bytes]:
    """Make a key.

    Returns
    -------
    key
        To be shown once and never stored.
    prefix, digest
        To be stored.
    """
    prefix = secrets.token_hex(6)
    key = f"alliance_{prefix}_{secrets.token_urlsafe(32)}"
    return key, prefix, digest_of(key)


def digest_of(key: str) -> bytes:
    """SHA-256 of a key."""
    return hashlib.sha256(key.encode()).digest()


class Authenticator:
    """Checks keys, and remembers those it found valid.

    Parameters
    ----------
    keys
        Where keys are found.
    remember_seconds
        How long a valid key is remembered.
    clock
        Monotonic seconds.
    """

    def __init__(
        self,
        keys: FindKey,
        remember_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._keys = keys
        self._remember_seconds = remember_seconds
        self._clock = clock
        self._remembered: dict[bytes, tuple[ApiKey, float]] = {}
        self._lock = threading.Lock()

    def check(self, presented: str | None) -> ApiKey:
        """Return whose key this is.

        Raises
        ------
        UnauthenticatedError
            If there is none, or it is malformed, unknown, revoked or wrong: all look alike.
        """
        shape = _SHAPE.fullmatch(presented) if presented else None
        if presented is None or shape is None:
            raise UnauthenticatedError
        digest = digest_of(presented)
        remembered = self._remembered.get(digest)
        if remembered is not None and remembered[1] > self._clock():
            return remembered[0]
        return self._look_up(shape[1], digest)

    def _look_up(self, prefix: str, digest: bytes) -> ApiKey:
        found = self._keys.find(prefix)
        expected = _NO_DIGEST if found is None else found[1]
        if not hmac.compare_digest(expected, digest) or found is None:
            raise UnauthenticatedError
        with self._lock:
            if len(self._remembered) >= _REMEMBERED_AT_MOST:
                self._remembered.clear()
            self._remembered[digest] = (found[0], self._clock() + self._remember_seconds)
        return found[0]
