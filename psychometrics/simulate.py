"""Samples with known truth, for users, tests and power.

Each item has a normal propensity y* = λη + ε with unit variance in the reference group; the answer
is the category between whose thresholds y* falls (the model behind polychoric correlations, Olsson
1979, doi 10.1007/BF02296207). Reverse-keyed items are turned at the end, as on the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from psychometrics.errors import OptionError
from psychometrics.instrument import Instrument
from psychometrics.sampling import categories, correlated, product, triangular_root
from psychometrics.types import FloatArray, IntArray

GROUPS = ("psychotherapy", "orthotics-prosthetics")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What is true in a simulated study of two groups.

    Attributes
    ----------
    title
        The truth in one sentence.
    factor_correlation
        Between any two subscales' factors.
    merged
        Pairs of subscales (by position) whose factors correlate ``merged_correlation`` instead.
    merged_correlation
        Correlation of merged factors.
    ceiling
        How far all thresholds move down, in standard deviations: more answers at the top.
    shifted_items
        By position among the items of the first subscale: how much lower the second group's
        thresholds of that item lie, in standard deviations.
    latent_mean_difference
        Second group's factor means minus the first's, in standard deviations.
    """

    title: str
    factor_correlation: float = 0.7
    merged: tuple[tuple[int, int], ...] = ()
    merged_correlation: float = 0.98
    ceiling: float = 0.3
    shifted_items: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))
    latent_mean_difference: float = 0.3


SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {
        "holds-up": Scenario(
            title="One factor for each subscale; every item works alike in both groups."
        ),
        "one-factor": Scenario(
            title="A single factor behind all items; every item works alike in both groups.",
            factor_correlation=1.0,
        ),
        "merged-ceiling": Scenario(
            title=(
                "The first two subscales share one factor, answers crowd at the top, and the "
                "first subscale's first two items are easier in the second group."
            ),
            merged=((0, 1),),
            ceiling=0.9,
            shifted_items=MappingProxyType({0: 0.8, 1: 0.8}),
        ),
    }
)
"""By name: what ``alliance simulate --scenario`` offers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """The truth behind a sample.

    Attributes
    ----------
    instrument
        The form; only scored items follow the factors, the others are noise.
    loadings
        Shape (n_items,), on the y* metric; zero for items that are not scored.
    factor_correlations
        Shape (n_subscales, n_subscales).
    thresholds
        Shape (n_groups, n_items, n_categories − 1), ascending along the last axis.
    factor_means
        Shape (n_groups, n_subscales).
    """

    instrument: Instrument
    loadings: FloatArray
    factor_correlations: FloatArray
    thresholds: FloatArray
    factor_means: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedSample:
    """A sample drawn from a population.

    Attributes
    ----------
    answers
        Shape (n_persons, n_items), as on the form.
    group
        Shape (n_persons,), positions in :data:`GROUPS`.
    factors
        Shape (n_persons, n_subscales): what the answers come from.
    """

    answers: FloatArray
    group: IntArray
    factors: FloatArray


def population(instrument: Instrument, scenario: str = "holds-up") -> Population:
    """Build the population of a scenario for an instrument.

    Raises
    ------
    OptionError
        If there is no such scenario.
    """
    if scenario not in SCENARIOS:
        raise OptionError("scenario", f"must be one of {', '.join(SCENARIOS)}")
    truth = SCENARIOS[scenario]
    n_subscales = len(instrument.subscales)
    means = np.zeros((len(GROUPS), n_subscales))
    means[1] = truth.latent_mean_difference
    return Population(
        instrument=instrument,
        loadings=_loadings(instrument),
        factor_correlations=_factor_correlations(n_subscales, truth),
        thresholds=_thresholds(instrument, truth),
        factor_means=means,
    )


def draw(truth: Population, *, n_persons: int, rng: np.random.Generator) -> SimulatedSample:
    """Draw a sample; the first half of the persons (rounded up) belongs to the first group."""
    group = (np.arange(n_persons) >= (n_persons + 1) // 2).astype(np.int64)
    factors = truth.factor_means[group] + _correlated(truth.factor_correlations, n_persons, rng)
    answers = answers_from(truth, factors=factors, group=group, rng=rng)
    return SimulatedSample(answers=answers, group=group, factors=factors)


def answers_from(
    truth: Population, *, factors: FloatArray, group: IntArray, rng: np.random.Generator
) -> FloatArray:
    """Draw what persons answer: once, or again on another occasion.

    Parameters
    ----------
    truth
        The population.
    factors
        Shape (n_persons, n_subscales).
    group
        Shape (n_persons,), positions in :data:`GROUPS`.
    rng
        Draws what is not of the factors.

    Returns
    -------
    answers
        Shape (n_persons, n_items), as on the form.
    """
    instrument = truth.instrument
    noise = rng.standard_normal((len(factors), instrument.n_items))
    loading = truth.loadings * instrument.membership.T
    propensity = product(factors, loading) + noise * np.sqrt(1 - truth.loadings**2)
    category = categories(propensity, truth.thresholds[group])
    return instrument.recode((category + instrument.minimum).astype(np.float64))


def _loadings(instrument: Instrument) -> FloatArray:
    """Spread from .65 to .85 within each subscale."""
    loadings = np.zeros(instrument.n_items)
    for scale in instrument:
        loadings[scale.columns] = np.linspace(0.65, 0.85, len(scale.items))
    return loadings


def _factor_correlations(n_subscales: int, truth: Scenario) -> FloatArray:
    correlations = np.full((n_subscales, n_subscales), truth.factor_correlation)
    for first, second in truth.merged:
        if max(first, second) < n_subscales:
            correlations[first, second] = truth.merged_correlation
            correlations[second, first] = truth.merged_correlation
    np.fill_diagonal(correlations, 1.0)
    return correlations


def _thresholds(instrument: Instrument, truth: Scenario) -> FloatArray:
    """Evenly spaced from −1.6 to 1.0 (two categories: at 0), lowered by the ceiling."""
    n_thresholds = instrument.n_categories - 1
    base = np.linspace(-1.6, 1.0, n_thresholds) if n_thresholds > 1 else np.zeros(1)
    thresholds = np.tile(base - truth.ceiling, (len(GROUPS), instrument.n_items, 1))
    first = next(iter(instrument))
    for position, shift in truth.shifted_items.items():
        if position < len(first.items):
            thresholds[1, first.columns[position]] -= shift
    return thresholds


def _correlated(correlations: FloatArray, n_persons: int, rng: np.random.Generator) -> FloatArray:
    normal = rng.standard_normal((n_persons, len(correlations)))
    return correlated(normal, triangular_root(correlations))
