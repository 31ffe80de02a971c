"""The kind ``criterion``: alliance scores against outcomes, each with its timing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.criterion import columns
from psychometrics.criterion.association import Pairs, Strata, associate
from psychometrics.criterion.cautions import cautions
from psychometrics.criterion.definitions import definitions
from psychometrics.criterion.hypotheses import check_hypotheses, tested
from psychometrics.criterion.occasions import (
    CONTRADICTORY,
    NOT_FOUND,
    Ratings,
    choose_ratings,
    source_rows,
)
from psychometrics.criterion.options import CriterionOptions, Outcome
from psychometrics.criterion.polyserial import is_ordinal
from psychometrics.criterion.results import (
    Association,
    CriterionResult,
    Hypothesis,
    MeasuredOutcome,
    Timing,
)
from psychometrics.criterion.temporal_order import (
    ORDER,
    count,
    measured_once,
    most_frequent,
    timings,
    why_undetermined,
)
from psychometrics.errors import OptionError, ResponsesError
from psychometrics.instrument import TOTAL
from psychometrics.responses import ResponseMatrix
from psychometrics.scoring.prorate import score
from psychometrics.types import FloatArray, IntArray, Progress


def analyse(
    responses: ResponseMatrix, options: CriterionOptions, *, progress: Progress
) -> CriterionResult:
    """Correlate alliance scores with outcomes.

    Parameters
    ----------
    responses
        Answers as given, with outcomes and times as columns.
    options
        What was chosen.
    progress
        Called as the work goes on.

    Raises
    ------
    OptionError
        If an option names a column or scale that cannot serve.
    ResponsesError
        If there is no rating at all.
    """
    strata = _strata_column(responses, options.strata)
    outcomes = columns.chosen_outcomes(responses, options.outcomes, strata=strata)
    check_hypotheses(outcomes, responses.instrument)
    ratings = choose_ratings(responses, options.session_number)
    if ratings.rows.size == 0:
        raise ResponsesError("answers: there is no rating, every answer is missing")
    measured: list[MeasuredOutcome] = []
    associations: list[Association] = []
    hypotheses: list[Hypothesis] = []
    for place, outcome in enumerate(outcomes):
        progress(place, len(outcomes), "correlations")
        values = _measure(responses, ratings, outcome, place=place)
        found = _associations(responses, ratings, values, strata=strata, options=options)
        measured.append(values.described)
        associations.extend(found)
        hypotheses.extend(tested(outcome, found))
    progress(len(outcomes), len(outcomes), "correlations")
    return CriterionResult(
        n_persons=ratings.rows.size,
        occasions=ratings.occasions,
        outcomes=tuple(measured),
        associations=tuple(associations),
        hypotheses=tuple(hypotheses),
        n_hypotheses=len(hypotheses),
        n_tested=sum(one.interval is not None for one in hypotheses),
        n_held=sum(one.held is True for one in hypotheses),
        n_failed=sum(one.held is False for one in hypotheses),
        context=options.references,
        definitions=definitions(options),
        cautions=cautions(ratings, measured, associations, hypotheses),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Values:
    """One outcome of every person.

    Attributes
    ----------
    outcome, described
        What it is, and who has it when.
    values, baseline
        Shape (n_persons,), ``nan`` where missing or of another timing.
    """

    outcome: Outcome
    described: MeasuredOutcome
    values: FloatArray
    baseline: FloatArray | None


def _measure(
    responses: ResponseMatrix, ratings: Ratings, outcome: Outcome, *, place: int
) -> _Values:
    """Find each person's outcome and keep the persons of one timing."""
    column = columns.numbers(responses, outcome.name, option=f"outcomes/{place}")
    sources = source_rows(ratings, column, measured_once=measured_once(outcome))
    labels = timings(responses, ratings, outcome, sources, place=place)
    counts = count(labels[sources >= 0])
    timing = most_frequent(counts)
    kept = (sources >= 0) & (labels == ORDER.index(timing))
    values = np.where(kept, column[sources], np.nan)
    known = values[kept]
    described = MeasuredOutcome(
        name=outcome.name,
        timing=timing,
        reason=why_undetermined(responses, outcome) if timing is Timing.UNDETERMINED else None,
        timing_counts=counts,
        n_set_aside=int((sources >= 0).sum() - kept.sum()),
        n_missing=int((sources == NOT_FOUND).sum()),
        n_contradictory=int((sources == CONTRADICTORY).sum()),
        ordinal=is_ordinal(known) if outcome.ordinal is None else outcome.ordinal,
        categories=int(np.unique(known).size),
    )
    baseline = _baseline(responses, ratings, outcome, place=place)
    return _Values(outcome=outcome, described=described, values=values, baseline=baseline)


def _baseline(
    responses: ResponseMatrix, ratings: Ratings, outcome: Outcome, *, place: int
) -> FloatArray | None:
    if outcome.baseline is None:
        return None
    option = f"outcomes/{place}/baseline"
    column = columns.numbers(responses, outcome.baseline, option=option)
    sources = source_rows(ratings, column, measured_once=True)
    return np.where(sources >= 0, column[sources], np.nan)


def _associations(
    responses: ResponseMatrix,
    ratings: Ratings,
    values: _Values,
    *,
    strata: str | None,
    options: CriterionOptions,
) -> list[Association]:
    """Correlate every score with one outcome."""
    rated = ratings.rows
    scores = score(responses.instrument, responses.answers[rated])
    recoded = responses.recoded[rated]
    clinician = _clinician(responses)
    kept = np.isfinite(values.values)
    return [
        associate(
            Pairs(
                score=scores.scores[:, column],
                outcome=values.values,
                answers=recoded[:, _items(responses, scale)],
                baseline=values.baseline,
                clinician=None if clinician is None else clinician[rated],
                strata=_strata(responses, strata, rated),
            ).rows(kept),
            scale=scale,
            outcome=values.outcome,
            timing=values.described.timing,
            ordinal=values.described.ordinal,
            options=options,
        )
        for column, scale in enumerate(scores.scales)
    ]


def _items(responses: ResponseMatrix, scale: str) -> IntArray:
    instrument = responses.instrument
    if scale == TOTAL:
        return np.asarray(instrument.scored_items, dtype=np.int64) - 1
    return instrument.subscales[scale].columns


def _clinician(responses: ResponseMatrix) -> IntArray | None:
    """Count the clinicians through; those of different samples and sites are different persons."""
    if columns.CLINICIAN not in responses.columns:
        return None
    found = columns.codes(responses, columns.SAMPLE, columns.SITE, columns.CLINICIAN)
    return found if (found >= 0).any() else None


def _strata_column(responses: ResponseMatrix, chosen: str | None) -> str | None:
    if chosen is not None:
        if chosen not in responses.columns:
            raise OptionError("strata", "there is no column of this name")
        return chosen
    return next(
        (name for name in (columns.SAMPLE, columns.SITE) if _several(responses, name)), None
    )


def _several(responses: ResponseMatrix, name: str) -> bool:
    if name not in responses.columns:
        return False
    return len({label for label in columns.labels(responses, name) if label is not None}) >= 2


def _strata(responses: ResponseMatrix, column: str | None, rated: IntArray) -> Strata | None:
    if column is None:
        return None
    every = columns.labels(responses, column)
    return Strata(column=column, labels=tuple(every[row] for row in rated))
