from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import orjson
import pytest
from marshmallow import ValidationError

from psychometrics.cfa.analysis import analyse
from psychometrics.cfa.options import CfaOptions
from psychometrics.declared.shapes import to_json
from psychometrics.errors import EstimationError, OptionError
from psychometrics.instrument import Instrument
from psychometrics.responses import ResponseMatrix
from schemas.analyses.cfa import CfaOptionsSchema
from tests.cfa.making import instrument_of

MODEL_FIELDS = {
    "model", "converged", "proper", "cautions", "n_persons", "n_parameters", "chi_square", "df",
    "p_value", "scaled", "cfi", "tli", "rmsea", "rmsea_interval", "srmr", "scaled_indices",
    "robust_indices", "log_likelihood", "aic", "bic", "loadings", "factor_correlations",
}  # fmt: skip


def options(**given: Any) -> CfaOptions:
    loaded: CfaOptions = CfaOptionsSchema().load({"estimator": "ML", "missing": "listwise"} | given)
    return loaded


def answered(responses: ResponseMatrix, **given: Any) -> dict[str, Any]:
    result = analyse(responses, options(**given))
    dumped: dict[str, Any] = orjson.loads(orjson.dumps(to_json(result)))
    return dumped


def test_the_answer_has_the_contracts_fields(samples: dict[str, ResponseMatrix]) -> None:
    result = answered(samples["wai_1000"], models=["one-factor", "two-factor", "three-factor"])
    assert {"estimator", "n_persons", "models", "best", "best_rule"} <= set(result)
    assert [model["model"] for model in result["models"]] == [
        "one-factor",
        "two-factor",
        "three-factor",
    ]
    assert all(set(model) >= MODEL_FIELDS for model in result["models"])
    assert result["best"] == "three-factor"


def test_three_factors_fit_as_the_issue_says(samples: dict[str, ResponseMatrix]) -> None:
    (model,) = answered(samples["wai_1000"], models=["three-factor"])["models"]
    assert model["chi_square"] == pytest.approx(60.165, abs=5e-4)
    assert model["df"] == 51
    assert model["cfi"] == pytest.approx(0.99797, abs=5e-6)
    assert model["rmsea"] == pytest.approx(0.01341, abs=5e-6)
    assert model["srmr"] == pytest.approx(0.01665, abs=5e-6)
    assert model["n_parameters"] == 27
    assert model["scaled"] is None
    assert {pair["factors"][0] for pair in model["factor_correlations"]} == {"goal", "task"}


def test_factors_carry_the_contracts_names(samples: dict[str, ResponseMatrix]) -> None:
    one, two = answered(samples["wai_250"], models=["one-factor", "two-factor"])["models"]
    assert {loading["factor"] for loading in one["loadings"]} == {"general"}
    assert {loading["factor"] for loading in two["loadings"]} == {"goal-task", "bond"}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"models": ["four-factor"]}, "models"),
        ({"models": []}, "models"),
        ({"estimator": "ULS"}, "estimator"),
        ({"estimator": "ML", "missing": "pairwise"}, "missing"),
        ({"estimator": "WLSMV", "missing": "fiml"}, "missing"),
        ({"seed": 1}, "seed"),
    ],
)
def test_an_option_without_meaning_is_refused_by_name(given: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        CfaOptionsSchema().load(given)
    assert field in refused.value.normalized_messages()


@pytest.mark.parametrize("model", ["two-factor", "three-factor+method"])
def test_a_model_the_instrument_does_not_have_is_refused_by_position(model: str) -> None:
    form = instrument_of({"goal": (1, 2, 3), "task": (4, 5, 6)})
    responses = ResponseMatrix(instrument=form, answers=np.ones((9, 6)))
    with pytest.raises(OptionError) as refused:
        analyse(responses, options(models=["one-factor", model]))
    assert refused.value.option == "models/1"


def test_reverse_keyed_items_are_recoded_first(
    samples: dict[str, ResponseMatrix], wai: Instrument
) -> None:
    plain = samples["wai_250"]
    turned = replace(wai, reversed_items=(4, 10))
    as_given = ResponseMatrix(
        instrument=turned, answers=np.where(turned.reversed_mask, 6 - plain.answers, plain.answers)
    )
    assert answered(as_given, models=["three-factor"]) == answered(plain, models=["three-factor"])


def constant(answers: np.ndarray) -> None:
    answers[:, 3] = 2.0


def twins(answers: np.ndarray) -> None:
    answers[:, 7] = answers[:, 4]


def unanswered(answers: np.ndarray) -> None:
    answers[:, 2] = np.nan


def few(answers: np.ndarray) -> None:
    answers[9:] = np.nan


@pytest.mark.parametrize(
    ("spoil", "says"),
    [(constant, "item 4"), (twins, "items 5 and 8"), (unanswered, "complete"), (few, "few")],
)
def test_answers_that_cannot_be_modelled_say_why(
    spoil: Any, says: str, samples: dict[str, ResponseMatrix]
) -> None:
    answers = samples["wai_250"].answers.copy()
    spoil(answers)
    spoiled = ResponseMatrix(instrument=samples["wai_250"].instrument, answers=answers)
    with pytest.raises(EstimationError, match=says):
        analyse(spoiled, options(models=["three-factor"]))


def test_without_a_choice_all_rivals_of_the_instrument_are_fitted(
    samples: dict[str, ResponseMatrix],
) -> None:
    result = answered(samples["wai_1000"], estimator="WLSMV")
    names = ["one-factor", "two-factor", "three-factor", "second-order", "bifactor"]
    assert [model["model"] for model in result["models"]] == names
    assert len(result["heterotrait_monotrait"]) == 3


def test_ordered_answers_are_the_default() -> None:
    assert CfaOptionsSchema().load({}).estimator.value == "WLSMV"


def test_a_second_order_factor_has_loadings_of_its_own(
    samples: dict[str, ResponseMatrix],
) -> None:
    (model,) = answered(samples["wai_1000"], models=["second-order"])["models"]
    assert [row["indicator"] for row in model["higher_order_loadings"]] == ["goal", "task", "bond"]
    assert {row["factor"] for row in model["higher_order_loadings"]} == {"general"}
    assert all(row["standard_error"] > 0 for row in model["higher_order_loadings"])
    assert model["factor_correlations"] == []


def test_two_reversed_items_load_equally_on_their_method_factor(
    samples: dict[str, ResponseMatrix], wai: Instrument
) -> None:
    turned = replace(wai, reversed_items=(4, 10))
    responses = ResponseMatrix(instrument=turned, answers=samples["wai_1000"].answers)
    (model,) = answered(responses, models=["three-factor+method"])["models"]
    method = [row for row in model["loadings"] if row["factor"] == "method"]
    assert [row["item"] for row in method] == [4, 10]
    assert method[0]["estimate"] == method[1]["estimate"]
    assert model["df"] == 50


def test_incomplete_rows_count_under_fiml_alone(samples: dict[str, ResponseMatrix]) -> None:
    responses = samples["wai_250_mis"]
    options_by_default = CfaOptionsSchema().load({"estimator": "MLR", "models": ["one-factor"]})
    everyone = analyse(responses, options_by_default)
    rows = int(responses.complete.sum())
    assert (everyone.missing, everyone.n_persons) == ("fiml", 250)
    assert answered(responses, models=["one-factor"])["n_persons"] == rows
    pairwise = answered(responses, models=["one-factor"], estimator="WLSMV", missing="pairwise")
    assert pairwise["n_persons"] == 250
