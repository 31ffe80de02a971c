"""What model-specific cut-offs answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FitValues:
    """Three indices of fit.

    Attributes
    ----------
    srmr, rmsea, cfi
        The indices.
    """

    srmr: float
    rmsea: float
    cfi: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossLoading:
    """A loading that the population has and the hypothesised model has not.

    Attributes
    ----------
    item
        Number of the item.
    factor
        The second factor it loads on.
    loading
        Standardized.
    """

    item: int
    factor: str
    loading: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidualCorrelation:
    """A residual correlation that the population has and the hypothesised model has not.

    Attributes
    ----------
    items
        Numbers of the two items.
    correlation
        Of their residuals.
    """

    items: tuple[int, int]
    correlation: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutoff:
    """Where an index of right and of wrong models parts.

    Attributes
    ----------
    value
        The cut-off; ``None`` when the two overlap too much.
    separation
        Share of wrong models that it finds, while at most one minus that of right ones are called
        wrong: 0.95 or 0.9; ``None`` without a cut-off.
    correct, misspecified
        Medians of the index under the right and the wrong model.
    """

    value: float | None
    separation: float | None
    correct: float
    misspecified: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CutoffLevel:
    """Cut-offs for one amount of misspecification.

    Attributes
    ----------
    level
        1 is the mildest.
    cross_loadings, residual_correlations
        How the population differs from the hypothesised model.
    srmr, rmsea, cfi
        The cut-offs.
    n_converged
        Replicates used.
    """

    level: int
    cross_loadings: tuple[CrossLoading, ...]
    residual_correlations: tuple[ResidualCorrelation, ...]
    srmr: Cutoff
    rmsea: Cutoff
    cfi: Cutoff
    n_converged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CutoffResult:
    """Model-specific cut-offs.

    Attributes
    ----------
    model, estimator
        Names, as in the kind ``cfa``.
    n_persons
        Complete rows, and the size of each simulated sample.
    replicates, seed
        As asked for.
    n_converged
        Replicates of the right model that were used.
    observed
        Indices of the model on the sample itself.
    levels
        From the mildest to the strongest misspecification.
    method
        What was done, in a sentence.
    cautions
        Doubts.
    """

    model: str
    estimator: str
    n_persons: int
    replicates: int
    seed: int
    n_converged: int
    observed: FitValues
    levels: tuple[CutoffLevel, ...]
    method: str
    cautions: tuple[str, ...]
