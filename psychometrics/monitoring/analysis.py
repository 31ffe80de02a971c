"""How a practice's use of a form runs from period to period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from psychometrics.criterion import columns
from psychometrics.disclosure.counts import LARGEST_SMALL, is_small, protected_proportion
from psychometrics.errors import EstimationError, OptionError
from psychometrics.longitudinal.scales import chosen_scales, scale_scores
from psychometrics.monitoring.control_limits import LEAST_PERIODS, Limits, control_limits
from psychometrics.monitoring.coverage import coverage_of
from psychometrics.monitoring.drift import drift_of, halves
from psychometrics.monitoring.options import NO_CLINICIANS, MonitoringOptions
from psychometrics.monitoring.results import (
    ControlChart,
    ItemDrift,
    MonitoringResult,
    Period,
    PeriodMean,
)
from psychometrics.monitoring.shares import shared_out
from psychometrics.responses import ResponseMatrix
from psychometrics.types import BoolArray, FloatArray, IntArray, Progress, no_progress

MOST_PERIODS = 120
_NO_PERIODS = frozenset({columns.PERSON, columns.SITE, "respondent"})
NO_PERSONS = "The responses name no persons, so each counts as a person."
AGAIN = (
    "Some persons are in several periods; the limits take periods for independent and are a little "
    "too wide or too narrow for them."
)
WITHHELD = "Periods of fewer than 11 persons are withheld and count in no limit."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Practice:
    """Who answered in which period.

    Attributes
    ----------
    responses
        As given.
    names
        Periods in order.
    place
        Period of each row, −1 for none, shape (n_responses,).
    person
        Number of each row's person, shape (n_responses,).
    answered
        Which rows hold an answer, shape (n_responses,).
    """

    responses: ResponseMatrix
    names: tuple[str, ...]
    place: IntArray
    person: IntArray
    answered: BoolArray

    def rated(self, place: int) -> BoolArray:
        """Which rows of a period hold an answer."""
        return np.asarray((self.place == place) & self.answered)

    def n_persons(self, place: int) -> int:
        """Return how many persons answered in a period."""
        return int(np.unique(self.person[self.rated(place)]).size)

    def scores(self, by_row: FloatArray, place: int) -> FloatArray:
        """Return the mean score of each person of a period who has one."""
        rows = self.rated(place) & np.isfinite(by_row)
        numbers = np.unique(self.person[rows], return_inverse=True)[1]
        return np.asarray(np.bincount(numbers, by_row[rows]) / np.bincount(numbers))


def analyse(
    responses: ResponseMatrix, options: MonitoringOptions, *, progress: Progress = no_progress
) -> MonitoringResult:
    """Describe each period.

    Parameters
    ----------
    responses
        Answers as given, with a column of periods.
    options
        Which column and scales.
    progress
        Told after each part.

    Raises
    ------
    OptionError
        When an option or a column has no meaning here, or would make groups of clinicians.
    EstimationError
        When no period has 11 persons.
    """
    scales = chosen_scales(responses.instrument, options.scales)
    practice = _practice(responses, options)
    _check_expected(practice, options)
    shown = [
        place for place in range(len(practice.names)) if practice.n_persons(place) > LARGEST_SMALL
    ]
    if not shown:
        raise EstimationError("period", "no period has 11 persons; take longer periods")
    progress(0, 2, "periods")
    by_row = scale_scores(responses)
    spans = responses.instrument.score_ranges
    limits = {scale: _limits(practice, by_row[scale], shown, spans[scale]) for scale in scales}
    progress(1, 2, "drift of items")
    earlier, later = halves([practice.names[place] for place in shown])
    return MonitoringResult(
        n_persons=int(np.unique(practice.person[_in(practice, shown)]).size),
        period=str(options.period or columns.SAMPLE),
        periods=tuple(
            _period(practice, place, options, by_row, limits, spans)
            if place in shown
            else _withheld(practice.names[place])
            for place in range(len(practice.names))
        ),
        control={scale: _chart(limits[scale]) for scale in scales},
        earlier=earlier,
        later=later,
        drift=_drift(practice, shown, len(earlier)) if len(shown) >= LEAST_PERIODS else (),
        coverage=coverage_of(responses, practice.person, practice.answered, options.sessions),
        clinicians=NO_CLINICIANS,
        cautions=tuple(_cautions(practice, shown)),
    )


def _practice(responses: ResponseMatrix, options: MonitoringOptions) -> _Practice:
    column = options.period or columns.SAMPLE
    if column == columns.CLINICIAN:
        raise OptionError("period", NO_CLINICIANS)
    if column in _NO_PERIODS:
        raise OptionError("period", "must name a column of periods (a month, a batch)")
    if column not in responses.columns:
        raise OptionError(
            "period",
            "there is no column of this name"
            if options.period
            else "name the column of periods (a month, a batch)",
        )
    labels = columns.labels(responses, column)
    names = tuple(sorted({one for one in labels if one is not None}, key=_in_order))
    if len(names) > MOST_PERIODS:
        raise OptionError(
            "period", f"the column has {len(names)} values; at most {MOST_PERIODS} are periods"
        )
    number = {name: place for place, name in enumerate(names)}
    person = columns.codes(responses, columns.SAMPLE, columns.PERSON)
    unnamed = person < 0
    person[unnamed] = person.max(initial=-1) + 1 + np.arange(int(unnamed.sum()))
    return _Practice(
        responses=responses,
        names=names,
        place=np.array([-1 if one is None else number[one] for one in labels], dtype=np.int64),
        person=person,
        answered=np.asarray(np.isfinite(responses.scored).any(axis=1)),
    )


def _in_order(name: str) -> tuple[int, float, str]:
    try:
        return 0, float(name), name
    except ValueError:
        return 1, 0.0, name


def _check_expected(practice: _Practice, options: MonitoringOptions) -> None:
    for name, expected in options.expected.items():
        if name not in practice.names:
            raise OptionError(f"expected/{name}", "there is no such period")
        rated = int(practice.rated(practice.names.index(name)).sum())
        if expected < rated:
            raise OptionError(f"expected/{name}", "is less than the forms that were answered")


def _in(practice: _Practice, places: Sequence[int]) -> BoolArray:
    return np.asarray(practice.answered & np.isin(practice.place, places))


def _limits(
    practice: _Practice, by_row: FloatArray, shown: Sequence[int], span: tuple[float, float]
) -> dict[int, tuple[FloatArray, Limits | None]]:
    """Return scores and the common limits of the periods with 11 scores."""
    scores = {place: practice.scores(by_row, place) for place in shown}
    enough = [place for place in shown if scores[place].size > LARGEST_SMALL]
    found = control_limits([scores[place] for place in enough], span)
    alone = [
        None
        if found is None
        else Limits(
            centre=found.centre,
            within_sd=found.within_sd,
            lower=found.lower[[number]],
            upper=found.upper[[number]],
        )
        for number in range(len(enough))
    ]
    return {place: (scores[place], one) for place, one in zip(enough, alone, strict=True)}


def _chart(limits: Mapping[int, tuple[FloatArray, Limits | None]]) -> ControlChart:
    found = next((one for _, one in limits.values() if one is not None), None)
    if found is None:
        return ControlChart(
            centre=None,
            within_sd=None,
            n_periods=len(limits),
            reason=f"Limits need {LEAST_PERIODS} periods of 11 persons with a score.",
        )
    return ControlChart(centre=found.centre, within_sd=found.within_sd, n_periods=len(limits))


def _withheld(name: str) -> Period:
    return Period(
        period=name,
        withheld=True,
        n_persons=None,
        n_forms=None,
        response_rate=None,
        missing=None,
        scales={},
    )


def _period(
    practice: _Practice,
    place: int,
    options: MonitoringOptions,
    by_row: Mapping[str, FloatArray],
    limits: Mapping[str, Mapping[int, tuple[FloatArray, Limits | None]]],
    spans: Mapping[str, tuple[float, float]],
) -> Period:
    name, rated = practice.names[place], practice.rated(place)
    n_persons, n_rated = practice.n_persons(place), int(rated.sum())
    n_forms = int(options.expected.get(name, (practice.place == place).sum()))
    answers = practice.responses.scored[rated]
    told = any(is_small(n_forms - other) for other in (n_persons, n_rated))
    return Period(
        period=name,
        withheld=False,
        n_persons=n_persons,
        n_forms=None if told else n_forms,
        response_rate=shared_out(n_rated, n_forms),
        missing=protected_proportion(float(np.isnan(answers).mean()), answers.size),
        scales={
            scale: _mean(by_place.get(place), spans[scale]) for scale, by_place in limits.items()
        },
    )


def _mean(found: tuple[FloatArray, Limits | None] | None, span: tuple[float, float]) -> PeriodMean:
    if found is None:
        return PeriodMean(mean=None, lower_limit=None, upper_limit=None, beyond=None, ceiling=None)
    scores, limits = found
    mean = float(scores.mean())
    at_end = int((scores >= span[1] - 1e-9).sum())
    if limits is None:
        return PeriodMean(
            mean=mean,
            lower_limit=None,
            upper_limit=None,
            beyond=None,
            ceiling=shared_out(at_end, scores.size),
        )
    lower, upper = float(limits.lower[0]), float(limits.upper[0])
    return PeriodMean(
        mean=mean,
        lower_limit=lower,
        upper_limit=upper,
        beyond=not lower <= mean <= upper,
        ceiling=shared_out(at_end, scores.size),
    )


def _drift(practice: _Practice, shown: Sequence[int], n_earlier: int) -> tuple[ItemDrift, ...]:
    later = np.isin(practice.place, shown[n_earlier:])
    complete = practice.responses.complete & np.isin(practice.place, shown)
    order = np.flatnonzero(complete)[np.argsort(practice.place[complete], kind="stable")]
    rows = order[np.unique(practice.person[order], return_index=True)[1]]
    return drift_of(
        practice.responses.instrument, practice.responses.recoded[rows], np.asarray(later[rows])
    )


def _cautions(practice: _Practice, shown: Sequence[int]) -> Iterator[str]:
    if columns.PERSON not in practice.responses.columns:
        yield NO_PERSONS
    if len(shown) < len(practice.names):
        yield WITHHELD
    rows = _in(practice, shown)
    pairs = np.unique(np.column_stack([practice.person[rows], practice.place[rows]]), axis=0)
    if len(pairs) > np.unique(pairs[:, 0]).size:
        yield AGAIN
    if (practice.place < 0).any():
        yield "Responses without a period are left out."
