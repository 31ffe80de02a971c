"""Differential functioning: mirt's likelihoods and effects, and what purification finds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from psychometrics.correlation.categories import code_answers
from psychometrics.irt.dif import likelihood_ratio, purified, wald_two_stage
from psychometrics.irt.dif_effect import dif_effect
from psychometrics.irt.group_models import GroupModels, items_of, latent_distribution
from psychometrics.irt.item_models import Graded
from psychometrics.irt.logistic_dif import logistic_dif
from psychometrics.irt.multiplicity import holm
from psychometrics.irt.response_patterns import count_patterns
from psychometrics.types import FloatArray, IntArray
from tests.irt.making import graded_answers
from tests.irt.mirt import GOLDEN, group_models

DIF = GOLDEN["dif"]


@pytest.mark.parametrize("key", list(DIF))
def test_every_choice_of_anchors_has_mirts_likelihood(key: str) -> None:
    models, theirs = group_models(key), DIF[key]
    position = {item: place for place, item in enumerate(theirs["items"])}
    sets = sorted(theirs["log_likelihood"], key=lambda name: -name.count("+"))
    for name in sets:
        anchors = frozenset(position[int(item)] for item in name.split("+"))
        ours = models.anchored(anchors)
        assert ours.problem.layout.n_free == theirs["n_parameters"][name]
        assert ours.log_likelihood == pytest.approx(theirs["log_likelihood"][name], abs=1e-4)


@pytest.mark.parametrize("key", list(DIF))
def test_tests_and_effects_with_all_others_as_anchors_are_mirts(key: str) -> None:
    models, theirs = group_models(key), DIF[key]
    everything = frozenset(range(models.n_items))
    p_values = []
    for item, expected in enumerate(theirs["all_others_as_anchors"]):
        ours = likelihood_ratio(models, item, everything)
        p_values.append(ours.p_value)
        assert ours.df == expected["df"]
        assert ours.chi_square == pytest.approx(expected["chi_square"], abs=1e-4)
        assert ours.p_value == pytest.approx(expected["p_value"], abs=1e-5)
        free, sizes = models.anchored(ours.anchors), expected["effect"]
        effect = dif_effect(free, item, 1)
        for name in ("expected_score_difference", "unsigned", "dmacs"):
            assert getattr(effect, name) == pytest.approx(sizes[name], abs=1e-4)
        mean, sd = latent_distribution(free, 1)
        assert mean == pytest.approx(sizes["focal_mean"], abs=2e-4)
        assert sd == pytest.approx(sizes["focal_sd"], abs=2e-4)
        for group, name in enumerate(("reference", "focal")):
            items = items_of(free, group)
            found = [items.slopes[item], *items.difficulties[item]]
            np.testing.assert_allclose(found, sizes[name], atol=5e-4)
    adjusted = [one["adjusted_p_value"]["holm"] for one in theirs["all_others_as_anchors"]]
    np.testing.assert_allclose(holm(np.array(p_values)), adjusted, atol=1e-4)


def _models(answers: FloatArray, group: IntArray) -> GroupModels:
    coding = code_answers(answers)
    return GroupModels(
        model=Graded(),
        common_slope=False,
        groups=[
            count_patterns(coding.codes[group == number], coding.width)
            for number in range(group.max() + 1)
        ],
        n_categories=coding.n_categories,
    )


def _one_item_differs() -> tuple[FloatArray, IntArray]:
    rng = np.random.default_rng(3)
    group = np.repeat([0, 1], 600)
    theta = rng.normal(0.3 * group, 1.0)
    thresholds = np.tile([-1.8, -0.9, 0.0, 1.0], (2, 6, 1))
    thresholds[1, 2] += 0.8
    return graded_answers(theta, np.full(6, 1.8), thresholds[group], rng), group


def test_purification_flags_the_item_that_differs_and_no_other() -> None:
    answers, group = _one_item_differs()
    found = purified(_models(answers, group))
    assert np.flatnonzero(found.adjusted < 0.05).tolist() == [2]
    assert found.anchors == frozenset({0, 1, 3, 4, 5})
    assert all(2 not in test.anchors for test in found.tests)


def test_the_effect_points_to_the_group_that_answers_lower() -> None:
    answers, group = _one_item_differs()
    models = _models(answers, group)
    purified(models)
    effect = dif_effect(models.anchored(frozenset({0, 1, 3, 4, 5})), 2, 1)
    assert effect.expected_score_difference < -0.3
    assert effect.unsigned == pytest.approx(-effect.expected_score_difference, abs=0.05)
    assert effect.dmacs > 0.2


def test_the_purified_mean_is_nearer_to_the_truth_than_with_all_items_equal() -> None:
    answers, group = _one_item_differs()
    models = _models(answers, group)
    contaminated, _ = latent_distribution(models.anchored(frozenset(range(6))), 1)
    clean, _ = latent_distribution(models.anchored(frozenset({0, 1, 3, 4, 5})), 1)
    assert abs(clean - 0.3) < abs(contaminated - 0.3)


def test_wald_flags_the_item_that_differs_most() -> None:
    answers, group = _one_item_differs()
    found = wald_two_stage(_models(answers, group))
    assert int(np.argmin(found.adjusted)) == 2
    assert found.adjusted[2] < 0.001
    assert [test.df for test in found.tests] == [5] * 6


def test_three_groups_have_twice_the_degrees_of_freedom() -> None:
    answers, _ = _one_item_differs()
    models = _models(answers, np.arange(answers.shape[0]) % 3)
    assert likelihood_ratio(models, 0, frozenset(range(6))).df == 10


def test_groups_of_the_same_answers_do_not_differ() -> None:
    answers, _ = _one_item_differs()
    twice = np.concatenate([answers, answers])
    found = purified(_models(twice, np.repeat([0, 1], answers.shape[0])))
    assert max(test.chi_square for test in found.tests) < 1e-6
    assert found.anchors == frozenset(range(6))


def test_holm_steps_down_and_never_exceeds_one() -> None:
    adjusted = holm(np.array([0.01, 0.04, 0.03, 0.9]))
    np.testing.assert_allclose(adjusted, [0.04, 0.09, 0.09, 0.9])


def test_logistic_regression_has_the_largest_likelihood_another_optimizer_finds() -> None:
    answers, group = _one_item_differs()
    codes = (answers - 1).astype(np.int64)
    sums = codes.sum(axis=1).astype(np.float64)
    found = logistic_dif(codes[:, 2], sums, group, 5)
    score = (sums - sums.mean()) / sums.std()
    design = {
        1: score[:, None],
        3: np.column_stack([score, group, group * score]),
        0: np.zeros((score.size, 0)),
    }

    def deviance(values: FloatArray, predictors: FloatArray) -> float:
        size = predictors.shape[1]
        cut = np.concatenate([[-np.inf], np.cumsum([values[size], *np.exp(values[size + 1 :])]),
                              [np.inf]])  # fmt: skip
        location = predictors @ values[:size]
        upper = 1 / (1 + np.exp(location - cut[codes[:, 2] + 1]))
        lower = 1 / (1 + np.exp(location - cut[codes[:, 2]]))
        return -float(np.log(upper - lower).sum())

    least = {}
    for number, predictors in design.items():
        start = np.concatenate([np.zeros(predictors.shape[1]), [-2.0, 0.0, 0.0, 0.0]])
        least[number] = minimize(deviance, start, args=(predictors,), method="BFGS").fun
    assert found.chi_square == pytest.approx(2 * (least[1] - least[3]), abs=1e-3)
    assert found.r2_change == pytest.approx((least[1] - least[3]) / least[0], abs=1e-6)
    assert 0.0 < found.r2_change_uniform <= found.r2_change
    assert found.df == 2
