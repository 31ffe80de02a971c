"""Missing answers, careless answering, ranges, local dependence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pingouin
import pytest

from psychometrics.items.analysis import analyse
from psychometrics.items.careless import longest_strings
from psychometrics.items.missingness import missingness
from psychometrics.items.options import ItemsOptions
from psychometrics.items.response_range import already_reversed, range_suspicions
from psychometrics.items.results import ItemsResult
from psychometrics.responses import ResponseMatrix
from psychometrics.types import FloatArray, no_progress
from schemas.definition import Definition
from tests.classical import SCALES, form, simulated_patients, three_factor_answers, wai_sr


def analysed(responses: ResponseMatrix) -> ItemsResult:
    return analyse(responses, ItemsOptions(), progress=no_progress)


def test_cochrans_q_is_that_of_pingouin() -> None:
    rng = np.random.default_rng(1)
    answers = np.where(rng.random((80, 5)) < [0.05, 0.1, 0.1, 0.3, 0.1], np.nan, 3.0)
    found = missingness(answers).selective
    long = pd.DataFrame(np.isnan(answers).astype(int)).rename_axis("person").reset_index()
    long = long.melt(id_vars="person", var_name="item", value_name="missing")
    theirs = pingouin.cochran(long, dv="missing", within="item", subject="person").iloc[0]
    assert found.statistic == pytest.approx(theirs["Q"], rel=1e-10)
    assert found.df == theirs["dof"]
    assert found.p_value == pytest.approx(theirs.filter(like="p").iloc[0], rel=1e-8)


def test_an_item_that_many_leave_out_is_noticed_and_chance_is_not(data: Path) -> None:
    responses = wai_sr(data, "wai_1000_mis")
    by_chance = analysed(responses).missing.selective
    assert by_chance.p_value is not None
    assert by_chance.p_value > 0.01
    answers = responses.answers.copy()
    answers[:150, 4] = np.nan
    avoided = missingness(answers).selective
    assert avoided.p_value is not None
    assert avoided.p_value < 1e-6


def test_complete_answers_have_no_test_of_missingness(data: Path) -> None:
    found = analysed(wai_sr(data, "wai_250")).missing
    assert (found.share, found.n_complete, found.n_patterns) == (0.0, 250, 1)
    assert found.selective.p_value is None
    assert found.selective.reason is not None


def test_strings_are_measured_in_the_forms_order_and_broken_by_gaps() -> None:
    answers = np.array([[1, 1, 1, 2, 2], [3, np.nan, 3, 3, 4], [np.nan] * 5, [5, 5, 5, 5, 5]])
    assert longest_strings(answers).tolist() == [3, 2, 0, 5]


def test_straight_liners_are_flagged(wai_36: Definition) -> None:
    responses = simulated_patients(wai_36)
    answers = responses.answers.copy()
    before = analysed(responses).careless
    answers[:9] = 4.0
    after = analysed(ResponseMatrix(instrument=wai_36.instrument, answers=answers)).careless
    assert after.long_strings.n_flagged == before.long_strings.n_flagged + 9


def test_random_answers_are_less_consistent_and_farther_from_the_mean() -> None:
    rng = np.random.default_rng(2)
    answers = three_factor_answers(400, 12, rng)
    scales = {name: tuple(range(k + 1, 13, 3)) for k, name in enumerate("abc")}
    instrument = form(12, scales=scales)
    honest = analysed(ResponseMatrix(instrument=instrument, answers=answers)).careless
    answers[:60] = rng.choice([1.0, 5.0], (60, 12))
    mixed = analysed(ResponseMatrix(instrument=instrument, answers=answers)).careless
    assert mixed.mahalanobis.n_flagged > honest.mahalanobis.n_flagged + 20
    assert mixed.even_odd.n_flagged > honest.even_odd.n_flagged


@pytest.mark.parametrize(
    ("answers", "codes"),
    [
        (np.arange(0.0, 5.0), ["zero-based"]),
        (np.arange(1.0, 8.0), ["wider-range"]),
        (np.tile(np.arange(1.0, 6.0), 80), []),
        (np.tile(np.arange(1.0, 4.0), 150), ["narrower-range"]),
        (np.tile(np.arange(1.0, 5.0), 100), ["top-never-chosen"]),
        (np.arange(1.0, 4.0), []),
        (np.array([np.nan]), []),
    ],
)
def test_odd_ranges_of_a_five_point_form_are_named(answers: np.ndarray, codes: list[str]) -> None:
    assert [suspicion.code for suspicion in range_suspicions(answers, 1, 5)] == codes


def test_answers_reversed_before_they_came_are_noticed(wai_36: Definition) -> None:
    responses = simulated_patients(wai_36)
    assert already_reversed(wai_36.instrument, responses.answers) == ()
    found = analysed(ResponseMatrix(instrument=wai_36.instrument, answers=responses.recoded))
    assert [suspicion.code for suspicion in found.response_range] == ["already-reversed"]


def test_a_pair_that_shares_more_than_its_factor_is_named() -> None:
    rng = np.random.default_rng(3)
    answers = three_factor_answers(500, 12, rng)
    copied = rng.random(500) < 0.6
    answers[copied, 1] = answers[copied, 0]
    scales = {name: tuple(range(k + 1, 13, 3)) for k, name in enumerate("abc")}
    found = analysed(ResponseMatrix(instrument=form(12, scales=scales), answers=answers))
    assert found.local_dependence.pairs[0].items == (1, 2)
    clean = analysed(
        ResponseMatrix(
            instrument=form(12, scales=scales), answers=three_factor_answers(500, 12, rng)
        )
    )
    assert clean.local_dependence.pairs == ()


def test_scales_have_floors_and_ceilings_at_their_possible_extremes() -> None:
    answers = np.array([[5.0, 5, 1], [5, 5, 2], [1, 1, 3], [3, 4, np.nan]])
    instrument = form(3, scales={"pair": (1, 2), "lone": (3,)})
    found = analysed(ResponseMatrix(instrument=instrument, answers=answers)).scales
    assert (found["pair"].floor, found["pair"].ceiling) == (0.25, 0.5)
    assert found["lone"].n_scored == 3
    assert found["total"].n_scored == 3


def test_inter_item_correlations_are_pairwise(data: Path) -> None:
    responses = wai_sr(data, "wai_1000_mis")
    found = analysed(responses).inter_item
    both = np.isfinite(responses.answers[:, [0, 1]]).all(axis=1)
    expected = np.corrcoef(responses.answers[both][:, :2].T)[0, 1]
    assert found.pearson[0, 1] == pytest.approx(expected, rel=1e-12)
    assert found.polychoric is not None
    assert found.polychoric[0, 1] > found.pearson[0, 1]


def test_scales_follow_the_definition(wai_36: Definition) -> None:
    found = analysed(simulated_patients(wai_36))
    assert list(found.scales) == [*wai_36.instrument.subscales, "total"]
    single = replace(wai_36.instrument, total=False, subscales=dict(wai_36.instrument.subscales))
    without = ResponseMatrix(instrument=single, answers=simulated_patients(wai_36).answers)
    assert "total" not in analysed(without).scales
    assert set(SCALES) == set(analysed(without).scales)


def with_gaps(n_persons: int, *left_out: tuple[tuple[int, ...], int]) -> FloatArray:
    """Answers of 6 items: so many persons left out these items, the others none."""
    answers = np.full((n_persons, 6), 3.0)
    start = 0
    for items, count in left_out:
        for item in items:
            answers[start : start + count, item - 1] = np.nan
        start += count
    return answers


def test_items_left_out_together_are_patterns_and_rare_ones_are_one() -> None:
    found = missingness(with_gaps(1000, ((2,), 60), ((4, 5), 31), ((1,), 9), ((6,), 8)))
    assert found.n_patterns == 5
    assert found.patterns is not None
    assert [(one.items, one.share) for one in found.patterns.patterns] == [
        ((), 0.89), ((2,), 0.06), ((4, 5), 0.03)
    ]  # fmt: skip
    assert (found.patterns.rarer, found.patterns.step) == (0.02, 0.01)


def test_rarer_patterns_of_few_persons_take_another_with_them() -> None:
    found = missingness(with_gaps(1000, ((2,), 60), ((4, 5), 31), ((1,), 9))).patterns
    assert found is not None
    assert [one.items for one in found.patterns] == [(), (2,)]
    assert found.rarer == 0.04


@pytest.mark.parametrize("gaps", [[], [((2,), 9)], [((2,), 5), ((3,), 4)]])
def test_few_gaps_have_no_patterns(gaps: list[tuple[tuple[int, ...], int]]) -> None:
    assert missingness(with_gaps(1000, *gaps)).patterns is None
