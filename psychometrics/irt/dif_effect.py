"""How large a differential functioning is, in points of the item.

With E_g(θ) the expected answer in group g, the difference E_focal − E_reference is averaged over
the focal group's latent density: signed, unsigned, and as dMACS = √(mean square) / pooled standard
deviation of the answers (standard deviations weighted by n − 1).

References
----------
Nye, C. D., & Drasgow, F. (2011). Effect size indices for analyses of measurement equivalence.
Journal of Applied Psychology, 96, 966–980. doi:10.1037/a0022955

Meade, A. W. (2010). A taxonomy of effect size measures for the differential functioning of items
and scales. Journal of Applied Psychology, 95, 728–743. doi:10.1037/a0018966
"""

from __future__ import annotations

import numpy as np

from psychometrics.irt.estimation import Estimates
from psychometrics.irt.group_models import items_of, latent_distribution
from psychometrics.irt.results import DifEffect

_POINTS = 601
_REACH = 6.0


def dif_effect(estimates: Estimates, item: int, focal: int) -> DifEffect:
    """Return the effect sizes of one item.

    Parameters
    ----------
    estimates
        A model in which the item differs between the groups.
    item
        Its position.
    focal
        The group that is compared with the first.
    """
    mean, sd = latent_distribution(estimates, focal)
    theta = np.linspace(mean - _REACH * sd, mean + _REACH * sd, _POINTS)
    weights = np.exp(-0.5 * ((theta - mean) / sd) ** 2)
    weights /= weights.sum()
    reference, other = (
        items_of(estimates, group).subset(np.array([item])).expected_scores(theta)[0]
        for group in (0, focal)
    )
    difference = other - reference
    spread = _pooled_standard_deviation(estimates, item, focal)
    return DifEffect(
        expected_score_difference=float(weights @ difference),
        unsigned=float(weights @ np.abs(difference)),
        dmacs=float(np.sqrt(weights @ difference**2)) / spread,
    )


def _pooled_standard_deviation(estimates: Estimates, item: int, focal: int) -> float:
    total, persons = 0.0, 0.0
    for group in (estimates.problem.groups[0], estimates.problem.groups[focal]):
        answers = group.codes[:, item]
        counts = np.where(answers < group.width, group.counts, 0.0)
        n = counts.sum()
        mean = counts @ answers / n
        sd = np.sqrt(counts @ (answers - mean) ** 2 / (n - 1.0))
        total, persons = total + (n - 1.0) * sd, persons + n - 1.0
    return float(total / persons)
