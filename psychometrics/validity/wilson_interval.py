"""How far a share may be from the truth.

References
----------
Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
Journal of the American Statistical Association, 22, 209–212. doi:10.1080/01621459.1927.10502953
"""

from __future__ import annotations

import math
from statistics import NormalDist

from psychometrics.types import Interval


def wilson_interval(share: float, n: int, *, level: float = 0.95) -> Interval:
    """Return Wilson's score interval of a share.

    Parameters
    ----------
    share
        Between 0 and 1.
    n
        Of how many, at least 1.
    level
        Coverage.
    """
    z = NormalDist().inv_cdf(0.5 + level / 2.0)
    shrunk = 1.0 + z**2 / n
    centre = (share + z**2 / (2 * n)) / shrunk
    half = z / shrunk * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return Interval(lower=max(0.0, centre - half), upper=min(1.0, centre + half), level=level)
