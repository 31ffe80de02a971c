"""The quick text of many scores says what the objects say, to the last character."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psychometrics.instrument import Scale
from schemas.definition import Definition
from schemas.responses.block import ResponseBlock
from service.catalog.catalog import shipped_definitions
from service.use_cases.score_responses import score_responses
from service.use_cases.score_text import score_text

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\n"), min_size=1, max_size=8)


def block(n: int, n_items: int, ids: list[str] | None = None) -> ResponseBlock:
    rng = np.random.default_rng(n)
    answers = rng.integers(1, 6, size=(n, n_items)).astype(np.float64)
    answers[rng.random((n, n_items)) < 0.15] = np.nan
    names = ids or [str(number) for number in range(n)]
    return ResponseBlock(ids=names, identified=True, answers=answers)


@pytest.mark.parametrize("instrument", ["wai-sr-client", "wai-36-therapist"])
@pytest.mark.parametrize("n", [1, 2, 11, 12, 500, 1500])
def test_text_and_objects_are_the_same(instrument: str, n: int) -> None:
    definition = shipped_definitions()[instrument]
    given_ = block(n, definition.instrument.n_items)
    assert score_text(definition, given_) == orjson.dumps(score_responses(definition, given_))


@given(st.lists(st.one_of(NAMES, st.sampled_from(['",', ',"', ",", '"', "\\", '","'])), min_size=1))
def test_any_name_is_written_as_json_writes_it(ids: list[str]) -> None:
    definition = shipped_definitions()["wai-sr-client"]
    several = ids * 12
    given_ = block(len(several), 12, several)
    assert score_text(definition, given_) == orjson.dumps(score_responses(definition, given_))


@pytest.mark.parametrize("total", [True, False])
def test_answers_up_to_a_hundred_are_written_alike(total: bool, wai_sr: Definition) -> None:
    wide = replace(wai_sr, instrument=replace(wai_sr.instrument, maximum=100, total=total))
    rng = np.random.default_rng(1)
    answers = np.floor(rng.uniform(1, 101, size=(300, 12)))
    answers[rng.random(answers.shape) < 0.1] = np.nan
    given_ = replace(block(300, 12), answers=answers)
    assert score_text(wide, given_) == orjson.dumps(score_responses(wide, given_))


@pytest.mark.parametrize("total", [True, False])
@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_items_that_are_not_scored_are_written_alike(
    total: bool, missing: float, wai_sr: Definition
) -> None:
    few = {
        "one": Scale(name="one", items=(6,), minimum_answered=1),
        "three": Scale(name="three", items=(2, 7, 1), minimum_answered=2),
    }
    form = replace(wai_sr.instrument, subscales=few, reversed_items=(2, 6), minimum=0, total=total)
    odd = replace(wai_sr, instrument=form)
    rng = np.random.default_rng(2)
    answers = rng.integers(0, 6, size=(300, 12)).astype(np.float64)
    answers[rng.random(answers.shape) < missing] = np.nan
    given_ = replace(block(300, 12), answers=answers)
    assert score_text(odd, given_) == orjson.dumps(score_responses(odd, given_))


def test_an_unscorable_response_has_nulls(wai_sr: Definition) -> None:
    nothing = ResponseBlock(ids=["a"], identified=True, answers=np.full((1, 12), np.nan))
    (result,) = orjson.loads(score_text(wai_sr, nothing))["results"]
    assert result["scores"] == dict.fromkeys(("goal", "task", "bond", "total"))
