"""What a caller can choose of the kind ``irt``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class ModelName(Enum):
    """The families of models."""

    GRADED = "graded"
    PARTIAL_CREDIT = "partial-credit"
    GENERALIZED_PARTIAL_CREDIT = "generalized-partial-credit"


class DifMethod(Enum):
    """How differential functioning is tested."""

    LIKELIHOOD_RATIO = "likelihood-ratio"
    WALD = "wald-2"


class Detail(Enum):
    """How much of each person is shown."""

    SUMMARY = "summary"
    SCORES = "scores"


@dataclass(frozen=True, slots=True, kw_only=True)
class IrtOptions:
    """The choices of one analysis.

    Attributes
    ----------
    model
        The family of category probabilities.
    rasch
        For partial credit: slope 1 and a free variance instead of one free slope and variance 1.
    scales
        Subscales or ``total``; all subscales when empty.
    group
        The column whose groups' items are compared; none: no differential functioning.
    occasion
        The column that names each row's occasion, where the same persons' items are compared over
        time (drift); the scales are then described on the reference occasion.
    occasions
        The occasions to compare; empty for all of the column.
    reference
        The group or occasion the others are compared with; the first in order when ``None``.
    dif_method
        How differential functioning is tested.
    detail
        Whether the persons' scores are listed.
    bifactor
        Whether the scale ``total`` is also described by a bifactor model.
    q3_replicates
        Samples drawn for Q3's critical value; 0 for none.
    seed
        Of that simulation.
    """

    model: ModelName = ModelName.GRADED
    rasch: bool = False
    scales: tuple[str, ...] = ()
    group: str | None = None
    occasion: str | None = None
    occasions: tuple[str, ...] = ()
    reference: str | None = None
    dif_method: DifMethod = DifMethod.LIKELIHOOD_RATIO
    detail: Detail = Detail.SUMMARY
    bifactor: bool = False
    q3_replicates: int = 200
    seed: int = 1

    @property
    def repeated(self) -> bool:
        """Whether occasions of the same persons are compared."""
        return self.occasion is not None

    @property
    def compares(self) -> bool:
        """Whether items are compared between groups or occasions."""
        return self.group is not None or self.repeated
