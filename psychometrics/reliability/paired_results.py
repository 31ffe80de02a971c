"""What the kinds ``retest`` and ``agreement`` find."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from psychometrics.types import Estimate, Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedEstimate(Estimate):
    """An estimate of two scores of each person, with two intervals.

    Attributes
    ----------
    interval_method
        How ``interval`` was found; ``None`` where there is none.
    normal_theory_interval
        What textbooks and other programs give, which presumes normal scores.
    """

    interval_method: str | None = None
    normal_theory_interval: Interval | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsOfAgreement:
    """Between which differences of two scores most persons lie.

    Attributes
    ----------
    lower, upper
        In points of the score.
    """

    lower: Estimate
    upper: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Density:
    """Where pairs lie: shares of all pairs in bins of their mean and their difference.

    Attributes
    ----------
    mean_edges, difference_edges
        Ends of the bins in points, one more than there are bins.
    shares
        Shape (n_mean_bins, n_difference_bins); ``None`` where 10 or fewer lie, or nobody.
    rest
        Share of those who lie in no bin that is shown.
    step
        What every share is a multiple of.
    """

    mean_edges: tuple[float, ...]
    difference_edges: tuple[float, ...]
    shares: tuple[tuple[float | None, ...], ...]
    rest: float
    step: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """Two scores of each person.

    Attributes
    ----------
    n_pairs
        Persons with both.
    means, sds
        Of the first and the second score.
    difference
        Mean of second − first.
    icc_2_1, icc_3_1, icc_2_k
        Absolute agreement and consistency of a single score, agreement of the mean of both.
    correlation
        Pearson's, with Fisher's interval.
    standard_error_of_measurement
        SD of the differences over √2, in points.
    standard_error_agreement
        The same with the shift that all persons share.
    smallest_detectable_change
        What a single person's change must exceed, in points.
    limits_of_agreement
        Mean difference ± z SDs.
    density
        Where the pairs lie, without single persons; ``None`` where they are too few for it.
    """

    n_pairs: int
    means: tuple[float | None, ...]
    sds: tuple[float | None, ...]
    difference: Estimate
    icc_2_1: PairedEstimate
    icc_3_1: PairedEstimate
    icc_2_k: PairedEstimate
    correlation: Estimate
    standard_error_of_measurement: PairedEstimate
    standard_error_agreement: float | None
    smallest_detectable_change: float | None
    limits_of_agreement: LimitsOfAgreement
    density: Density | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetestResult:
    """Two occasions of the same persons.

    Attributes
    ----------
    n_persons
        Persons with a response on both occasions.
    occasions
        The session numbers compared.
    scales
        By scale.
    cautions
        Doubts a reader must know.
    """

    n_persons: int
    occasions: tuple[float, float]
    scales: Mapping[str, Paired]
    cautions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthAndBias:
    """A judge's scores beside those taken for true (West & Kenny 2011).

    Attributes
    ----------
    level_difference
        Directional bias: judge − truth at the mean of truth, in points.
    tracking
        Truth force: points of the judge's score for each point of the truth.
    """

    level_difference: Estimate
    tracking: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Dyads(Paired):
    """Two respondents' scores of the same relation; first is truth, second judge.

    Attributes
    ----------
    truth_and_bias
        How the judge's scores follow the truth.
    """

    truth_and_bias: TruthAndBias


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementResult:
    """Two respondents matched by person.

    Attributes
    ----------
    n_persons
        Persons with a response of both respondents.
    column
        What tells the respondents apart; ``instrument`` where they answered two forms.
    truth, judge
        Its two values, or the two forms' ids.
    unmatched
        Responses left without a counterpart.
    scales
        By scale.
    cautions
        Doubts a reader must know.
    """

    n_persons: int
    column: str
    truth: str
    judge: str
    unmatched: int
    scales: Mapping[str, Dyads]
    cautions: tuple[str, ...]
