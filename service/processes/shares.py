"""How the connections of clients spread over the web processes.

All processes listen, and whoever is first takes a new connection. Clients keep theirs, and the one
that is awake is first again and again: eight clients may all be one process's, and every other core
has nothing to do. So each process writes how many connections it has where the others see it, and
one that has more than another leaves a new connection for a moment; after that it takes it itself,
for the other may be held up.
"""

from __future__ import annotations

import mmap

MOMENT_SECONDS = 0.001
"""How long a connection is left to others."""

_PLACES = 1024
"""More processes than one machine runs."""

_BYTES = 4
"""Of a count."""

_NOBODY = 2**31 - 1
"""Stands where no process is: more than anybody has."""


class Share:
    """A process's own part of the connections.

    Parameters
    ----------
    counts
        Connections by place, in memory that all processes share.
    place
        Its own.
    """

    def __init__(self, counts: memoryview, place: int) -> None:
        self._counts = counts
        self._place = place
        self._left_one = False
        self.hold(0)

    def hold(self, n_connections: int) -> None:
        """Say how many connections this process has."""
        self._counts[self._place] = n_connections

    def give_up(self) -> None:
        """Say that this process takes no connections any more."""
        self._counts[self._place] = _NOBODY

    def leaves_next(self) -> bool:
        """Whether the connection that waits is left to another process; never twice in a row."""
        fewest = min(self._counts.tolist())
        self._left_one = not self._left_one and fewest < self._counts[self._place]
        return self._left_one


class Shares:
    """The parts of all processes; made before they are."""

    def __init__(self) -> None:
        self._counts = memoryview(mmap.mmap(-1, _PLACES * _BYTES)).cast("i")
        for place in range(_PLACES):
            self._counts[place] = _NOBODY

    def new(self) -> Share:
        """Give a process that is about to start the first place that is free."""
        return Share(self._counts, self._counts.tolist().index(_NOBODY))
