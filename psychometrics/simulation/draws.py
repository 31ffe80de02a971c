"""Moments of replicates: persons drawn again with replacement, or samples from a population.

References
----------
Efron, B., & Tibshirani, R. J. (1993). An introduction to the bootstrap. Chapman & Hall.
doi:10.1201/9780429246593, chapter 6.

Smith, W. B., & Hocking, R. R. (1972). Algorithm AS 53: Wishart variate generator. Applied
Statistics, 21, 341–345. doi:10.2307/2346290
"""

from __future__ import annotations

import numpy as np

from psychometrics.errors import OptionError
from psychometrics.sampling import correlated, product, settled, triangular_root
from psychometrics.simulation.normal import ReplicateMoments
from psychometrics.types import FloatArray, IntArray

_CELLS = 4_000_000  # of the table of counts that is held at a time


def bootstrap_moments(
    answers: FloatArray, *, replicates: int, rng: np.random.Generator
) -> ReplicateMoments:
    """Return moments of samples of the same persons, drawn with replacement.

    A replicate is how often it holds each person, so that all moments are one product of those
    counts with the persons' products of deviations. Deviations are taken from a whole number: those
    of answers are whole too, and their sums exact in any order.

    Parameters
    ----------
    answers
        Complete, shape (n_persons, n_items).
    replicates
        Number of samples.
    rng
        Source of randomness.

    Returns
    -------
    ReplicateMoments
        Means and covariances (divided by N) of each sample.
    """
    n_persons, n_items = answers.shape
    centre = np.rint(answers.mean(axis=0))
    deviations = answers - centre
    rows, columns = np.tril_indices(n_items)
    casewise = np.hstack((deviations, deviations[:, rows] * deviations[:, columns]))
    step = max(1, _CELLS // n_persons)
    sums = np.concatenate(
        [
            resampling_counts(n_persons, replicates=min(step, replicates - done), rng=rng)
            @ casewise
            for done in range(0, replicates, step)
        ]
    )
    shift, products = np.split(sums / n_persons, [n_items], axis=1)
    covariances = np.empty((replicates, n_items, n_items))
    covariances[:, rows, columns] = products
    covariances[:, columns, rows] = products
    covariances -= shift[:, :, None] * shift[:, None, :]
    return ReplicateMoments(covariances=covariances, means=centre + shift, n_persons=n_persons)


def resampling_counts(n_persons: int, *, replicates: int, rng: np.random.Generator) -> FloatArray:
    """Return how often each replicate holds each person, shape (replicates, n_persons)."""
    drawn = rng.integers(n_persons, size=(replicates, n_persons))
    places = drawn + np.arange(replicates)[:, None] * n_persons
    counts = np.bincount(places.ravel(), minlength=replicates * n_persons)
    return counts.reshape(replicates, n_persons).astype(np.float64)


def resampled_rows(n_persons: int, *, replicates: int, rng: np.random.Generator) -> IntArray:
    """Return the persons of each replicate, shape (replicates, n_persons)."""
    return rng.integers(n_persons, size=(replicates, n_persons))


def population_moments(
    covariance: FloatArray,
    *,
    n_persons: int,
    replicates: int,
    rng: np.random.Generator,
) -> ReplicateMoments:
    """Return moments of samples from a normal population with zero means.

    Covariances are Wishart-distributed with N − 1 degrees of freedom and independent of the means;
    they are made from their triangular factors (Bartlett's decomposition), without any persons.

    Parameters
    ----------
    covariance
        Of the population, positive definite, shape (n_items, n_items).
    n_persons
        N of each sample, more than the number of items.
    replicates
        Number of samples.
    rng
        Source of randomness.

    Returns
    -------
    ReplicateMoments
        Means and covariances (divided by N) of each sample.

    References
    ----------
    Smith & Hocking (1972).
    """
    n_items = len(covariance)
    if n_persons <= n_items:
        raise OptionError("n_persons", f"must be more than the {n_items} items")
    root = triangular_root(settled(covariance))
    factor = np.tril(rng.standard_normal((replicates, n_items, n_items)), -1)
    diagonal = np.arange(n_items)
    freedom = n_persons - 1 - diagonal
    factor[:, diagonal, diagonal] = np.sqrt(rng.chisquare(freedom, size=(replicates, n_items)))
    spread = product(root, factor)
    means = correlated(rng.standard_normal((replicates, n_items)), root) / np.sqrt(n_persons)
    return ReplicateMoments(
        covariances=product(spread, spread.mT) / n_persons, means=means, n_persons=n_persons
    )
