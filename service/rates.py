"""Rates that all web processes of one machine keep together: token buckets in shared memory.

A bucket holds as many tokens as its rate allows a minute, and fills evenly. It is kept as one
number, the moment at which it will be full again (the generic cell rate algorithm), in memory that
the processes inherit; taking from it costs a few microseconds and no query. The table has a fixed
size: a bucket that is full says nothing that a missing one would not, so it gives way to others.
What it cannot know is other machines: each keeps rates of its own.
"""

from __future__ import annotations

import fcntl
import hashlib
import mmap
import secrets
import struct
import tempfile
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass

WINDOW_SECONDS = 60.0
_BUCKET = struct.Struct("=8sd")
_WAYS = 8
_SETS = 8192
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a bucket had a token, and how it stands.

    Attributes
    ----------
    allowed
        Whether there was a token.
    limit
        Tokens of a full bucket.
    remaining
        Tokens left.
    full_in
        Seconds until the bucket is full again.
    retry_after
        Seconds until there is a token; zero while there is one.
    """

    allowed: bool
    limit: int
    remaining: int
    full_in: float
    retry_after: float


class SharedRates:
    """Buckets that threads and forked processes share; make it before the fork.

    Parameters
    ----------
    clock
        Seconds, monotonic and the same in all processes.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._memory = mmap.mmap(-1, _SETS * _WAYS * _BUCKET.size)
        self._locks = tempfile.TemporaryFile()  # noqa: SIM115 lives as long as the buckets
        weakref.finalize(self, self._locks.close)
        self._threads = threading.Lock()
        self._names_key = secrets.token_bytes(16)

    def take(self, name: str, per_minute: int) -> Verdict:
        """Take a token from a bucket, if it has one."""
        return self._look(name, per_minute, taken=1)

    def peek(self, name: str, per_minute: int) -> Verdict:
        """Look whether a bucket has a token, and take none."""
        return self._look(name, per_minute, taken=0)

    def _look(self, name: str, per_minute: int, *, taken: int) -> Verdict:
        tag = self._tag(name)
        token_seconds = WINDOW_SECONDS / per_minute
        number = int.from_bytes(tag[:4], "big") % _SETS
        with self._threads:
            fcntl.lockf(self._locks, fcntl.LOCK_EX, 1, number)  # if we are killed it is freed
            try:
                now = self._clock()
                place, full_at = self._bucket(tag, number * _WAYS * _BUCKET.size, now)
                wait = full_at + token_seconds - now - WINDOW_SECONDS
                allowed = wait <= _ROUNDING
                if allowed and taken:
                    full_at += token_seconds
                    _BUCKET.pack_into(self._memory, place, tag, full_at)
            finally:
                fcntl.lockf(self._locks, fcntl.LOCK_UN, 1, number)
        full_in = full_at - now
        return Verdict(
            allowed=allowed,
            limit=per_minute,
            remaining=max(0, int((WINDOW_SECONDS - full_in) / token_seconds + _ROUNDING)),
            full_in=full_in,
            retry_after=0.0 if allowed else wait,
        )

    def _bucket(self, tag: bytes, first: int, now: float) -> tuple[int, float]:
        """Find a bucket's place and when it is full; or the place that can be given up best."""
        best, earliest = first, float("inf")
        for place in range(first, first + _WAYS * _BUCKET.size, _BUCKET.size):
            owner, full_at = _BUCKET.unpack_from(self._memory, place)
            if owner == tag:
                return place, max(now, full_at)
            if full_at < earliest:
                best, earliest = place, full_at
        return best, now

    def _tag(self, name: str) -> bytes:
        """Shorten a name; with a key of our own, so that nobody can choose two that collide."""
        return hashlib.blake2b(name.encode(), digest_size=8, key=self._names_key).digest()
