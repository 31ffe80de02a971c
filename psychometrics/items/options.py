"""What may be chosen for the kind ``items``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemsOptions:
    """Options of an item analysis; there are none yet that change a number."""
