"""The quick text of many scores says what the objects say, to the last character."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psychometrics.instrument import Instrument
from schemas.definition import Definition
from schemas.responses.response_batch import ResponseBlock
from service.catalog.catalog import shipped_definitions
from service.use_cases.score_responses import score_responses
from service.use_cases.score_text import score_text
from tests.scoring.forms import ODD

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\n"), min_size=1, max_size=8)


def block(
    n: int, form: Instrument, ids: list[str] | None = None, missing: float = 0.15
) -> ResponseBlock:
    rng = np.random.default_rng(n)
    answers = rng.integers(form.minimum, form.maximum + 1, size=(n, form.n_items)).astype(float)
    answers[rng.random(answers.shape) < missing] = np.nan
    names = ids or [str(number) for number in range(n)]
    return ResponseBlock(ids=names, identified=True, answers=answers)


def same_text(definition: Definition, responses: ResponseBlock) -> None:
    expected = orjson.dumps(score_responses(definition, responses))
    assert score_text(definition, responses) == expected


@pytest.mark.parametrize("instrument", ["wai-sr-client", "wai-36-therapist"])
@pytest.mark.parametrize("n", [1, 2, 11, 12, 500, 1500])
def test_text_and_objects_are_the_same(instrument: str, n: int) -> None:
    definition = shipped_definitions()[instrument]
    same_text(definition, block(n, definition.instrument))


@given(st.lists(st.one_of(NAMES, st.sampled_from(['",', ',"', ",", '"', "\\", '","'])), min_size=1))
def test_any_name_is_written_as_json_writes_it(ids: list[str]) -> None:
    definition = shipped_definitions()["wai-sr-client"]
    several = ids * 12
    same_text(definition, block(len(several), definition.instrument, several))


@pytest.mark.parametrize("total", [True, False])
def test_answers_up_to_a_hundred_are_written_alike(total: bool, wai_sr: Definition) -> None:
    wide = replace(wai_sr.instrument, maximum=100, total=total)
    same_text(replace(wai_sr, instrument=wide), block(300, wide, missing=0.1))


@pytest.mark.parametrize("total", [True, False])
@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_items_that_are_not_scored_are_written_alike(
    total: bool, missing: float, wai_sr: Definition
) -> None:
    odd = replace(ODD, total=total)
    same_text(replace(wai_sr, instrument=odd), block(300, odd, missing=missing))


def test_an_unscorable_response_has_nulls(wai_sr: Definition) -> None:
    nothing = ResponseBlock(ids=["a"], identified=True, answers=np.full((1, 12), np.nan))
    (result,) = orjson.loads(score_text(wai_sr, nothing))["results"]
    assert result["scores"] == dict.fromkeys(("goal", "task", "bond", "total"))
