"""Missing answers are used, or their loss is said."""

from __future__ import annotations

import numpy as np
import pytest

from tests.edges.analysing import analysed, responses_of


def test_a_subscale_rests_on_all_who_answered_its_items() -> None:
    responses = responses_of("missing40")
    scales = analysed("reliability", responses)["scales"]
    for name in ("goal", "task", "bond"):
        answers = responses.recoded[:, np.array(scales[name]["items"]) - 1]
        answers = answers[np.isfinite(answers).all(axis=1)]
        covariance = np.cov(answers.T)
        alpha = 4 / 3 * (1 - np.trace(covariance) / covariance.sum())
        assert 40 < len(answers) < 70
        assert scales[name]["n_persons"] == len(answers)
        assert scales[name]["alpha"]["estimate"] == pytest.approx(alpha, abs=1e-12)
        assert scales[name]["cautions"][0].startswith(f"{len(answers)} of 400 persons answered")


def test_a_handful_of_persons_has_no_reliability() -> None:
    found = analysed("reliability", responses_of("missing40"))
    total = found["scales"]["total"]
    assert found["n_persons"] == total["n_persons"] == 2
    assert total["cautions"][0].startswith("2 of 400 persons answered every item of the scale")
    for name in ("alpha", "omega", "ordinal_omega", "ordinal_alpha", "omega_total", "split_half"):
        assert total[name]["estimate"] is None
        assert total[name]["reason"] == "fewer than 10 persons answered every item of the scale"


def test_a_handful_of_rows_does_not_say_that_items_repeat_each_other() -> None:
    verdict = analysed("validity", responses_of("missing40"))["verdict"]
    [consistency] = [one for one in verdict["properties"] if one["property"] == CONSISTENCY]
    assert "says that items repeat each other" not in consistency["because"]
    assert consistency["numbers"]["alpha_highest"] < 0.9


def test_complete_answers_lose_nobody() -> None:
    found = analysed("reliability", responses_of("local_min_ml"))
    assert {scale["n_persons"] for scale in found["scales"].values()} == {300}
    said = [caution for scale in found["scales"].values() for caution in scale["cautions"]]
    assert not any("not used" in caution for caution in said)


def test_the_lowest_alpha_is_that_of_the_scales_that_have_one() -> None:
    verdict = analysed("validity", responses_of("single_item_scale"))["verdict"]
    [consistency] = [one for one in verdict["properties"] if one["property"] == CONSISTENCY]
    assert consistency["status"] != "not-assessed"


CONSISTENCY = "internal-consistency"
