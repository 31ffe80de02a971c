"""Standard errors of rotated loadings by resampling persons.

Notes
-----
Every resample is correlated, extracted from the sample's uniquenesses on, rotated as the sample
was, and its factors are matched with the sample's by their congruence, so that exchanged or
reflected factors do not count as error. With a cluster column whole clusters are drawn. Resamples
in which an item does not vary are left out and counted.

References
----------
Zhang, G., Preacher, K. J., & Luo, S. (2010). Bootstrap confidence intervals for ordinary least
squares factor loadings and correlations in exploratory factor analysis. Multivariate Behavioral
Research, 45, 104–134. doi:10.1080/00273170903504836
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from psychometrics.correlation.smoothing import smooth
from psychometrics.efa.congruence import matched, tucker
from psychometrics.efa.correlations import Factored, correlate
from psychometrics.efa.extraction import Discrepancy, refine
from psychometrics.efa.options import CorrelationType
from psychometrics.efa.results import BootstrapErrors
from psychometrics.efa.rotation import Rotated
from psychometrics.types import FloatArray, IntArray, Progress

BATCH = 20
FEWEST = 20


def bootstrap_errors(
    given: Factored,
    *,
    correlation: CorrelationType,
    discrepancy: Discrepancy,
    rotate: Callable[[FloatArray], Rotated],
    uniquenesses: FloatArray,
    loadings: FloatArray,
    replicates: int,
    seed: int,
    clusters: IntArray | None,
    progress: Progress,
) -> BootstrapErrors:
    """Estimate standard errors of loadings and factor correlations.

    Parameters
    ----------
    given
        What was factored.
    correlation, discrepancy, rotate
        How.
    uniquenesses, loadings
        The sample's solution, shapes (n_items,) and (n_items, n_factors).
    replicates, seed
        Resamples and the start of their random numbers.
    clusters
        Number of each person's cluster, from 0, shape (n_persons,): whole clusters are then drawn.
        ``None`` draws persons.
    progress
        Called after each batch.
    """
    rng = np.random.default_rng(seed)
    pieces: list[tuple[FloatArray, FloatArray]] = []
    for done in range(0, replicates, BATCH):
        progress(done, replicates, "bootstrap")
        rows = _drawn_rows(given.n_persons, min(BATCH, replicates - done), clusters, rng)
        samples = [given.answers[drawn] for drawn in rows]
        varied = [answers for answers in samples if (np.ptp(answers, axis=0) > 0.0).all()]
        if not varied:
            continue
        correlations = _correlate_all(varied, given, correlation)
        definite = np.array([smooth(matrix).correlations for matrix in correlations])
        start = np.tile(uniquenesses, (len(definite), 1))
        factors = refine(definite, start, loadings.shape[1], discrepancy)
        turned = rotate(factors.loadings[factors.converged])
        pieces += [_aligned(turned, index, loadings) for index in range(len(turned.loadings))]
    progress(replicates, replicates, "bootstrap")
    if len(pieces) < FEWEST:
        return BootstrapErrors(
            replicates=replicates, used=len(pieces), seed=seed, loadings=None,
            factor_correlations=None, reason=f"fewer than {FEWEST} resamples gave a solution",
        )  # fmt: skip
    return BootstrapErrors(
        replicates=replicates,
        used=len(pieces),
        seed=seed,
        loadings=np.std([piece[0] for piece in pieces], axis=0, ddof=1),
        factor_correlations=np.std([piece[1] for piece in pieces], axis=0, ddof=1),
        reason=None,
    )


def _drawn_rows(
    n_persons: int, count: int, clusters: IntArray | None, rng: np.random.Generator
) -> list[IntArray]:
    if clusters is None:
        return list(rng.integers(0, n_persons, (count, n_persons)))
    members = [np.flatnonzero(clusters == code) for code in range(int(clusters.max()) + 1)]
    drawn = rng.integers(0, len(members), (count, len(members)))
    return [np.concatenate([members[code] for code in codes]) for codes in drawn]


def _correlate_all(
    samples: list[FloatArray], given: Factored, correlation: CorrelationType
) -> FloatArray:
    """Correlate resamples, all at once where they are equally large."""
    if len({sample.shape for sample in samples}) == 1:
        return correlate(np.array(samples), given.items, correlation)
    return np.array([correlate(sample, given.items, correlation) for sample in samples])


def _aligned(rotated: Rotated, index: int, target: FloatArray) -> tuple[FloatArray, FloatArray]:
    congruences = tucker(rotated.loadings[index], target)
    order = matched(congruences)
    signs = np.where(congruences[order, np.arange(order.size)] < 0.0, -1.0, 1.0)
    arranged = Rotated(
        loadings=rotated.loadings[index : index + 1],
        factor_correlations=rotated.factor_correlations[index : index + 1],
        value=rotated.value[index : index + 1],
        converged=rotated.converged[index : index + 1],
    ).arranged(order[None], signs[None])
    return arranged[0]
