"""Simulated samples follow the truth they are drawn from."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from psychometrics.errors import OptionError
from psychometrics.simulate import SCENARIOS, draw, population
from schemas.definition import Definition
from service.catalog.catalog import shipped_definitions

N = 40_000


def test_the_same_seed_draws_the_same_sample(wai_sr: Definition) -> None:
    truth = population(wai_sr.instrument)
    one, two = (draw(truth, n_persons=50, rng=np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(one.answers, two.answers)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_category_proportions_are_those_of_the_thresholds(
    wai_sr: Definition, scenario: str
) -> None:
    truth = population(wai_sr.instrument, scenario)
    sample = draw(truth, n_persons=N, rng=np.random.default_rng(1))
    first = sample.answers[sample.group == 0]
    expected = norm.cdf(truth.thresholds[0])
    observed = np.stack([(first <= category).mean(axis=0) for category in range(1, 5)], axis=1)
    np.testing.assert_allclose(observed, expected, atol=4 * np.sqrt(0.25 / len(first)))


def test_reverse_keyed_items_are_turned(wai_36: Definition) -> None:
    sample = draw(population(wai_36.instrument), n_persons=2000, rng=np.random.default_rng(1))
    correlations = np.corrcoef(sample.answers, rowvar=False)
    keyed = np.where(wai_36.instrument.reversed_mask, -1.0, 1.0)
    assert (correlations * np.outer(keyed, keyed) > 0).all()


def test_every_shipped_form_can_be_simulated_within_its_range() -> None:
    for definition in shipped_definitions().values():
        instrument = definition.instrument
        sample = draw(population(instrument), n_persons=200, rng=np.random.default_rng(1))
        assert sample.answers.min() >= instrument.minimum
        assert sample.answers.max() <= instrument.maximum


def test_an_unknown_scenario_is_refused(wai_sr: Definition) -> None:
    with pytest.raises(OptionError):
        population(wai_sr.instrument, "wishful")
