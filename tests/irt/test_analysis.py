"""The kind ``irt`` as a whole: what the contract names, and what each scale is told."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from psychometrics.declared.shapes import Record, check
from psychometrics.disclosure.declared import protected
from psychometrics.errors import EstimationError, OptionError
from psychometrics.instrument import Instrument
from psychometrics.irt.results import IrtResult
from psychometrics.responses import ResponseMatrix
from psychometrics.types import FloatArray, no_progress
from schemas.definition import Definition
from schemas.validation_errors import RefusedInputError
from service.use_cases.analysis_registry import KINDS, Material
from service.use_cases.disclosure_control import protect
from tests.irt.making import graded_answers
from tests.irt.mirt import GOLDEN, data


def run(
    instrument: Instrument, answers: FloatArray, options: dict[str, Any], **columns: Any
) -> dict[str, Any]:
    responses = ResponseMatrix(instrument=instrument, answers=answers, columns=columns)
    found = KINDS["irt"].run(Material(responses=responses), options, no_progress)
    json.dumps(found, allow_nan=False)
    return found


@pytest.fixture(scope="module")
def form(wai_sr: Definition) -> Instrument:
    return wai_sr.instrument


@pytest.fixture(scope="module")
def found(form: Instrument) -> dict[str, Any]:
    whole = data("wai_1000")
    return run(form, whole[:, 1:], {"group": "group", "detail": "scores"}, group=whole[:, 0])


def test_the_result_is_declared_whole() -> None:
    check(IrtResult)


def test_it_has_the_names_of_the_contract(found: dict[str, Any]) -> None:
    assert found["n_persons"] == 1000
    assert list(found["scales"]) == ["goal", "task", "bond"]
    scale = found["scales"]["goal"]
    assert {
        "model", "converged", "log_likelihood", "n_parameters", "aic", "bic", "items", "fit",
        "local_dependence", "information", "reliability", "targeting", "scores",
    } <= set(scale)  # fmt: skip
    assert {
        "item", "discrimination", "discrimination_standard_error", "thresholds",
        "threshold_standard_errors", "fit",
    } <= set(scale["items"][0])  # fmt: skip
    assert {"s_x2", "df", "p_value", "rmsea"} <= set(scale["items"][0]["fit"])
    assert {"m2", "df", "p_value", "rmsea", "srmsr", "cfi", "tli"} <= set(scale["fit"])
    assert {"theta", "test", "standard_error"} <= set(scale["information"])
    assert {"marginal", "empirical"} <= set(scale["reliability"])
    assert {
        "item", "scale", "anchors", "chi_square", "df", "p_value", "adjusted_p_value", "effect",
        "class",
    } <= set(found["dif"]["items"][0])  # fmt: skip
    assert {"expected_score_difference", "unsigned", "dmacs"} <= set(
        found["dif"]["items"][0]["effect"]
    )


def test_numbers_are_the_engines_and_every_pair_is_listed(found: dict[str, Any]) -> None:
    theirs = GOLDEN["values"]["wai_1000|graded|goal"]
    scale = found["scales"]["goal"]
    slopes = [item["discrimination"] for item in scale["items"]]
    np.testing.assert_allclose(slopes, theirs["discrimination"], atol=2e-4)
    assert scale["fit"]["m2"] == pytest.approx(theirs["fit"]["C2"]["m2"], abs=5e-3)
    pairs = [tuple(pair["items"]) for pair in scale["local_dependence"]]
    assert pairs == [(4, 6), (4, 8), (4, 11), (6, 8), (6, 11), (8, 11)]
    assert scale["local_dependence"][0]["q3"] == pytest.approx(theirs["q3"][0][1], abs=1e-4)
    scores = [score["theta"] for score in scale["scores"]]
    assert len(scores) == 1000
    np.testing.assert_allclose(scores[:20], theirs["eap"]["estimate"], atol=1e-4)
    assert scale["reliability"]["marginal"] == pytest.approx(
        theirs["reliability"]["marginal"], abs=1e-5
    )


def test_targeting_counts_every_person_and_threshold(found: dict[str, Any]) -> None:
    for scale in found["scales"].values():
        bins = scale["targeting"]["bins"]
        assert sum(one["persons"] for one in bins) == 1000
        assert sum(one["thresholds"] for one in bins) == 16
        assert 0.0 <= scale["targeting"]["share_above_highest"] <= 1.0
        assert scale["targeting"]["share_at_highest_sum"] > 0.1


def test_the_conversion_table_gives_persons_of_that_sum_their_mean_score(
    found: dict[str, Any],
) -> None:
    scale, answers = found["scales"]["goal"], data("wai_1000")[:, [4, 6, 8, 11]]
    table = {one["sum"]: one["theta"] for one in scale["conversion"]}
    assert list(table) == list(range(4, 21))
    theta = np.array([score["theta"] for score in scale["scores"]])
    sums = answers.sum(axis=1)
    for value in (8, 12, 16, 20):
        assert theta[sums == value].mean() == pytest.approx(table[value], abs=0.1)


def test_short_forms_lose_more_the_shorter_they_are(found: dict[str, Any]) -> None:
    for scale in found["scales"].values():
        lost = [form["lost"] for form in scale["short_forms"]]
        assert lost == sorted(lost)
        for form in scale["short_forms"]:
            assert form["marginal_reliability"] >= form["greedy_marginal_reliability"] - 1e-12


def test_disordered_thresholds_come_with_mergers_that_order_them(form: Instrument) -> None:
    answers = data("wai_1000")[:, 1:].copy()
    rng = np.random.default_rng(2)
    seldom = (answers[:, 2] == 2) & (rng.random(1000) < 0.9)
    answers[seldom, 2] = 1
    found = run(form, answers, {"model": "partial-credit", "scales": ["bond"]})["scales"]["bond"]
    item = next(one for one in found["items"] if one["item"] == 3)
    assert not item["ordered"]
    assert item["proposal"]
    assert any("item 3 are not in order" in caution for caution in found["cautions"])
    assert item["mean_squares"]["infit"] == pytest.approx(1.0, abs=0.5)


def test_infit_and_outfit_are_one_on_average_where_the_model_holds(form: Instrument) -> None:
    rng = np.random.default_rng(4)
    thresholds = np.tile([-1.0, 0.3], (12, 1))
    theta = 1.2 * rng.standard_normal(3000)
    steps = np.cumsum(theta[:, None, None] - thresholds, axis=2)
    weights = np.exp(np.concatenate([np.zeros((3000, 12, 1)), steps], axis=2))
    chance = rng.random((3000, 12, 1)) * weights.sum(axis=2, keepdims=True)
    answers = 1.0 + (chance > np.cumsum(weights, axis=2)).sum(axis=2)
    options = {"model": "partial-credit", "rasch": True, "scales": ["total"]}
    found = run(form, answers, options)["scales"]["total"]
    assert found["variance"] == pytest.approx(1.44, abs=0.15)
    squares = [item["mean_squares"] for item in found["items"]]
    assert np.mean([one["infit"] for one in squares]) == pytest.approx(1.0, abs=0.02)
    assert np.mean([one["outfit"] for one in squares]) == pytest.approx(1.0, abs=0.03)


def test_persons_have_mean_squares_where_slopes_are_equal(form: Instrument) -> None:
    options = {"model": "partial-credit", "scales": ["goal"], "detail": "scores"}
    goal = run(form, data("wai_1000")[:, 1:], options | {"q3_replicates": 0})["scales"]["goal"]
    squares = [score["mean_squares"] for score in goal["scores"]]
    noisy = sum(max(one["infit"], one["outfit"]) > 2 for one in squares)
    assert goal["person_fit"]["n_noisy"] == noisy
    assert np.mean([one["outfit"] for one in squares]) == pytest.approx(1.0, abs=0.1)


def test_the_fit_of_the_scores_stands_beside_c2_where_it_can(form: Instrument) -> None:
    found = run(form, data("wai_1000")[:, 1:], {"scales": ["goal", "total"], "q3_replicates": 0})
    theirs = GOLDEN["values"]["wai_1000|graded|total"]["fit"]["M2*"]
    assert found["scales"]["goal"]["fit"]["statistic"] == "C2"
    assert found["scales"]["goal"]["score_fit"] is None
    assert found["scales"]["total"]["score_fit"]["statistic"] == "M2*"
    assert found["scales"]["total"]["score_fit"]["m2"] == pytest.approx(theirs["m2"], abs=5e-3)


def test_a_pair_that_depends_is_found_and_independent_ones_are_not(form: Instrument) -> None:
    rng = np.random.default_rng(8)
    thresholds = np.tile([-2.0, -1.0, 0.0, 1.0], (12, 1))
    answers = graded_answers(rng.standard_normal(800), np.full(12, 1.6), thresholds, rng)
    clean = run(form, answers, {"scales": ["total"]})["scales"]["total"]
    assert not clean["q3_critical"]["exceeded"]
    copied = rng.random(800) < 0.4
    answers[copied, 1] = answers[copied, 0]
    found = run(form, answers, {"scales": ["total"]})["scales"]["total"]
    assert [1, 2] in [pair["items"] for pair in found["local_dependence"] if pair["dependent"]]
    assert found["q3_critical"]["exceeded"]


def test_the_total_can_be_described_by_a_general_trait_and_one_a_subscale(
    form: Instrument,
) -> None:
    found = run(form, data("wai_1000")[:, 1:], {"scales": ["total"], "bifactor": True})
    total = found["scales"]["total"]
    assert total["bifactor"]["bic"] < total["bic"]
    assert [item["subscale"] for item in total["bifactor"]["items"]][:4] == [
        "task", "task", "bond", "goal",
    ]  # fmt: skip
    assert 0.6 < total["bifactor"]["explained_common_variance"] < 0.9


def test_what_differs_is_named_with_its_size_and_what_it_moves(form: Instrument) -> None:
    rng = np.random.default_rng(5)
    group = np.repeat([1.0, 2.0], 600)
    thresholds = np.tile([-2.0, -1.0, 0.0, 1.0], (1200, 12, 1))
    thresholds[600:, 3] += 1.0
    theta = rng.standard_normal(1200)
    answers = graded_answers(theta, np.full(12, 1.8), thresholds, rng)
    found = run(form, answers, {"group": "group"}, group=group)["dif"]
    flagged = [one for one in found["items"] if one["flagged"]]
    assert [one["item"] for one in flagged] == [4]
    assert flagged[0]["class"] in {"medium", "large"}
    assert flagged[0]["effect"]["expected_score_difference"] < 0
    assert flagged[0]["logistic"]["r2_change"] > 0.02
    assert len(flagged[0]["curve"]["theta"]) == 33
    moved = {one["scale"]: one["moved"] for one in found["shifts"]}
    assert moved["goal"] < -0.05
    assert moved["bond"] == 0.0
    wald = run(form, answers, {"group": "group", "dif_method": "wald-2"}, group=group)["dif"]
    assert min(wald["items"], key=lambda one: one["adjusted_p_value"])["item"] == 4


def _two_sessions(drift: float) -> tuple[FloatArray, dict[str, Any]]:
    """Draw 400 persons' answers in two sessions; in the second item 4 is harder."""
    rng = np.random.default_rng(5)
    first = rng.standard_normal(400)
    later = 0.4 + 0.7 * first + 0.7 * rng.standard_normal(400)
    thresholds = np.tile([-2.0, -1.0, 0.0, 1.0], (800, 12, 1))
    thresholds[400:, 3] += drift
    answers = graded_answers(np.concatenate([first, later]), np.full(12, 1.8), thresholds, rng)
    person = np.array([f"p{number}" for number in range(400)] * 2, dtype=object)
    return answers, {"person": person, "session_number": np.repeat([1.0, 3.0], 400)}


def test_an_item_that_drifts_between_sessions_is_named(form: Instrument) -> None:
    answers, columns = _two_sessions(1.0)
    options = {"scales": ["goal"], "occasion": "session_number", "q3_replicates": 0}
    found = run(form, answers, options, **columns)
    dif = found["dif"]
    assert dif["between"] == "occasions"
    assert [group["name"] for group in dif["groups"]] == ["1", "3"]
    assert [one["item"] for one in dif["items"] if one["flagged"]] == [4]
    assert dif["shifts"][0]["moved"] < -0.05
    assert any("same persons" in caution for caution in dif["cautions"])
    assert found["n_persons"] == found["scales"]["goal"]["n_persons"] == 400
    alone = run(form, answers[:400], {"scales": ["goal"], "q3_replicates": 0})
    assert found["scales"]["goal"]["items"] == alone["scales"]["goal"]["items"]
    backwards = run(form, answers, options | {"occasions": [1, 3], "reference": 3}, **columns)
    assert backwards["dif"]["groups"][0]["name"] == "3"
    assert backwards["dif"]["shifts"][0]["moved"] > 0.05


def test_occasions_without_persons_or_beside_groups_are_refused(form: Instrument) -> None:
    answers, columns = _two_sessions(0.0)
    options = {"scales": ["goal"], "occasion": "session_number"}
    with pytest.raises(OptionError) as caught:
        run(form, answers, options, session_number=columns["session_number"])
    assert caught.value.option == "occasion"
    for wrong in (options | {"group": "session_number"}, {"occasions": [1, 3]}):
        with pytest.raises(RefusedInputError):
            run(form, answers, wrong, **columns)


def test_a_group_of_five_is_refused_and_the_rest_stands(form: Instrument) -> None:
    answers = data("wai_1000")[:, 1:]
    group = np.where(np.arange(1000) < 5, 2.0, 1.0)
    found = run(form, answers, {"group": "group"}, group=group)
    assert found["dif"]["items"] == []
    assert "at least 50 persons in each group" in found["dif"]["reasons"]["goal"]
    assert found["scales"]["goal"]["converged"]


def test_a_scale_that_cannot_be_fitted_says_why_and_the_others_stand(form: Instrument) -> None:
    answers = data("wai_1000")[:, 1:].copy()
    answers[:, 5] = answers[:, 3]  # items 6 and 4, of the goals
    found = run(form, answers, {})["scales"]
    assert not found["goal"]["converged"]
    assert "runs to infinity" in found["goal"]["reason"]
    assert found["goal"]["items"] == []
    assert found["task"]["converged"]


@pytest.mark.parametrize("model", ["graded", "partial-credit", "generalized-partial-credit"])
@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (np.full((200, 12), 5.0), "all persons used answered alike"),
        (np.repeat([np.full(12, 1.0), np.full(12, 5.0)], 100, axis=0), "runs to infinity"),
        (np.where(np.arange(12) == 3, np.nan, data("wai_250")[:, 1:]), "item 4 has no answer"),
        (np.where(np.arange(12) == 3, 2.0, data("wai_250")[:, 1:]), "item 4 is constant"),
    ],
    ids=["all at the ceiling", "two patterns", "an item left out", "a constant item"],
)
@pytest.mark.filterwarnings("error")
def test_what_cannot_be_fitted_is_said_in_words(
    form: Instrument, answers: FloatArray, reason: str, model: str
) -> None:
    with pytest.raises(EstimationError, match=reason):
        run(form, answers, {"model": model, "scales": ["goal"], "q3_replicates": 0})


def test_nothing_that_can_be_fitted_is_an_error(form: Instrument) -> None:
    with pytest.raises(EstimationError, match="at least 30 persons"):
        run(form, data("wai_1000")[:5, 1:], {})


def test_thirty_persons_are_told_to_be_few(form: Instrument) -> None:
    found = run(form, data("wai_1000")[:30, 1:], {"model": "partial-credit"})
    spoken = [caution for scale in found["scales"].values() for caution in scale["cautions"]]
    assert any("30 persons are few" in caution for caution in spoken)


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"scales": ["goal", "nothing"]}, "scales/1"),
        ({"group": "nothing"}, "group"),
        ({"rasch": True}, "rasch"),
        ({"bifactor": True}, "bifactor"),
    ],
)
def test_options_without_meaning_are_named(
    form: Instrument, options: dict[str, Any], option: str
) -> None:
    with pytest.raises(OptionError) as caught:
        run(form, data("wai_1000")[:100, 1:], options)
    assert caught.value.option == option


@pytest.mark.parametrize(
    "options",
    [{"model": "nominal"}, {"rasch": "yes"}, {"scales": "goal"}, {"unknown": 1}, {"seed": -1}],
)
def test_options_of_the_wrong_kind_are_refused(form: Instrument, options: dict[str, Any]) -> None:
    with pytest.raises(RefusedInputError):
        run(form, data("wai_1000")[:100, 1:], options)


def test_repeated_persons_count_once(form: Instrument) -> None:
    person = np.array([str(n // 2) for n in range(1000)], dtype=object)
    found = run(form, data("wai_1000")[:, 1:], {"scales": ["goal"]}, person=person)
    assert found["n_persons"] == 500
    assert found["cautions"] == ["Each person counts once, with the first rating."]


def test_published_results_name_no_person_and_no_small_count(found: dict[str, Any]) -> None:
    shown = protect("irt", found)
    for name, scale in shown["scales"].items():
        assert scale["scores"] is None
        counts = [one["persons"] for one in scale["targeting"]["bins"]]
        assert not [count for count in counts if count is not None and 1 <= count <= 10]
        hidden = [one for one in counts if one is None]
        assert len(hidden) != 1
        true = found["scales"][name]["targeting"]
        for share in ("share_below_lowest", "share_above_highest"):
            if 0 < round(true[share] * 1000) <= 10:
                assert scale["targeting"][share] is None
    assert found["scales"]["goal"]["scores"] is not None


def test_who_left_an_item_out_does_not_follow_from_what_is_published(form: Instrument) -> None:
    answers = data("wai_1000")[:, 1:].copy()
    answers[:5, 3] = np.nan
    found = run(form, answers, {})
    assert found["scales"]["goal"]["n_complete"] == 995
    shown = protect("irt", found)["scales"]
    assert shown["goal"]["n_complete"] is None
    assert shown["goal"]["fit"]["n_complete"] is None
    assert shown["goal"]["fit"]["rmsea"] is None
    assert all(item["fit"]["rmsea"] is None for item in shown["goal"]["items"])
    assert shown["bond"]["fit"]["rmsea"] is not None


def test_a_scale_of_few_persons_is_published_without_numbers(found: dict[str, Any]) -> None:
    few = {**found, "scales": {"goal": {**found["scales"]["goal"], "n_persons": 7}}}
    shown = protected(Record(declared=IrtResult), few)["scales"]["goal"]
    assert shown["log_likelihood"] is None
    assert all(item["discrimination"] is None for item in shown["items"])
