"""The kind ``agreement``: two respondents' scores of the same relation, matched by person.

Notes
-----
West and Kenny's truth-and-bias model with one respondent T as truth and the other J as judge,

    J_i − T̄ = b + t (T_i − T̄) + e_i:

b, the *level difference*, is how much higher the judge rates on average; t, *tracking*, how many
points the judge's score follows a point of the truth. Least squares with Student's intervals. That
the patient's rating is the truth is a convention of the model, no claim.

The two stand in one sample, told apart by a column, or in two samples of two forms; both ways come
to the same: two sides with their scores, matched by person and, where both have it, by session.

References
----------
West, T. V., & Kenny, D. A. (2011). The truth and bias model of judgment. Psychological Review, 118,
357–378. doi:10.1037/a0022936

Atzil-Slonim, D., et al. (2015). Therapeutic bond judgments: Congruence and incongruence. Journal of
Consulting and Clinical Psychology, 83, 773–784. doi:10.1037/ccp0000015
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import numpy as np
from scipy.special import stdtrit

from psychometrics.errors import EstimationError, OptionError
from psychometrics.reliability.form_compatibility import form_names, same_key, why_incomparable
from psychometrics.reliability.options import AgreementOptions
from psychometrics.reliability.paired import FEWEST_PAIRS, mean_with_t_interval, paired
from psychometrics.reliability.paired_results import AgreementResult, Dyads, Paired, TruthAndBias
from psychometrics.reliability.pairing import matched_rows, rows_by_key, texts
from psychometrics.reliability.retest import PERSON, SESSION
from psychometrics.responses import ResponseMatrix
from psychometrics.scoring.prorate import score
from psychometrics.types import Estimate, FloatArray, IntArray, Interval, Progress

FORM = "instrument"
"""What tells respondents apart who answered two forms."""

OTHER_KEY = (
    "The two forms key other items to their scales; that equally named scales mean the same is "
    "presumed."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """One respondent's responses.

    Attributes
    ----------
    name
        What the respondent is called.
    scores
        By scale, each of shape (n_responses,).
    persons, sessions
        Of each response; no sessions where they were not recorded.
    """

    name: str
    scores: Mapping[str, FloatArray]
    persons: list[str | None]
    sessions: list[float | None] | None


def analyse(
    responses: ResponseMatrix, options: AgreementOptions, *, progress: Progress
) -> AgreementResult:
    """Compare two respondents' scores of one form.

    Parameters
    ----------
    responses
        Answers of both respondents with the columns ``person`` and the one that tells them apart;
        with ``session_number`` each person's first session that both rated counts.
    options
        What was chosen.
    progress
        Called as the work goes on.

    Raises
    ------
    OptionError
        The sample lacks a column, or the column does not hold exactly two respondents.
    EstimationError
        A respondent answered twice, or nobody has both.
    """
    progress(0, 1, "agreement")
    respondents = texts(responses, options.column, "column")
    present = sorted({value for value in respondents if value is not None})
    if len(present) != 2:
        raise OptionError(
            "column", f"must tell exactly two respondents apart, and tells {len(present)}"
        )
    truth, judge = (
        _side(name, responses.rows(np.array([value == name for value in respondents], dtype=bool)))
        for name in present
    )
    found = _compared(truth, judge, options, column=options.column)
    progress(1, 1, "done")
    return found


def analyse_forms(
    first: ResponseMatrix, second: ResponseMatrix, options: AgreementOptions, *, progress: Progress
) -> AgreementResult:
    """Compare scores of two forms, each by its own key: the patient's and the practitioner's.

    Parameters
    ----------
    first, second
        Answers to two different forms with the column ``person``, whose values match across them;
        with ``session_number`` in both, each person's first session that both rated counts. The
        first form is the truth unless the options say otherwise.
    options
        What was chosen; ``truth`` names a form by its id, ``column`` has no meaning here.
    progress
        Called as the work goes on.

    Raises
    ------
    OptionError
        The forms' scores cannot be compared, a sample lacks ``person``, or ``truth`` is no form.
    EstimationError
        A person answered a form twice, or nobody answered both.
    """
    progress(0, 1, "agreement")
    reason = why_incomparable(first.instrument, second.instrument)
    if reason is not None:
        raise OptionError("samples", f"the two forms {reason}")
    names = form_names(first.instrument, second.instrument)
    truth, judge = (
        _side(name, responses) for name, responses in zip(names, (first, second), strict=True)
    )
    found = _compared(truth, judge, options, column=FORM)
    progress(1, 1, "done")
    if same_key(first.instrument, second.instrument):
        return found
    return replace(found, cautions=(*found.cautions, OTHER_KEY))


def truth_and_bias(truth: FloatArray, judge: FloatArray, level: float) -> TruthAndBias:
    """Fit the truth-and-bias model.

    Parameters
    ----------
    truth, judge
        Scores of the same persons, none missing, at least three; shape (n_pairs,).
    level
        Coverage of the intervals.
    """
    level_difference = mean_with_t_interval(judge - truth, level)
    centred = truth - truth.mean()
    spread = float((centred**2).sum())
    if spread <= 1e-12:
        nothing = Estimate(estimate=None, reason="the truth does not vary")
        return TruthAndBias(level_difference=level_difference, tracking=nothing)
    slope = float(centred @ judge) / spread
    residual = judge - judge.mean() - slope * centred
    df = truth.size - 2
    error = float(np.sqrt((residual**2).sum() / df / spread))
    intercept_error = float(np.sqrt((residual**2).sum() / df / truth.size))
    reach = float(stdtrit(df, (1.0 + level) / 2.0))
    return TruthAndBias(
        level_difference=_estimate(float((judge - truth).mean()), intercept_error, reach, level),
        tracking=_estimate(slope, error, reach, level),
    )


def _estimate(value: float, error: float, reach: float, level: float) -> Estimate:
    interval = Interval(lower=value - reach * error, upper=value + reach * error, level=level)
    return Estimate(estimate=value, standard_error=error, interval=interval)


def _dyads_of(truth: FloatArray, judge: FloatArray, level: float) -> Dyads:
    pairs = paired(truth, judge, level)
    shared = {field.name: getattr(pairs, field.name) for field in fields(Paired)}
    if pairs.n_pairs < FEWEST_PAIRS:
        nothing = TruthAndBias(level_difference=pairs.difference, tracking=pairs.difference)
        return Dyads(**shared, truth_and_bias=nothing)
    both = np.isfinite(truth) & np.isfinite(judge)
    return Dyads(**shared, truth_and_bias=truth_and_bias(truth[both], judge[both], level))


def _side(name: str, responses: ResponseMatrix) -> _Side:
    scored = score(responses.instrument, responses.answers)
    persons = texts(responses, PERSON, "samples")
    sessions: list[float | None] | None = None
    if SESSION in responses.columns:
        sessions = np.asarray(responses.columns[SESSION], dtype=np.float64).tolist()
    return _Side(
        name=name,
        scores={scale: scored.scores[:, k] for k, scale in enumerate(scored.scales)},
        persons=persons,
        sessions=sessions,
    )


def _compared(
    first: _Side, second: _Side, options: AgreementOptions, *, column: str
) -> AgreementResult:
    truth, judge = _roles(first, second, options)
    rows, others = _matched(truth, judge)
    if not rows.size:
        raise EstimationError("agreement", "no person has responses of both respondents")
    unmatched = len(truth.persons) + len(judge.persons) - 2 * int(rows.size)
    return AgreementResult(
        n_persons=int(rows.size),
        column=column,
        truth=truth.name,
        judge=judge.name,
        unmatched=unmatched,
        scales={
            scale: _dyads_of(scores[rows], judge.scores[scale][others], options.level)
            for scale, scores in truth.scores.items()
            if scale in judge.scores
        },
        cautions=_cautions(unmatched),
    )


def _roles(first: _Side, second: _Side, options: AgreementOptions) -> tuple[_Side, _Side]:
    if options.truth is None or options.truth == first.name:
        return first, second
    if options.truth == second.name:
        return second, first
    raise OptionError("truth", "must be one of the two respondents: the column's values, or forms")


def _matched(truth: _Side, judge: _Side) -> tuple[IntArray, IntArray]:
    """Rows of the persons that both have, at the first session that both have."""
    if truth.sessions is None or judge.sessions is None:
        truth, judge = replace(truth, sessions=None), replace(judge, sessions=None)
    first, second = matched_rows(_rows_of(truth), _rows_of(judge))
    kept = _first_session_of_each(first, truth.persons, _sessions(truth))
    return first[kept], second[kept]


def _rows_of(side: _Side) -> dict[tuple[str, ...], int]:
    keys: list[tuple[str, ...] | None] = [
        None if person is None else (person, str(session))
        for person, session in zip(side.persons, _sessions(side), strict=True)
    ]
    return rows_by_key(keys, np.ones(len(keys), dtype=np.bool_), "agreement")


def _sessions(side: _Side) -> list[float | None]:
    return [None] * len(side.persons) if side.sessions is None else side.sessions


def _first_session_of_each(
    rows: IntArray, persons: list[str | None], sessions: list[float | None]
) -> list[int]:
    earliest: dict[str | None, int] = {}
    for place, row in enumerate(rows.tolist()):
        known = earliest.get(persons[row])
        if known is None or _before(sessions[row], sessions[int(rows[known])]):
            earliest[persons[row]] = place
    return sorted(earliest.values())


def _before(one: float | None, other: float | None) -> bool:
    return one is not None and other is not None and one < other


def _cautions(unmatched: int) -> tuple[str, ...]:
    if not unmatched:
        return ()
    return (f"{unmatched} responses have no counterpart, or a later one, and were left out.",)
