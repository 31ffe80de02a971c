"""What may be asked of a confirmatory factor analysis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum


class Structure(Enum):
    """How a rival model relates items and factors; the value is the contract's name."""

    ONE_FACTOR = "one-factor"
    TWO_FACTOR = "two-factor"
    CORRELATED_FACTORS = "correlated-factors"
    """One factor for each subscale, whatever their number."""
    SECOND_ORDER = "second-order"
    BIFACTOR = "bifactor"


THREE_FACTOR = "three-factor"
"""The other name of correlated factors, where a form has three subscales."""

METHOD = "+method"
"""What the name of a model with a factor of the reverse-keyed items ends in."""


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
    called
        The name of the structure that was asked for; ``None`` where nobody asked.
    """

    structure: Structure
    method: bool = False
    called: str | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """The public name, for example ``bifactor+method``."""
        return (self.called or self.structure.value) + (METHOD if self.method else "")

    def named_for(self, n_subscales: int) -> Rival:
        """Return the same with the name it has on a form where nobody asked for one."""
        if self.called is not None or self.structure is not Structure.CORRELATED_FACTORS:
            return self
        return replace(self, called=THREE_FACTOR if n_subscales == 3 else None)


def names_of(structure: Structure) -> tuple[str, ...]:
    """Return the names that a structure goes by in a result, without a method factor."""
    other = (THREE_FACTOR,) if structure is Structure.CORRELATED_FACTORS else ()
    return (structure.value, *other)


NAMED: Mapping[str, Rival] = {
    rival.name: rival
    for method in (False, True)
    for structure in Structure
    for name in names_of(structure)
    for rival in (Rival(structure=structure, method=method, called=name),)
}
"""Competing models by their names."""


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
