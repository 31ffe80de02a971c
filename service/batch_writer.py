"""Writing in the background: requests leave items, one thread writes them together.

A request does not wait for the disk, unless it asks to; many items cost one transaction. What waits
when the process is killed outright is lost; when it is asked to stop, it is written first.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from service.identifiers import uuid7
from service.request_logging import log

_Item = TypeVar("_Item")
Write = Callable[[Sequence[_Item]], None]
"""Writes items; all or none."""

_RETRY_SECONDS = 1.0
_CLOSING_SECONDS = 10.0


class Batches(Generic[_Item]):
    """Collects items and writes them together.

    The thread starts with the first item, so after a fork. A write that fails is repeated with what
    came meanwhile, in order.

    Parameters
    ----------
    write
        Writes items; all or none.
    seconds
        How long an item waits for others.
    at_most
        Items that may wait; when there are more, the new ones are dropped and counted.
    """

    def __init__(self, write: Write[_Item], *, seconds: float, at_most: int) -> None:
        self._write = write
        self._seconds = seconds
        self._at_most = at_most
        self._changed = threading.Condition()
        self._waiting: list[_Item] = []
        self._added = self._written = self._wanted = self._dropped = 0
        self._closed = False
        self._thread: threading.Thread | None = None

    def add(self, item: _Item) -> None:
        """Leave an item to be written soon."""
        with self._changed:
            self._append(item)

    def add_and_wait(self, item: _Item, seconds: float) -> bool:
        """Leave an item, have it written at once, and wait; whether it was written in time."""
        with self._changed:
            if not self._append(item):
                return False
            number = self._wanted = self._added
            self._changed.notify_all()
            return self._changed.wait_for(lambda: self._written >= number, seconds)

    def close(self) -> None:
        """Write what waits and stop; items that come later are dropped."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(_CLOSING_SECONDS)

    def _append(self, item: _Item) -> bool:
        if self._closed or len(self._waiting) >= self._at_most:
            self._drop()
            return False
        self._waiting.append(item)
        self._added += 1
        if len(self._waiting) == 1:  # those that follow find the thread gathering already
            self._changed.notify_all()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()
        return True

    def _drop(self) -> None:
        """Count what is lost, and say so at the first and at each thousandth."""
        if self._dropped % 1000 == 0:
            log("background writing is behind", level=logging.ERROR, dropped=self._dropped + 1)
        self._dropped += 1

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return
                self._changed.wait_for(self._is_urgent, self._seconds)
                taken = tuple(self._waiting)
            if self._try_to_write(taken):
                with self._changed:
                    del self._waiting[: len(taken)]
                    self._written += len(taken)
                    self._changed.notify_all()
            elif self._closed:
                return
            else:
                time.sleep(_RETRY_SECONDS)

    def _is_urgent(self) -> bool:
        return self._closed or self._wanted > self._written

    def _try_to_write(self, items: Sequence[_Item]) -> bool:
        try:
            self._write(items)
        except Exception:  # noqa: BLE001 the thread's outermost door: log it and try again
            log(
                "incident",
                level=logging.ERROR,
                error=True,
                incident=str(uuid7()),
                unwritten=len(items),
            )
            return False
        return True
