"""Adjusting p values of several tests.

References
----------
Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of
Statistics, 6, 65–70.
"""

from __future__ import annotations

import numpy as np

from psychometrics.types import FloatArray


def holm(p_values: FloatArray) -> FloatArray:
    """Return Holm's adjusted p values, which keep the chance of any false positive at its level.

    Parameters
    ----------
    p_values
        Shape (n_tests,).
    """
    order = np.argsort(p_values, kind="stable")
    scaled = p_values[order] * np.arange(p_values.size, 0, -1)
    found = np.empty_like(p_values)
    found[order] = np.minimum(np.maximum.accumulate(scaled), 1.0)
    return found
