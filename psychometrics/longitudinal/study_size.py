"""What a study can see of lagged effects, and which study would decide.

A standardized path with standard error s is found (two-sided, α = .05) with probability
Φ(β/s − z) + Φ(−β/s − z), z = 1.96; the standard error falls with the root of the persons.

A study that would decide is planned at the estimates: a stationary RI-CLPM with the constrained
model's autoregressions and correlations and the smallest effect that matters in both directions.
Its persons come from the expected information (Satorra & Saris), and simulated studies say how many
of them find both effects.

References
----------
Satorra, A., & Saris, W. E. (1985). doi:10.1007/BF02294150.
Mulder, J. D. (2023). Power analysis for the random intercept cross-lagged panel model using the
    powRICLPM R-package. doi:10.1080/10705511.2022.2122467.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from psychometrics.cfa.estimate import minimise
from psychometrics.cfa.fit_result import Fitted, inverted_information, observed_information
from psychometrics.cfa.implied import state_at
from psychometrics.cfa.ml_discrepancy import NormalDiscrepancy, NormalMoments
from psychometrics.cfa.model import Matrix, Model
from psychometrics.cfa.parameter_index import Layout, layout_of
from psychometrics.longitudinal.cross_lagged import (
    VARIABLES,
    Design,
    design_table,
    path_estimate,
    path_label,
    standardized_paths,
)
from psychometrics.longitudinal.lagged_results import Deciding, Power
from psychometrics.longitudinal.options import PanelModel
from psychometrics.positive_definite import cholesky, log_determinants, required
from psychometrics.types import FloatArray

_Z = float(ndtri(0.975))
_TARGET = 0.8
_REACH = _Z + float(ndtri(_TARGET))
REPLICATES = 100
MORE_OCCASIONS = (0, 2)
"""Studies are planned with as many occasions as this one, and with two more."""

MOST_PERSONS = 100_000


def found_with(effect: float, standard_error: float) -> float:
    """Return the probability to find a standardized effect."""
    ratio = effect / standard_error
    return float(ndtr(ratio - _Z) + ndtr(-ratio - _Z))


def power_of(constrained: Fitted, design: Design, smallest: float) -> tuple[Power, ...]:
    """Return the power on the alliance, then on the outcome."""
    return tuple(_power(constrained, design, to, smallest) for to in range(2))


def _power(fitted: Fitted, design: Design, to: int, smallest: float) -> Power:
    error = standardized_error(fitted, design, to)
    if error is None:
        return Power(
            to=VARIABLES[to],
            standard_error=None,
            detectable=None,
            power=None,
            persons_needed=None,
        )
    needed = fitted.n_persons * (_REACH * error / smallest) ** 2
    return Power(
        to=VARIABLES[to],
        standard_error=error,
        detectable=_REACH * error,
        power=found_with(smallest, error),
        persons_needed=int(np.ceil(needed)) if needed < MOST_PERSONS else None,
    )


def standardized_error(fitted: Fitted, design: Design, to: int) -> float | None:
    """Return the standard error of the cross-lagged path on a variable, in its mean SD ratio."""
    source = 1 - to
    _, error = path_estimate(fitted, design, to=to, source=source, occasion=1)
    variances = np.diagonal(fitted.states[0].factor_covariance)
    later = [variances[design.factor(to, t)] for t in range(1, design.n_occasions)]
    earlier = [variances[design.factor(source, t)] for t in range(design.n_occasions - 1)]
    if not np.isfinite(error) or min(*later, *earlier) <= 0.0:
        return None
    return float(error * np.sqrt(np.divide(earlier, later)).mean())


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A stationary process in standard deviations within persons.

    Attributes
    ----------
    paths
        Lagged effects, shape (2, 2): alliance and outcome on both.
    within
        Correlation of the deviations on an occasion.
    between
        Covariance of the random intercepts, shape (2, 2).
    assumed
        Whether it is a conventional one instead of estimated.
    """

    paths: FloatArray
    within: float
    between: FloatArray
    assumed: bool = False

    def innovations(self) -> FloatArray:
        """Return the covariance of what is new on an occasion, shape (2, 2)."""
        stable = np.array([[1.0, self.within], [self.within, 1.0]])
        return np.asarray(stable - self.paths @ stable @ self.paths.T)


def conventional_plan(smallest: float) -> Plan:
    """Return a process of moderate size: half of the variance between persons."""
    return Plan(
        paths=np.array([[0.2, smallest], [smallest, 0.2]]),
        within=0.3,
        between=np.array([[1.0, 0.5], [0.5, 1.0]]),
        assumed=True,
    )


def plan_from(constrained: Fitted, design: Design, smallest: float) -> Plan | None:
    """Return the process at a model's estimates with the smallest effects, if it is stable."""
    covariance = constrained.states[0].factor_covariance
    variances = np.diagonal(covariance)
    if (variances <= 0.0).any() or not design.n_intercepts:
        return None
    standardized = standardized_paths(constrained)
    pairs = [(design.factor(0, t), design.factor(1, t)) for t in range(design.n_occasions)]
    same = [covariance[a, b] / np.sqrt(variances[a] * variances[b]) for a, b in pairs]
    own = [
        np.mean(
            [
                standardized[design.factor(v, t), design.factor(v, t - 1)]
                for t in range(1, design.n_occasions)
            ]
        )
        for v in range(2)
    ]
    paths = np.array([[own[0], smallest], [smallest, own[1]]]).clip(min=0.0, max=0.6)
    means = [np.mean([variances[pair[v]] for pair in pairs]) for v in range(2)]
    scale = np.sqrt(np.outer(means, means))
    plan = Plan(
        paths=paths,
        within=float(np.clip(np.mean(same), -0.9, 0.9)),
        between=covariance[:2, :2] / scale,
    )
    definite = [np.linalg.eigvalsh(one)[0] for one in (plan.innovations(), plan.between)]
    return plan if min(definite) > 0.01 else None


def deciding_studies(plan: Plan | None, n_occasions: int, smallest: float) -> tuple[Deciding, ...]:
    """Plan studies that would find the smallest effects in both directions.

    Parameters
    ----------
    plan
        The process; ``None`` for a conventional one.
    n_occasions
        Of the study at hand.
    smallest
        The standardized effect that matters.
    """
    plan = plan or conventional_plan(smallest)
    rng = np.random.default_rng(1)
    least = max(n_occasions, 3)
    planned = (_study(plan, least + more, rng) for more in MORE_OCCASIONS)
    return tuple(one for one in planned if one is not None)


def _study(plan: Plan, n_occasions: int, rng: np.random.Generator) -> Deciding | None:
    """Plan one study; ``None`` where no number of persons suffices."""
    design = Design(model=PanelModel.RI_CLPM, constrained=True, n_occasions=n_occasions)
    model = _planned_model(plan, design)
    layout = layout_of(model)
    truth = np.array(
        [{row.label: row.value for row in model.table}[label] for label in model.labels]
    )
    state = state_at(layout.groups[0], truth)
    population = _moments(state.covariance, state.mean, 1)
    needed = _persons(layout, truth, population, design)
    if not needed < MOST_PERSONS:
        return None
    n_persons = max(int(np.ceil(needed)), 2 * model.n_items + 1)
    found = sum(
        _finds(layout, truth, _drawn(state.covariance, n_persons, rng), design)
        for _ in range(REPLICATES)
    )
    return Deciding(
        n_occasions=n_occasions,
        n_persons=n_persons,
        power=found / REPLICATES,
        replicates=REPLICATES,
        assumed=plan.assumed,
    )


def _persons(layout: Layout, truth: FloatArray, population: NormalMoments, design: Design) -> float:
    errors = _path_errors(layout, truth, population, design)
    smallest = [
        truth[layout.model.labels.index(path_label(design, to, 1 - to, 1))] for to in range(2)
    ]
    # both must be found: each with a probability whose square is the target
    reach = _Z + float(ndtri(np.sqrt(_TARGET)))
    return float(max((reach * e / b) ** 2 for e, b in zip(errors, smallest, strict=True)))


def _path_errors(
    layout: Layout, theta: FloatArray, sample: NormalMoments, design: Design
) -> FloatArray:
    """Return standard errors of both cross-lagged paths for the sample's persons."""
    expansion = NormalDiscrepancy(layout=layout, samples=(sample,)).expand(theta, exact=False)
    inverse = None if expansion is None else inverted_information(expansion.hessian)
    if inverse is None:
        return np.full(2, np.nan)
    places = [layout.model.labels.index(path_label(design, to, 1 - to, 1)) for to in range(2)]
    return np.sqrt(np.diagonal(inverse)[places] / sample.n_persons)


def _finds(layout: Layout, truth: FloatArray, sample: NormalMoments, design: Design) -> bool:
    """Whether a simulated study finds both effects."""
    discrepancy = NormalDiscrepancy(layout=layout, samples=(sample,))
    minimum = minimise(discrepancy, truth)
    inverse = inverted_information(observed_information(discrepancy, minimum))
    if inverse is None or not minimum.convergence.converged:
        return False
    places = [layout.model.labels.index(path_label(design, to, 1 - to, 1)) for to in range(2)]
    errors = np.sqrt(np.diagonal(inverse)[places] / sample.n_persons)
    return bool((np.abs(minimum.theta[places]) > _Z * errors).all())


def _drawn(covariance: FloatArray, n_persons: int, rng: np.random.Generator) -> NormalMoments:
    root = required(cholesky(covariance), "study size")
    values = rng.standard_normal((n_persons, len(root))) @ root.T
    mean = values.mean(axis=0)
    centred = values - mean
    return _moments(centred.T @ centred / n_persons, mean, n_persons)


def _moments(covariance: FloatArray, mean: FloatArray, n_persons: int) -> NormalMoments:
    return NormalMoments(
        covariance=covariance,
        mean=mean,
        n_persons=n_persons,
        log_determinant=float(required(log_determinants(covariance), "study size")),
    )


def _planned_model(plan: Plan, design: Design) -> Model:
    """Return the table of a planned study; the values of free elements are the truth."""
    stable = np.array([[1.0, plan.within], [plan.within, 1.0]])
    new = plan.innovations()

    def truth(matrix: Matrix, row: int, column: int) -> float:
        if matrix is Matrix.REGRESSIONS:
            to, source = ((place - 2) // design.n_occasions for place in (row, column))
            return float(plan.paths[to, source])
        if matrix is Matrix.INTERCEPTS:
            return 0.0
        if row < 2:
            return float(plan.between[row, column])
        variables = [(place - 2) // design.n_occasions for place in (row, column)]
        first = (row - 2) % design.n_occasions == 0
        return float((stable if first else new)[variables[0], variables[1]])

    return design_table(design, truth)
