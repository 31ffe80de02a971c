"""How often the truth of simulated studies is found; the figures stand in ``docs/time.md``."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from psychometrics.cfa.options import Estimator
from psychometrics.longitudinal import lagged, responsiveness, trajectory
from psychometrics.longitudinal.options import (
    LaggedOptions,
    ResponsivenessOptions,
    Shape,
    TrajectoryOptions,
)
from psychometrics.longitudinal.simulated_studies import (
    ANCHOR_RELIABILITY,
    COURSES,
    important_points,
)
from psychometrics.longitudinal.trajectory_results import TrajectoryResult
from tests.longitudinal.making import simulated
from tests.longitudinal.studies import definition

pytestmark = pytest.mark.slow

REPLICATES = 100
LEAST_RIGHT = {"alliance-first": 90, "outcome-first": 90, "both": 90, "neither": 85}
REVERSED = {"alliance-first": "outcome-first", "outcome-first": "alliance-first"}


def answers(scenario: str, n_persons: int) -> Counter[str]:
    options = LaggedOptions(outcome="comfort")
    samples = (simulated(scenario, n_persons=n_persons, seed=seed) for seed in range(REPLICATES))
    return Counter(lagged.analyse(sample, options).answer for sample in samples)


@pytest.mark.parametrize("scenario", LEAST_RIGHT)
def test_the_answer_is_right_with_400_persons(scenario: str) -> None:
    found = answers(scenario, 400)
    print(scenario, 400, dict(found))  # noqa: T201 - what the documentation repeats
    assert found[scenario] >= LEAST_RIGHT[scenario]


@pytest.mark.parametrize("scenario", LEAST_RIGHT)
def test_the_answer_is_hardly_ever_wrongly_directed_with_150_persons(scenario: str) -> None:
    """Where there is no effect every direction is wrong; where there is one, the other alone."""
    found = answers(scenario, 150)
    print(scenario, 150, dict(found))  # noqa: T201 - what the documentation repeats
    directed = ("alliance-first", "outcome-first", "both")
    wrong = directed if scenario == "neither" else (REVERSED.get(scenario, ""),)
    assert sum(found[answer] for answer in wrong) <= 5


@pytest.mark.parametrize("scenario", ["neither", "steady-growth"])
def test_the_plateau_is_found_within_a_session(scenario: str) -> None:
    options = TrajectoryOptions(
        scales=("total",), shape=Shape.LINEAR, auxiliary=(), replicates=10, invariance=False
    )
    truth, found = COURSES[scenario].levels_off, Counter[float | None]()
    for seed in range(REPLICATES):
        plateau = trajectory.analyse(simulated(scenario, n_persons=400, seed=seed), options)
        total = plateau.scales["total"].plateau
        found[None if total is None else total.from_occasion] += 1
    print(scenario, dict(found))  # noqa: T201 - what the documentation repeats
    if truth is None:
        assert found[None] >= 90
    else:
        assert sum(found[truth + step] for step in (-1.0, 0.0, 1.0)) >= 90


def test_the_minimal_important_change_lies_in_its_interval() -> None:
    truth = important_points(COURSES["neither"], definition().instrument, first=1, second=4)
    options = ResponsivenessOptions(
        anchor="rated_change", first=1.0, second=4.0, scales=("total",), replicates=500
    )
    given = replace(options, anchor_reliability=ANCHOR_RELIABILITY)
    covered, rows = 0, []
    n_samples = 300
    for seed in range(n_samples):
        sample = simulated("neither", n_persons=400, seed=seed)
        plain, adjusted = (
            responsiveness.analyse(sample, one).scales["total"].minimal_important_change
            for one in (options, given)
        )
        ends = adjusted.adjusted_predictive.interval
        assert ends is not None
        covered += ends.lower <= truth["total"] <= ends.upper
        estimates = (plain.predictive, plain.adjusted_predictive, adjusted.adjusted_predictive)
        rows.append([one.estimate for one in estimates])
    means = np.array(rows, dtype=np.float64).mean(axis=0)
    print(truth["total"], means, covered / n_samples)  # noqa: T201 - for the documentation
    assert 0.93 <= covered / n_samples <= 0.97
    assert means[0] > means[1] > truth["total"] + 1.0


def test_an_outcome_that_dropout_depends_on_takes_the_bias_away() -> None:
    """Half leave after the first session by comfort, which moves with the alliance."""
    shifts = []
    for seed in range(100):
        whole = simulated("both", n_persons=400, seed=seed, complete=True)
        session = np.asarray(whole.columns["session_number"], dtype=np.float64)
        comfort = np.asarray(whole.columns["comfort"], dtype=np.float64)
        person = np.unique(whole.columns["person"], return_inverse=True)[1]
        first = np.zeros(person.max() + 1)
        first[person[session == 1.0]] = comfort[session == 1.0]
        rng = np.random.default_rng(seed)
        leaves = rng.random(first.size) < 1.0 / (1.0 + np.exp(1.5 * (first - 5.6)))
        seen = whole.rows((session == 1.0) | ~leaves[person])
        options = TrajectoryOptions(
            scales=("total",),
            shape=Shape.LATENT_BASIS,
            estimator=Estimator.ML,
            replicates=10,
            auxiliary=(),
            invariance=False,
        )
        truth, biased, helped = (
            np.array(trajectory.analyse(sample, one).scales["total"].means)
            if one.auxiliary == ()
            else _helped(trajectory.analyse(sample, one))
            for sample, one in (
                (whole, options),
                (seen, options),
                (seen, replace(options, auxiliary=("comfort",))),
            )
        )
        shifts.append([(biased - truth)[-1], (helped - truth)[-1]])
    bias, left = np.mean(shifts, axis=0)
    errors = np.std(shifts, axis=0, ddof=1) / np.sqrt(len(shifts))
    print("bias", bias, left, errors)  # noqa: T201 - what the documentation repeats
    assert abs(bias) > 3.0 * errors[0]
    assert abs(left) < 3.0 * errors[1]


def _helped(found: TrajectoryResult) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    sensitivity = found.scales["total"].sensitivity
    assert sensitivity is not None
    return np.array(sensitivity.means)
