"""Makes samples of two groups with known differences for the tests beside it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from psychometrics.responses import ResponseMatrix
from tests.cfa.making import SCALES, instrument_of

LOADINGS = np.array([0.78, 0.74, 0.72, 0.75, 0.85, 0.80, 0.76, 0.82, 0.68, 0.65, 0.70, 0.83])
CORRELATIONS = np.array([[1.0, 0.7, 0.6], [0.7, 1.0, 0.65], [0.6, 0.65, 1.0]])
CUTS = np.array([-1.7, -1.1, -0.4, 0.4])
NONE: Mapping[int, float] = {}


def two_groups(
    n: int,
    *,
    seed: int,
    shifted: Mapping[int, float] = NONE,
    weaker: Mapping[int, float] = NONE,
    keep_residuals: bool = False,
    factor_means: tuple[float, float, float] = (0.3, 0.25, 0.2),
) -> ResponseMatrix:
    """Draw two groups of n / 2 persons.

    ``shifted`` lowers an item's thresholds in the second group by so many standard deviations;
    ``weaker`` lowers its loading, and keeps the item's variance unless its residual variance is
    to be kept.
    """
    rng = np.random.default_rng(seed)
    instrument = instrument_of(SCALES)
    membership = instrument.membership
    root = np.linalg.cholesky(CORRELATIONS)
    answers = []
    for group, size in enumerate((n - n // 2, n // 2)):
        eta = rng.standard_normal((size, 3)) @ root.T + group * np.array(factor_means)
        loadings = LOADINGS.copy()
        cuts = np.tile(CUTS, (12, 1))
        if group:
            for item, by in weaker.items():
                loadings[item - 1] -= by
            for item, by in shifted.items():
                cuts[item - 1] -= by
        residuals = np.sqrt(1.0 - (LOADINGS if keep_residuals else loadings) ** 2)
        propensity = (eta @ membership.T) * loadings + residuals * rng.standard_normal((size, 12))
        answers.append(1.0 + (propensity[:, :, None] > cuts).sum(axis=2))
    names = np.repeat(np.array(["a", "b"], dtype=object), (n - n // 2, n // 2))
    return ResponseMatrix(
        instrument=instrument,
        answers=np.concatenate(answers).astype(np.float64),
        columns={"setting": names},
    )
