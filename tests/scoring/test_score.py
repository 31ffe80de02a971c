"""Scores: identities first, then the sums that somebody else published."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from psychometrics.scoring.prorate import ScoreStatus, score
from schemas.definition import Definition
from service.catalog.catalog import shipped_definitions
from service.file_reader.paths import read_path

N_ITEMS = 12
answers_strategy = hnp.arrays(
    np.float64,
    st.tuples(st.integers(1, 8), st.just(N_ITEMS)),
    elements=st.one_of(st.integers(1, 7).map(float), st.just(float("nan"))),
)


def test_the_contract_example_is_scored_to_the_last_digit(wai_sr: Definition) -> None:
    answers = np.array([[5, 4, 4, 4, 5, 5, 4, 4, 5, 3, 4, 3]], dtype=float)
    scored = score(wai_sr.instrument, answers)
    assert scored.scales == ("goal", "task", "bond", "total")
    assert scored.scores.tolist() == [[17, 15, 18, 50]]
    assert scored.means.tolist() == [[4.25, 3.75, 4.5, 50 / 12]]
    assert scored.status.tolist() == [ScoreStatus.SCORED]


def test_a_reversed_item_counts_as_minimum_plus_maximum_minus_answer() -> None:
    wai_s = shipped_definitions()["wai-s-client"].instrument
    answers = np.full((1, N_ITEMS), 4.0)
    answers[0, 3] = 7
    assert score(wai_s, answers).scores[0, 0] == 4 + 4 + 4 + 1


def test_three_of_four_answers_are_prorated_and_two_are_not(wai_sr: Definition) -> None:
    answers = np.full((2, N_ITEMS), 3.0)
    answers[0, 3] = np.nan  # a goal item
    answers[1, [3, 5]] = np.nan
    scored = score(wai_sr.instrument, answers)
    assert scored.scores[0].tolist() == [12, 12, 12, 36]
    assert np.isnan(scored.scores[1, [0, 3]]).all()
    assert scored.scores[1, [1, 2]].tolist() == [12, 12]
    assert scored.status.tolist() == [ScoreStatus.PRORATED, ScoreStatus.UNSCORABLE]
    assert scored.answered.tolist() == [11, 10]


@pytest.mark.parametrize(("missing", "scorable"), [(3, True), (4, False)])
def test_a_twelve_item_subscale_needs_nine_answers(
    wai_36: Definition, missing: int, *, scorable: bool
) -> None:
    answers = np.full((1, 36), 4.0)
    answers[0, [column - 1 for column in (5, 8, 17, 19)[:missing]]] = np.nan
    bond = score(wai_36.instrument, answers).scores[0, 2]
    assert np.isfinite(bond) == scorable


@given(answers_strategy)
@settings(max_examples=60, deadline=None)
def test_turning_the_form_around_mirrors_every_score(answers: np.ndarray) -> None:
    """Answering 8 − x everywhere turns a score S of n items into 8n − S."""
    wai_s = shipped_definitions()["wai-s-client"].instrument
    n_items = np.array([4, 4, 4, 12])
    mirrored = score(wai_s, 8 - answers).scores
    np.testing.assert_allclose(mirrored, 8 * n_items - score(wai_s, answers).scores, atol=1e-9)


@given(answers_strategy)
@settings(max_examples=60, deadline=None)
def test_a_prorated_mean_is_the_mean_of_what_was_answered(answers: np.ndarray) -> None:
    wai_s = shipped_definitions()["wai-s-client"].instrument
    scored = score(wai_s, answers)
    recoded = np.where(wai_s.reversed_mask, 8 - answers, answers)
    for column, scale in enumerate(wai_s):
        for person, items in enumerate(recoded[:, scale.columns]):
            answered = items[np.isfinite(items)]
            if answered.size >= 3:
                assert scored.means[person, column] == pytest.approx(answered.mean())
            else:
                assert np.isnan(scored.means[person, column])


def published(examples: Path, column: str) -> np.ndarray:
    file = examples / "wai36_simulated_patients.csv"
    table = np.genfromtxt(file, delimiter=",", names=True)
    return np.asarray(table[column])


def test_the_277_forms_sum_to_the_published_task_and_goal(
    examples: Path, wai_36: Definition
) -> None:
    block = read_path(examples / "wai36_simulated_patients.csv", wai_36).responses()
    goal, task, _, _ = score(wai_36.instrument, block.answers).scores.T
    assert len(block) == 277
    np.testing.assert_array_equal(task, published(examples, "published_task"))
    np.testing.assert_array_equal(goal, published(examples, "published_goal"))


def test_bond_under_the_standard_key_differs_from_the_published_sums_in_172_forms(
    examples: Path, wai_36: Definition
) -> None:
    block = read_path(examples / "wai36_simulated_patients.csv", wai_36).responses()
    scores = score(wai_36.instrument, block.answers).scores
    differs = scores[:, 2] != published(examples, "published_bond_MISKEYED")
    assert differs.sum() == 172
    assert scores.sum(axis=0).tolist() == [PINNED_GOAL, PINNED_TASK, PINNED_BOND, PINNED_TOTAL]


# Sums over the file under the standard key; goal and task equal the published columns' sums.
PINNED_GOAL = 9630
PINNED_TASK = 10307
PINNED_BOND = 11387
PINNED_TOTAL = 31324
