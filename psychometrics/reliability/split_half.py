"""The greatest split-half reliability.

Notes
-----
Split the items into two halves with signs u_i = ±1. Guttman's λ4 of that split of the correlation
matrix R is

    λ4(u) = 1 − uᵀRu / 1ᵀR1,

twice the covariance between the halves over half the variance of the sum. Up to 16 items every
split into halves of ⌊k/2⌋ and ⌈k/2⌉ items is tried; for longer scales each of a number of random
splits is improved by exchanging two items for as long as that helps.

References
----------
Guttman, L. (1945). A basis for analyzing test-retest reliability. Psychometrika, 10, 255–282,
equation 47 ff. doi:10.1007/BF02288892
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from psychometrics.types import FloatArray

LONGEST_EXHAUSTIVE = 16
RANDOM_SPLITS = 50


def greatest_split_half(correlations: FloatArray, rng: np.random.Generator) -> float | None:
    """Find the greatest λ4 over splits into halves.

    Parameters
    ----------
    correlations
        Shape (n_items, n_items).
    rng
        Draws the first splits of a scale too long to try all.

    Returns
    -------
    float or None
        ``None`` for fewer than two items or a sum without variance.
    """
    n_items = correlations.shape[0]
    total = float(correlations.sum())
    if n_items < 2 or total <= 1e-12 * n_items:
        return None
    if n_items <= LONGEST_EXHAUSTIVE:
        signs = _every_split(n_items)
    else:
        signs = np.array([_improved_split(correlations, rng) for _ in range(RANDOM_SPLITS)])
    differences = np.einsum("si,ij,sj->s", signs, correlations, signs, optimize=True)
    return 1.0 - float(differences.min()) / total


def _every_split(n_items: int) -> FloatArray:
    halves = list(combinations(range(n_items), n_items // 2))
    if n_items % 2 == 0:
        halves = halves[: len(halves) // 2]
    signs = np.full((len(halves), n_items), -1.0)
    signs[np.arange(len(halves))[:, None], np.array(halves)] = 1.0
    return signs


def _improved_split(correlations: FloatArray, rng: np.random.Generator) -> FloatArray:
    n_items = correlations.shape[0]
    signs = np.full(n_items, -1.0)
    signs[rng.permutation(n_items)[: n_items // 2]] = 1.0
    while True:
        pull = correlations @ signs
        ones, others = np.flatnonzero(signs > 0), np.flatnonzero(signs < 0)
        # uᵀRu changes by this when item i of one half and j of the other change places
        change = (
            -4.0 * pull[ones][:, None]
            + 4.0 * pull[others][None, :]
            + 4.0 * np.diag(correlations)[ones][:, None]
            + 4.0 * np.diag(correlations)[others][None, :]
            - 8.0 * correlations[np.ix_(ones, others)]
        )
        best = np.unravel_index(int(change.argmin()), change.shape)
        if change[best] >= -1e-12:
            return signs
        signs[ones[best[0]]], signs[others[best[1]]] = -1.0, 1.0
