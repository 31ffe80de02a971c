"""One group's items as functions of the trait."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.irt.item_models import ItemModel
from psychometrics.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemParameters:
    """Slopes and intercepts of one group's items.

    Attributes
    ----------
    model
        The family of category probabilities.
    slopes
        Shape (n_items,).
    intercepts
        Shape (n_items, width − 1), ``-inf`` after an item's last category.
    """

    model: ItemModel
    slopes: FloatArray
    intercepts: FloatArray

    @property
    def n_items(self) -> int:
        """Number of items."""
        return int(self.slopes.size)

    @property
    def n_categories(self) -> IntArray:
        """Number of categories of each item, shape (n_items,)."""
        return np.asarray(np.isfinite(self.intercepts).sum(axis=1) + 1)

    @property
    def difficulties(self) -> tuple[FloatArray, ...]:
        """Difficulties of each item, shape (n_categories − 1,) each."""
        return tuple(
            self.model.difficulties(float(slope), row[np.isfinite(row)])
            for slope, row in zip(self.slopes, self.intercepts, strict=True)
        )

    def probabilities(self, theta: FloatArray) -> FloatArray:
        """Return P of each category, shape (n_items, width, n_points)."""
        return np.exp(self.model.log_probabilities(self._predictor(theta), self.intercepts))

    def expected_scores(self, theta: FloatArray) -> FloatArray:
        """Return E(X) with categories scored 0, 1, …, shape (n_items, n_points)."""
        probabilities = self.probabilities(theta)
        steps = np.arange(float(probabilities.shape[1]))
        return np.asarray(np.einsum("k,jkq->jq", steps, probabilities))

    def gradient(self, theta: FloatArray) -> FloatArray:
        """Return ∂ log P by (a, d), shape (n_items, width, n_points, width)."""
        found = self.model.gradient(self._predictor(theta), self.intercepts)
        found[..., 0] *= theta
        return found

    def information(self, theta: FloatArray) -> FloatArray:
        """Return each item's information Σ_k P (∂ log P / ∂θ)², shape (n_items, n_points)."""
        slope = self.trait_derivative(theta)
        return np.asarray((self.probabilities(theta) * slope**2).sum(axis=1))

    def trait_derivative(self, theta: FloatArray) -> FloatArray:
        """Return ∂ log P / ∂θ, shape (n_items, width, n_points)."""
        found = self.model.predictor_derivative(self._predictor(theta), self.intercepts)
        return found * self.slopes[:, None, None]

    def subset(self, columns: IntArray) -> ItemParameters:
        """Return some of the items."""
        return ItemParameters(
            model=self.model, slopes=self.slopes[columns], intercepts=self.intercepts[columns]
        )

    def _predictor(self, theta: FloatArray) -> FloatArray:
        return np.outer(self.slopes, theta)
