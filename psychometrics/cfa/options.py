"""What may be asked of a confirmatory factor analysis."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Structure(Enum):
    """How a rival model relates items and factors; the value is the contract's name."""

    ONE_FACTOR = "one-factor"
    TWO_FACTOR = "two-factor"
    THREE_FACTOR = "three-factor"
    SECOND_ORDER = "second-order"
    BIFACTOR = "bifactor"


class Estimator(Enum):
    """How a model is estimated; the value is the contract's name."""

    ML = "ML"
    MLR = "MLR"
    WLSMV = "WLSMV"


class Missing(Enum):
    """Which answers of incomplete rows count; the value is the contract's name."""

    LISTWISE = "listwise"
    FIML = "fiml"
    PAIRWISE = "pairwise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """A rival model: a structure, with or without a factor of the reverse-keyed items.

    Attributes
    ----------
    structure
        How items and factors relate.
    method
        Whether the reverse-keyed items have a factor of their own.
    """

    structure: Structure
    method: bool = False

    @property
    def name(self) -> str:
        """The contract's name, for example ``bifactor+method``."""
        return f"{self.structure.value}+method" if self.method else self.structure.value


@dataclass(frozen=True, slots=True, kw_only=True)
class CfaOptions:
    """Options of the analysis.

    Attributes
    ----------
    models
        The rivals to fit, in order; ``None`` for all that the instrument allows.
    estimator
        How they are estimated.
    missing
        ``None`` for the estimator's usual way: listwise for WLSMV; FIML for ML and MLR, which is
        plain maximum likelihood where no answer is missing.
    cluster
        Column that says who belongs together; standard errors and scaled tests of MLR and WLSMV
        then allow for it.
    """

    models: tuple[Rival, ...] | None = None
    estimator: Estimator = Estimator.WLSMV
    missing: Missing | None = None
    cluster: str | None = None

    def treatment(self, *, complete: bool) -> Missing:
        """Return the treatment of missing answers for a sample with or without them."""
        if self.missing is not None:
            return self.missing
        if self.estimator is Estimator.WLSMV or complete:
            return Missing.LISTWISE
        return Missing.FIML
