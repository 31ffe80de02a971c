"""Studies of alliance and comfort at several sessions, with known truth.

Within a person, in standard deviations of a stable process (a the alliance, c comfort)::

    a_t = .3 a_t−1 + β_a c_t−1 + e_t,    c_t = .3 c_t−1 + β_c a_t−1 + f_t,    corr(e, f) = ρ

Between persons both have traits that correlate .5. The latent alliance is growth(t) + trait +
slope · (t − 1) + a_t; growth is .25 a session up to the session at which it levels off. Items are
loading · (latent alliance + subscale trait + subscale state) + item trait + error, cut into the
form's categories; comfort is a whole number from 0 to 10. From the second session persons rate
their change since the first, −3 to 3: they call an improvement what exceeds .35, with noise. The
risk to leave follows the last comfort and alliance that were seen (missing at random), and some
answers are missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from psychometrics.errors import OptionError
from psychometrics.instrument import Instrument
from psychometrics.positive_definite import cholesky, required
from psychometrics.types import BoolArray, FloatArray

N_SESSIONS = 5
AUTOREGRESSION, TRAIT_CORRELATION, GROWTH = 0.3, 0.5, 0.25
ALLIANCE_TRAIT, ALLIANCE_STATE = float(np.sqrt(0.45)), float(np.sqrt(0.30))
COMFORT_SD, COMFORT_MEAN = 1.15, 5.6
SMALLEST_IMPROVEMENT = 0.35
RATING_CUTS = np.array([-1.5, -0.9, -0.35, 0.35, 0.9, 1.5])
RATING_NOISE = 0.75
ANCHOR_RELIABILITY = 0.51
"""Variance of the latent change from session 1 to 4, .586, over that plus the rating's noise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What is true of a simulated study.

    Attributes
    ----------
    title
        The truth in one sentence.
    answer
        What kind ``lagged`` should answer.
    to_comfort, to_alliance
        β_c and β_a.
    shock
        ρ.
    levels_off
        Session from which the mean no longer rises; ``None`` for growth throughout.
    slope_sd
        Standard deviation of the persons' own slopes a session.
    """

    title: str
    answer: str
    to_comfort: float = 0.0
    to_alliance: float = 0.0
    shock: float = 0.0
    levels_off: int | None = 4
    slope_sd: float = 0.0


COURSES: Mapping[str, Course] = MappingProxyType(
    {
        "alliance-first": Course(
            title="Five sessions; the alliance moves comfort, not the reverse.",
            answer="alliance-first",
            to_comfort=0.30,
            shock=0.15,
        ),
        "outcome-first": Course(
            title="Five sessions; comfort moves the alliance, not the reverse.",
            answer="outcome-first",
            to_alliance=0.30,
            shock=0.15,
        ),
        "both": Course(
            title="Five sessions; alliance and comfort move each other.",
            answer="both",
            to_comfort=0.25,
            to_alliance=0.25,
            shock=0.10,
        ),
        "neither": Course(
            title="Five sessions; alliance and comfort do not move each other.", answer="neither"
        ),
        "steady-growth": Course(
            title="Five sessions; the alliance grows to the end, each person at an own rate.",
            answer="neither",
            levels_off=None,
            slope_sd=0.12,
        ),
    }
)
"""By name: what ``alliance simulate --scenario`` offers besides one-time samples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedStudy:
    """A study drawn from a course; all arrays are persons × sessions.

    Attributes
    ----------
    answers
        As on the form, ``nan`` where missing, shape (n_persons, n_sessions, n_items).
    comfort, rated_change
        ``nan`` where missing; nobody rates change at the first session.
    days
        Since the first visit.
    present
        Whether the person still comes.
    alliance
        The latent alliance behind the answers.
    """

    answers: FloatArray
    comfort: FloatArray
    rated_change: FloatArray
    days: FloatArray
    present: BoolArray
    alliance: FloatArray


def course(scenario: str) -> Course:
    """Return a scenario's truth.

    Raises
    ------
    OptionError
        If there is no such scenario.
    """
    if scenario not in COURSES:
        raise OptionError("scenario", f"must be one of {', '.join(COURSES)}")
    return COURSES[scenario]


def draw_study(
    truth: Course,
    instrument: Instrument,
    *,
    n_persons: int,
    rng: np.random.Generator,
    n_sessions: int = N_SESSIONS,
    complete: bool = False,
) -> SimulatedStudy:
    """Draw a study.

    Parameters
    ----------
    truth
        What is true of it.
    instrument
        The form.
    n_persons, n_sessions
        How many.
    rng
        Draws everything.
    complete
        Whether nobody leaves and nothing is missing.
    """
    traits = _correlated(np.array([[1.0, TRAIT_CORRELATION], [TRAIT_CORRELATION, 1.0]]))
    traits = rng.standard_normal((n_persons, 2)) @ traits.T
    process = _process(truth, n_persons, n_sessions, rng)
    time = np.arange(n_sessions)
    alliance = GROWTH * np.minimum(time, (truth.levels_off or n_sessions) - 1)
    alliance = alliance + ALLIANCE_TRAIT * traits[:, :1] + ALLIANCE_STATE * process[:, :, 0]
    alliance = alliance + truth.slope_sd * rng.standard_normal((n_persons, 1)) * time
    comfort = COMFORT_MEAN + 0.2 * np.minimum(time, 2)
    comfort = comfort + COMFORT_SD * (traits[:, 1:] + process[:, :, 1])
    study = SimulatedStudy(
        answers=_answers(alliance, instrument, rng),
        comfort=np.clip(np.rint(comfort), 0.0, 10.0),
        rated_change=_rated(alliance, rng),
        days=_days(n_persons, n_sessions, rng),
        present=np.ones((n_persons, n_sessions), dtype=np.bool_),
        alliance=alliance,
    )
    return study if complete else _with_gaps(study, instrument, rng)


def _correlated(correlations: FloatArray) -> FloatArray:
    return required(cholesky(correlations), "simulated study")


def _process(
    truth: Course, n_persons: int, n_sessions: int, rng: np.random.Generator
) -> FloatArray:
    """Draw a and c of unit variance, shape (n_persons, n_sessions, 2)."""
    paths = np.array([[AUTOREGRESSION, truth.to_alliance], [truth.to_comfort, AUTOREGRESSION]])
    r = truth.shock
    for _ in range(200):
        stable = np.array([[1.0, r], [r, 1.0]])
        new = stable - paths @ stable @ paths.T
        r += truth.shock * float(np.sqrt(new[0, 0] * new[1, 1])) - float(new[0, 1])
    now = rng.standard_normal((n_persons, 2)) @ _correlated(stable).T
    drawn = [now]
    for _ in range(n_sessions - 1):
        now = now @ paths.T + rng.standard_normal((n_persons, 2)) @ _correlated(new).T
        drawn.append(now)
    return np.stack(drawn, axis=1)


def _answers(alliance: FloatArray, instrument: Instrument, rng: np.random.Generator) -> FloatArray:
    """Draw answers as on the form; items of no subscale are noise."""
    n, k = alliance.shape
    membership = instrument.membership
    n_items, n_scales = membership.shape
    loadings = np.linspace(0.72, 0.98, n_items) * membership.any(axis=1)
    subscales = 0.35 * rng.standard_normal((n, 1, n_scales)) + 0.15 * rng.standard_normal(
        (n, k, n_scales)
    )
    propensity = loadings * (alliance[:, :, None] + subscales @ membership.T)
    propensity = propensity + 0.32 * rng.standard_normal((n, 1, n_items))
    propensity = propensity + 0.60 * rng.standard_normal((n, k, n_items))
    cuts = _cuts(instrument.n_categories)
    shifts = 0.2 * np.sin(np.arange(n_items))
    category = np.zeros_like(propensity)
    for cut in cuts:
        category += propensity > cut + shifts
    return instrument.recode(category + float(instrument.minimum))


def _cuts(n_categories: int) -> FloatArray:
    """Space thresholds evenly, so that few answers are at an end on the first session."""
    return np.linspace(-1.6, 1.45, n_categories - 1) if n_categories > 2 else np.zeros(1)


def _rated(alliance: FloatArray, rng: np.random.Generator) -> FloatArray:
    seen = alliance - alliance[:, :1] + RATING_NOISE * rng.standard_normal(alliance.shape)
    rated = np.searchsorted(RATING_CUTS, seen).astype(np.float64) - 3.0
    rated[:, 0] = np.nan
    return rated


def _days(n_persons: int, n_sessions: int, rng: np.random.Generator) -> FloatArray:
    gaps = np.maximum(3.0, np.rint(rng.normal(14.0, 4.0, (n_persons, n_sessions - 1))))
    return np.concatenate([np.zeros((n_persons, 1)), np.cumsum(gaps, axis=1)], axis=1)


def _with_gaps(
    study: SimulatedStudy, instrument: Instrument, rng: np.random.Generator
) -> SimulatedStudy:
    """Let persons leave, and answers be missing."""
    recoded = instrument.recode(study.answers)
    share = (recoded.mean(axis=2) - instrument.minimum) / (instrument.maximum - instrument.minimum)
    present = study.present.copy()
    for t in range(1, present.shape[1]):
        risk = 3.30 + 0.30 * (study.comfort[:, t - 1] - 6.0) + 1.8 * (share[:, t - 1] - 0.55)
        present[:, t] = present[:, t - 1] & (rng.random(len(present)) >= 1.0 / (1.0 + np.exp(risk)))
    answers, comfort = study.answers.copy(), study.comfort.copy()
    answers[rng.random(answers.shape) < 0.01] = np.nan
    answers[rng.random(answers.shape[:2]) < 0.01, : answers.shape[2] // 2] = np.nan
    comfort[rng.random(comfort.shape) < 0.01] = np.nan
    return SimulatedStudy(
        answers=answers,
        comfort=comfort,
        rated_change=study.rated_change,
        days=study.days,
        present=present,
        alliance=study.alliance,
    )


def important_points(
    truth: Course, instrument: Instrument, *, first: int, second: int, n_persons: int = 50_000
) -> dict[str, float]:
    """Return what the smallest change that is called an improvement is worth in points, by scale.

    Parameters
    ----------
    truth, instrument
        The study.
    first, second
        Sessions, counted from 1.
    n_persons
        Of the large sample in which the scores' change is regressed on the latent change.
    """
    study = draw_study(
        truth, instrument, n_persons=n_persons, rng=np.random.default_rng(0), complete=True
    )
    latent = study.alliance[:, second - 1] - study.alliance[:, first - 1]
    recoded = instrument.recode(study.answers)
    items = (recoded[:, second - 1] - recoded[:, first - 1]) @ instrument.membership
    slopes = (latent - latent.mean()) @ items / float(((latent - latent.mean()) ** 2).sum())
    points = dict(zip(instrument.subscales, SMALLEST_IMPROVEMENT * slopes, strict=True))
    total = {"total": sum(points.values())} if instrument.total else {}
    return {name: float(value) for name, value in (points | total).items()}
