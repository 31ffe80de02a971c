"""What the kind ``monitoring`` finds; all of it may be handed on."""

from __future__ import annotations

from collections.abc import Mapping

from psychometrics.declared.traits import about, result
from psychometrics.declared.vocabulary import (
    Cautions,
    Chosen,
    Df,
    Item,
    NotNegative,
    PersonsUsed,
    PValue,
    Responses,
    Share,
    Things,
)
from psychometrics.types import Interval


@result
class SharedOut:
    """A share of persons or forms."""

    share: Share | None = about("Null where it stands for 1 to 10, or would give them away.")
    interval: Interval | None = about("Wilson's.")


@result
class PeriodMean:
    """The mean of a scale in one period, beside what chance does."""

    mean: float | None = about("Of the persons' scores, in points.", unit="points")
    lower_limit: float | None = about("Control limit.", unit="points")
    upper_limit: float | None = about("Control limit.", unit="points")
    beyond: bool | None = about("Whether the mean lies outside the limits.")
    ceiling: SharedOut | None = about("Persons with the highest possible score.")


@result
class Period:
    """One period."""

    period: str = about("Its name.")
    withheld: bool = about("Whether it has fewer than 11 persons, so that nothing is shown.")
    n_persons: PersonsUsed | None = about("Persons who answered.")
    n_forms: Responses | None = about("Forms handed out.")
    response_rate: SharedOut | None = about("Forms with at least one answer.")
    missing: Share | None = about("Share of answers left out on forms that were answered.")
    scales: Mapping[str, PeriodMean] = about("By scale; empty where withheld.")


@result
class ControlChart:
    """What the limits of one scale rest on."""

    centre: float | None = about("Mean of all persons' scores in the periods shown.", unit="points")
    within_sd: NotNegative | None = about("Pooled standard deviation within periods.")
    n_periods: Things = about("Periods the limits rest on.")
    reason: str | None = about("Why there are no limits.", default=None)


@result
class ItemDrift:
    """Whether an item works as it did."""

    item: Item
    scale: str = about("Its subscale.")
    chi_square: NotNegative | None = about("Of drift of any kind, at the same sum of the scale.")
    df: Df | None = about("Its degrees of freedom.")
    p_value: PValue | None = about("Upper tail of the test.")
    adjusted_p_value: PValue | None = about("Holm's, over all items.")
    r2_change: float | None = about("Gain of McFadden's R².")
    drifts: bool | None = about("Adjusted p below .05 and a gain of .02 or more.")
    reason: str | None = about("Why something is null.", default=None)


@result
class SessionCoverage:
    """Persons rated after one session."""

    session: Chosen = about("Session number.")
    rated: SharedOut = about("Of all persons with a rating.")


@result
class Coverage:
    """After which sessions persons are rated."""

    n_persons: PersonsUsed = about("Persons with a rating and a session number.")
    first_session: Chosen = about("As asked.")
    last_session: Chosen = about("As asked.")
    rated_between: SharedOut = about("Persons rated at least once between the two.")
    by_session: tuple[SessionCoverage, ...] = about("By session number.")


@result
class MonitoringResult:
    """How a practice's use of the form runs from period to period."""

    n_persons: PersonsUsed = about("Persons in the periods that are shown.")
    period: str = about("The column of periods.")
    periods: tuple[Period, ...] = about("In order.")
    control: Mapping[str, ControlChart] = about("By scale.")
    earlier: tuple[str, ...] = about("Periods that the later ones are compared with for drift.")
    later: tuple[str, ...] = about("The periods compared.")
    drift: tuple[ItemDrift, ...] = about("By item.")
    coverage: Coverage | None = about("Null where no session number is known.")
    clinicians: str = about("Why no clinician is a group.")
    cautions: Cautions
