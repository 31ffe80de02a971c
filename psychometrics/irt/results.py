"""What the kind ``irt`` finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFit:
    """An item's S-X².

    Attributes
    ----------
    s_x2, df, p_value
        The statistic, its degrees of freedom and its tail probability; ``p_value`` is ``None``
        without degrees of freedom.
    rmsea
        √(max(0, S-X² − df) / (df (n − 1))), ``None`` without degrees of freedom.
    """

    s_x2: float
    df: int
    p_value: float | None
    rmsea: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemEstimates:
    """One item of a scale.

    Attributes
    ----------
    item
        Its number.
    discrimination, discrimination_standard_error
        Slope a in the logistic metric without 1.7; no error where the slope is fixed at 1.
    thresholds, threshold_standard_errors
        Difficulties b of the steps between neighbouring categories, in standard deviations of the
        reference group.
    categories
        The answers that occur, ascending; thresholds lie between them.
    ordered
        Whether the thresholds ascend.
    fit
        S-X², ``None`` where it cannot be computed.
    """

    item: int
    discrimination: float
    discrimination_standard_error: float | None
    thresholds: tuple[float, ...]
    threshold_standard_errors: tuple[float, ...] | None
    categories: tuple[float, ...]
    ordered: bool
    fit: ItemFit | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DifEffect:
    """How large an item's differential functioning is, focal less reference group.

    Attributes
    ----------
    expected_score_difference, unsigned
        Mean difference of the expected answers over the focal group's latent density, with and
        without its sign, in points of the item.
    dmacs
        Root mean squared difference in pooled standard deviations of the answers.
    """

    expected_score_difference: float
    unsigned: float
    dmacs: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LogisticDif:
    """Differential functioning by ordinal logistic regression on the sum score.

    Attributes
    ----------
    chi_square, df, p_value
        Likelihood ratio of the sum score alone against sum score, group and their product.
    r2_change, r2_change_uniform
        McFadden's R² gained by group and product, and by the group alone.
    """

    chi_square: float
    df: int
    p_value: float
    r2_change: float
    r2_change_uniform: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDif:
    """Whether one item works differently between groups.

    Attributes
    ----------
    item, scale
        Its number and its scale.
    anchors
        The items that are equal between the groups while this one is tested.
    chi_square, df, p_value
        Of the test that the item is equal as well.
    adjusted_p_value
        Holm's, over all items of the scale.
    flagged
        Whether the adjusted p value is below .05.
    effect
        Effect sizes, of several focal groups the one with the largest dMACS.
    focal
        That group's number among the groups, the reference being 1.
    classified
        ``none`` where not flagged, else by dMACS: ``negligible``, ``small``, ``medium``, ``large``.
    logistic
        The ordinal logistic regression beside it, ``None`` where it cannot be computed.
    """

    item: int
    scale: str
    anchors: tuple[int, ...]
    chi_square: float
    df: int
    p_value: float
    adjusted_p_value: float
    flagged: bool
    effect: DifEffect
    focal: int
    classified: str
    logistic: LogisticDif | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LatentShift:
    """What the flagged items move in a latent difference.

    Attributes
    ----------
    scale
        Name of the scale.
    focal
        The focal group's number, the reference being 1.
    all_equal, purified
        Latent mean (reference 0) with every item equal, and with the flagged items free.
    moved
        Their difference.
    """

    scale: str
    focal: int
    all_equal: float
    purified: float
    moved: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleDif:
    """Differential functioning of one scale's items.

    Attributes
    ----------
    items
        One for each item, in the scale's order.
    shifts
        One for each focal group.
    cautions
        Doubts a reader must know.
    """

    items: tuple[ItemDif, ...]
    shifts: tuple[LatentShift, ...]
    cautions: tuple[str, ...]
