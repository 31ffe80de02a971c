"""Waiting for an analysis within a request.

Each wait holds a thread of the web process, so that only some of them may wait at a time; who comes
beyond that is answered at once and may ask again.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Request

from service.interfaces import JobQueue
from service.records import Standing

DEFAULT_WAIT = 5.0
PLACES = 8
_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,6})\"?(?:$|[,;\s])", re.IGNORECASE)
_FIRST_LOOK, _LONGEST_LOOK = 0.02, 0.2

_places = threading.BoundedSemaphore(PLACES)


def preferred_wait(incoming: Request, maximum: int) -> float:
    """Read how long the caller wants to wait (RFC 7240), in seconds."""
    prefer = ", ".join(incoming.headers.getlist("Prefer"))
    found = _WAIT.search(prefer)
    if found:
        return float(min(int(found[1]), maximum))
    return 0.0 if "respond-async" in prefer.lower() else min(DEFAULT_WAIT, maximum)


@contextmanager
def place_to_wait() -> Iterator[bool]:
    """Take a place for as long as the block runs; whether there was one."""
    taken = _places.acquire(blocking=False)
    try:
        yield taken
    finally:
        if taken:
            _places.release()


def standings(queue: JobQueue, tenant_id: str, job_id: str, seconds: float) -> Iterator[Standing]:
    """Look at an analysis again and again: until it is finished, or the time is over."""
    deadline = time.monotonic() + seconds
    pause = _FIRST_LOOK
    while True:
        standing = queue.standing(tenant_id, job_id)
        yield standing
        left = deadline - time.monotonic()
        if standing.status.finished or left <= 0:
            return
        time.sleep(min(pause, left))
        pause = min(1.3 * pause, _LONGEST_LOOK)
