"""The power of a step's difference test by simulation, where the expansion of ``power`` may be off.

Samples of as many persons are drawn from the step's model with the stated departure in it, and both
models, this step's and the one it lies in, are fitted to each: power is the share in which the
difference test rejects. Answers are normal, cut at the model's thresholds where they are ordered;
the cells that are missing in the answers used are missing in each sample, whatever was answered
there. Persons are independent, so clusters are refused (``workflow``). A sample in which a category
stays empty, or in which a model does not converge, tells nothing and is not counted; where more
than one in five do so, the expansion's power stands.

References
----------
Muthén, L. K., & Muthén, B. O. (2002). How to use a Monte Carlo study to decide on sample size and
    determine power. doi:10.1207/S15328007SEM0904_8.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.implied import GroupState, states_at
from psychometrics.errors import EstimationError
from psychometrics.invariance.independent_groups import Block
from psychometrics.invariance.prepared_data import Evidence
from psychometrics.invariance.score_test import Extension
from psychometrics.sampling import CUT_DIGITS, correlated, settled, triangular_root
from psychometrics.types import FloatArray, IntArray

LEAST_USABLE = 0.8
"""Share of the samples that must tell something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedPower:
    """A power found by simulation.

    Attributes
    ----------
    power
        Share of the used samples in which the test rejects; ``None`` where fewer than four in five
        tell anything.
    used
        Samples in which the test could be done.
    """

    power: float | None
    used: int


def simulated_power(
    extension: Extension,
    departure: FloatArray,
    *,
    models: tuple[Fitted, Fitted],
    evidence: Evidence,
    level: float,
    replicates: int,
    rng: np.random.Generator,
) -> SimulatedPower:
    """Find the share of simulated samples in which a step's difference test rejects.

    Parameters
    ----------
    extension
        The step's model with the restrictions of its items lifted.
    departure
        How far each lifted parameter departs, shape (m,).
    models
        The step's, and the larger one it lies in, as fitted to the answers.
    evidence
        The answers.
    level
        Error rate of the test.
    replicates
        Number of samples.
    rng
        Source of randomness.
    """
    theta = extension.theta.copy()
    theta[extension.columns] += departure
    states = states_at(extension.layout, theta)
    owners = [group.threshold_items for group in extension.layout.groups]
    rejected: list[bool] = []
    for _ in range(replicates):
        blocks = [
            _answers(state, items, block, rng)
            for state, items, block in zip(states, owners, evidence.blocks, strict=True)
        ]
        rejected += list(_rejections(blocks, models, evidence, level))
    enough = len(rejected) >= LEAST_USABLE * replicates
    return SimulatedPower(power=float(np.mean(rejected)) if enough else None, used=len(rejected))


def _answers(
    state: GroupState, owners: IntArray, block: Block, rng: np.random.Generator
) -> FloatArray:
    """Draw a block's answers anew, shape (n_persons, n_items), missing where they are."""
    root = triangular_root(settled(state.covariance))
    normal = rng.standard_normal(block.answers.shape)
    answers = settled(state.mean) + correlated(normal, root)
    if state.thresholds.size:
        drawn = settled(answers, CUT_DIGITS)
        answers = np.ones_like(drawn)
        for item, cut in zip(owners, settled(state.thresholds), strict=True):
            answers[:, int(item)] += drawn[:, int(item)] > cut
    return np.where(np.isnan(block.answers), np.nan, answers)


def _rejections(
    blocks: list[FloatArray], models: tuple[Fitted, Fitted], evidence: Evidence, level: float
) -> Iterator[bool]:
    """Yield whether the test rejects, or nothing where it cannot be done."""
    try:
        again = evidence.again(blocks)
    except EstimationError:
        return
    smaller, larger = (again.fit(one.layout.model) for one in models)
    if not (smaller.minimum.convergence.converged and larger.minimum.convergence.converged):
        return
    p_value = evidence.difference(smaller, larger).p_value
    if p_value is not None:
        yield p_value < level
