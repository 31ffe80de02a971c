"""Which thread leads, and who takes its place when a request holds it up.

The thread that leads does two things in turn: it looks after all connections, and it answers a
request that is there. While it answers it looks after nothing; if that takes long, whoever watches
appoints another thread, and the one held up learns of it when it is done. So two threads never look
after the connections at once, and a short request costs no change of threads.
"""

from __future__ import annotations

import threading
import time

HELD_UP_SECONDS = 0.005
"""Answering longer than this, a thread leads no more."""

_QUIET_ROUNDS = 40
"""So many times the watch finds nobody answering before it goes to sleep."""


class Leadership:
    """Who leads, and since when it has been answering.

    The leader calls :meth:`answering` before a request and :meth:`still_leads` after it; one other
    thread watches with :meth:`wait` and :meth:`depose_if_held_up`.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._term = 0
        self._since: float | None = None
        self._quiet_rounds = 0
        self._asleep = False
        self._bell = threading.Event()

    @property
    def term(self) -> int:
        """Names the present leader, who is given it."""
        return self._term

    def answering(self) -> None:
        """Say that the leader begins to answer a request."""
        self._since = time.monotonic()
        if self._asleep:
            self._bell.set()

    def still_leads(self, term: int) -> bool:
        """Say that a request is answered; whether the one who did it still leads."""
        with self._lock:
            if term != self._term:
                return False
            self._since = None
            return True

    def depose_if_held_up(self) -> bool:
        """End the leader's term if it has been answering for long; whether that was so."""
        with self._lock:
            if self._since is None or time.monotonic() - self._since < HELD_UP_SECONDS:
                return False
            self._term += 1
            self._since = None
            return True

    def wait(self, seconds: float) -> None:
        """Wait as long as a thread may be held up; when nothing happens, until something does.

        Parameters
        ----------
        seconds
            How long to wait for that at most.
        """
        self._quiet_rounds = self._quiet_rounds + 1 if self._since is None else 0
        if self._quiet_rounds < _QUIET_ROUNDS:
            time.sleep(HELD_UP_SECONDS)
            return
        self._bell.clear()
        self._asleep = True
        if self._since is None:  # or else it was not yet known to be asleep
            self._bell.wait(seconds)
        self._asleep = False

    def wake(self) -> None:
        """Wake the one who watches."""
        self._bell.set()
