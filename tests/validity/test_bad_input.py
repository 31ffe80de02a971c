from __future__ import annotations

from typing import Any

import numpy as np
import orjson
import pytest

from psychometrics.declared.shapes import to_json
from psychometrics.disclosure import is_small
from psychometrics.responses import ResponseMatrix
from psychometrics.validity.sample import choose, describe
from schemas.definition import Definition
from service.use_cases.disclosure_control import protect
from tests.validity.making import ratings, study, validity

OPTIONS = {"group": "group", "replicates": 10}


def checked(result: dict[str, Any]) -> dict[str, Any]:
    """Hold what every result has to keep, whatever went in."""
    assert b"NaN" not in orjson.dumps(result)
    verdict = result["verdict"]
    assert verdict["answer"].endswith(".")
    assert verdict["would_change_it"]
    for section in result["sections"].values():
        assert section.get("computed") is not False or section["reason"].endswith(".")
    return result


def test_twenty_persons_cannot_say(wai_sr: Definition) -> None:
    answers, groups = study(wai_sr.instrument, "holds-up", n_persons=20, seed=1)
    result = checked(validity(wai_sr.instrument, answers, OPTIONS, group=groups))
    assert result["verdict"]["code"] == "cannot-say"
    assert "sufficient" not in ratings(result).values()
    assert any("80 more persons" in remedy for remedy in result["verdict"]["would_change_it"])


def test_one_group_and_an_empty_outcome_are_said_not_to_be_assessed(wai_sr: Definition) -> None:
    answers, _ = study(wai_sr.instrument, "holds-up", n_persons=400, seed=1)
    one = np.array(["clinic"] * 400, dtype=object)
    empty = np.full(400, np.nan)
    result = checked(validity(wai_sr.instrument, answers, OPTIONS, group=one, comfort=empty))
    assert result["sections"]["invariance"]["computed"] is False
    assert ratings(result)["hypotheses-testing"] == "not-assessed"
    assert ratings(result)["measurement-invariance"] == "not-assessed"


def test_two_fifths_missing_never_hold_up(wai_sr: Definition) -> None:
    answers, groups = study(wai_sr.instrument, "holds-up", n_persons=400, seed=1)
    answers[np.random.default_rng(1).random(answers.shape) < 0.4] = np.nan
    result = checked(validity(wai_sr.instrument, answers, OPTIONS, group=groups))
    assert result["verdict"]["code"] in {"cannot-say", "holds-up-in-part"}
    assert {one["code"] for one in result["verdict"]["scores"]} <= {"cannot-say", "use-with-care"}
    assert ratings(result)["missing-data"] == "insufficient"


def test_a_constant_item_is_named_and_nothing_passes_on_it(wai_sr: Definition) -> None:
    answers, groups = study(wai_sr.instrument, "holds-up", n_persons=400, seed=1)
    answers[:, 3] = 5
    result = checked(validity(wai_sr.instrument, answers, OPTIONS, group=groups))
    assert result["verdict"]["code"] == "cannot-say"
    assert "item 4" in result["sections"]["cfa"]["reason"]
    assert ratings(result)["structural-validity"] == "indeterminate"


def test_two_categories_give_a_result(wai_sr: Definition) -> None:
    answers, groups = study(wai_sr.instrument, "holds-up", n_persons=400, seed=1)
    answers = np.where(answers > 3, 5.0, 1.0)
    result = checked(validity(wai_sr.instrument, answers, OPTIONS, group=groups))
    assert ratings(result)["measurement-invariance"] == "indeterminate"
    assert result["verdict"]["code"] != "holds-up"


@pytest.mark.slow
def test_answers_that_are_noise_do_not_hold_up(wai_sr: Definition) -> None:
    answers = np.random.default_rng(1).integers(1, 6, (400, 12)).astype(float)
    result = checked(validity(wai_sr.instrument, answers, {"replicates": 10}))
    assert result["verdict"]["code"] in {"does-not-hold-up", "cannot-say"}
    assert ratings(result)["internal-consistency"] == "insufficient"


@pytest.mark.slow
def test_answers_of_another_form_do_not_hold_up(wai_sr: Definition) -> None:
    """The items of two subscales are exchanged, as by a wrong key."""
    answers, _ = study(wai_sr.instrument, "holds-up", n_persons=600, seed=1)
    exchanged = answers[:, [8, 1, 3, 2, 4, 5, 6, 7, 0, 9, 10, 11]]
    result = checked(validity(wai_sr.instrument, exchanged, {"replicates": 10}))
    assert result["verdict"]["code"] != "holds-up"


def test_one_person_gives_a_result(wai_sr: Definition) -> None:
    answers, groups = study(wai_sr.instrument, "holds-up", n_persons=1, seed=1)
    result = checked(validity(wai_sr.instrument, answers, OPTIONS, group=groups))
    assert result["verdict"]["code"] == "cannot-say"


@pytest.mark.parametrize("n_missing", [3, 30])
def test_the_sample_shows_no_small_count(wai_sr: Definition, n_missing: int) -> None:
    answers, groups = study(wai_sr.instrument, "holds-up", n_persons=200, seed=1)
    answers[:n_missing, 2] = np.nan
    site = np.array(["large"] * 150 + ["small"] * 4 + ["other"] * 46, dtype=object)
    responses = ResponseMatrix(
        instrument=wai_sr.instrument, answers=answers, columns={"group": groups, "site": site}
    )
    chosen = choose(responses, respondent=None, session_number=None)
    found = to_json(describe(chosen, group="group"))
    sample = protect("sample", dict(found))
    [sites] = [column for column in sample["counts"] if column["column"] == "site"]
    assert [one["n"] for one in sites["counts"]].count(None) == 2
    whole = [one for one in sample["items"] if one["group"] is None]
    shown = 30 if n_missing == 30 else None
    assert whole[2]["n_missing"] == shown
    assert (sample["n_complete"] is None) is (n_missing == 3)
    assert not any(is_small(one["n_missing"]) for one in sample["items"])
