"""Workers watch each other: one that counts no more is dead, and what it had goes to the living.

No clock is compared with another, so that neither a jump of the time nor a difference between
machines can kill a worker. An onlooker looks at fixed intervals and counts the looks at which
another's count stood still; a look that fails (the database is away) makes it begin again.

A dead worker's row is removed by whoever sees it first. What is then held by a worker without a row
is resumed by the oldest living worker, so that two do not resume the same; were they to, the
analysis' own row would let one of them write.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Protocol

from service.request_logging import log

INTERVAL_SECONDS = 2.0
"""How often a worker counts up, at most."""


class Living(Protocol):
    """The rows of living workers."""

    def beat(self, worker: str) -> bool:
        """Count up; whether there still was a row."""
        ...

    def beats(self) -> Mapping[str, int]:
        """Return all counts by worker, the oldest worker first."""
        ...

    def remove(self, worker: str, beats: int) -> bool:
        """Declare a worker dead whose count stands where it stood; whether it did."""
        ...


class Held(Protocol):
    """What workers have taken."""

    def held(self) -> Mapping[str, str]:
        """Say which worker has each analysis that was taken."""
        ...

    def put_back(self, analyses: Collection[str]) -> None:
        """Let others take them."""
        ...


class TakenForDeadError(Exception):
    """Another worker has declared this one dead, and may run what it ran."""


class Pulse:
    """One worker's count, and what it sees of the others'.

    Parameters
    ----------
    worker
        Its own identifier.
    living, held
        The rows, and the queue.
    time_to_live
        Seconds after which a worker whose count stands still is dead.
    """

    def __init__(self, worker: str, living: Living, held: Held, *, time_to_live: float) -> None:
        self._worker = worker
        self._living = living
        self._held = held
        self.interval = min(INTERVAL_SECONDS, time_to_live / 5)
        self._looks_of_the_dead = math.ceil(time_to_live / self.interval)
        self._seen: dict[str, tuple[int, int]] = {}

    def beat(self) -> None:
        """Count up, look at the others, and care for what the dead had.

        Raises
        ------
        TakenForDeadError
            If others have declared this worker dead.
        """
        if not self._living.beat(self._worker):
            raise TakenForDeadError
        found = self._living.beats()
        self._seen = {worker: self._looked(worker, beats) for worker, beats in found.items()}
        dead = {worker for worker, (_, looks) in self._seen.items() if self._is_dead(worker, looks)}
        removed = {worker for worker in dead if self._living.remove(worker, found[worker])}
        oldest = next(worker for worker in found if worker not in removed)
        resumed = self._resume() if oldest == self._worker else 0
        if removed or resumed:
            log("workers died", workers=len(removed), resumed=resumed)

    def forget(self) -> None:
        """Begin to count looks again, after one that failed."""
        self._seen = {}

    def _resume(self) -> int:
        """Put back what workers have that do not live. Returns how many analyses.

        Who lives is asked after who has what: a worker appears before it takes anything, so that a
        new one is never taken for a dead one.
        """
        held = self._held.held()
        living = self._living.beats()
        orphans = [analysis for analysis, worker in held.items() if worker not in living]
        if orphans:
            self._held.put_back(orphans)
        return len(orphans)

    def _looked(self, worker: str, beats: int) -> tuple[int, int]:
        """Return a worker's count, and at how many looks in a row it has been the same."""
        before, looks = self._seen.get(worker, (None, 0))
        return beats, looks + 1 if beats == before else 0

    def _is_dead(self, worker: str, looks: int) -> bool:
        return worker != self._worker and looks >= self._looks_of_the_dead
