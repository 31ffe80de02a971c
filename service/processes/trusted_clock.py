"""The time of day, as far as a single clock can be believed.

What is deleted for its age cannot be had back, so a clock that is wrong for a while must not delete
it: a leap forwards counts only once it has held from one look to the next, a leap back at once. The
first look believes nothing, for a machine that was just started may not have set its clock yet.
"""

from __future__ import annotations

import time

from service.identifiers import now_ms


class Calendar:
    """Says the time, look after look; what passed between two looks no jump can lengthen."""

    def __init__(self) -> None:
        self._said, self._looked_at = 0, 0.0

    def now_ms(self) -> int:
        """Say what time it is at the latest, in milliseconds since 1970; at first 0."""
        before, looked_at = self._said, self._looked_at
        self._said, self._looked_at = now_ms(), time.monotonic()
        passed = int((self._looked_at - looked_at) * 1000)
        return min(self._said, before + passed) if before else 0
