"""Rates that all web processes of one machine keep together: token buckets in shared memory.

A bucket holds as many tokens as its rate allows a minute, and fills evenly. It is kept as one
number, the moment at which it will be full again (the generic cell rate algorithm), in memory that
the processes inherit; taking from it costs a few microseconds, no query and, while nobody else is
at it, no system call. The table has a fixed size: a bucket that is full says nothing that a missing
one would not, so it gives way to others. What it cannot know is other machines: each keeps rates of
its own.
"""

from __future__ import annotations

import hashlib
import mmap
import secrets
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.synchronize import Lock

WINDOW_SECONDS = 60.0
_BUCKET = struct.Struct("=8sd")
_WAYS = 8
_SETS = 8192
_ROUNDING = 1e-9
_LOCKS = 64
_HELD_AT_MOST = 0.25
"""Seconds. A lock is held for microseconds: whoever held it longer was killed, and whoever waits
goes on in its place. If it lives after all, one token is miscounted."""


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
        self._locks = [get_context("fork").Lock() for _ in range(_LOCKS)]
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
        lock = self._locks[number % _LOCKS]
        lock.acquire(timeout=_HELD_AT_MOST)
        try:
            now = self._clock()
            place, full_at = self._bucket(tag, number * _WAYS * _BUCKET.size, now)
            wait = full_at + token_seconds - now - WINDOW_SECONDS
            allowed = wait <= _ROUNDING
            if allowed and taken:
                full_at += token_seconds
                _BUCKET.pack_into(self._memory, place, tag, full_at)
        finally:
            _release(lock)
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


def _release(lock: Lock) -> None:
    """Release a lock; if that was waited for in vain, its holder may have done it meanwhile."""
    with suppress(ValueError):
        lock.release()
