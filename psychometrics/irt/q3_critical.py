"""How far above the mean the largest Q3 may lie, by simulation from the fitted model.

The mean of Q3 is negative and depends on the number of items, and so does the largest under local
independence; the critical value of largest less mean is its 95% quantile over samples drawn from
the fitted items, whose scores are computed with the items as they are.

References
----------
Christensen, K. B., Makransky, G., & Horton, M. (2017). Critical values for Yen's Q3: identification
of local dependence in the Rasch model using residual correlations. Applied Psychological
Measurement, 41, 178–194. doi:10.1177/0146621616677520
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from psychometrics.irt.fitted_scale import FittedScale
from psychometrics.irt.local_dependence import residual_correlations
from psychometrics.irt.response_patterns import ResponsePatterns
from psychometrics.irt.trait_scores import posterior_scores
from psychometrics.types import FloatArray

_MOST_PERSONS = 1000
_QUANTILE = 0.95
_FINE = 601


def critical_q3(scale: FittedScale, *, replicates: int, rng: np.random.Generator) -> float:
    """Return the 95% quantile of the largest Q3 less the mean.

    Parameters
    ----------
    scale
        The fitted scale; samples have as many persons, at most 1,000 (which makes it cautious).
    replicates
        Samples to draw.
    rng
        Where chance comes from.
    """
    n_persons = min(scale.patterns.n_persons, _MOST_PERSONS)
    fine = np.linspace(scale.points[0], scale.points[-1], _FINE)
    expected = scale.items.expected_scores(fine)
    cumulative = np.cumsum(scale.items.probabilities(scale.points), axis=1)[:, :-1]
    distances = np.empty(replicates)
    for replicate in range(replicates):
        patterns = _draw(scale, cumulative, n_persons, rng)
        problem = replace(scale.estimates.problem, groups=[patterns])
        weights = problem.expect(scale.estimates.free)[0].weights
        theta = posterior_scores(weights, scale.points).theta
        there = np.array([np.interp(theta, fine, item) for item in expected])
        distances[replicate] = distance_of_largest(residual_correlations(patterns, there.T))
    return float(np.nanquantile(distances, _QUANTILE))


def distance_of_largest(correlations: FloatArray) -> float:
    """Return the largest Q3 less the mean, over the pairs, ``nan`` if there is none."""
    pairs = correlations[np.tril_indices(correlations.shape[0], -1)]
    pairs = pairs[np.isfinite(pairs)]
    return float(pairs.max() - pairs.mean()) if pairs.size else float("nan")


def _draw(
    scale: FittedScale, cumulative: FloatArray, n_persons: int, rng: np.random.Generator
) -> ResponsePatterns:
    """Draw the trait from the grid and answers from the items; every person is a pattern."""
    place = rng.choice(scale.points.size, size=n_persons, p=scale.density)
    chance = rng.random((scale.items.n_items, n_persons))
    codes = (chance[:, None] >= cumulative[:, :, place]).sum(axis=1).T
    return ResponsePatterns(
        codes=np.minimum(codes, scale.coding.n_categories - 1),
        counts=np.ones(n_persons),
        person=np.arange(n_persons),
        width=scale.coding.width,
    )
