"""Models of several groups in which some items are equal and the others differ.

Items that are equal (the anchors) put the groups on one scale: the reference is standard normal,
the others' means and variances are free. Each model is fitted once, from the nearest one fitted
before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from psychometrics.irt.estimation import Estimates, estimate
from psychometrics.irt.item_models import ItemModel
from psychometrics.irt.item_parameters import ItemParameters
from psychometrics.irt.likelihood import Problem
from psychometrics.irt.parameters import Layout, free_parameters
from psychometrics.irt.quadrature import Grid, mean_and_variance
from psychometrics.irt.response_patterns import ResponsePatterns
from psychometrics.irt.starting_values import starting_values
from psychometrics.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupModels:
    """The models of one scale in several groups.

    Attributes
    ----------
    model
        The family of category probabilities.
    common_slope
        Whether all items have one slope.
    groups
        Answers of each group, the reference first; every category occurs in every group.
    n_categories
        Of each item, shape (n_items,).
    grid
        The points of integration.
    """

    model: ItemModel
    common_slope: bool
    groups: Sequence[ResponsePatterns]
    n_categories: IntArray
    grid: Grid = field(default_factory=Grid)
    _fitted: dict[frozenset[int], Estimates] = field(default_factory=dict, repr=False)

    @property
    def n_items(self) -> int:
        """Number of items."""
        return int(self.n_categories.size)

    def on_grid(self, grid: Grid) -> GroupModels:
        """Return the same models on another grid, where nothing is fitted yet."""
        return self if grid == self.grid else replace(self, grid=grid, _fitted={})

    def anchored(self, anchors: frozenset[int]) -> Estimates:
        """Return the model in which the anchors (positions) are equal and all others free."""
        if anchors not in self._fitted:
            self._fitted[anchors] = self._fit(anchors)
        return self._fitted[anchors]

    def _fit(self, anchors: frozenset[int]) -> Estimates:
        problem = self.problem(anchors)
        larger = [known for known in self._fitted if known > anchors]
        if not larger:
            return estimate(problem, starting_values(problem, self.n_categories))
        nearest = self._fitted[min(larger, key=lambda known: (len(known), sorted(known)))]
        start = problem.layout.free(nearest.problem.layout.full(nearest.free))
        return estimate(problem, start, near=True)

    def problem(self, anchors: frozenset[int], densities: FloatArray | None = None) -> Problem:
        """Return what is fitted when the anchors are equal."""
        return Problem(
            model=self.model,
            layout=self._layout(anchors, densities),
            groups=self.groups,
            grid=self.grid,
        )

    def _layout(self, anchors: frozenset[int], densities: FloatArray | None) -> Layout:
        shared = np.zeros(self.n_items, dtype=np.bool_)
        shared[list(anchors)] = True
        return free_parameters(
            self.n_categories,
            shared=shared,
            common_slope=self.common_slope,
            n_groups=len(self.groups),
            densities=densities,
        )


def items_of(estimates: Estimates, group: int = 0) -> ItemParameters:
    """Return a group's items at the estimates."""
    layout = estimates.problem.layout
    slopes, intercepts, _ = layout.items(layout.full(estimates.free))
    return ItemParameters(
        model=estimates.problem.model, slopes=slopes[group], intercepts=intercepts[group]
    )


def latent_distribution(estimates: Estimates, group: int) -> tuple[float, float]:
    """Return a group's latent mean and standard deviation."""
    layout = estimates.problem.layout
    _, _, density = layout.items(layout.full(estimates.free))
    mean, variance = mean_and_variance(density[group])
    return float(mean), float(np.sqrt(variance))
