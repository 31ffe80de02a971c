"""What the kind ``responsiveness`` finds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from psychometrics.declared.traits import about, result
from psychometrics.declared.vocabulary import (
    Cautions,
    Chosen,
    NotNegative,
    Persons,
    PersonsUsed,
    Share,
)
from psychometrics.longitudinal.results import Effect
from psychometrics.types import Interval

Rating = Literal["sufficient", "insufficient", "indeterminate", "not-assessed"]
Status = Literal["holds", "fails", "open"]


@result
class MeanChange:
    """The mean of change scores."""

    mean: float = about("Second less first occasion, in points.")
    sd: NotNegative = about("Of the changes, with n − 1.")
    interval: Interval | None = about("Of the mean, by Student's t.")


@result
class RocChange:
    """The change that tells the improved from the others best."""

    cutoff: float | None = about("Midway between neighbouring changes, largest Youden index.")
    auc: Share | None = about("Area under the curve.")
    interval: Interval | None = about("Of the area, by DeLong.")
    all_best: tuple[float, ...] = about("Cutoffs with the same index.")
    reason: str | None = about("Why something is null.", default=None)


@result
class MinimalImportantChange:
    """The smallest change that persons call an improvement."""

    predictive: Effect = about("Terluin et al. (2015).")
    adjusted_predictive: Effect = about(
        "Terluin et al. (2017), or (2022) with the anchor's reliability."
    )
    adjustment: str = about("Which adjustment.")
    roc: RocChange = about("Beside it.")
    half_sd: NotNegative | None = about(
        "Half a standard deviation at first: context, no criterion."
    )
    proportion_improved: Share | None = about("Share of the persons with an anchor.")


@result
class TestedHypothesis:
    """An expected correlation of change scores, and what was found."""

    outcome: str = about("The column whose change is meant.")
    minimum: Chosen = about("Least correlation expected.")
    maximum: Chosen = about("Largest correlation expected.")
    n: PersonsUsed = about("Persons with both changes.")
    correlation: Effect = about("Spearman; interval of Bonett and Wright.")
    status: Status = about("holds, fails or open.")


@result
class ScaleResponsiveness:
    """What change of one scale means."""

    n: PersonsUsed = about("Persons with both scores.")
    n_anchor: Persons = about("Those of them with an anchor.")
    n_improved: Persons = about("Those with an anchor of 1 or more.")
    n_unchanged: Persons = about("Those with an anchor of 0.")
    change: MeanChange | None = about("Of all with both scores.")
    standardized_response_mean: Effect = about(
        "Mean change by its standard deviation; noncentral t."
    )
    effect_size: Effect = about("Mean change by the SD at first.")
    guyatt: Effect = about("Mean change of the improved by the SD of change of the unchanged.")
    anchor_correlation: Effect = about("Spearman; Bonett and Wright (2000).")
    minimal_important_change: MinimalImportantChange = about("By the anchor.")
    smallest_detectable_change: NotNegative | None = about("1.96 SD of change of the unchanged.")
    hypotheses: tuple[TestedHypothesis, ...] = about("Of this scale.")
    verdict: Rating = about("sufficient, insufficient, indeterminate or not-assessed.")
    because: tuple[str, ...] = about("Why this is the verdict.")
    cautions: Cautions = about("What to heed.", default=())


@result
class ResponsivenessResult:
    """Whether a scale shows change, and which change matters."""

    anchor: str = about("The column of rated change.")
    first: Chosen = about("Session number.")
    second: Chosen = about("Session number.")
    anchor_reliability: Chosen | None = about("As given.")
    scales: Mapping[str, ScaleResponsiveness] = about("By scale.")
    cautions: Cautions = about("What to heed.", default=())
