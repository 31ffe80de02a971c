from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import orjson
import pytest

from psychometrics.declared.shapes import to_json
from psychometrics.errors import OptionError
from psychometrics.invariance import comparison
from psychometrics.invariance.groups import joined
from psychometrics.invariance.means import hedges_g
from psychometrics.invariance.options import ComparisonOptions
from psychometrics.responses import ResponseMatrix
from schemas.analyses.comparison import ComparisonOptionsSchema
from tests.cfa.making import instrument_of
from tests.invariance.making import two_groups

FIELDS = {"status", "reason", "reference", "latent_means", "observed_means", "freed"}


def compared(responses: ResponseMatrix, **given: Any) -> dict[str, Any]:
    options: ComparisonOptions = ComparisonOptionsSchema().load({"group": "setting"} | given)
    result = comparison.analyse(responses, options)
    dumped: dict[str, Any] = orjson.loads(orjson.dumps(to_json(result)))
    assert set(dumped) >= FIELDS
    return dumped


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from leaves(one, f"{path}/{name}")
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from leaves(one, f"{path}/{place}")
    else:
        yield path, value


@pytest.mark.parametrize("estimator", ["MLR", "WLSMV"])
def test_groups_that_answer_alike_may_be_compared(estimator: str) -> None:
    answer = compared(two_groups(1200, seed=11), estimator=estimator)
    assert answer["status"] == "permitted", answer["reason"]
    assert answer["reference"] == "a"
    means = {one["factor"]: one for one in answer["latent_means"]}
    for factor, truth in (("goal", 0.3), ("task", 0.25), ("bond", 0.2)):
        interval = means[factor]["interval"]
        assert interval["lower"] < means[factor]["estimate"] < interval["upper"]
        assert abs(means[factor]["estimate"] - truth) < 0.2
    scales = [(one["group"], one["scale"]) for one in answer["observed_means"]]
    assert scales == [(g, s) for g in "ab" for s in ("goal", "task", "bond", "total")]
    assert [one["effect_size"] is None for one in answer["observed_means"]] == [True] * 4 + [
        False
    ] * 4


@pytest.mark.parametrize("estimator", ["MLR", "WLSMV"])
def test_items_that_differ_are_freed_and_observed_means_withheld(estimator: str) -> None:
    responses = two_groups(1200, seed=5, shifted={4: 0.6, 5: -0.6})
    answer = compared(responses, estimator=estimator)
    assert answer["status"] == "partial", answer["reason"]
    assert {one["item"] for one in answer["freed"]} == {4, 5}
    assert answer["observed_means"] == []
    assert len(answer["latent_means"]) == 3


def refused() -> ResponseMatrix:
    return two_groups(1200, seed=3, shifted={4: 0.8, 6: 0.8})


def few() -> ResponseMatrix:
    return two_groups(150, seed=3)


def collapsed() -> ResponseMatrix:
    responses = two_groups(600, seed=3)
    answers = responses.answers.copy()
    in_b = responses.columns["setting"] == "b"
    answers[np.ix_(in_b, [3, 5, 7])] = np.where(answers[np.ix_(in_b, [3, 5, 7])] > 4, 5, 4)
    return ResponseMatrix(
        instrument=responses.instrument, answers=answers, columns=responses.columns
    )


def constant() -> ResponseMatrix:
    responses = two_groups(600, seed=3)
    answers = responses.answers.copy()
    answers[responses.columns["setting"] == "b", 3] = 5.0
    return ResponseMatrix(
        instrument=responses.instrument, answers=answers, columns=responses.columns
    )


def misfitting() -> ResponseMatrix:
    """Reverse the roles of items: the key's factors are not those of the answers."""
    responses = two_groups(1200, seed=3, factor_means=(0.0, 0.0, 0.0))
    rng = np.random.default_rng(1)
    answers = responses.answers.copy()
    answers[:, [3, 0, 2]] = answers[rng.permutation(1200)][:, [3, 0, 2]]
    return ResponseMatrix(
        instrument=responses.instrument, answers=answers, columns=responses.columns
    )


@pytest.mark.parametrize(
    ("make", "status", "says"),
    [
        (refused, "refused", "Half or more of the items of goal"),
        (misfitting, "refused", "configural"),
        (few, "inconclusive", "Too few persons"),
        (collapsed, "inconclusive", "collapsed"),
        (constant, "inconclusive", "item 4"),
    ],
)
def test_nothing_of_any_mean_is_told_where_the_gate_is_shut(
    make: Any, status: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def computed(*given: Any) -> Any:
        raise AssertionError("a mean was computed behind a shut gate")

    monkeypatch.setattr(comparison, "latent_means", computed)
    monkeypatch.setattr(comparison, "observed_means", computed)
    answer = compared(make())
    assert answer["status"] == status, answer["reason"]
    assert says in answer["reason"]
    for name in ("latent_means", "observed_means", "freed", "bounds"):
        assert answer[name] == []
    for path, value in leaves(answer):
        is_figure = isinstance(value, int | float) and not isinstance(value, bool)
        assert not is_figure or path.endswith("/n"), path
        assert not any(word in path for word in ("mean/", "estimate", "effect", "sd")), path


def test_different_forms_are_never_compared() -> None:
    responses = two_groups(20, seed=1)
    other = instrument_of({"goal": (4, 6, 8), "task": (1, 2, 10, 12, 11), "bond": (3, 5, 7, 9)})
    another = ResponseMatrix(instrument=other, answers=responses.answers)
    with pytest.raises(OptionError, match="different forms"):
        joined({"one": responses, "two": another})


def test_samples_of_one_form_become_groups() -> None:
    responses = two_groups(1000, seed=11)
    in_b = responses.columns["setting"] == "b"
    both = joined({"prosthetics": responses.rows(in_b), "orthotics": responses.rows(~in_b)})
    answer = compared(both, group=None, reference="prosthetics", estimator="MLR")
    assert answer["group"] == "sample"
    assert [group["name"] for group in answer["groups"]] == ["prosthetics", "orthotics"]


@pytest.mark.parametrize(
    ("given", "option"),
    [
        ({"group": "site"}, "group"),
        ({"reference": "c"}, "reference"),
        ({"group": None}, "group"),
    ],
)
def test_an_option_without_meaning_is_refused_by_name(given: dict[str, Any], option: str) -> None:
    with pytest.raises(OptionError) as error:
        compared(two_groups(400, seed=1), **given)
    assert error.value.option == option


def test_hedges_g_and_its_interval_are_those_of_r() -> None:
    """R 4.2.2: uniroot over the noncentrality of pt(d * sqrt(80 / 18), 16, ncp)."""
    found = hedges_g(np.arange(2.0, 12.0), np.arange(0.0, 8.0))
    assert found is not None
    assert found[0] == pytest.approx(1.0241163521, abs=1e-9)
    assert found[1].lower == pytest.approx(0.0576853623, abs=1e-6)
    assert found[1].upper == pytest.approx(1.9630814455, abs=1e-6)  # pt warns of its precision
