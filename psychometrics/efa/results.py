"""What the kinds ``dimensionality`` and ``efa`` find."""

from __future__ import annotations

from collections.abc import Mapping

from psychometrics.declared.traits import about, result
from psychometrics.declared.vocabulary import (
    Cautions,
    ChiSquare,
    Chosen,
    ChosenWhole,
    Correlation,
    Df,
    Item,
    Matrix,
    NotNegative,
    PersonsUsed,
    PValue,
    Reason,
    Seed,
    Share,
    Things,
    Vector,
)
from psychometrics.types import Interval


@result
class Bartlett:
    """Bartlett's test that all correlations are zero."""

    chi_square: ChiSquare
    df: Df
    p_value: PValue


@result
class Retention:
    """Eigenvalues beside references, and how many exceed them."""

    n_factors: Things = about("Leading eigenvalues above their references.")
    eigenvalues: Vector = about("Descending, as many as items.")
    quantile_eigenvalues: Vector = about("The quantile over random samples, as many as items.")


@result
class Parallel(Retention):
    """Parallel analysis of components, and of principal axes beside it."""

    principal_axis: Retention = about(
        "The same with squared multiple correlations in the diagonal."
    )
    quantile: Chosen = about("Which quantile of the random eigenvalues must be exceeded.")
    seed: Seed
    replicates: ChosenWhole = about("Random samples.")
    used: Things = about("Random samples with positive definite correlations; others are left out.")
    random_data: str = about("What the random samples were.")


@result
class Map:
    """Velicer's minimum average partial."""

    n_factors: Things = about("Where the average is lowest.")
    average_squared_partials: Vector = about("After 0, 1, 2 … components.")


@result
class EmpiricalKaiser:
    """The empirical Kaiser criterion."""

    n_factors: Things = about("Leading eigenvalues above their references.")
    reference_eigenvalues: Vector = about("As many as items.")


@result
class RetentionSummary:
    """What the criteria say together."""

    n_factors: Mapping[str, Things] = about("Number of factors by criterion.")
    agree: bool = about("Whether they all say the same.")
    lowest: Things = about("The smallest of their answers.")
    highest: Things = about("The largest of their answers.")


@result
class DimensionalityResult:
    """How many dimensions the items have."""

    n_persons: PersonsUsed = about("Persons with every scored item answered.")
    order: tuple[Item, ...] = about("Item numbers of the rows of `correlations`.")
    correlation: str = about("Which correlations, `pearson` or `polychoric`.")
    correlations: Matrix = about("Of the items, in their order.")
    kmo: Share = about("Kaiser–Meyer–Olkin measure of all items.")
    kmo_items: Vector = about("The same of each item.", minimum=0, maximum=1)
    bartlett: Bartlett
    eigenvalues: Vector = about("Of the correlations, descending.")
    parallel: Parallel
    map: Map
    empirical_kaiser: EmpiricalKaiser
    summary: RetentionSummary
    cautions: Cautions


@result
class EfaFit:
    """How well the factors reproduce the correlations."""

    df: Df
    chi_square: ChiSquare | None = about(
        "Bartlett-corrected likelihood ratio; null without degrees of freedom."
    )
    p_value: PValue | None
    rmsea: Share | None = about("Root mean square error of approximation.")
    rmsea_interval: Interval | None = about("Its 90% interval.")
    tli: float | None = about("Tucker–Lewis index.")
    rmsr: NotNegative = about("Root mean square residual correlation.")
    reason: Reason | None


@result
class Congruence:
    """How well a factor matches a subscale's key."""

    subscale: str = about("The subscale.")
    factor: str = about("The factor matched with it, by name.")
    congruence: Correlation = about(
        "Tucker's coefficient with the key (1 for the subscale's items, 0 otherwise)."
    )


@result
class SchmidLeiman:
    """A general factor and group factors made from correlated factors."""

    general: Vector | None = about("Loadings on the general factor, by item.")
    group: Matrix | None = about("Loadings on the group factors, items by factors.")
    reason: Reason | None


@result
class BootstrapErrors:
    """Standard errors by resampling persons."""

    replicates: ChosenWhole = about("Resamples drawn.")
    used: Things = about("Resamples that gave a solution.")
    seed: Seed
    loadings: Matrix | None = about("Standard errors of the loadings.")
    factor_correlations: Matrix | None = about("Standard errors of the factor correlations.")
    reason: Reason | None


@result
class EfaResult:
    """Which factors the items show when nothing is presumed about them."""

    n_persons: PersonsUsed = about("Persons with every scored item answered.")
    n_factors: Things = about("Factors extracted.")
    extraction: str = about("How factors were extracted: `minres` or `ml`.")
    rotation: str = about("How they were rotated, in the words of the option.")
    normalize: bool = about("Whether rows had unit length meanwhile (Kaiser normalization).")
    correlation: str = about("Which correlations, `pearson` or `polychoric`.")
    order: tuple[Item, ...] = about("Item numbers of the rows.")
    factors: tuple[str, ...] = about(
        "Names of the columns: the subscales' under target rotation, else `F1`, `F2` … in the "
        "order of the variance they explain."
    )
    loadings: Matrix = about("Pattern, items by factors.")
    factor_correlations: Matrix = about("In the order and with the signs of the loadings.")
    structure: Matrix = about("Correlations of items with factors, ΛΦ, items by factors.")
    uniquenesses: Vector = about("Variance of each item that the factors leave, as a share.")
    communalities: Vector = about("Variance of each item that the factors explain, as a share.")
    explained_variance: Vector = about("Of each factor, as a share of all items' variance.")
    correlations: Matrix = about("What was factored, items by items.")
    fit: EfaFit
    congruence: tuple[Congruence, ...] | None = about(
        "With the key, where there are as many factors as subscales; null otherwise."
    )
    schmid_leiman: SchmidLeiman | None = about("Where factors are correlated; null otherwise.")
    standard_errors: BootstrapErrors | None = about(
        "Where resamples are asked for; null otherwise."
    )
    converged: bool = about("Whether the minimum was reached.")
    proper: bool = about("Whether it is no Heywood case.")
    cautions: Cautions
