"""No count of 1 to 10 is shown, and none can be found from what is shown."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from psychometrics.disclosure import (
    is_small,
    protected_count,
    protected_counts,
    protected_moments,
    protected_proportion,
    protected_sentence,
    protected_shares,
    protected_table,
)

NEAR = st.one_of(st.integers(0, 14), st.sampled_from([10, 1, 0, 11, 200]))
ROWS = st.lists(NEAR, min_size=1, max_size=7)
SHORT_ROWS = st.lists(st.one_of(st.integers(0, 13), st.just(40)), min_size=2, max_size=4)


@given(st.integers(0, 500), st.integers(0, 500))
def test_neither_a_small_count_nor_its_complement_is_shown(count: int, further: int) -> None:
    shown = protected_count(count, count + further)
    assert shown is None or not (is_small(shown) or is_small(count + further - shown))
    assert (shown is None) == (is_small(count) or is_small(further))


@given(st.integers(1, 500), st.data())
def test_no_share_times_its_n_is_a_small_count(n: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, n))
    shown = protected_proportion(count / n, n)
    assert shown is None or not (is_small(shown * n) or is_small(n - shown * n))


@given(ROWS)
def test_a_row_shows_no_small_cell_and_no_small_sum_of_withheld_cells(counts: list[int]) -> None:
    row = protected_counts(counts)
    assert not any(is_small(count) for count in row.counts)
    if row.total is not None:
        rest = row.total - sum(count or 0 for count in row.counts)
        assert row.counts.count(None) != 1
        assert not is_small(rest)


@settings(deadline=None, max_examples=60)
@given(SHORT_ROWS)
def test_who_knows_the_rule_cannot_tell_a_small_cell(counts: list[int]) -> None:
    row = protected_counts(counts)
    cells = [place for place, count in enumerate(row.counts) if count is None]
    if row.total is None or not cells:
        return
    rest = sum(counts[place] for place in cells)
    possible: dict[int, set[int]] = {place: set() for place in cells}
    for split in compositions(rest, len(cells)):
        other = list(counts)
        for place, count in zip(cells, split, strict=True):
            other[place] = count
        if protected_counts(other) == row:
            for place, count in zip(cells, split, strict=True):
                possible[place].add(count)
    assert all(len(possible[place]) > 1 for place in cells if is_small(counts[place]))


@pytest.mark.parametrize("counts", [[11, 10, 10], [11, 11, 10], [40, 40, 10]])
def test_which_cells_are_chosen_does_not_tell_the_small_one(counts: list[int]) -> None:
    assert protected_counts(counts).counts == (None,) * 3


@pytest.mark.parametrize(
    "sentence",
    ["5 of 600 persons lack answers.", "2 of the patients left.", "9 of all 1,600 ratings"],
)
def test_a_part_named_before_its_whole_is_a_small_number_too(sentence: str) -> None:
    assert protected_sentence(sentence).startswith("10 or fewer of ")


def test_the_number_of_a_session_is_no_number_of_people() -> None:
    sentence = "Session 3 and session 4 of 600 persons."
    assert protected_sentence(sentence) == sentence


@pytest.mark.parametrize("cell", [1, 10])
def test_a_dozen_cells_at_the_edge_of_the_rule_are_not_found_from_their_sum(cell: int) -> None:
    row = protected_counts([cell] * 12)
    assert row.counts == (None,) * 12
    assert row.total is None


@given(
    st.integers(2, 5).flatmap(
        lambda width: st.lists(
            st.lists(NEAR, min_size=width, max_size=width), min_size=1, max_size=4
        )
    )
)
def test_a_table_leaves_every_small_cell_free_to_be_nothing_or_many(table: list[list[int]]) -> None:
    protected = protected_table(table)
    hidden = np.zeros(len(table[0]), dtype=np.int64)
    for counts, row in zip(table, protected, strict=True):
        assert not any(is_small(count) for count in (*row.counts, row.total))
        if row.total is None:
            hidden += counts
            continue
        withheld = [count for count, cell in zip(counts, row.counts, strict=True) if cell is None]
        assert len(withheld) != 1
        assert sum(withheld) == 0 or sum(withheld) > 10
    assert not is_small(int(hidden.sum())) or all(row.total is None for row in protected)


@given(
    st.integers(2, 4).flatmap(
        lambda width: st.lists(
            st.lists(NEAR, min_size=width, max_size=width), min_size=2, max_size=4
        )
    )
)
def test_no_column_of_the_whole_less_the_shown_groups_is_small(table: list[list[int]]) -> None:
    protected = protected_table(table)
    if any(row.total is None for row in protected) and all(row.total is None for row in protected):
        return
    columns = {
        place for row in protected if row.total is not None
        for place, count in enumerate(row.counts) if count is not None
    }  # fmt: skip
    for place in columns:
        whole = sum(row[place] for row in table)
        rest = whole - sum(row.counts[place] or 0 for row in protected)
        assert not is_small(whole)
        assert not is_small(rest)


@settings(max_examples=40)
@given(st.lists(st.lists(st.integers(0, 25), min_size=3, max_size=3), min_size=2, max_size=2))
def test_the_choice_of_columns_does_not_tell_a_small_cell(table: list[list[int]]) -> None:
    """Every row is tried with every split of its withheld cells, all else as it is."""
    protected = protected_table(table)
    for at, (counts, row) in enumerate(zip(table, protected, strict=True)):
        cells = [place for place, cell in enumerate(row.counts) if cell is None]
        if row.total is None or not any(is_small(counts[place]) for place in cells):
            continue
        possible: dict[int, set[int]] = {place: set() for place in cells}
        for split in compositions(sum(counts[place] for place in cells), len(cells)):
            other = list(counts)
            for place, count in zip(cells, split, strict=True):
                other[place] = count
            if protected_table([*table[:at], other, *table[at + 1 :]]) == protected:
                for place, count in zip(cells, split, strict=True):
                    possible[place].add(count)
        assert all(len(possible[place]) > 1 for place in cells if is_small(counts[place]))


def test_a_column_more_is_withheld_where_two_would_tell_the_small_cell() -> None:
    for row in protected_table([[40, 40, 10], [40, 40, 0]]):
        assert row.counts == (None,) * 3


def test_the_same_categories_are_withheld_in_every_group() -> None:
    first, second = protected_table([[3, 20, 80], [30, 40, 90]])
    assert first.counts == (None, None, 80)
    assert second.counts == (None, None, 90)
    assert (first.total, second.total) == (103, 160)


def test_a_small_group_takes_the_next_smallest_with_it() -> None:
    small, middle, large = protected_table([[4, 3], [20, 15], [60, 70]])
    assert small.total is None
    assert middle.total is None
    assert large.counts == (60, 70)


def test_moments_stay_exact_where_nothing_is_withheld() -> None:
    counts = [0, 20, 30]
    assert protected_moments(1.61, 0.49, counts) == (1.61, 0.49)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 60), min_size=5, max_size=5))
@example([36, 20, 33, 51, 4])  # an sd of 1.25, to be rounded alike wherever it is computed
def test_moments_beside_withheld_categories_do_not_solve_them(counts: list[int]) -> None:
    row = protected_counts(counts)  # nobody left the item out: a cell of zero changes nothing
    if row.total is None or None not in row.counts:
        return
    answers = np.repeat(np.arange(5), counts)
    mean, sd = protected_moments(float(answers.mean()), float(answers.std(ddof=1)), counts)
    if mean is None:
        return
    cells = [place for place, count in enumerate(row.counts) if count is None]
    possible: dict[int, set[int]] = {place: set() for place in cells}
    rest = sum(counts[place] for place in cells)
    splits = np.array(list(compositions(rest, len(cells)))) if rest < 60 else np.array([])
    if not splits.size:
        return
    others = np.tile(counts, (len(splits), 1))
    others[:, cells] = splits
    totals, places = others.sum(axis=1), np.arange(5)
    means = others @ places / totals
    sds = np.sqrt(np.maximum(others @ places**2 - totals * means**2, 0) / (totals - 1))
    same = (np.round(means, 1) == mean) & (np.round(sds, 1) == sd)
    for split in splits[same]:
        for place, count in zip(cells, split, strict=True):
            possible[place].add(int(count))
    assert all(len(possible[place]) > 1 for place in cells if is_small(counts[place]))


def test_few_answers_far_apart_lose_their_mean() -> None:
    counts = [3, 0, 0, 0, 12]
    assert protected_moments(3.2, 1.7, counts) == (None, None)


@pytest.mark.parametrize(
    ("sentence", "protected"),
    [
        ("y: 3 persons have another timing.", "y: 10 or fewer persons have another timing."),
        ("With 8 clusters, errors.", "With 10 or fewer clusters, errors."),
        ("12 responses name no person.", "12 responses name no person."),
        ("2.10 persons", "2.10 persons"),
        ("Items 3 and 4 correlate.", "Items 3 and 4 correlate."),
        ("Needs at least 5 persons.", "Needs at least 5 persons."),
        ("7 further responses", "10 or fewer further responses"),
    ],
)
def test_small_numbers_of_people_leave_sentences(sentence: str, protected: str) -> None:
    assert protected_sentence(sentence) == protected


def compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """All ways to split a total into ordered parts, zeros allowed."""
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in compositions(total - first, parts - 1):
            yield (first, *rest)


@given(st.lists(st.integers(0, 400), min_size=1, max_size=30))
def test_coarse_shares_show_no_small_class_and_leave_no_small_rest(counts: list[int]) -> None:
    found = protected_shares(counts)
    if found is None:
        return
    hidden = [count for count, share in zip(counts, found.shares, strict=True) if share is None]
    assert not any(
        share is not None and count <= 10 for count, share in zip(counts, found.shares, strict=True)
    )
    assert not is_small(sum(hidden))
    assert (found.rest > 0) == (sum(hidden) > 0)


@given(st.lists(st.integers(0, 400), min_size=2, max_size=30))
def test_no_coarse_share_tells_a_single_count(counts: list[int]) -> None:
    found = protected_shares(counts)
    if found is None:
        return
    n = sum(counts)
    for share in filter(None, (*found.shares, found.rest)):
        possible = [
            count
            for count in range(11, n + 1)
            if max(1, round(count / n / found.step)) == round(share / found.step)
        ]
        assert len(possible) >= 4 or share > 0.9
    assert found.step * n >= 10


def test_of_fewer_than_a_hundred_no_share_is_coarse_enough() -> None:
    assert protected_shares([50, 49]) is None
    assert protected_shares([50, 50]) is not None
    assert protected_shares([200, 9]) is None, "the rest takes the last class with it"
