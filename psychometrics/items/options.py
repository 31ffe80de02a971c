"""What may be chosen for the kind ``items``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from psychometrics.instrument import Instrument


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemsOptions:
    """Options of an item analysis.

    Attributes
    ----------
    published_sums
        By subscale, the column that holds the sum that somebody else made of each response; the
        key that made it is looked for.
    compare_with
        Other definitions that the answers might be of.
    """

    published_sums: Mapping[str, str] = field(default_factory=dict)
    compare_with: tuple[Instrument, ...] = ()
