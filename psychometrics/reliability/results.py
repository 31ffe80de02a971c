"""What the kind ``reliability`` finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from psychometrics.types import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class IfItemDeleted:
    """A scale's reliability without one of its items.

    Attributes
    ----------
    item
        The item left out.
    alpha
        Coefficient alpha of the others, ``None`` for fewer than two others.
    """

    item: int
    alpha: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleReliability:
    """The reliability of one scale's sum score.

    Attributes
    ----------
    items
        The scale's items.
    alpha
        Coefficient alpha with Feldt's interval.
    standardized_alpha
        Alpha of the correlation matrix.
    split_half
        The greatest split-half reliability (Guttman's λ4, correlation matrix).
    if_item_deleted
        Alpha without each item in turn.
    cautions
        Doubts a reader must know.
    """

    items: tuple[int, ...]
    alpha: Estimate
    standardized_alpha: Estimate
    split_half: Estimate
    if_item_deleted: tuple[IfItemDeleted, ...]
    cautions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityResult:
    """A reliability analysis.

    Attributes
    ----------
    n_persons
        Persons with every scored item answered.
    scales
        The subscales in the definition's order, then ``total`` where the instrument has one.
    definitions
        What each coefficient means, by its name.
    cautions
        Doubts a reader must know.
    """

    n_persons: int
    scales: Mapping[str, ScaleReliability]
    definitions: Mapping[str, str]
    cautions: tuple[str, ...]
