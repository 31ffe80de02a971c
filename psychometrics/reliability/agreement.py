"""The kind ``agreement``: two respondents' scores of the same relation, matched by person.

Notes
-----
West and Kenny's truth-and-bias model with one respondent T as truth and the other J as judge,

    J_i − T̄ = b + t (T_i − T̄) + e_i:

b, the *level difference*, is how much higher the judge rates on average; t, *tracking*, how many
points the judge's score follows a point of the truth. Least squares with Student's intervals. That
the patient's rating is the truth is a convention of the model, no claim.

References
----------
West, T. V., & Kenny, D. A. (2011). The truth and bias model of judgment. Psychological Review, 118,
357–378. doi:10.1037/a0022936

Atzil-Slonim, D., et al. (2015). Therapeutic bond judgments: Congruence and incongruence. Journal of
Consulting and Clinical Psychology, 83, 773–784. doi:10.1037/ccp0000015
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from scipy.special import stdtrit

from psychometrics.errors import EstimationError, OptionError
from psychometrics.reliability.matching import matched_rows, rows_by_key, texts
from psychometrics.reliability.options import AgreementOptions
from psychometrics.reliability.paired import FEWEST_PAIRS, mean_with_t_interval, paired
from psychometrics.reliability.paired_results import AgreementResult, Dyads, Paired, TruthAndBias
from psychometrics.reliability.retest import PERSON, SESSION
from psychometrics.responses import ResponseMatrix
from psychometrics.scoring.prorate import score
from psychometrics.types import Estimate, FloatArray, IntArray, Interval, Progress


def analyse(
    responses: ResponseMatrix, options: AgreementOptions, *, progress: Progress
) -> AgreementResult:
    """Compare two respondents' scores.

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
    truth, judge = _roles(respondents, options)
    first, second = _dyads(responses, respondents, (truth, judge))
    if not first.size:
        raise EstimationError("agreement", "no person has responses of both respondents")
    scored = score(responses.instrument, responses.answers)
    scales = {
        name: _dyads_of(scored.scores[first, k], scored.scores[second, k], options.level)
        for k, name in enumerate(scored.scales)
    }
    progress(1, 1, "done")
    unmatched = sum(value is not None for value in respondents) - 2 * first.size
    return AgreementResult(
        n_persons=int(first.size),
        column=options.column,
        truth=truth,
        judge=judge,
        unmatched=int(unmatched),
        scales=scales,
        cautions=_cautions(int(unmatched)),
    )


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


def _roles(respondents: list[str | None], options: AgreementOptions) -> tuple[str, str]:
    present = sorted({value for value in respondents if value is not None})
    if len(present) != 2:
        raise OptionError(
            "column", f"must tell exactly two respondents apart; it has {len(present)} value(s)"
        )
    if options.truth is None:
        return present[0], present[1]
    if options.truth not in present:
        raise OptionError("truth", "must be one of the column's two values")
    present.remove(options.truth)
    return options.truth, present[0]


def _dyads(
    responses: ResponseMatrix, respondents: list[str | None], roles: tuple[str, str]
) -> tuple[IntArray, IntArray]:
    persons = texts(responses, PERSON, "samples")
    sessions: list[float | None] = [None] * len(persons)
    if SESSION in responses.columns:
        sessions = np.asarray(responses.columns[SESSION], dtype=np.float64).tolist()
    keys: list[tuple[str, ...] | None] = [
        None if person is None else (person, str(session))
        for person, session in zip(persons, sessions, strict=True)
    ]
    truth, judge = (
        rows_by_key(
            keys, np.array([value == role for value in respondents], dtype=np.bool_), "agreement"
        )
        for role in roles
    )
    first, second = matched_rows(truth, judge)
    kept = _first_session_of_each(first, persons, sessions)
    return first[kept], second[kept]


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
