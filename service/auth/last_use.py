"""When keys were last used: noted at most once a minute for each, and written in the background."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence

from service.batch_writer import Batches
from service.identifiers import now_ms

_NOTE_SECONDS = 60.0
_GATHER_SECONDS = 2.0
_NOTED_AT_MOST = 10_000

WriteUse = Callable[[Collection[str], int], None]
"""Writes that these keys were used at this time, in milliseconds since 1970."""


class LastUse:
    """Notes that keys are used.

    Parameters
    ----------
    write
        Writes a time for several keys.
    clock
        Monotonic seconds.
    """

    def __init__(self, write: WriteUse, clock: Callable[[], float] = time.monotonic) -> None:
        self._write_use = write
        self._clock = clock
        self._noted: dict[str, float] = {}
        self._batches = Batches(self._write, seconds=_GATHER_SECONDS, at_most=_NOTED_AT_MOST)

    def note(self, key_id: str) -> None:
        """Note that a key is used now; cheap when that was noted within the last minute."""
        now = self._clock()
        if now - self._noted.get(key_id, -_NOTE_SECONDS) < _NOTE_SECONDS:
            return
        if len(self._noted) >= _NOTED_AT_MOST:
            self._noted.clear()
        self._noted[key_id] = now
        self._batches.add(key_id)

    def close(self) -> None:
        """Write what was noted."""
        self._batches.close()

    def _write(self, key_ids: Sequence[str]) -> None:
        self._write_use(sorted(set(key_ids)), now_ms())
