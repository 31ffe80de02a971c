"""Makes answers from known items."""

from __future__ import annotations

import numpy as np

from psychometrics.types import FloatArray


def graded_answers(
    theta: FloatArray, slopes: FloatArray, thresholds: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """Draw answers 1, 2, … of a graded model.

    Parameters
    ----------
    theta
        Shape (n_persons,).
    slopes
        Shape (n_items,).
    thresholds
        Shape (n_items, n_thresholds), or that of each person.
    rng
        Where chance comes from.
    """
    reached = 1 / (1 + np.exp(-slopes[:, None] * (theta[:, None, None] - thresholds)))
    return 1.0 + (rng.random(reached.shape[:2])[:, :, None] < reached).sum(axis=2)
