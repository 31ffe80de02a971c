"""One scale with its fitted model.

The Rasch form of the partial credit model (slopes 1, variance σ² free) is the same model in other
units: θ is multiplied by the common slope a, so that b becomes a b and the variance a².
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from psychometrics.correlation.categories import Coding, code_answers
from psychometrics.errors import EstimationError
from psychometrics.irt.estimation import Estimates, estimate
from psychometrics.irt.grid_choice import on_a_fitting_grid
from psychometrics.irt.group_models import items_of
from psychometrics.irt.item_models import Graded, PartialCredit
from psychometrics.irt.item_parameters import ItemParameters
from psychometrics.irt.likelihood import Problem
from psychometrics.irt.options import ModelName
from psychometrics.irt.parameters import free_parameters
from psychometrics.irt.quadrature import STANDARD_NORMAL, log_density
from psychometrics.irt.response_patterns import ResponsePatterns, count_patterns
from psychometrics.irt.starting_values import starting_values
from psychometrics.irt.trait_scores import TraitScores, posterior_scores
from psychometrics.types import FloatArray, IntArray

_STEP = "item response model"
_NO_SLOPE = 1e-2


@dataclass(frozen=True, kw_only=True)  # no slots: cached properties
class FittedScale:
    """A scale's answers and the maximum of their likelihood.

    Attributes
    ----------
    numbers
        The items' numbers.
    coding
        The answers of the persons who answered any of the items.
    estimates
        The maximum.
    rasch
        Whether the parameters are reported with slopes 1.
    """

    numbers: tuple[int, ...]
    coding: Coding
    estimates: Estimates
    rasch: bool

    @cached_property
    def items(self) -> ItemParameters:
        """The fitted items, for θ with variance 1."""
        return items_of(self.estimates)

    @cached_property
    def covariance(self) -> FloatArray | None:
        """Covariance of the free parameters, ``None`` where the information is not definite."""
        return self.estimates.covariance()

    @property
    def patterns(self) -> ResponsePatterns:
        """The counted answers."""
        return self.estimates.problem.groups[0]

    @property
    def unit(self) -> float:
        """What θ is multiplied with: 1, or the common slope in the Rasch form."""
        return float(self.items.slopes[0]) if self.rasch else 1.0

    @property
    def points(self) -> FloatArray:
        """The grid, for θ with variance 1."""
        return self.estimates.problem.grid.points

    @property
    def density(self) -> FloatArray:
        """The standard normal weights on the grid."""
        return np.exp(log_density(self.points, STANDARD_NORMAL))

    @property
    def index(self) -> IntArray:
        """Number of the free parameter at each item's (a, d), shape (n_items, width)."""
        return self.estimates.problem.layout.index[0, :-2].reshape(len(self.numbers), -1)

    @cached_property
    def pattern_scores(self) -> TraitScores:
        """EAP of each pattern, for θ with variance 1."""
        return posterior_scores(self.estimates.posteriors[0].weights, self.points)

    @property
    def person_scores(self) -> TraitScores:
        """EAP of each person, in the unit of the parameters reported."""
        scores, person = self.pattern_scores, self.patterns.person
        return TraitScores(
            theta=scores.theta[person] * self.unit,
            standard_error=scores.standard_error[person] * self.unit,
        )

    @property
    def complete(self) -> IntArray:
        """Codes of the persons who answered every item, shape (n_complete, n_items)."""
        codes = self.coding.codes
        return codes[(codes < self.coding.width).all(axis=1)]

    def thresholds(self) -> tuple[FloatArray, ...]:
        """Return each item's difficulties, in the unit of the parameters reported."""
        return tuple(row * self.unit for row in self.items.difficulties)

    def threshold_standard_errors(self) -> tuple[FloatArray, ...] | None:
        """Return the standard errors of the thresholds, by the delta method."""
        if self.covariance is None:
            return None
        found = []
        for item, own in enumerate(self.index):
            row = self.items.intercepts[item]
            row = row[np.isfinite(row)]
            slope = 1.0 if self.rasch else float(self.items.slopes[item])
            jacobian = self.items.model.difficulty_jacobian(slope, row)
            if self.rasch:
                jacobian[:, 0] = 0.0
            places = own[: row.size + 1]
            variance = jacobian @ self.covariance[np.ix_(places, places)] @ jacobian.T
            found.append(np.sqrt(np.diag(variance)))
        return tuple(found)

    def slope_standard_errors(self) -> FloatArray | None:
        """Return the standard errors of the slopes, ``None`` where they are fixed or unknown."""
        if self.covariance is None or self.rasch:
            return None
        own = self.index[:, 0]
        return np.sqrt(self.covariance[own, own])

    def variance_standard_error(self) -> float | None:
        """Return the standard error of the Rasch form's variance a²."""
        if self.covariance is None or not self.rasch:
            return None
        own = self.index[0, 0]
        return float(2.0 * self.unit * np.sqrt(self.covariance[own, own]))

    def information(self, theta: FloatArray) -> FloatArray:
        """Return each item's information, in the unit of the parameters reported."""
        return self.items.information(theta / self.unit) / self.unit**2


def fit_scale(
    answers: FloatArray, items: Sequence[int], *, model: ModelName, rasch: bool = False
) -> FittedScale:
    """Fit one scale in one group.

    Parameters
    ----------
    answers
        Shape (n_persons, n_items), missing is ``nan``; rows without any answer are left out.
    items
        The items' numbers.
    model
        The family of models.
    rasch
        Whether partial credit is reported with slopes 1.

    Raises
    ------
    EstimationError
        Too few items, an item without two categories, or a likelihood without a finite maximum.
    """
    common_slope = model is ModelName.PARTIAL_CREDIT
    least = 2 if common_slope else 3
    if answers.shape[1] < least:
        raise EstimationError(_STEP, f"needs at least {least} items; this scale has fewer")
    coding = code_answers(answers[np.isfinite(answers).any(axis=1)], items=items)
    problem = Problem(
        model=Graded() if model is ModelName.GRADED else PartialCredit(),
        layout=free_parameters(
            coding.n_categories,
            shared=np.ones(len(items), dtype=np.bool_),
            common_slope=common_slope,
            n_groups=1,
        ),
        groups=[count_patterns(coding.codes, coding.width)],
    )
    estimates = on_a_fitting_grid(estimate(problem, starting_values(problem, coding.n_categories)))
    _check(estimates, tuple(items), common_slope=common_slope)
    return FittedScale(numbers=tuple(items), coding=coding, estimates=estimates, rasch=rasch)


def _check(estimates: Estimates, numbers: tuple[int, ...], *, common_slope: bool) -> None:
    if common_slope and abs(items_of(estimates).slopes[0]) < _NO_SLOPE:
        raise EstimationError(
            _STEP,
            "the items have nothing in common: their common discrimination is zero; check the key",
        )
    running = [
        str(number) for number, runs in zip(numbers, estimates.slopes_at_limit, strict=True) if runs
    ]
    if running:
        raise EstimationError(
            _STEP,
            f"the discrimination of {_named(running)} runs to infinity: the answers nearly "
            "determine the trait (for instance two items answered alike); leave one of them out",
        )
    if not estimates.convergence.converged:
        raise EstimationError(_STEP, estimates.convergence.value)


def _named(items: list[str]) -> str:
    return f"item {items[0]}" if len(items) == 1 else f"items {', '.join(items)}"
