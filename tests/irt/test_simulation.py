"""How often intervals cover and items are flagged; figures stand in docs/simulations.md."""

from __future__ import annotations

import numpy as np
import pytest

from psychometrics.correlation.categories import code_answers, merge_empty_categories
from psychometrics.irt.dif import LEVEL, purified
from psychometrics.irt.fitted_scale import fit_scale
from psychometrics.irt.group_models import GroupModels
from psychometrics.irt.item_models import Graded
from psychometrics.irt.options import ModelName
from psychometrics.irt.response_patterns import count_patterns
from psychometrics.types import BoolArray
from tests.irt.making import graded_answers

pytestmark = pytest.mark.slow

SAMPLES = 200
GROUP = 300
SLOPES = np.linspace(1.3, 2.3, 4)
THRESHOLDS = np.linspace(-0.6, 0.2, 4)[:, None] + np.array([-1.8, -0.9, 0.0, 0.9])


def test_intervals_of_slopes_and_thresholds_cover() -> None:
    slopes = np.linspace(1.0, 2.4, 6)
    thresholds = np.linspace(-0.6, 0.2, 6)[:, None] + np.array([-1.5, -0.7, 0.1, 0.9])
    rng = np.random.default_rng(1)
    covered = []
    for _ in range(SAMPLES):
        answers = graded_answers(rng.standard_normal(500), slopes, thresholds, rng)
        found = fit_scale(answers, range(1, 7), model=ModelName.GRADED)
        estimates = np.column_stack([found.items.slopes, np.array(found.thresholds())])
        errors = np.column_stack(
            [found.slope_standard_errors(), np.array(found.threshold_standard_errors())]
        )
        truth = np.column_stack([slopes, thresholds])
        covered.append(np.abs(estimates - truth) < 1.959964 * errors)
    share = np.mean(covered, axis=0)
    print(f"covered: {share.mean():.3f} ({share.min():.3f} to {share.max():.3f})")  # noqa: T201
    assert 0.93 < share.mean() < 0.97
    assert share.min() > 0.95 - 4 * np.sqrt(0.95 * 0.05 / SAMPLES)


def _flagged(shift: float, rng: np.random.Generator) -> BoolArray:
    thresholds = np.tile(THRESHOLDS, (2 * GROUP, 1, 1))
    thresholds[GROUP:, 2] += shift
    theta = rng.normal(np.repeat([0.0, 0.3], GROUP), 1.0)
    answers = graded_answers(theta, SLOPES, thresholds, rng)
    common = merge_empty_categories([answers[:GROUP], answers[GROUP:]])
    coding = code_answers(np.concatenate(common.answers))
    found = purified(
        GroupModels(
            model=Graded(),
            common_slope=False,
            groups=[
                count_patterns(coding.codes[part], coding.width)
                for part in (slice(0, GROUP), slice(GROUP, None))
            ],
            n_categories=coding.n_categories,
        )
    )
    return np.asarray(found.adjusted < LEVEL)


def test_items_that_do_not_differ_are_seldom_flagged() -> None:
    rng = np.random.default_rng(7)
    flagged = np.array([_flagged(0.0, rng) for _ in range(SAMPLES)])
    any_item, each = flagged.any(axis=1).mean(), flagged.mean()
    print(f"none differs: any flagged {any_item:.3f}, an item {each:.3f}")  # noqa: T201
    assert each < 0.05
    assert any_item < 0.05 + 2 * np.sqrt(0.05 * 0.95 / SAMPLES)


def test_half_a_logit_at_a_steep_item_is_mostly_missed() -> None:
    rng = np.random.default_rng(12)
    flagged = np.array([_flagged(0.5 / SLOPES[2], rng) for _ in range(50)])
    print(f"half a logit: found {flagged[:, 2].mean():.3f}")  # noqa: T201
    assert 0.1 < flagged[:, 2].mean() < 0.5  # .28 in docs/simulations.md


def test_an_item_that_differs_by_half_a_standard_deviation_is_found() -> None:
    rng = np.random.default_rng(8)
    flagged = np.array([_flagged(0.5, rng) for _ in range(SAMPLES // 2)])
    others = np.delete(flagged, 2, axis=1)
    print(f"differs: found {flagged[:, 2].mean():.3f}, others {others.mean():.3f}")  # noqa: T201
    assert flagged[:, 2].mean() >= 0.80
    assert others.mean() < 0.05
