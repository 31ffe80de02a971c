"""Item statistics beside psych's, and the key check on the shared forms."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from psychometrics.declared.shapes import to_json
from psychometrics.items.analysis import analyse
from psychometrics.items.options import ItemsOptions
from psychometrics.items.results import ItemsResult
from psychometrics.responses import ResponseMatrix
from psychometrics.types import no_progress
from schemas.definition import Definition
from tests.classical import SCALES, form, psych, simulated_patients, wai_sr


def analysed(responses: ResponseMatrix) -> ItemsResult:
    return analyse(responses, ItemsOptions(), progress=no_progress)


@pytest.mark.parametrize("name", ["wai_250", "wai_1000"])
@pytest.mark.parametrize("statistic", ["mean", "sd", "skewness", "kurtosis"])
def test_moments_are_those_of_psych_describe(data: Path, name: str, statistic: str) -> None:
    found = [getattr(item, statistic) for item in analysed(wai_sr(data, name)).items]
    assert found == pytest.approx(psych()[name]["describe"][statistic], rel=1e-12)


@pytest.mark.parametrize("name", ["wai_250", "wai_1000", "wai_1000_mis"])
@pytest.mark.parametrize("scale", list(SCALES))
def test_item_rest_correlations_are_those_of_psych_alpha(data: Path, name: str, scale: str) -> None:
    items = analysed(wai_sr(data, name)).items
    found = [items[item - 1].item_rest_correlation for item in SCALES[scale]]
    assert found == pytest.approx(psych()[name]["alpha"][scale]["item_rest"], rel=1e-10)


def test_complete_answers_correlate_with_the_sum_of_the_other_items(data: Path) -> None:
    responses = wai_sr(data, "wai_250")
    goal = responses.answers[:, [3, 5, 7, 10]]
    expected = np.corrcoef(goal[:, 0], goal[:, 1:].sum(axis=1))[0, 1]
    assert analysed(responses).items[3].item_rest_correlation == pytest.approx(expected, rel=1e-12)


def test_reversing_28_instead_of_29_makes_both_suspects(wai_36: Definition) -> None:
    responses = simulated_patients(wai_36)
    key = wai_36.instrument.reversed_items
    wrong = replace(
        wai_36.instrument,
        reversed_items=tuple(28 if item == 29 else item for item in key),
        subscales=dict(wai_36.instrument.subscales),
    )
    under_wrong = analysed(ResponseMatrix(instrument=wrong, answers=responses.answers))
    assert {28, 29} <= {suspect.item for suspect in under_wrong.key_check.suspects}


def test_under_the_standard_key_neither_28_nor_29_is_suspect(wai_36: Definition) -> None:
    found = analysed(simulated_patients(wai_36))
    assert [suspect.item for suspect in found.key_check.suspects] == []


def test_reversed_items_are_recoded_before_they_are_described(wai_36: Definition) -> None:
    responses = simulated_patients(wai_36)
    first = analysed(responses).items[0]
    assert first.mean == pytest.approx(8.0 - responses.answers[:, 0].mean())
    assert first.floor == (responses.answers[:, 0] == 7).mean()


def test_each_item_uses_the_persons_who_answered_it() -> None:
    answers = np.array([[1, 5, np.nan], [2, np.nan, np.nan], [np.nan, 3, 4], [np.nan] * 3])
    found = analysed(ResponseMatrix(instrument=form(3), answers=answers))
    assert found.n_persons == 3
    assert [item.n_answered for item in found.items] == [2, 2, 1]
    assert [item.missing for item in found.items] == pytest.approx([1 / 3, 1 / 3, 2 / 3])
    assert found.items[1].mean == 4.0
    assert found.items[2].sd is None
    assert found.items[2].reason == "only one person answered it"


def test_nothing_answered_gives_null_and_says_why() -> None:
    found = analysed(ResponseMatrix(instrument=form(2), answers=np.full((5, 2), np.nan)))
    assert found.n_persons == 0
    assert found.items[0].mean is None
    assert found.items[0].reason == "nobody answered it"
    assert found.cautions


@settings(max_examples=60, deadline=None)
@given(
    hnp.arrays(
        np.float64,
        st.tuples(st.integers(0, 6), st.just(4)),
        elements=st.one_of(st.integers(1, 5).map(float), st.just(float("nan"))),
    )
)
def test_no_answers_whatever_yield_nan(answers: np.ndarray) -> None:
    scales = {"one": (1, 2, 3), "lone": (4,)}
    responses = ResponseMatrix(instrument=form(4, scales=scales), answers=answers)
    body = str(to_json(analysed(responses)))
    assert "nan" not in body.replace("n_answered", "")
    assert "inf" not in body
