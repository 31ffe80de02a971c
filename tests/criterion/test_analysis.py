"""The kind ``criterion`` as a whole, through its schemas."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import orjson
import pytest
from marshmallow import ValidationError

from psychometrics.criterion import columns
from psychometrics.errors import OptionError, ResponsesError
from psychometrics.instrument import Instrument, Scale
from psychometrics.responses import ResponseMatrix
from psychometrics.scoring.prorate import score
from schemas.analyses.criterion import CriterionOptionsSchema
from schemas.definition import Definition
from schemas.responses import covariates
from tests.criterion.making import analysed, dumped, sample_of

N = 60
NAN = np.nan


@pytest.fixture
def form(wai_sr: Definition) -> Instrument:
    return wai_sr.instrument


@pytest.fixture
def study(form: Instrument) -> ResponseMatrix:
    plain = sample_of(form, N)
    total = score(form, plain.answers).scores[:, -1]
    rng = np.random.default_rng(5)
    outcome = total / 4 + rng.normal(0, 3, N)
    return sample_of(
        form,
        N,
        person=[f"person-{number}" for number in range(N)],
        clinician=[f"clinician-{number % 11}" for number in range(N)],
        site=["north", "south", "west"] * (N // 3),
        session_number=[2] * N,
        plus_m=outcome,
        plus_m_before=outcome + rng.normal(0, 3, N),
        satisfied=np.clip(np.rint(outcome / 3), 1, 5),
    )


OUTCOMES: list[Any] = [
    {
        "name": "plus_m",
        "session_number": 6,
        "baseline": "plus_m_before",
        "reliability": 0.9,
        "expected": {"direction": "positive", "minimum": 0.1},
    },
    {"name": "satisfied", "expected": {"direction": "negative", "scales": ["goal", "bond"]}},
]


def test_every_score_meets_every_outcome_with_every_coefficient(study: ResponseMatrix) -> None:
    result = dumped(study, outcomes=OUTCOMES)
    pairs = [(one["outcome"], one["scale"]) for one in result["associations"]]
    scales = ["goal", "task", "bond", "total"]
    assert pairs == [(name, scale) for name in ("plus_m", "satisfied") for scale in scales]
    first, last = result["associations"][0], result["associations"][-1]
    for name in ("pearson", "spearman", "disattenuated", "partial", "clustered", "pooled"):
        assert first[name]["interval"]["lower"] < first[name]["estimate"]
        assert first[name]["n_persons"] == N
        assert first[name]["method"]
    assert first["polyserial"] is None
    assert last["partial"] is None
    assert last["polyserial"]["estimate"] is not None


def test_hypotheses_are_counted(study: ResponseMatrix) -> None:
    result = dumped(study, outcomes=OUTCOMES)
    assert [(one["scale"], one["held"]) for one in result["hypotheses"]] == [
        ("total", True),
        ("goal", False),
        ("bond", False),
    ]
    assert (result["n_hypotheses"], result["n_tested"], result["n_held"]) == (3, 3, 1)


def test_without_options_every_column_of_numbers_that_may_be_an_outcome_is_one(
    study: ResponseMatrix,
) -> None:
    result = dumped(study)
    names = [one["name"] for one in result["outcomes"]]
    assert names == ["plus_m", "plus_m_before", "satisfied"]
    assert {one["timing"] for one in result["associations"]} == {"undetermined"}
    assert any("explore" in caution for caution in result["cautions"])


def test_published_correlations_stand_beside_as_context(study: ResponseMatrix) -> None:
    reference = {
        "name": "Flückiger 2018",
        "estimate": 0.278,
        "interval": {"lower": 0.256, "upper": 0.299},
        "setting": "psychotherapy",
        "n_studies": 295,
        "doi": "10.1037/pst0000172",
        "status": "verified",
    }
    result = dumped(study, outcomes=["plus_m"], references=[reference])
    interval = {"lower": 0.256, "upper": 0.299, "level": 0.95}
    assert result["context"] == [reference | {"interval": interval, "n_persons": None}]
    assert "not norms" in result["definitions"]["context"]


def test_the_result_is_json_without_not_a_number(study: ResponseMatrix) -> None:
    with_gaps = ResponseMatrix(
        instrument=study.instrument,
        answers=np.where(np.arange(N * 12).reshape(N, 12) % 7 == 0, NAN, study.answers),
        columns=dict(study.columns)
        | {
            "empty": np.full(N, NAN),
            "constant": np.ones(N),
            "rare": np.where(np.arange(N) < 2, 1.0, NAN),
        },
    )
    result = dumped(with_gaps)
    assert not [number for number in _numbers(result) if not math.isfinite(number)]
    orjson.dumps(result)
    by_outcome = {one["outcome"]: one["pearson"] for one in result["associations"]}
    assert "fewer than 4" in by_outcome["empty"]["reason"]
    assert "same for all" in by_outcome["constant"]["reason"]
    assert "fewer than 4" in by_outcome["rare"]["reason"]


def test_nobody_s_name_is_in_the_result(study: ResponseMatrix) -> None:
    written = orjson.dumps(dumped(study, outcomes=OUTCOMES)).decode()
    assert "person-" not in written
    assert "clinician-" not in written


def test_turning_an_outcome_turns_every_correlation(study: ResponseMatrix) -> None:
    turned = ResponseMatrix(
        instrument=study.instrument,
        answers=study.answers,
        columns=dict(study.columns) | {"plus_m": -np.asarray(study.columns["plus_m"], float)},
    )
    one, other = (dumped(sample, outcomes=["plus_m"]) for sample in (study, turned))
    for before, after in zip(one["associations"], other["associations"], strict=True):
        for name in ("pearson", "spearman", "disattenuated", "clustered", "pooled"):
            assert after[name]["estimate"] == pytest.approx(-before[name]["estimate"], abs=1e-9)
            assert after[name]["interval"]["lower"] == pytest.approx(
                -before[name]["interval"]["upper"], abs=1e-7
            )


def test_the_order_of_the_persons_does_not_matter(study: ResponseMatrix) -> None:
    order = np.random.default_rng(3).permutation(N)
    shuffled = ResponseMatrix(
        instrument=study.instrument,
        answers=study.answers[order],
        columns={name: column[order] for name, column in study.columns.items()},
    )
    numbers = [list(_numbers(dumped(one, outcomes=OUTCOMES))) for one in (study, shuffled)]
    np.testing.assert_allclose(numbers[0], numbers[1], rtol=1e-7, atol=1e-9)


def test_an_instrument_without_total_tests_its_hypothesis_on_every_subscale(
    study: ResponseMatrix, form: Instrument
) -> None:
    without = Instrument(
        id="own",
        version="1",
        n_items=12,
        minimum=1,
        maximum=5,
        subscales=form.subscales,
        total=False,
    )
    sample = ResponseMatrix(instrument=without, answers=study.answers, columns=study.columns)
    result = analysed(sample, outcomes=OUTCOMES[:1])
    assert [one.scale for one in result.hypotheses] == ["goal", "task", "bond"]


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"outcomes": ["wear_time"]}, "outcomes/0"),
        ({"outcomes": ["plus_m", "note"]}, "outcomes/1"),
        ({"outcomes": ["plus_m", "plus_m"]}, "outcomes/1"),
        ({"outcomes": ["session_number"]}, "outcomes/0"),
        ({"outcomes": [{"name": "plus_m", "baseline": "note"}]}, "outcomes/0/baseline"),
        ({"outcomes": [{"name": "plus_m", "baseline": "plus_m"}]}, "outcomes/0/baseline"),
        (
            {"outcomes": [{"name": "plus_m", "session_number": "nowhere"}]},
            "outcomes/0/session_number",
        ),
        ({"strata": "country"}, "strata"),
        ({"session_number": 9}, "session_number"),
    ],
)
def test_options_that_cannot_serve_are_refused_by_name(
    study: ResponseMatrix, options: dict[str, Any], option: str
) -> None:
    noted = dict(study.columns) | {"note": np.array(["private"] * N, dtype=object)}
    sample = ResponseMatrix(instrument=study.instrument, answers=study.answers, columns=noted)
    with pytest.raises(OptionError) as refusal:
        analysed(sample, **options)
    assert refusal.value.option == option
    assert "private" not in str(refusal.value)


def test_a_sample_without_outcome_is_refused(form: Instrument) -> None:
    with pytest.raises(OptionError, match="there is no outcome"):
        analysed(sample_of(form, 10, session_number=[1] * 10, person=list("abcdefghij")))


def test_a_sample_without_answers_is_refused(form: Instrument) -> None:
    empty = ResponseMatrix(
        instrument=form, answers=np.full((5, 12), NAN), columns={"y": np.arange(5.0)}
    )
    with pytest.raises(ResponsesError, match="no rating"):
        analysed(empty)


@pytest.mark.parametrize("n_persons", [1, 2, 3, 4, 5])
def test_a_handful_of_persons_get_answers_or_reasons(form: Instrument, n_persons: int) -> None:
    sample = sample_of(form, n_persons, y=np.arange(n_persons), clinician=list("abcde"[:n_persons]))
    result = dumped(sample)
    assert not [number for number in _numbers(result) if not math.isfinite(number)]
    for one in result["associations"]:
        assert (one["pearson"]["interval"] is None) == (one["pearson"]["reason"] is not None)


@pytest.mark.parametrize(
    "options",
    [
        {"outcomes": [5]},
        {"outcomes": [{"session_number": 3}]},
        {"outcomes": [{"name": "y", "days_since_delivery": float("nan")}]},
        {"outcomes": [{"name": "y", "days_since_delivery": True}]},
        {"outcomes": [{"name": "y", "reliability": 0}]},
        {"outcomes": [{"name": "y", "expected": {"direction": "up"}}]},
        {"outcomes": [{"name": "y", "cutoff": 3}]},
        {"references": [{"name": "x", "estimate": 2}]},
        {"references": [{"name": "x", "estimate": 0.2, "status": "certain"}]},
        {"session_number": 0},
        {"level": 1.0},
        {"norm": 0.278},
    ],
)
def test_options_of_the_wrong_shape_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CriterionOptionsSchema().load(options)


def test_the_engine_and_the_schemas_agree_on_what_describes_a_response() -> None:
    assert set(covariates.RULES) <= columns.DESCRIPTIVE


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, dict):
        for one in value.values():
            yield from _numbers(one)
    elif isinstance(value, list):
        for one in value:
            yield from _numbers(one)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield value


def test_strata_that_agree_more_than_one_sample_would_are_a_caution(form: Instrument) -> None:
    half = sample_of(form, 40, y=np.arange(40) % 9)
    twice = ResponseMatrix(
        instrument=form,
        answers=np.vstack([half.answers] * 3),
        columns={
            "y": np.tile(np.asarray(half.columns["y"], float), 3),
            "site": np.repeat(np.array(["a", "b", "c"], dtype=object), 40),
        },
    )
    assert any("may be too narrow" in caution for caution in analysed(twice).cautions)


def test_two_strata_that_contradict_each_other_still_get_an_answer(form: Instrument) -> None:
    plain = sample_of(form, 40)
    total = score(form, plain.answers).scores[:, -1]
    noise = np.random.default_rng(3).normal(0, 1e-3, 40)
    turned = np.where(np.arange(40) % 2 == 0, total, -total) + noise
    result = dumped(sample_of(form, 40, y=turned, site=["a", "b"] * 20), outcomes=["y"])
    pooled = result["associations"][-1]["pooled"]
    assert pooled["interval"]["lower"] == pytest.approx(-1.0)
    assert pooled["interval"]["upper"] == pytest.approx(1.0)


def test_the_reliability_behind_a_disattenuated_correlation_is_the_one_asked_for(
    study: ResponseMatrix,
) -> None:
    by_name = {
        name: dumped(study, outcomes=["plus_m"], reliability=name)["associations"][0]
        for name in ("alpha", "omega")
    }
    for name, one in by_name.items():
        found = one["disattenuated"]
        assert found["reliability_name"] == name
        assert found["estimate"] == pytest.approx(
            one["pearson"]["estimate"] / math.sqrt(found["reliability"])
        )
        assert found["interval"]["lower"] < found["estimate"] < found["interval"]["upper"]
    alpha, omega = (one["disattenuated"]["reliability"] for one in by_name.values())
    assert alpha != omega
    assert alpha == pytest.approx(omega, abs=0.03)


def test_a_scale_of_two_items_has_no_omega(form: Instrument) -> None:
    answers = sample_of(form, 30).answers[:, [0, 1]]
    sample = ResponseMatrix(
        instrument=Instrument(
            id="own",
            version="1",
            n_items=2,
            minimum=1,
            maximum=5,
            subscales={"bond": Scale(name="bond", items=(1, 2), minimum_answered=2)},
        ),
        answers=answers,
        columns={"y": np.arange(30.0) % 7},
    )
    found = dumped(sample, reliability="omega")["associations"][0]["disattenuated"]
    assert found["estimate"] is None
    assert "three items" in found["reason"]
