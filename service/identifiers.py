"""Time-ordered identifiers and the service's clock."""

from __future__ import annotations

import os
import random
import secrets
import time
import uuid

import numpy as np

_TAIL = 1 << 62
"""Numbers that the last 62 bits can hold."""


def now_ms() -> int:
    """Milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def uuid7(at_ms: int | None = None) -> uuid.UUID:
    """Make a UUID version 7 (RFC 9562, section 5.7): time first, 74 random bits after."""
    milliseconds = now_ms() if at_ms is None else at_ms
    return uuid.UUID(int=_uuid7(milliseconds, secrets.randbits(74)))


def _uuid7(milliseconds: int, drawn: int) -> int:
    """Put time and 74 random bits in their places."""
    high, low = drawn >> 62, drawn & (_TAIL - 1)
    return (milliseconds << 80) | (0x7 << 76) | (high << 64) | (0b10 << 62) | low


def time_in(identifier: str) -> int:
    """Milliseconds since 1970 that a UUID version 7 begins with; 0 of anything else."""
    try:
        return uuid.UUID(identifier).int >> 80
    except ValueError:
        return 0


def trace_id() -> str:
    """Make a UUID version 7 that only has to be another each time, and may be guessed.

    So it asks the system for no randomness, which would take longer than all the rest.
    """
    drawn = random.getrandbits(74)  # reseeded in every process that is forked
    digits = f"{_uuid7(now_ms(), drawn):032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def uuid7_bytes(count: int, at_ms: int | None = None) -> bytes:
    """Make identifiers in ascending order, of one millisecond, as 16 bytes each.

    The 62 bits at the end start at a random number and count up (RFC 9562, section 6.2, method 2),
    so that the responses of a batch keep the order they came in.
    """
    milliseconds = now_ms() if at_ms is None else at_ms
    drawn = int.from_bytes(os.urandom(10), "big")
    high = (milliseconds << 16) | (0x7 << 12) | (drawn >> 68)
    start = min(drawn & (_TAIL - 1), _TAIL - count)
    halves = np.empty((count, 2), dtype=">u8")
    halves[:, 0] = high
    halves[:, 1] = np.arange(count, dtype=np.uint64) + np.uint64((0b10 << 62) | start)
    return halves.tobytes()
