"""The statistic behind robust indices has the expectation that is subtracted from it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from psychometrics.cfa.competing_models import rival_model
from psychometrics.cfa.fit import Statistic
from psychometrics.cfa.implied_thresholds import implied_moments
from psychometrics.cfa.model import Model, Parameterization
from psychometrics.cfa.options import Rival, Structure
from psychometrics.cfa.wlsmv import OrdinalSample, fit_wlsmv, sample_of
from psychometrics.correlation.polychoric import ordinal_moments
from psychometrics.invariance.identification import Design, model_of
from psychometrics.invariance.options import Step
from psychometrics.invariance.robust_fit import with_robust_statistics
from psychometrics.types import FloatArray
from tests.cfa.making import instrument_of
from tests.invariance.making import two_groups

ITEMS = (4, 6, 8, 11)
DESIGN = Design(
    base=rival_model(instrument_of({"goal": (1, 2, 3, 4)}), Rival(structure=Structure.ONE_FACTOR)),
    n_groups=2,
    n_thresholds=(4, 4, 4, 4),
)
STEP_OF_DEVIATIONS = 0.05


def samples_of_two_groups() -> tuple[OrdinalSample, ...]:
    """Groups of 900 and 300 persons, with different thresholds and loadings."""
    responses = two_groups(1200, seed=4, shifted={4: 0.5}, weaker={6: 0.2})
    answers = responses.answers[:, [item - 1 for item in ITEMS]]
    return tuple(
        sample_of(ordinal_moments(rows, items=(1, 2, 3, 4)))
        for rows in (answers[:900], answers[900:])
    )


def where_the_model_holds(
    model: Model, samples: tuple[OrdinalSample, ...]
) -> tuple[OrdinalSample, ...]:
    """Put the implied moments of a fit in the place of the moments; Γ stays."""
    fitted = fit_wlsmv(model, samples)
    implied = [
        implied_moments(group, state, Parameterization.THETA)
        for group, state in zip(fitted.layout.groups, fitted.states, strict=True)
    ]
    pairs = zip(samples, implied, strict=True)
    return tuple(replace(sample, moments=moments) for sample, moments in pairs)


def of_any_precision(sample: OrdinalSample, rng: np.random.Generator) -> OrdinalSample:
    """Put a drawn Γ in the place of a sample's: other weights, and no relation to the moments."""
    size = sample.moments.size
    root = rng.standard_normal((size, 2 * size)) * np.exp(rng.normal(0, 0.5, size))[:, None]
    return replace(sample, nacov=root @ root.T / (2 * size))


def robust_statistic(model: Model, samples: tuple[OrdinalSample, ...]) -> Statistic:
    found = with_robust_statistics(fit_wlsmv(model, samples), samples).tests.robust_model
    assert found is not None
    return found


def mean_statistic(model: Model, samples: tuple[OrdinalSample, ...]) -> float:
    """Return E T exactly for a quadratic T: over the sigma points of the moments' distribution."""
    total = 0.0
    for place, sample in enumerate(samples):
        root = np.linalg.cholesky(sample.nacov / sample.n_persons)
        deviations: FloatArray = STEP_OF_DEVIATIONS * np.concatenate([root.T, -root.T])
        for deviation in deviations:
            moved = list(samples)
            moved[place] = replace(sample, moments=sample.moments + deviation)
            total += robust_statistic(model, tuple(moved)).chi_square
    return total / (2.0 * STEP_OF_DEVIATIONS**2)


@pytest.mark.parametrize("drawn", [False, True])
@pytest.mark.parametrize("step", [Step.THRESHOLDS, Step.SCALAR, Step.STRICT])
def test_the_mean_of_the_statistic_is_what_is_subtracted_where_the_model_holds(
    step: Step, drawn: bool
) -> None:
    model = model_of(DESIGN, step)
    samples = where_the_model_holds(model, samples_of_two_groups())
    if drawn:
        rng = np.random.default_rng(9)
        samples = tuple(of_any_precision(sample, rng) for sample in samples)
    exact = robust_statistic(model, samples)
    assert exact.chi_square == pytest.approx(0.0, abs=1e-8)
    assert mean_statistic(model, samples) == pytest.approx(exact.scaling * exact.df, rel=1e-3)
