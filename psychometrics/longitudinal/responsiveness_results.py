"""What the kind ``responsiveness`` finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from psychometrics.longitudinal.results import Effect, described
from psychometrics.types import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanChange:
    """The mean of change scores."""

    mean: float = field(metadata=described("Second less first occasion, in points."))
    sd: float = field(metadata=described("Of the changes, with n − 1."))
    interval: Interval | None = field(metadata=described("Of the mean, by Student's t."))


@dataclass(frozen=True, slots=True, kw_only=True)
class RocChange:
    """The change that tells the improved from the others best."""

    cutoff: float | None = field(
        metadata=described("Midway between neighbouring changes, largest Youden index.")
    )
    auc: float | None = field(metadata=described("Area under the curve."))
    interval: Interval | None = field(metadata=described("Of the area, by DeLong."))
    all_best: tuple[float, ...] = field(metadata=described("Cutoffs with the same index."))
    reason: str | None = field(default=None, metadata=described("Why something is null."))


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimalImportantChange:
    """The smallest change that persons call an improvement."""

    predictive: Effect = field(metadata=described("Terluin et al. (2015)."))
    adjusted_predictive: Effect = field(
        metadata=described("Terluin et al. (2017), or (2022) with the anchor's reliability.")
    )
    adjustment: str = field(metadata=described("Which adjustment."))
    roc: RocChange = field(metadata=described("Beside it."))
    half_sd: float | None = field(
        metadata=described("Half a standard deviation at first: context, no criterion.")
    )
    proportion_improved: float | None = field(
        metadata=described("Share of the persons with an anchor.")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TestedHypothesis:
    """An expected correlation of change scores, and what was found."""

    outcome: str = field(metadata=described("The column whose change is meant."))
    minimum: float = field(metadata=described("Least correlation expected."))
    maximum: float = field(metadata=described("Largest correlation expected."))
    n: int = field(metadata=described("Persons with both changes."))
    correlation: Effect = field(metadata=described("Spearman; interval of Bonett and Wright."))
    status: str = field(metadata=described("holds, fails or open."))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleResponsiveness:
    """What change of one scale means."""

    n: int = field(metadata=described("Persons with both scores."))
    n_anchor: int = field(metadata=described("Those of them with an anchor."))
    n_improved: int = field(metadata=described("Those with an anchor of 1 or more."))
    n_unchanged: int = field(metadata=described("Those with an anchor of 0."))
    change: MeanChange | None = field(metadata=described("Of all with both scores."))
    standardized_response_mean: Effect = field(
        metadata=described("Mean change by its standard deviation; noncentral t.")
    )
    effect_size: Effect = field(metadata=described("Mean change by the SD at first."))
    guyatt: Effect = field(
        metadata=described("Mean change of the improved by the SD of change of the unchanged.")
    )
    anchor_correlation: Effect = field(metadata=described("Spearman; Bonett and Wright (2000)."))
    minimal_important_change: MinimalImportantChange = field(metadata=described("By the anchor."))
    smallest_detectable_change: float | None = field(
        metadata=described("1.96 SD of change of the unchanged.")
    )
    hypotheses: tuple[TestedHypothesis, ...] = field(metadata=described("Of this scale."))
    verdict: str = field(
        metadata=described("sufficient, insufficient, indeterminate or not-assessed.")
    )
    because: tuple[str, ...] = field(metadata=described("Why this is the verdict."))
    cautions: tuple[str, ...] = field(default=(), metadata=described("What to heed."))


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponsivenessResult:
    """Whether a scale shows change, and which change matters."""

    anchor: str = field(metadata=described("The column of rated change."))
    first: float = field(metadata=described("Session number."))
    second: float = field(metadata=described("Session number."))
    anchor_reliability: float | None = field(metadata=described("As given."))
    scales: Mapping[str, ScaleResponsiveness] = field(metadata=described("By scale."))
    cautions: tuple[str, ...] = field(default=(), metadata=described("What to heed."))
