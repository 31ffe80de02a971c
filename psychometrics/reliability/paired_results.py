"""What the kinds ``retest`` and ``agreement`` find."""

from __future__ import annotations

from collections.abc import Mapping

from psychometrics.declared.traits import about, result
from psychometrics.declared.vocabulary import (
    Cautions,
    Chosen,
    NotNegative,
    PairsUsed,
    PersonsUsed,
    Responses,
    Share,
)
from psychometrics.types import Estimate, Interval


@result
class PairedEstimate(Estimate):
    """An estimate of two scores of each person, with two intervals."""

    interval_method: str | None = about(
        "How `interval` was found: `distribution-free`, or `normal theory`.", default=None
    )
    normal_theory_interval: Interval | None = about(
        "What textbooks and other programs give; it presumes normal scores.", default=None
    )


@result
class LimitsOfAgreement:
    """Between which differences of two scores most persons lie."""

    lower: Estimate = about("In points of the score.")
    upper: Estimate = about("In points of the score.")


@result
class Density:
    """Where pairs lie: shares of all pairs in bins of their mean and their difference."""

    mean_edges: tuple[float, ...] = about(
        "Ends of the bins in points, one more than there are bins."
    )
    difference_edges: tuple[float, ...] = about(
        "Ends of the bins in points, one more than there are bins."
    )
    shares: tuple[tuple[Share | None, ...], ...] = about(
        "By bin of the mean and of the difference; null where 10 or fewer lie, or nobody."
    )
    rest: Share = about("Share of those who lie in no bin that is shown.")
    step: Share = about("What every share is a multiple of.")


@result
class Paired:
    """Two scores of each person."""

    n_pairs: PairsUsed = about("Persons with both.")
    means: tuple[float | None, ...] = about(
        "Means of the first and the second score.", unit="points"
    )
    sds: tuple[NotNegative | None, ...] = about(
        "Standard deviations of the first and the second score.", unit="points"
    )
    difference: Estimate = about("Mean of second − first.")
    icc_2_1: PairedEstimate = about("Absolute agreement of a single score.")
    icc_3_1: PairedEstimate = about("Consistency of a single score.")
    icc_2_k: PairedEstimate = about("Agreement of the mean of both scores.")
    correlation: Estimate = about("Pearson's, with Fisher's interval.")
    standard_error_of_measurement: PairedEstimate = about(
        "SD of the differences over √2, in points."
    )
    standard_error_agreement: NotNegative | None = about(
        "The same with the shift that all persons share."
    )
    smallest_detectable_change: NotNegative | None = about(
        "What a single person's change must exceed, in points."
    )
    limits_of_agreement: LimitsOfAgreement = about("Mean difference ± z SDs.")
    density: Density | None = about(
        "Where the pairs lie, without single persons; null where they are too few for it."
    )


@result
class RetestResult:
    """How far scores stay the same between two occasions."""

    n_persons: PersonsUsed = about("Persons with a response on both occasions.")
    occasions: tuple[Chosen, Chosen] = about("The session numbers compared.")
    scales: Mapping[str, Paired] = about("By scale.")
    cautions: Cautions


@result
class TruthAndBias:
    """A judge's scores beside those taken for true (West & Kenny 2011)."""

    level_difference: Estimate = about(
        "Directional bias: judge − truth at the mean of truth, in points."
    )
    tracking: Estimate = about(
        "Truth force: points of the judge's score for each point of the truth."
    )


@result
class Dyads(Paired):
    """Two respondents' scores of the same relation; first is truth, second judge."""

    truth_and_bias: TruthAndBias = about("How the judge's scores follow the truth.")


@result
class AgreementResult:
    """Two respondents matched by person."""

    n_persons: PersonsUsed = about("Persons with a response of both respondents.")
    column: str = about(
        "What tells the respondents apart; `instrument` where they answered two forms."
    )
    truth: str = about("The respondent (or form) taken for true.")
    judge: str = about("The respondent (or form) compared with it.")
    unmatched: Responses = about("Responses left without a counterpart.")
    scales: Mapping[str, Dyads] = about("By scale.")
    cautions: Cautions
