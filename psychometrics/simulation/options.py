"""What may be asked of model-specific cut-offs."""

from __future__ import annotations

from dataclasses import dataclass, field

from psychometrics.cfa.options import Estimator, Rival, Structure

FEWEST_REPLICATES, MOST_REPLICATES = 100, 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CutoffOptions:
    """Options of the analysis.

    Attributes
    ----------
    model
        A rival with one factor, or with correlated factors.
    estimator
        ML simulates continuous answers, WLSMV ordered ones with the sample's thresholds.
    replicates
        Samples from each population, between `FEWEST_REPLICATES` and `MOST_REPLICATES`.
    seed
        Of the random numbers; the same seed gives the same answer.
    """

    model: Rival = field(default_factory=lambda: Rival(structure=Structure.CORRELATED_FACTORS))
    estimator: Estimator = Estimator.WLSMV
    replicates: int = 500
    seed: int = 1
