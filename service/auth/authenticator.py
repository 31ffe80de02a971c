"""Checks presented secrets, and remembers those it found valid for a few seconds.

So the scoring path asks the database once in a while and not each time; what was revoked works at
most that much longer, and what expires is not remembered beyond its end.
"""

from __future__ import annotations

import hmac
import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from service.auth.api_secrets import digest_of, prefix_of
from service.errors import UnauthenticatedError
from service.records import Caller, Credential

_REMEMBERED_AT_MOST = 4096


class FindCredential(Protocol):
    """Finds what a presented secret must match."""

    def find(self, prefix: str) -> Credential | None:
        """Find the credential of this prefix, unless it was revoked."""
        ...


class Authenticator:
    """Says whose a presented secret is.

    Parameters
    ----------
    sources
        Where credentials are found, in the order they are asked.
    remember_seconds
        How long a valid secret is remembered.
    clock
        Monotonic seconds.
    """

    def __init__(
        self,
        sources: Sequence[FindCredential],
        remember_seconds: float,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sources = sources
        self._remember_seconds = remember_seconds
        self._clock = clock
        self._remembered: dict[bytes, tuple[Caller, float]] = {}
        self._lock = threading.Lock()

    def remembered(self, presented: str | None) -> Caller | None:
        """Return who presented this secret, if that is still remembered; asks no database."""
        found = None if presented is None else self._remembered.get(digest_of(presented))
        return found[0] if found is not None and found[1] > self._clock() else None

    def check(self, presented: str | None) -> Caller:
        """Return who presented this secret.

        Raises
        ------
        UnauthenticatedError
            If there is none, or it is malformed, unknown, expired, revoked or wrong: all look
            alike.
        """
        prefix = prefix_of(presented) if presented else None
        if presented is None or prefix is None:
            raise UnauthenticatedError
        return self.remembered(presented) or self._look_up(prefix, digest_of(presented))

    def knows(self, presented: str | None) -> bool:
        """Whether this very secret was found valid by this process before."""
        return presented is not None and digest_of(presented) in self._remembered

    def _look_up(self, prefix: str, digest: bytes) -> Caller:
        found = next(filter(None, (source.find(prefix) for source in self._sources)), None)
        if found is None:
            raise UnauthenticatedError
        seconds = self._valid_seconds(found, digest)
        with self._lock:
            if seconds <= 0:
                self._remembered.pop(digest, None)
                raise UnauthenticatedError
            if len(self._remembered) >= _REMEMBERED_AT_MOST:
                self._remembered.clear()
            until = self._clock() + min(seconds, self._remember_seconds)
            self._remembered[digest] = (found.caller, until)
        return found.caller

    def _valid_seconds(self, found: Credential, digest: bytes) -> float:
        """How long the secret is valid from now on; zero or less if it is not."""
        now = found.found_at
        return max(
            (float("inf") if secret.expires_at is None else (secret.expires_at - now) / 1000)
            if hmac.compare_digest(secret.digest, digest)
            else 0.0
            for secret in found.secrets
        )
