import numpy as np
import pytest

from psychometrics.correlation.categories import (
    MergedCategory,
    code_answers,
    merge_empty_categories,
)
from psychometrics.errors import EstimationError

NAN = float("nan")


def test_codes_count_the_categories_that_occur() -> None:
    coding = code_answers(np.array([[1.0, 7], [3, NAN], [5, 2], [3, 7]]))
    np.testing.assert_array_equal(coding.codes, [[0, 1], [1, 3], [2, 0], [1, 1]])
    assert [list(values) for values in coding.categories] == [[1, 3, 5], [2, 7]]
    assert coding.width == 3


def test_an_empty_category_is_merged_in_all_groups_alike() -> None:
    first = np.array([[1.0], [2], [2], [3], [NAN]])
    second = np.array([[2.0], [3], [3]])
    common = merge_empty_categories([first, second], items=[9])
    assert common.merged == (MergedCategory(item=9, category=1, into=2),)
    np.testing.assert_array_equal(common.answers[0][:, 0], [2, 2, 2, 3, NAN])
    np.testing.assert_array_equal(common.answers[1], second)
    assert "item 9" in common.cautions[0]


def test_the_smaller_neighbour_takes_a_middle_category() -> None:
    first = np.array([[1.0], [1], [1], [2], [3], [3]])
    second = np.array([[1.0], [1], [3]])
    common = merge_empty_categories([first, second])
    assert common.merged == (MergedCategory(item=1, category=2, into=3),)


def test_neighbouring_empty_categories_are_merged_one_after_the_other() -> None:
    first = np.array([[1.0], [2], [3], [4], [4]])
    second = np.array([[3.0], [4]])
    common = merge_empty_categories([first, second])
    assert [(one.category, one.into) for one in common.merged] == [(1, 2), (2, 3)]
    np.testing.assert_array_equal(common.answers[0][:, 0], [3, 3, 3, 4, 4])


def test_groups_with_the_same_categories_stay_as_they_are() -> None:
    group = np.array([[1.0, 2], [2, 1]])
    common = merge_empty_categories([group, group[::-1]])
    assert common.merged == ()
    np.testing.assert_array_equal(common.answers[0], group)


def test_an_item_without_two_common_categories_is_refused_by_number() -> None:
    first, second = np.array([[1.0], [1], [2]]), np.array([[2.0], [2]])
    with pytest.raises(EstimationError, match="item 12"):
        merge_empty_categories([first, second], items=[12])
