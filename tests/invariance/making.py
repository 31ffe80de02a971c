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


def occasions(
    n: int,
    *,
    seed: int,
    n_occasions: int = 2,
    shifted: Mapping[int, float] = NONE,
    weaker: Mapping[int, float] = NONE,
    growth: tuple[float, float, float] = (0.3, 0.25, 0.2),
) -> ResponseMatrix:
    """Draw n persons on occasions whose factors correlate .6 and whose items' remainders .25.

    ``shifted`` and ``weaker`` are as in :func:`two_groups`, of the last occasion.
    """
    rng = np.random.default_rng(seed)
    instrument = instrument_of(SCALES)
    root = np.linalg.cholesky(CORRELATIONS)
    lasting, items = rng.standard_normal((n, 3)) @ root.T, rng.standard_normal((n, 12))
    answers = []
    for occasion in range(n_occasions):
        here = rng.standard_normal((n, 3)) @ root.T
        eta = np.sqrt(0.6) * lasting + np.sqrt(0.4) * here + occasion * np.array(growth)
        loadings, cuts = LOADINGS.copy(), np.tile(CUTS, (12, 1))
        if occasion == n_occasions - 1:
            for item, by in weaker.items():
                loadings[item - 1] -= by
            for item, by in shifted.items():
                cuts[item - 1] -= by
        remainder = np.sqrt(0.25) * items + np.sqrt(0.75) * rng.standard_normal((n, 12))
        propensity = (eta @ instrument.membership.T) * loadings
        propensity += np.sqrt(1.0 - loadings**2) * remainder
        answers.append(1.0 + (propensity[:, :, None] > cuts).sum(axis=2))
    return ResponseMatrix(
        instrument=instrument,
        answers=np.concatenate(answers).astype(np.float64),
        columns={
            "person": np.tile(np.array([f"p{k}" for k in range(n)], dtype=object), n_occasions),
            "session_number": np.repeat(np.arange(1.0, n_occasions + 1.0), n),
        },
    )
