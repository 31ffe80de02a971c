"""What may be chosen for the kind ``validity``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from psychometrics.cfa.options import Estimator, Missing
from psychometrics.criterion.options import Outcome
from psychometrics.longitudinal.options import ResponsivenessOptions


class Standard(Enum):
    """By whose rules properties are rated."""

    ALLIANCE = "alliance"
    COSMIN = "cosmin-2018"


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidityOptions:
    """Options of the whole study.

    Attributes
    ----------
    group
        The column of groups to compare; ``None`` for the samples, where there are several.
    reference
        The group to compare with; ``None`` for the first in sorted order.
    estimator
        By which the ladder of invariance is climbed; the rival models are fitted by both.
    missing
        How WLSMV treats missing answers: listwise or pairwise.
    cluster
        Column that says who belongs together; errors and tests of the rival models allow for it.
    respondent
        Whose ratings, where several kinds of respondents answered.
    session_number
        Which session's rating; ``None`` for each person's first.
    outcomes
        With time and hypotheses; empty for every column of numbers that may be one, ``None`` for
        no outcome at all.
    retest
        Two values of ``session_number`` between which nothing was expected to change: a retest is a
        design that somebody declares. ``None`` for none.
    minimal_important_change
        By scale, in points of the score.
    standard
        By whose rules properties are rated; the other's ratings stand beside them. The verdicts on
        scores are always by our rules.
    responsiveness
        The anchor of rated change, its sessions and hypotheses; ``None`` where nothing says who
        changed.
    seed, replicates
        Of parallel analysis.
    cutoff_replicates
        Samples drawn for model-specific cut-offs; 0 for none.
    """

    group: str | None = None
    reference: str | None = None
    estimator: Estimator = Estimator.WLSMV
    missing: Missing = Missing.PAIRWISE
    cluster: str | None = None
    respondent: str | None = None
    session_number: int | None = None
    outcomes: tuple[Outcome, ...] | None = ()
    retest: tuple[int, int] | None = None
    responsiveness: ResponsivenessOptions | None = None
    minimal_important_change: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType({})
    )
    standard: Standard = Standard.ALLIANCE
    seed: int = 1
    replicates: int = 100
    cutoff_replicates: int = 0
