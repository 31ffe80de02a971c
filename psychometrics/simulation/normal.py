"""Maximum likelihood of one model for many covariance matrices at once.

The discrepancy is that of ``cfa.normal``: with P = Σ⁻¹, d = m − μ and R = S + dd′ ::

    2f = log|Σ| + tr(PR) − log|S| − p
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.cfa.implied import slopes_at, state_at
from psychometrics.cfa.ml_discrepancy import fisher_information
from psychometrics.cfa.parameter_index import GroupLayout, Layout
from psychometrics.positive_definite import cholesky, inverse_square, required
from psychometrics.simulation.minimise import Expansions, Minima, minimise_all
from psychometrics.types import BoolArray, FloatArray, IntArray

_CHUNK = 250  # replicates worked on together, so that memory stays bounded


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicateMoments:
    """Moments of every replicate of one group.

    Attributes
    ----------
    covariances
        Divided by N, shape (n_replicates, n_items, n_items).
    means
        Shape (n_replicates, n_items).
    n_persons
        N, the same in every replicate.
    """

    covariances: FloatArray
    means: FloatArray
    n_persons: int

    def chosen(self, replicates: IntArray | slice) -> ReplicateMoments:
        """Return the moments of some replicates."""
        return ReplicateMoments(
            covariances=self.covariances[replicates],
            means=self.means[replicates],
            n_persons=self.n_persons,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalDiscrepancies:
    """The maximum-likelihood discrepancy of every replicate.

    Attributes
    ----------
    layout
        The model.
    samples
        One for each group.
    log_determinants
        log|S| of each group's replicates, shape (n_replicates,).
    """

    layout: Layout
    samples: tuple[ReplicateMoments, ...]
    log_determinants: tuple[FloatArray, ...]

    def expand(self, theta: FloatArray, replicates: IntArray) -> Expansions:
        """Return values, gradients and Fisher's information of chosen replicates."""
        n_chosen, n_free = theta.shape
        values = np.zeros(n_chosen)
        gradients = np.zeros((n_chosen, n_free))
        hessians = np.zeros((n_chosen, n_free, n_free))
        n_persons = sum(sample.n_persons for sample in self.samples)
        for group, sample, logs in zip(
            self.layout.groups, self.samples, self.log_determinants, strict=True
        ):
            share = sample.n_persons / n_persons
            chosen = sample.chosen(replicates)
            part = _expand_group(group, chosen, theta, has_means=self.layout.model.has_means)
            values += share * (part.values - 0.5 * logs[replicates])
            gradients += share * group.gather_gradient(part.gradients)
            hessians += share * group.gather_hessian(part.hessians)
        return Expansions(values=values, gradients=gradients, hessians=hessians)


def fit_replicates(
    layout: Layout, samples: tuple[ReplicateMoments, ...], start: FloatArray
) -> Minima:
    """Fit a model to every replicate by maximum likelihood.

    Parameters
    ----------
    layout
        The model.
    samples
        Moments of each group's replicates, the same number of replicates in each.
    start
        Where all replicates start, shape (n_free,): the estimates from the sample they were drawn
        from, or the parameters of the population.

    Returns
    -------
    Minima
        In the order of the replicates. One whose sample or implied covariance matrix is not
        positive definite counts as not converged.
    """
    n_replicates = len(samples[0].covariances)
    parts = []
    for first in range(0, n_replicates, _CHUNK):
        chunk = tuple(sample.chosen(slice(first, first + _CHUNK)) for sample in samples)
        starts = np.tile(start, (len(chunk[0].covariances), 1))
        parts.append(minimise_all(_discrepancies(layout, chunk), starts))
    return Minima(
        theta=np.concatenate([part.theta for part in parts]),
        values=np.concatenate([part.values for part in parts]),
        converged=np.concatenate([part.converged for part in parts]),
    )


def _discrepancies(layout: Layout, samples: tuple[ReplicateMoments, ...]) -> NormalDiscrepancies:
    """Add the samples' log-determinants: −∞, and so an infinite discrepancy, where singular."""
    logs = tuple(
        np.where(definite, log_determinants, -np.inf)
        for _, log_determinants, definite in (inverses(sample.covariances) for sample in samples)
    )
    return NormalDiscrepancies(layout=layout, samples=samples, log_determinants=logs)


def _expand_group(
    group: GroupLayout, sample: ReplicateMoments, theta: FloatArray, *, has_means: bool
) -> Expansions:
    """Expand one group by cell, without the constant −log|S|/2."""
    state = state_at(group, theta)
    P, log_determinants, definite = inverses(state.covariance)
    d = sample.means - state.mean if has_means else np.zeros_like(sample.means)
    R = sample.covariances + d[:, :, None] * d[:, None, :]
    slopes = slopes_at(group, state)
    values = 0.5 * (log_determinants + (P * R).sum(axis=(1, 2)) - d.shape[1])
    gradients = ((slopes.left @ (P - P @ R @ P)) * slopes.right).sum(axis=2)
    information = fisher_information(slopes, P)
    if has_means:
        gradients -= np.matvec(slopes.mean, np.matvec(P, d))
        information += slopes.mean @ P @ slopes.mean.mT
    return Expansions(
        values=np.where(definite, values, np.inf), gradients=gradients, hessians=information
    )


def inverses(matrices: FloatArray) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Invert symmetric matrices by their Cholesky factors.

    Parameters
    ----------
    matrices
        Shape (n, p, p).

    Returns
    -------
    tuple[FloatArray, FloatArray, BoolArray]
        Inverses, log-determinants, and which matrices are positive definite; the others count as
        identity matrices.
    """
    definite = np.ones(len(matrices), dtype=np.bool_)
    factors = cholesky(matrices)
    if factors is None:
        finite = np.isfinite(matrices).all(axis=(1, 2), keepdims=True)
        tame = np.where(finite, matrices, 0.0)
        definite = np.linalg.eigvalsh(tame)[:, 0] > 1e-12 * np.abs(tame).max(axis=(1, 2))
        identity = np.eye(matrices.shape[1])
        factors = required(
            cholesky(np.where(definite[:, None, None], matrices, identity)), "replicates"
        )
    roots = required(inverse_square(factors), "replicates")
    logs = 2.0 * np.log(np.diagonal(factors, axis1=1, axis2=2)).sum(axis=1)
    return roots.mT @ roots, logs, definite
