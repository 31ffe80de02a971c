"""Occasions of the same persons: who is matched, what is refused, what the gate lets through."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
import pytest
from marshmallow import ValidationError

from psychometrics.declared.shapes import to_json
from psychometrics.errors import EstimationError, OptionError
from psychometrics.invariance import comparison
from psychometrics.invariance.analysis import analyse
from psychometrics.invariance.groups import joined
from psychometrics.invariance.means import standardized_change
from psychometrics.responses import ResponseMatrix
from psychometrics.types import no_progress
from schemas.analyses.comparison import ComparisonOptionsSchema
from schemas.analyses.invariance import InvarianceOptionsSchema
from tests.classical import normal_scores
from tests.invariance.making import occasions, two_groups

ESTIMATORS = ("MLR", "WLSMV")


def climbed(responses: ResponseMatrix, **given: Any) -> dict[str, Any]:
    options = InvarianceOptionsSchema().load({"occasion": "session_number"} | given)
    result = analyse(responses, options, progress=no_progress)
    dumped: dict[str, Any] = orjson.loads(orjson.dumps(to_json(result)))
    return dumped


def compared(responses: ResponseMatrix, **given: Any) -> dict[str, Any]:
    options = ComparisonOptionsSchema().load({"occasion": "session_number"} | given)
    result = comparison.analyse(responses, options)
    dumped: dict[str, Any] = orjson.loads(orjson.dumps(to_json(result)))
    return dumped


def with_columns(responses: ResponseMatrix, **columns: Any) -> ResponseMatrix:
    kept = {name: values for name, values in responses.columns.items() if name not in columns}
    new = {name: values for name, values in columns.items() if values is not None}
    return ResponseMatrix(
        instrument=responses.instrument, answers=responses.answers, columns=kept | new
    )


@pytest.fixture(scope="module")
def stable() -> ResponseMatrix:
    return occasions(700, seed=21)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_latent_and_observed_change_behind_an_open_gate(
    stable: ResponseMatrix, estimator: str
) -> None:
    answer = compared(stable, estimator=estimator)
    assert answer["status"] == "permitted", answer["reason"]
    assert answer["between"] == "occasions"
    assert [(one["name"], one["n"]) for one in answer["groups"]] == [("1", 700), ("2", 700)]
    for one, truth in zip(answer["latent_means"], (0.3, 0.25, 0.2), strict=True):
        assert one["group"] == "2"
        assert one["interval"]["lower"] < truth < one["interval"]["upper"]
        # the same persons: the change is known better than a difference of two groups would be
        assert one["standard_error"] < 0.06
    observed = answer["observed_means"]
    assert [one["group"] for one in observed] == ["1"] * 4 + ["2"] * 4
    for one in observed[4:]:
        assert 0.0 < one["interval"]["lower"] < one["effect_size"] < one["interval"]["upper"]


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_an_item_that_changes_its_meaning_is_named(estimator: str) -> None:
    answer = compared(occasions(700, seed=22, shifted={6: 0.6}), estimator=estimator)
    assert answer["status"] == "partial", answer["reason"]
    assert [one["item"] for one in answer["freed"]] == [6]
    assert answer["observed_means"] == []


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_half_a_factor_that_changes_is_refused_without_a_mean(
    estimator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def computed(*given: Any, **named: Any) -> Any:
        raise AssertionError("a mean was computed behind a shut gate")

    monkeypatch.setattr(comparison, "latent_means", computed)
    monkeypatch.setattr(comparison, "observed_means", computed)
    answer = compared(occasions(700, seed=23, shifted={4: 0.8, 6: 0.8}), estimator=estimator)
    assert answer["status"] == "refused", answer["reason"]
    assert answer["latent_means"] == answer["observed_means"] == answer["freed"] == []


def test_few_persons_are_inconclusive() -> None:
    answer = compared(occasions(90, seed=24), estimator="MLR")
    assert answer["status"] == "inconclusive"
    assert "Too few persons" in answer["reason"]


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_neither_the_order_of_rows_nor_the_reference_changes_the_fit(
    stable: ResponseMatrix, estimator: str
) -> None:
    order = np.random.default_rng(1).permutation(stable.n_persons)
    shuffled = ResponseMatrix(
        instrument=stable.instrument,
        answers=stable.answers[order],
        columns={name: values[order] for name, values in stable.columns.items()},
    )
    one = climbed(stable, estimator=estimator)
    other = climbed(shuffled, estimator=estimator, reference=2)
    assert other["reference"] == "2"
    for first, second in zip(one["steps"], other["steps"], strict=True):
        assert first["model"]["df"] == second["model"]["df"]
        assert first["model"]["chi_square"] == pytest.approx(
            second["model"]["chi_square"], abs=1e-4
        )


def test_the_same_groups_of_different_persons_are_another_model(stable: ResponseMatrix) -> None:
    """Taken for groups, the same answers say something else, and a caution says what."""
    as_groups = climbed(stable, estimator="MLR", occasion=None, group="session_number")
    assert as_groups["between"] == "groups"
    assert as_groups["n_persons"] == 1400
    assert as_groups["steps"][0]["model"]["df"] == 102
    assert any("'occasion'" in caution for caution in as_groups["cautions"])
    assert climbed(stable, estimator="MLR")["n_persons"] == 700
    alone = two_groups(400, seed=1)
    assert climbed(alone, estimator="MLR", occasion=None, group="setting")["cautions"] == []


@pytest.mark.parametrize(
    ("given", "n_persons", "first"),
    [
        ({"estimator": "MLR"}, 420, 405),
        ({"estimator": "MLR", "missing": "listwise"}, 345, 345),
        ({"estimator": "WLSMV"}, 345, 345),
        ({"estimator": "WLSMV", "missing": "pairwise"}, 420, 405),
    ],
)
def test_persons_of_one_occasion_are_used_or_counted(
    given: dict[str, Any], n_persons: int, first: int
) -> None:
    whole = occasions(420, seed=25)
    kept = np.ones(840, dtype=np.bool_)
    kept[:15] = kept[420 + 15 : 420 + 75] = False
    result = climbed(whole.rows(kept), **given)
    assert result["n_persons"] == n_persons
    assert result["groups"][0]["n"] == first
    assert "75 of 420 persons have no answer on at least one occasion." in result["cautions"]
    left_out = "75 of 420 persons lack answers and were left out."
    assert (left_out in result["cautions"]) is (n_persons < 420)


def test_rows_without_person_or_occasion_are_left_out_and_counted(stable: ResponseMatrix) -> None:
    persons, sessions = stable.columns["person"].copy(), stable.columns["session_number"].copy()
    persons[3], sessions[5] = None, np.nan
    result = climbed(with_columns(stable, person=persons, session_number=sessions), estimator="MLR")
    assert any(caution.startswith("2 rows name no person") for caution in result["cautions"])


def test_chosen_occasions_are_compared_in_their_order() -> None:
    three = occasions(300, seed=26, n_occasions=3)
    result = climbed(three, estimator="MLR", occasions=[3, 1])
    assert [group["name"] for group in result["groups"]] == ["1", "3"]
    assert climbed(three, estimator="MLR")["steps"][0]["model"]["df"] == 522


def test_two_samples_may_be_two_occasions(stable: ResponseMatrix) -> None:
    first = stable.columns["session_number"] == 1.0
    both = joined({"before": stable.rows(first), "after": stable.rows(~first)})
    result = climbed(both, estimator="MLR", occasion="sample", reference="before")
    assert result["n_persons"] == 700
    assert [group["name"] for group in result["groups"]] == ["before", "after"]


def test_persons_of_different_samples_are_different_persons() -> None:
    one, other = occasions(200, seed=27), occasions(150, seed=28)
    assert climbed(joined({"x": one, "y": other}), estimator="MLR")["n_persons"] == 350


@pytest.mark.parametrize(
    ("change", "given", "error", "says"),
    [
        ({"person": None}, {}, OptionError, "'person'"),
        ({}, {"occasion": "visit"}, OptionError, "'visit'"),
        ({}, {"occasion": "person"}, OptionError, "no occasion"),
        ({}, {"occasions": [1, 7]}, OptionError, "occasions/1"),
        ({}, {"reference": 7}, OptionError, "reference"),
        ({"session_number": np.ones(1400)}, {}, EstimationError, "at least two"),
        ({"session_number": np.arange(1400.0) % 40}, {}, OptionError, "name fewer"),
        (
            {"person": np.array(["same"] * 1400, dtype=object)},
            {},
            EstimationError,
            "several responses",
        ),
        (
            {"person": np.array([f"p{k}" for k in range(1400)], dtype=object)},
            {},
            EstimationError,
            "0 persons answered on all of the 2 occasions",
        ),
    ],
)
@pytest.mark.parametrize("ask", [climbed, compared])
def test_what_cannot_be_matched_is_refused(
    stable: ResponseMatrix,
    ask: Any,
    change: dict[str, Any],
    given: dict[str, Any],
    error: type[Exception],
    says: str,
) -> None:
    with pytest.raises(error, match=says) as refused:
        ask(with_columns(stable, **change), **given)
    assert "p7" not in str(refused.value)
    assert "same" not in str(refused.value).replace("the same occasion", "")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"occasion": "session_number", "group": "site"}, "occasion"),
        ({"occasions": [1, 2]}, "occasions"),
        ({"occasion": "session_number", "occasions": [1]}, "occasions"),
        ({"occasion": "session_number", "occasions": [1, True]}, "occasions"),
        ({"occasion": ""}, "occasion"),
        ({"occasion": 3}, "occasion"),
    ],
)
def test_options_that_contradict_each_other_are_refused(given: dict[str, Any], field: str) -> None:
    for schema in (InvarianceOptionsSchema(), ComparisonOptionsSchema()):
        with pytest.raises(ValidationError) as refused:
            schema.load(given)
        assert list(refused.value.messages_dict) == [field]


def test_a_standardized_change_is_what_its_formula_says() -> None:
    """Equal variances of 1 and a correlation of .6: the error is that of d by hand."""
    rng = np.random.default_rng(5)
    scores = normal_scores(rng, np.array([[1.0, 0.6], [0.6, 1.0]]), 400)
    scores = (scores - scores.mean(axis=0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(scores.T)).T)
    scores = scores @ np.linalg.cholesky(np.array([[1.0, 0.6], [0.6, 1.0]])).T
    found = standardized_change(scores[:, 1] + 0.5, scores[:, 0])
    assert found is not None
    d, interval = found
    assert d == pytest.approx(0.5, abs=1e-9)
    variance = (2.0 - 1.2) / 399 + 0.25 * (1 + 1 + 2 * 0.36) / (8 * 399)
    assert interval.upper - interval.lower == pytest.approx(2 * 1.959964 * variance**0.5, abs=1e-6)


def test_the_interval_of_a_standardized_change_covers_it() -> None:
    rng = np.random.default_rng(8)
    covered = 0
    for _ in range(1000):
        scores = normal_scores(rng, np.array([[1.0, 0.7], [0.7, 1.4]]), 80) + np.array([0.0, 0.4])
        found = standardized_change(scores[:, 1], scores[:, 0])
        assert found is not None
        covered += found[1].lower < 0.4 / np.sqrt(1.2) < found[1].upper
    assert 0.93 < covered / 1000 < 0.97


@pytest.mark.parametrize("scores", [np.ones(20), np.ones(2)])
def test_no_change_of_scores_without_variance(scores: Any) -> None:
    assert standardized_change(scores, scores) is None
