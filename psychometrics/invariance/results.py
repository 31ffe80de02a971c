"""What analyses of invariance answer, in the contract's words."""

from __future__ import annotations

from psychometrics.cfa.results import ModelFit
from psychometrics.clusters import Clusters
from psychometrics.declared.traits import about, result
from psychometrics.declared.vocabulary import (
    Cautions,
    ChiSquare,
    Df,
    GroupName,
    Item,
    NotNegative,
    PersonsUsed,
    Probability,
    PValue,
    StandardError,
    Things,
)
from psychometrics.types import Interval


@result
class GroupResult:
    """A group, or an occasion, and the persons used."""

    name: GroupName = about("The value in the column that makes groups or occasions.")
    n: PersonsUsed = about("Persons used; of an occasion, those who answered there.")


@result
class DifferenceResult:
    """The test of a step against a larger one."""

    chi_square: ChiSquare | None
    df: Df
    p_value: PValue | None


@result
class Delta:
    """How far indices moved: the step's less the larger step's."""

    cfi: float | None = about("Change of the comparative fit index.")
    rmsea: float | None = about("Change of the RMSEA.")
    srmr: float | None = about("Change of the SRMR.")
    indices: str = about("Which CFI and RMSEA were subtracted: `robust`, `scaled` or `naive`.")


@result
class Checks:
    """What speaks for a step; `null` where it cannot be said."""

    admissible: bool = about("The solution converged and is proper.")
    difference: bool | None = about("The difference test does not reject the step.")
    items: bool | None = about("No single item stands out.")
    indices: bool | None = about(
        "Changes of indices stay within the bounds (of the first step: fit is within the bounds)."
    )
    single: bool | None = about("For every item a departure of concern in it alone is excluded.")
    power: bool | None = about("The test would probably have seen the stated departure.")


@result
class SingleItem:
    """The item whose departure is excluded least."""

    item: Item
    p_value: PValue = about(
        "Probability of so small a modification index had the item alone departed as stated."
    )
    departure: str = about("That departure, in words.")


@result
class StepResult:
    """One step of the ladder."""

    step: str = about("Its name.")
    model: ModelFit = about("Its fit.")
    compared_with: str | None = about(
        "The step within which it lies and with which it is compared; null for the first."
    )
    difference: DifferenceResult | None
    delta: Delta | None
    tenable: bool | None = about(
        "Whether the step may be assumed; null where the answers cannot tell."
    )
    checks: Checks = about("What that rests on.")
    rule: str = about("How it was decided.")
    error_rate: Probability | None = about(
        "Of the difference test, and again of the search for a single item that stands out.",
        default=None,
    )
    power: Probability | None = about(
        "Of the difference test, to see the stated departure.", default=None
    )
    power_method: str | None = about(
        "`analytic` or `simulated`; simulated only where nothing else decides.", default=None
    )
    power_samples_used: Things | None = about(
        "Samples of the simulation in which the test could be done; null without one.",
        default=None,
    )
    departure: str | None = about("That departure, in words.", default=None)
    single: SingleItem | None = about(
        "The item whose departure of concern is excluded least; null where it cannot be said.",
        default=None,
    )
    released: tuple[Item, ...] = about("Items that are not held equal at this step.", default=())


@result
class Freed:
    """An item that the search for partial invariance released."""

    item: Item
    step: str = about("The step at which it was released.")
    parameters: tuple[str, ...] = about("What is its own in each group from then on.")
    index: NotNegative = about("The scaled modification index.")
    df: Df
    corrected_p_value: Probability = about(
        "Its p-value, corrected for all items that were looked at."
    )


@result
class ItemCurve:
    """Expected answers to an item over the factor, in two groups."""

    factor: tuple[float, ...] = about(
        "Values of the factor, in the reference group's standard deviations from its mean."
    )
    reference: tuple[float, ...] = about("Expected answers in the reference group.")
    group: tuple[float, ...] = about("Expected answers in the group.")


@result
class ItemEffect:
    """How differently an item works in a group, given the same alliance."""

    item: Item
    group: GroupName
    dmacs: NotNegative | None = about(
        "Size: root mean square difference of expected answers over the group's persons, in "
        "pooled standard deviations of the item (Nye & Drasgow, 2011)."
    )
    signed_dmacs: float | None = about(
        "The same without squares: direction; positive where the item is answered higher in the "
        "group than in the reference at the same alliance (Nye et al., 2019)."
    )
    expected_score_difference: float = about(
        "Mean difference of expected answers, group less reference, in raw points."
    )
    curve: ItemCurve = about("Expected answers in both groups, to be drawn.")


@result
class PartialResult:
    """The ladder with items released where a step was rejected."""

    steps: tuple[StepResult, ...] = about(
        "From the first rejected step up to the scalar one, or to where the search ended."
    )
    freed: tuple[Freed, ...] = about("Released items.")
    effects: tuple[ItemEffect, ...] = about("How much they differ.")
    rule: str = about("How the search goes and when it stops.")
    tenable: bool | None = about(
        "Whether the scalar step may be assumed with these items released."
    )


@result
class InvarianceResult:
    """Whether the form measures the same in several groups, or over time."""

    estimator: str = about("`ML`, `MLR` or `WLSMV`.")
    missing: str = about("How missing answers were treated.")
    structure: str = about("The factors: the name of the model in `cfa`.")
    group: str = about("The column that makes groups or occasions.")
    between: str = about(
        "What is compared: `groups` of different persons or `occasions` of the same."
    )
    n_persons: PersonsUsed = about(
        "Persons used: of all groups, or the same persons on all occasions."
    )
    reference: str = about("The group whose factors have mean zero and unit variance.")
    groups: tuple[GroupResult, ...] = about("Groups and persons used, the reference first.")
    steps: tuple[StepResult, ...] = about("In order.")
    level: str | None = about("The last tenable step; null when not even the first is.")
    partial_invariance: PartialResult | None = about(
        "Where a step up to the scalar one was rejected."
    )
    cluster: Clusters | None = about(
        "How persons are clustered, where errors allow for it; clusters count in each group.",
        default=None,
    )
    cautions: Cautions = about(default=())


@result
class LatentMean:
    """A factor's mean in a group, the reference group's being zero."""

    group: GroupName
    factor: str = about("The factor.")
    estimate: float = about("In standard deviations of the factor in the reference group.")
    standard_error: StandardError | None
    interval: Interval | None
    standardized: float | None = about("In standard deviations pooled over the two groups.")


@result
class ObservedMean:
    """A scale's mean score in a group."""

    group: GroupName
    scale: str = about("The scale.")
    mean: float = about("Mean score.", unit="points")
    sd: NotNegative | None = about("Standard deviation of the scores.", unit="points")
    n: PersonsUsed
    effect_size: float | None = about(
        "Hedges' g as against the reference group, or the mean change since the reference "
        "occasion in standard deviations of the score; null for the reference."
    )
    interval: Interval | None = about("Of `effect_size`.")


@result
class FreedItem:
    """An item that a comparison does not rest on."""

    item: Item
    parameters: tuple[str, ...] = about("What is its own in each group.")


@result
class Moved:
    """The item that moves a latent difference most."""

    item: Item
    by: float = about("Change of the difference when its parameters alone are freed.")


@result
class Bound:
    """A latent difference, and how far measurement bias of items could move it."""

    group: GroupName = about("Compared with the reference.")
    factor: str = about("The factor.")
    estimate: float = about("Group minus reference, in SD of the reference group.")
    interval: Interval | None = about("Its 95% interval.")
    with_bias: Interval = about(
        "That interval, those with any one item freed, the robust one, and the one without what "
        "flagged items move, taken together."
    )
    moved_most_by: Moved | None = about("Null where no model with a freed item has a solution.")
    robust_estimate: float | None = about("Bisquare mean of the items' own estimates.")
    suspect_items: tuple[Item, ...] = about("Items that seem to differ between the groups.")
    flagged_items: tuple[Item, ...] = about(
        "Items that item response models flag as different; looked at in the kind `validity`.",
        default=(),
    )
    moved_by_flagged: float | None = about(
        "By how much the difference is larger when these are taken as equal than with them free.",
        default=None,
    )


@result
class ComparisonResult:
    """What may be said of groups' means."""

    status: str = about("`permitted`, `partial`, `bounded`, `refused` or `inconclusive`.")
    reason: str = about("Why, in a sentence without any figure.")
    group: str = about("The column that makes groups or occasions.")
    between: str = about(
        "What was to be compared: `groups` of different persons or `occasions` of the same."
    )
    reference: str | None = about("The group that the others are compared with.")
    groups: tuple[GroupResult, ...] = about("Groups and persons used.", default=())
    latent_means: tuple[LatentMean, ...] = about(
        "Empty unless `permitted` or `partial`.", gated=True, default=()
    )
    observed_means: tuple[ObservedMean, ...] = about(
        "Empty unless `permitted`.", gated=True, default=()
    )
    freed: tuple[FreedItem, ...] = about(
        "Items that the comparison does not rest on; empty unless `partial`.",
        gated=True,
        default=(),
    )
    bounds: tuple[Bound, ...] = about(
        "Each latent difference with its bounds; empty under `refused` and `inconclusive`.",
        gated=True,
        default=(),
    )
    cautions: Cautions = about(default=())
