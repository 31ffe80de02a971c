"""What analyses of invariance answer, in the contract's words."""

from __future__ import annotations

from dataclasses import dataclass

from psychometrics.cfa.results import ModelResult
from psychometrics.clusters import Clusters
from psychometrics.types import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupResult:
    """A group, or an occasion, and the persons used.

    Attributes
    ----------
    name
        The value in the column that makes groups or occasions.
    n
        Persons used; of an occasion, those who answered there.
    """

    name: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceResult:
    """The test of a step against a larger one.

    Attributes
    ----------
    chi_square, df, p_value
        The scaled difference test; ``None`` where it does not exist.
    """

    chi_square: float | None
    df: int
    p_value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """How far indices moved: the step's less the larger step's.

    Attributes
    ----------
    cfi, rmsea, srmr
        The changes.
    indices
        Which CFI and RMSEA were subtracted: ``robust``, ``scaled`` or ``naive``.
    """

    cfi: float | None
    rmsea: float | None
    srmr: float | None
    indices: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """What speaks for a step; ``None`` where it cannot be said.

    Attributes
    ----------
    admissible
        The solution converged and is proper.
    difference
        The difference test does not reject the step.
    items
        No single item stands out.
    indices
        Changes of indices stay within the bounds (of the first step: fit is within the bounds).
    single
        For every item a departure of concern in it alone is excluded.
    power
        The test would probably have seen the stated departure.
    """

    admissible: bool
    difference: bool | None
    items: bool | None
    indices: bool | None
    single: bool | None
    power: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleItem:
    """The item whose departure is excluded least.

    Attributes
    ----------
    item
        Its number.
    p_value
        Probability of so small a modification index had the item alone departed as stated.
    departure
        That departure, in words.
    """

    item: int
    p_value: float
    departure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """One step of the ladder.

    Attributes
    ----------
    step
        Its name.
    model
        Its fit.
    compared_with
        The step within which it lies and with which it is compared; ``None`` for the first.
    difference, delta
        The comparison.
    tenable
        Whether the step may be assumed; ``None`` where the answers cannot tell.
    checks
        What that rests on.
    rule
        How it was decided.
    error_rate
        Of the difference test, and again of the search for a single item that stands out.
    power
        Of the difference test, to see the stated departure.
    power_method
        ``analytic`` or ``simulated``; simulated only where nothing else decides.
    power_samples_used
        Of a simulation's ``replicates``, those in which the test could be done; ``None`` without
        one. Where they are too few the power is analytic.
    departure
        That departure, in words.
    single
        The item whose departure of concern is excluded least; ``None`` where it cannot be said.
    released
        Items that are not held equal at this step.
    """

    step: str
    model: ModelResult
    compared_with: str | None
    difference: DifferenceResult | None
    delta: Delta | None
    tenable: bool | None
    checks: Checks
    rule: str
    error_rate: float | None = None
    power: float | None = None
    power_method: str | None = None
    power_samples_used: int | None = None
    departure: str | None = None
    single: SingleItem | None = None
    released: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Freed:
    """An item that the search for partial invariance released.

    Attributes
    ----------
    item
        Its number.
    step
        The step at which it was released.
    parameters
        What is its own in each group from then on.
    index, df, corrected_p_value
        The scaled modification index, its degrees of freedom, and its p-value corrected for all
        items that were looked at.
    """

    item: int
    step: str
    parameters: tuple[str, ...]
    index: float
    df: int
    corrected_p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCurve:
    """Expected answers to an item over the factor, in two groups.

    Attributes
    ----------
    factor
        Values of the factor, in the reference group's standard deviations from its mean.
    reference, group
        Expected answers there.
    """

    factor: tuple[float, ...]
    reference: tuple[float, ...]
    group: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemEffect:
    """How differently an item works in a group, given the same alliance.

    Attributes
    ----------
    item, group
        Which item, in which group as against the reference.
    dmacs
        Size: root mean square difference of expected answers over the group's persons, in pooled
        standard deviations of the item (Nye & Drasgow, 2011).
    signed_dmacs
        The same without squares: direction; positive where the item is answered higher in the group
        than in the reference at the same alliance (Nye et al., 2019).
    expected_score_difference
        Mean difference of expected answers, group less reference, in raw points.
    curve
        Expected answers in both groups, to be drawn.
    """

    item: int
    group: str
    dmacs: float | None
    signed_dmacs: float | None
    expected_score_difference: float
    curve: ItemCurve


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialResult:
    """The ladder with items released where a step was rejected.

    Attributes
    ----------
    steps
        From the first rejected step up to the scalar one, or to where the search ended.
    freed
        Released items.
    effects
        How much they differ.
    rule
        How the search goes and when it stops.
    tenable
        Whether the scalar step may be assumed with these items released.
    """

    steps: tuple[StepResult, ...]
    freed: tuple[Freed, ...]
    effects: tuple[ItemEffect, ...]
    rule: str
    tenable: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvarianceResult:
    """The ladder.

    Attributes
    ----------
    estimator, missing
        The contract's names.
    structure
        The factors: the rival model's name.
    group
        The column that makes groups or occasions.
    between
        What is compared: ``groups`` of different persons or ``occasions`` of the same.
    n_persons
        Persons used: of all groups, or the same persons on all occasions.
    reference
        The group whose factors have mean zero and unit variance.
    groups
        Groups and persons used, the reference first.
    steps
        In order.
    level
        The last tenable step; ``None`` when not even the first is.
    partial_invariance
        Where a step up to the scalar one was rejected.
    cluster
        How persons are clustered, where errors allow for it; clusters count in each group.
    cautions
        What is doubtful about the answers.
    """

    estimator: str
    missing: str
    structure: str
    group: str
    between: str
    n_persons: int
    reference: str
    groups: tuple[GroupResult, ...]
    steps: tuple[StepResult, ...]
    level: str | None
    partial_invariance: PartialResult | None
    cluster: Clusters | None = None
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LatentMean:
    """A factor's mean in a group, the reference group's being zero.

    Attributes
    ----------
    group, factor
        Which.
    estimate, standard_error, interval
        In standard deviations of the factor in the reference group.
    standardized
        In standard deviations pooled over the two groups.
    """

    group: str
    factor: str
    estimate: float
    standard_error: float | None
    interval: Interval | None
    standardized: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedMean:
    """A scale's mean score in a group.

    Attributes
    ----------
    group, scale
        Which.
    mean, sd, n
        Of the scores, in raw points.
    effect_size, interval
        Hedges' g as against the reference group, or the mean change since the reference occasion in
        standard deviations of the score, and its interval; ``None`` for the reference.
    """

    group: str
    scale: str
    mean: float
    sd: float | None
    n: int
    effect_size: float | None
    interval: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FreedItem:
    """An item that a comparison does not rest on.

    Attributes
    ----------
    item
        Its number.
    parameters
        What is its own in each group.
    """

    item: int
    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonResult:
    """What may be said of groups' means.

    Attributes
    ----------
    status
        ``permitted``, ``partial``, ``refused`` or ``inconclusive``.
    reason
        Why, in a sentence without any figure.
    group, between, reference, groups
        Who was to be compared: ``groups`` of different persons or ``occasions`` of the same.
    latent_means
        Empty unless ``permitted`` or ``partial``.
    observed_means
        Empty unless ``permitted``.
    freed
        Items that the comparison does not rest on; empty unless ``partial``.
    cautions
        What is doubtful about the answers.
    """

    status: str
    reason: str
    group: str
    between: str
    reference: str | None
    groups: tuple[GroupResult, ...] = ()
    latent_means: tuple[LatentMean, ...] = ()
    observed_means: tuple[ObservedMean, ...] = ()
    freed: tuple[FreedItem, ...] = ()
    cautions: tuple[str, ...] = ()
