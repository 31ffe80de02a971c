"""What model-specific cut-offs answer."""

from __future__ import annotations

from psychometrics.declared.traits import about, result
from psychometrics.declared.vocabulary import (
    Cautions,
    ChosenWhole,
    Item,
    NotNegative,
    PersonsUsed,
    Seed,
    Share,
    Things,
)


@result
class FitValues:
    """Three indices of fit."""

    srmr: NotNegative = about("Standardized root mean square residual.")
    rmsea: Share = about("Root mean square error of approximation.")
    cfi: Share = about("Comparative fit index.")


@result
class CrossLoading:
    """A loading that the population has and the hypothesised model has not."""

    item: Item
    factor: str = about("The second factor it loads on.")
    loading: float = about("Standardized.")


@result
class ResidualCorrelation:
    """A residual correlation that the population has and the hypothesised model has not."""

    items: tuple[Item, Item] = about("Numbers of the two items.")
    correlation: float = about("Of their residuals.")


@result
class Cutoff:
    """Where an index of right and of wrong models parts."""

    value: float | None = about("The cut-off; null when the two overlap too much.")
    separation: Share | None = about(
        "Share of wrong models that it finds, while at most one minus that of right ones are "
        "called wrong: 0.95 or 0.9; null without a cut-off."
    )
    correct: float = about("Median of the index under the right model.")
    misspecified: float = about("Median of the index under the wrong model.")


@result
class CutoffLevel:
    """Cut-offs for one amount of misspecification."""

    level: ChosenWhole = about("1 is the mildest.")
    cross_loadings: tuple[CrossLoading, ...] = about("Loadings that the hypothesised model lacks.")
    residual_correlations: tuple[ResidualCorrelation, ...] = about(
        "Residual correlations that the hypothesised model lacks."
    )
    srmr: Cutoff = about("Of the SRMR.")
    rmsea: Cutoff = about("Of the RMSEA.")
    cfi: Cutoff = about("Of the CFI.")
    n_converged: Things = about("Replicates used.")


@result
class CutoffResult:
    """Model-specific cut-offs."""

    model: str = about("The model, as in the kind `cfa`.")
    estimator: str = about("`ML` or `WLSMV`.")
    n_persons: PersonsUsed = about("Complete rows, and the size of each simulated sample.")
    replicates: ChosenWhole = about("As asked for.")
    seed: Seed
    n_converged: Things = about("Replicates of the right model that were used.")
    observed: FitValues = about("Indices of the model on the sample itself.")
    levels: tuple[CutoffLevel, ...] = about("From the mildest to the strongest misspecification.")
    method: str = about("What was done, in a sentence.")
    cautions: Cautions
