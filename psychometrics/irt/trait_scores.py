"""Scores on the trait: expected a posteriori (EAP), by answers and by sum score.

A person's EAP is the mean of the posterior on the grid, its standard error the posterior's standard
deviation. It is finite for every pattern, also for the lowest and highest, and for patterns with
gaps. The conversion table gives the same for a sum score: its likelihood at each point comes from
the Lord–Wingersky recursion over items.

References
----------
Thissen, D., Pommerich, M., Billeaud, K., & Williams, V. S. L. (1995). Item response theory for
scores on tests including polytomous items with ordered responses. Applied Psychological
Measurement, 19, 39–49. doi:10.1177/014662169501900105

Lord, F. M., & Wingersky, M. S. (1984). Comparison of IRT true-score and equipercentile observed-
score "equatings". Applied Psychological Measurement, 8, 453–461. doi:10.1177/014662168400800409
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.types import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class TraitScores:
    """Estimates of the trait with their standard errors.

    Attributes
    ----------
    theta, standard_error
        Shape (n,) each.
    """

    theta: FloatArray
    standard_error: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class SumScoreConversion:
    """The trait given the sum of the items' categories.

    Attributes
    ----------
    theta, standard_error
        Of the sums 0, 1, …, shape (n_sums,).
    probability
        The model's share of persons with each sum.
    """

    theta: FloatArray
    standard_error: FloatArray
    probability: FloatArray


def posterior_scores(weights: FloatArray, points: FloatArray) -> TraitScores:
    """Return mean and standard deviation of each posterior.

    Parameters
    ----------
    weights
        Posterior weights, each row summing to 1, shape (n, n_points).
    points
        The grid, shape (n_points,).
    """
    theta = weights @ points
    variance = weights @ points**2 - theta**2
    return TraitScores(theta=theta, standard_error=np.sqrt(np.maximum(variance, 0.0)))


def sum_score_likelihood(probabilities: FloatArray) -> FloatArray:
    """Return P(sum | θ) by the Lord–Wingersky recursion.

    Parameters
    ----------
    probabilities
        Of each item's categories, 0 for those that it lacks, shape (n_items, width, n_points).

    Returns
    -------
    FloatArray
        Shape (n_items × (width − 1) + 1, n_points); 0 for sums that cannot occur.
    """
    n_items, width, n_points = probabilities.shape
    found = np.zeros((n_items * (width - 1) + 1, n_points))
    found[0] = 1.0
    reach = 1
    for item in probabilities:
        before = found[:reach].copy()
        found[:reach] = 0.0
        for category, probability in enumerate(item):
            found[category : category + reach] += before * probability
        reach += width - 1
    return found


def sum_score_conversion(
    probabilities: FloatArray, density: FloatArray, points: FloatArray
) -> SumScoreConversion:
    """Return the EAP of each sum score.

    Parameters
    ----------
    probabilities
        Shape (n_items, width, n_points).
    density
        The trait's weights, shape (n_points,).
    points
        The grid, shape (n_points,).
    """
    n_sums = int(((probabilities > 0.0).any(axis=2).sum(axis=1) - 1).sum()) + 1
    joint = sum_score_likelihood(probabilities)[:n_sums] * density
    probability = joint.sum(axis=1)
    scores = posterior_scores(joint / probability[:, None], points)
    return SumScoreConversion(
        theta=scores.theta, standard_error=scores.standard_error, probability=probability
    )
