"""A general factor above three: another way to write their correlations, where it is proper."""

from __future__ import annotations

import numpy as np
import pytest

from psychometrics.cfa.analysis import analyse
from psychometrics.cfa.options import CfaOptions, Estimator, Rival, Structure
from psychometrics.responses import ResponseMatrix
from tests.cfa.making import SCALES, instrument_of

MODELS = tuple(
    Rival(structure=one) for one in (Structure.CORRELATED_FACTORS, Structure.SECOND_ORDER)
)


def sample(general: tuple[float, float, float], *, seed: int) -> ResponseMatrix:
    """Draw 1,000 persons whose three factors load on a general one."""
    rng = np.random.default_rng(seed)
    instrument = instrument_of(SCALES)
    above, own = rng.standard_normal((1000, 1)), rng.standard_normal((1000, 3))
    factors = above * general + own * np.sqrt(1.0 - np.square(general))
    answers = 0.8 * factors @ instrument.membership.T + 0.6 * rng.standard_normal((1000, 12))
    answered = 1.0 + (answers[:, :, None] > np.array([-1.2, -0.3, 0.6])).sum(axis=2)
    return ResponseMatrix(instrument=instrument, answers=answered)


@pytest.mark.parametrize("estimator", [Estimator.MLR, Estimator.WLSMV])
@pytest.mark.parametrize("seed", [1, 6, 15, 20, 25, 28])
def test_a_general_factor_fits_as_well_as_the_correlations(seed: int, estimator: Estimator) -> None:
    """With a loading near one, on either side of it, the regression is long or infinite."""
    responses = sample((1.0, 0.8, 0.7), seed=seed)
    free, general = analyse(responses, CfaOptions(estimator=estimator, models=MODELS)).models
    assert general.converged
    assert general.df == free.df
    (a, b, c) = (pair.estimate for pair in free.factor_correlations)
    squares = (a * b / c, a * c / b, b * c / a)
    if max(squares) < 1.0:
        assert general.proper
        assert general.chi_square == pytest.approx(free.chi_square, abs=1e-6)
        found = sorted(one.standardized for one in general.higher_order_loadings)
        assert found == pytest.approx(sorted(np.sqrt(squares)), abs=1e-5)
    else:
        assert not general.proper
