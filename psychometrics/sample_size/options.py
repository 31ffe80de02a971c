"""What may be chosen for the kind ``sufficiency``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

SIZES = (100, 150, 200, 300, 400, 600, 800, 1200)
"""Sample sizes a simulation tries unless told otherwise."""


class Truth(Enum):
    """Where the population of a simulation comes from."""

    SUPPOSED = "supposed"
    FITTED = "fitted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """A Monte Carlo study of the sample size that a factor model needs.

    Attributes
    ----------
    truth
        Whether the population is supposed or fitted to these answers.
    loading, factor_correlation, ceiling
        The supposed population: every item's loading, the correlation of any two factors, and how
        far thresholds lie below their even spacing, in standard deviations.
    sizes
        Numbers of persons to try, ascending.
    replicates
        Samples drawn of each size.
    seed
        Of the random numbers.
    standard_error
        The largest standard error of a standardized loading that is precise enough.
    power
        How often the factors must be told apart: the upper 95% limit of each factor correlation
        below 1.
    """

    truth: Truth = Truth.SUPPOSED
    loading: float = 0.7
    factor_correlation: float = 0.7
    ceiling: float = 0.3
    sizes: tuple[int, ...] = SIZES
    replicates: int = 100
    seed: int = 1
    standard_error: float = 0.1
    power: float = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class SufficiencyOptions:
    """Options of a sufficiency analysis.

    Attributes
    ----------
    group
        The column whose groups are to be compared, or ``None``.
    outcomes
        Columns to be correlated with the alliance; empty stands for every column that may be
        one, ``None`` for none.
    correlation
        The size of correlation that should not be missed.
    power
        The probability of not missing it, at a two-sided level of 5%.
    simulation
        A Monte Carlo study, or ``None`` for the counting rules alone.
    """

    group: str | None = None
    outcomes: tuple[str, ...] | None = ()
    correlation: float = 0.2
    power: float = 0.8
    simulation: Simulation | None = None
