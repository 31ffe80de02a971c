"""What is done with missing answers."""

from __future__ import annotations

from enum import Enum


class MissingPolicy(Enum):
    """Which persons a moment is computed from."""

    LISTWISE = "Persons who answered every item."
    PAIRWISE = "For each threshold those who answered the item, for each correlation both items."
