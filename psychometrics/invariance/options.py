"""What may be asked of an analysis of invariance, and of a comparison of groups."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from psychometrics.cfa.options import Estimator, Missing, Rival, Structure

SAMPLE = "sample"
"""The column that names the sample of each row when several samples are given together."""


class PowerMethod(Enum):
    """How power is found; the value is the contract's name."""

    ANALYTIC = "analytic"
    SIMULATED = "simulated"


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerOptions:
    """How the power of a difference test is found.

    Attributes
    ----------
    method
        By the expansion of ``power``, or by simulation where the answer depends on it.
    replicates, seed
        Of the simulation.
    """

    method: PowerMethod = PowerMethod.ANALYTIC
    replicates: int = 200
    seed: int = 1


BY_EXPANSION = PowerOptions()
"""Power as it is found unless a simulation is asked for."""


class Step(Enum):
    """A step of the ladder; the value is the contract's name."""

    CONFIGURAL = "configural"
    THRESHOLDS = "thresholds"
    METRIC = "metric"
    SCALAR = "scalar"
    STRICT = "strict"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvarianceOptions:
    """Options of the analysis: of groups, or of occasions of the same persons.

    Attributes
    ----------
    group
        The column that names each row's group; ``None`` for the column ``sample``, which rows of
        several samples have.
    estimator
        WLSMV for ordered answers, MLR or ML for continuous ones.
    missing
        ``None`` for the estimator's usual way: FIML for ML and MLR, listwise for WLSMV.
    reference
        The group whose factors have mean zero and unit variance; ``None`` for the first in sorted
        order.
    structure
        The factors: one for each subscale, Bond against the rest, or a single one.
    called
        The name of the structure that was asked for; ``None`` where nobody asked.
    occasion
        The column that names each row's occasion, where the same persons (column ``person``) are
        compared with themselves; ``None`` to compare groups.
    occasions
        The occasions to compare; empty for all of the column.
    cluster
        The column that says who belongs together (clinician, site); MLR and WLSMV allow for it.
    power
        How the power of each step's difference test is found.
    """

    group: str | None = None
    estimator: Estimator = Estimator.WLSMV
    missing: Missing | None = None
    reference: str | None = None
    structure: Structure = Structure.CORRELATED_FACTORS
    called: str | None = None
    occasion: str | None = None
    occasions: tuple[str, ...] = ()
    cluster: str | None = None
    power: PowerOptions = BY_EXPANSION

    @property
    def repeated(self) -> bool:
        """Whether occasions of the same persons are compared."""
        return self.occasion is not None

    @property
    def rival(self) -> Rival:
        """The structure as a competing model."""
        return Rival(structure=self.structure, called=self.called)

    @property
    def between(self) -> str:
        """What is compared, in a word."""
        return "occasions" if self.repeated else "groups"

    @property
    def group_or_default(self) -> str:
        """The column that will be used."""
        return self.occasion or self.group or SAMPLE


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonOptions(InvarianceOptions):
    """Options of a comparison: those of the ladder that must carry it."""


def group_name(value: object) -> str:
    """Return a group's name: whole numbers without a decimal point."""
    if isinstance(value, float) and float(value).is_integer():
        return str(int(value))
    return str(value)
