"""Where the persons are on the trait, and where the items measure."""

from __future__ import annotations

import numpy as np

from psychometrics.irt.fitted_scale import FittedScale
from psychometrics.irt.results import Targeting, TargetingBin
from psychometrics.types import BoolArray, FloatArray

MEASURED = 0.70
"""Reliability from which the scale counts as measuring; I / (I + 1) for a trait with variance 1."""
_WIDTH = 0.5
_REACH = 4.0


def targeting(scale: FittedScale) -> Targeting:
    """Compare the persons' scores with the thresholds of the items.

    Parameters
    ----------
    scale
        The fitted scale.
    """
    theta = scale.person_scores.theta
    thresholds = np.concatenate(scale.thresholds())
    fine = np.linspace(-6.0, 6.0, 1201)
    reliable = _reliable(scale, fine)
    here = _reliable(scale, theta / scale.unit)
    reached = fine[reliable] * scale.unit
    return Targeting(
        person_mean=float(theta.mean()),
        person_sd=float(theta.std(ddof=1)) if theta.size > 1 else 0.0,
        threshold_mean=float(thresholds.mean()),
        lowest_threshold=float(thresholds.min()),
        highest_threshold=float(thresholds.max()),
        share_below_lowest=float((theta < thresholds.min()).mean()),
        share_above_highest=float((theta > thresholds.max()).mean()),
        share_at_highest_sum=_share_at_the_top(scale),
        measured_from=float(reached[0]) if reached.size else None,
        measured_to=float(reached[-1]) if reached.size else None,
        share_measured=float(here.mean()),
        bins=_bins(theta, thresholds),
    )


def _reliable(scale: FittedScale, theta: FloatArray) -> BoolArray:
    test = scale.items.information(theta).sum(axis=0)
    return np.asarray(test / (test + 1.0) >= MEASURED)


def _share_at_the_top(scale: FittedScale) -> float:
    codes, width = scale.coding.codes, scale.coding.width
    at_top = (codes == scale.coding.n_categories - 1) | (codes == width)
    return float(at_top.all(axis=1).mean())


def _bins(theta: FloatArray, thresholds: FloatArray) -> tuple[TargetingBin, ...]:
    """Count in steps of .5 from −4 to 4; what lies beyond counts in the outermost."""
    edges = np.arange(-_REACH, _REACH + _WIDTH / 2, _WIDTH)
    inner = np.concatenate([[-np.inf], edges[1:-1], [np.inf]])
    persons, steps = (np.histogram(values, inner)[0] for values in (theta, thresholds))
    return tuple(
        TargetingBin(
            lower=float(edges[place]),
            upper=float(edges[place + 1]),
            persons=int(persons[place]),
            thresholds=int(steps[place]),
        )
        for place in range(persons.size)
    )
