"""Time-ordered identifiers and the service's clock."""

from __future__ import annotations

import os
import time
import uuid

_RANDOM_BITS = 74


def now_ms() -> int:
    """Milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def uuid7(at_ms: int | None = None) -> uuid.UUID:
    """Make a UUID version 7 (RFC 9562, section 5.7): time first, 74 random bits after."""
    return uuid.UUID(bytes=uuid7_bytes(1, at_ms)[0])


def uuid7_bytes(count: int, at_ms: int | None = None) -> list[bytes]:
    """Make identifiers in ascending order, of one millisecond, as 16 bytes each.

    The 74 bits after the time start at a random number and count up (RFC 9562, section 6.2,
    method 2), so that the rows of a batch keep the order they came in.
    """
    milliseconds = now_ms() if at_ms is None else at_ms
    start = int.from_bytes(os.urandom(10), "big") >> (80 - _RANDOM_BITS)
    first = min(start, (1 << _RANDOM_BITS) - count)
    return [_version_7(milliseconds, first + step).to_bytes(16, "big") for step in range(count)]


def _version_7(milliseconds: int, tail: int) -> int:
    high, low = tail >> 62, tail & ((1 << 62) - 1)
    return (milliseconds << 80) | (0x7 << 76) | (high << 64) | (0b10 << 62) | low
