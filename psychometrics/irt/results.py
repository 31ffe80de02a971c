"""What the kind ``irt`` finds."""

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
    GroupName,
    Item,
    NotNegative,
    Persons,
    PersonsUsed,
    PValue,
    Reason,
    Seed,
    Share,
    StandardError,
    Things,
    Vector,
)


@result
class ItemFit:
    """An item's S-X²: whether its categories follow the sum score as the model says."""

    s_x2: ChiSquare
    df: Df
    p_value: PValue | None
    rmsea: Share | None = about("Misfit per degree of freedom; null without degrees of freedom.")


@result
class MeanSquares:
    """Mean squared standardized residuals of an item or a person; 1 is expected."""

    infit: NotNegative = about("Weighted by the model's variance.")
    outfit: NotNegative = about("Not weighted, so that single surprising answers count more.")


@result
class CategoryMerger:
    """Two neighbouring answers that could be one."""

    category: float = about("The answer that would be merged.")
    into: float = about("The answer it would be merged with.")


@result
class ItemEstimates:
    """One item of a scale."""

    item: Item
    discrimination: float = about("Slope a, in the logistic metric without the constant 1.7.")
    discrimination_standard_error: StandardError | None = about(
        "Its standard error; null where the slope is fixed or no error can be computed."
    )
    thresholds: tuple[float, ...] = about(
        "Difficulties b of the steps between neighbouring categories; empty where the item does "
        "not discriminate."
    )
    threshold_standard_errors: tuple[StandardError, ...] | None = about("Their standard errors.")
    categories: tuple[float, ...] = about("Answers that occur; the thresholds lie between them.")
    ordered: bool = about("Whether the thresholds ascend.")
    scalability: float | None = about("Loevinger's H of the item; monotonicity is kept above .30.")
    fit: ItemFit | None
    mean_squares: MeanSquares | None = about("For partial credit: infit and outfit.")
    proposal: tuple[CategoryMerger, ...] = about(
        "Where thresholds are disordered: mergers after which they ascend."
    )


@result
class ScaleFit:
    """The model's fit to univariate and bivariate moments."""

    statistic: str = about("Which statistic: `C2` or `M2*`.")
    m2: ChiSquare
    df: Df
    p_value: PValue
    rmsea: Share = about("Root mean square error of approximation.")
    srmsr: NotNegative = about("Root mean squared residual correlation.")
    cfi: Share | None = about("Comparative fit index against independent items.")
    tli: float | None = about("Tucker–Lewis index against independent items.")
    n_complete: PersonsUsed = about("Persons with every item answered, who are used here.")


@result
class PairDependence:
    """Q3 of a pair of items."""

    items: tuple[Item, ...] = about("The two items.")
    q3: Correlation | None = about("Correlation of their residuals.")
    dependent: bool = about("Whether it exceeds the mean by more than the critical value.")


@result
class Q3Critical:
    """How far the largest Q3 may lie above the mean if items are locally independent."""

    largest: Correlation = about("The largest Q3.")
    mean: Correlation = about("Mean of all pairs.")
    critical_value: NotNegative | None = about(
        "95% quantile of largest less mean, by simulation; null where none was asked for."
    )
    exceeded: bool | None = about("Whether largest less mean exceeds it.")
    replicates: ChosenWhole = about("Samples simulated.")
    seed: Seed


@result
class InformationCurve:
    """The scale's information on the trait."""

    theta: Vector = about("Points of the trait.")
    test: Vector = about("Information of the scale.")
    standard_error: Vector = about("1 / √information.")
    items: tuple[Vector, ...] = about("Information of each item, in the order of the items.")


@result
class ScoreReliability:
    """How reliable the scores are."""

    marginal: Share = about("Expected over a standard normal trait.")
    empirical: Share | None = about("Share of the variance of the scores that is not error.")


@result
class TargetingBin:
    """Persons and thresholds in an interval of the trait."""

    lower: Chosen = about("Lower limit.")
    upper: Chosen = about("Upper limit.")
    persons: Persons = about("Persons whose score lies in it.")
    thresholds: Things = about("Thresholds that lie in it.")


@result
class Targeting:
    """Where the persons are, and where the items measure."""

    person_mean: float = about("Mean of the persons' scores.")
    person_sd: NotNegative = about("Standard deviation of the persons' scores.")
    threshold_mean: float = about("Mean of all thresholds.")
    lowest_threshold: float = about("The lowest threshold of any item.")
    highest_threshold: float = about("The highest threshold of any item.")
    share_below_lowest: Share = about("Persons whose score lies below the lowest threshold.")
    share_above_highest: Share = about("Persons whose score lies above the highest threshold.")
    share_at_highest_sum: Share = about("Persons with the highest answer to all they answered.")
    measured_from: float | None = about(
        "Where the reliability first reaches .70; null if it nowhere does."
    )
    measured_to: float | None = about("Where the reliability is last .70.")
    share_measured: Share = about("Persons whose score lies where the reliability is .70.")
    bins: tuple[TargetingBin, ...] = about("Persons and thresholds along the trait.")


@result
class SumScore:
    """What a sum score says of the trait."""

    sum: Things = about("Sum of the answers.")
    theta: float = about("The trait expected at this sum.")
    standard_error: StandardError


@result
class ShortForm:
    """The items that keep most of the reliability at a given length."""

    n_items: Things = about("Number of items.")
    items: tuple[Item, ...] = about("The best items.")
    search: str = about("How they were found: `exhaustive` or `greedy`.")
    marginal_reliability: Share = about("Of the short form.")
    lost: float = about("Marginal reliability lost against all items.")
    greedy_items: tuple[Item, ...] = about("Items that leaving out one after the other keeps.")
    greedy_marginal_reliability: Share = about("Of those.")


@result
class PersonFit:
    """How many persons answer unlike the model, by l_z*."""

    n_persons: PersonsUsed = about("Persons whose answers can be tested.")
    n_flagged: Persons = about("Persons below the critical value.")
    share_flagged: Share = about("Their share; 5% are expected.")
    critical_value: Chosen = about("5% quantile of the standard normal distribution.")
    n_noisy: Persons | None = about(
        "For partial credit: persons whose infit or outfit exceeds 2; else null."
    )


@result
class PersonScore:
    """One person's score."""

    theta: float = about("Expected a posteriori.")
    standard_error: StandardError
    person_fit: float | None = about("l_z*, approximately standard normal; low is unlikely.")
    mean_squares: MeanSquares | None = about(
        "For partial credit: infit and outfit of the person's answers."
    )


@result
class Criterion:
    """One part of a rule."""

    name: str = about("What is asked.")
    value: float | None = about("What was found.")
    bound: str = about("What is required.")
    met: bool | None = about("Whether it is met; null if unknown.")


@result
class StructuralValidity:
    """COSMIN's criterion for structural validity by item response theory."""

    rating: str = about("`sufficient`, `insufficient` or `indeterminate`.")
    criteria: tuple[Criterion, ...] = about(
        "Its parts: all must be met, of the two on local independence one."
    )
    n_required: ChosenWhole = about(
        "Persons that the model needs; with fewer the rating is `indeterminate`."
    )
    source: str = about("Where the rule comes from.")
    status: str = about("How well the source is known.")


@result
class BifactorItem:
    """An item's slopes on the general trait and on that of its subscale."""

    item: Item
    subscale: str = about("Its subscale.")
    general: float = about("Slope on the general trait.")
    general_standard_error: StandardError | None
    specific: float = about("Slope on the subscale's own trait.")
    specific_standard_error: StandardError | None
    general_loading: Correlation = about("Standardized loading on the general trait.")
    specific_loading: Correlation = about("Standardized loading on the subscale's own trait.")


@result
class BifactorModel:
    """The graded bifactor model of the total: a general trait and one of each subscale."""

    log_likelihood: float | None = about("At the maximum.")
    n_parameters: Things | None = about("Free parameters.")
    aic: float | None = about("Akaike's information criterion.")
    bic: float | None = about("Bayesian information criterion, by the number of persons.")
    explained_common_variance: Share | None = about("Share of the common variance that is general.")
    items: tuple[BifactorItem, ...] = about("In the order of the scale.")
    reason: Reason | None
    cautions: Cautions


@result
class ScaleIrt:
    """One scale's items, fit and scores."""

    n_persons: PersonsUsed = about("Persons who answered at least one of the items.")
    n_complete: Persons = about("Persons who answered all of them.")
    model: str = about("The family of models.")
    rasch: bool = about("Whether slopes are 1 and the variance is free.")
    converged: bool = about("Whether the likelihood's maximum was found.")
    log_likelihood: float | None = about("At the maximum.")
    n_parameters: Things | None = about("Free parameters.")
    aic: float | None = about("Akaike's information criterion.")
    bic: float | None = about("Bayesian information criterion, by the number of persons.")
    variance: NotNegative | None = about("Of the trait, in the Rasch form.")
    variance_standard_error: StandardError | None
    items: tuple[ItemEstimates, ...] = about("In the order of the scale.")
    fit: ScaleFit | None
    fit_reason: Reason | None = about("Why there is no fit.")
    score_fit: ScaleFit | None = about(
        "M2*, all moments of the scores, beside C2; null where it has no degrees of freedom, as in "
        "short scales with a slope for each item."
    )
    local_dependence: tuple[PairDependence, ...] = about("Every pair of items.")
    q3_critical: Q3Critical | None
    information: InformationCurve | None
    reliability: ScoreReliability | None
    targeting: Targeting | None
    conversion: tuple[SumScore, ...] = about("The trait at each sum of answers.")
    short_forms: tuple[ShortForm, ...] = about("From all items but one downwards.")
    person_fit: PersonFit | None
    structural_validity: StructuralValidity | None
    bifactor: BifactorModel | None = about("Of the total, where it was asked for.", default=None)
    scores: tuple[PersonScore, ...] | None = about(
        "Of each person used, in their order, where they were asked for."
    )
    reason: Reason | None = about("Why nothing could be estimated.")
    cautions: Cautions


@result
class DifEffect:
    """How large an item's differential functioning is, focal less reference group."""

    expected_score_difference: float = about(
        "Mean difference of the expected answers over the focal group's trait.", unit="points"
    )
    unsigned: NotNegative = about("Mean absolute difference.", unit="points")
    dmacs: NotNegative = about("Root mean squared difference in pooled standard deviations.")


@result
class LogisticDif:
    """Differential functioning by ordinal logistic regression on the sum score."""

    chi_square: ChiSquare
    df: Df
    p_value: PValue
    r2_change: float = about("McFadden's R² gained by group and its product with the sum.")
    r2_change_uniform: float = about("McFadden's R² gained by the group alone.")


@result
class DifCurve:
    """Expected answers in two groups along the trait."""

    theta: Vector = about("Points of the trait.")
    reference: Vector = about("Expected answers in the reference group.", unit="points")
    focal: Vector = about("Expected answers in the focal group.", unit="points")


@result
class ItemDif:
    """Whether one item works differently between groups."""

    item: Item
    scale: str = about("Its scale.")
    anchors: tuple[Item, ...] = about("Items that are equal between the groups in this test.")
    chi_square: ChiSquare
    df: Df
    p_value: PValue
    adjusted_p_value: PValue = about("Holm's, over the items of the scale.")
    flagged: bool = about("Whether the adjusted p value is below .05.")
    effect: DifEffect
    focal: Things = about("The focal group's place among the groups; the reference is 1.")
    class_: str = about(
        "`none` if not flagged, else by dMACS: `negligible`, `small`, `medium`, `large`."
    )
    logistic: LogisticDif | None
    curve: DifCurve | None = about("Of a flagged item: its expected answers.")


@result
class LatentShift:
    """What the flagged items move in a latent difference."""

    scale: str = about("The scale.")
    focal: Things = about("The focal group's place among the groups; the reference is 1.")
    moved: float = about(
        "By how much the group's latent mean, in standard deviations of the reference, is larger "
        "when every item is taken as equal than with the flagged items free."
    )


@result
class DifGroup:
    """A group, or an occasion."""

    name: GroupName
    n_persons: PersonsUsed


@result
class Dif:
    """Which items work differently between groups."""

    method: str = about("How it was tested.")
    between: str = about(
        "What is compared: `groups` of different persons or `occasions` of the same."
    )
    groups: tuple[DifGroup, ...] = about("The groups or occasions, the reference first.")
    items: tuple[ItemDif, ...] = about("One for each item of each scale.")
    shifts: tuple[LatentShift, ...] = about("One for each scale and focal group.")
    reasons: Mapping[str, Reason] = about("By scale: why nothing could be tested.")
    cautions: Cautions


@result
class IrtResult:
    """What each item measures, where on the trait, and for whom."""

    n_persons: PersonsUsed = about("Persons who answered at least one item of the scales.")
    scales: Mapping[str, ScaleIrt] = about("By name.")
    dif: Dif | None
    cautions: Cautions
