"""Control limits of the mean of a period.

With x_ij the score of person j in period i, n_i persons, N in all of k periods::

    centre  x̄ = Σ x_ij / N
    s_w²    = Σ_i (n_i − 1) s_i² / (N − k)
    limits  x̄ ± 3 s_w / √n_i

Limits are Shewhart's: a mean beyond them is rarely chance (3 of 1,000 when all periods are alike
and means are normal). They are cut at the ends of the scale.

References
----------
Montgomery, D. C. (2013). Introduction to statistical quality control (7th ed.), section 6.3.2
    (variable sample sizes).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from psychometrics.types import FloatArray

WIDTH = 3.0
LEAST_PERIODS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Centre and limits of the means of several periods.

    Attributes
    ----------
    centre, within_sd
        x̄ and s_w.
    lower, upper
        By period, shape (n_periods,).
    """

    centre: float
    within_sd: float
    lower: FloatArray
    upper: FloatArray


def control_limits(scores: Sequence[FloatArray], span: tuple[float, float]) -> Limits | None:
    """Compute limits of the means of periods.

    Parameters
    ----------
    scores
        One score a person, by period, at least one each.
    span
        Lowest and highest possible score.

    Returns
    -------
    Limits or None
        ``None`` with fewer than two periods, or no more persons than periods.
    """
    sizes = np.array([one.size for one in scores], dtype=np.float64)
    if sizes.size < LEAST_PERIODS or sizes.sum() <= sizes.size:
        return None
    centre = float(np.concatenate(scores).mean())
    within = sum(float(((one - one.mean()) ** 2).sum()) for one in scores)
    sd = float(np.sqrt(within / (sizes.sum() - sizes.size)))
    reach = WIDTH * sd / np.sqrt(sizes)
    return Limits(
        centre=centre,
        within_sd=sd,
        lower=np.maximum(centre - reach, span[0]),
        upper=np.minimum(centre + reach, span[1]),
    )
