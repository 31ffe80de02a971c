"""Disordered thresholds, and mergers of categories after which they ascend.

Under partial credit a category that is nowhere the most likely answer has disordered thresholds
b_h > b_{h+1}. The proposal merges that category with the neighbour that fewer persons chose, fits
the scale again and goes on until every item's thresholds ascend. It is a proposal: whether the
categories mean the same to people, numbers do not say.

References
----------
Andrich, D. (2013). An expanded derivation of the threshold structure of the polytomous Rasch model
that dispels any "threshold disorder controversy". Educational and Psychological Measurement, 73,
78–124. doi:10.1177/0013164412450877
"""

from __future__ import annotations

import numpy as np

from psychometrics.errors import EstimationError
from psychometrics.irt.fitted_scale import FittedScale, fit_scale
from psychometrics.irt.options import ModelName
from psychometrics.irt.response_patterns import category_counts
from psychometrics.irt.results import CategoryMerger
from psychometrics.types import FloatArray

_ROUNDS = 12


def merger_proposals(
    scale: FittedScale, answers: FloatArray, *, model: ModelName
) -> dict[int, tuple[CategoryMerger, ...]]:
    """Return, by item number, the mergers after which all thresholds ascend.

    Parameters
    ----------
    scale
        The fitted scale.
    answers
        Its answers, shape (n_persons, n_items), missing is ``nan``.
    model
        The family of models.
    """
    answers, found = answers.copy(), dict[int, list[CategoryMerger]]()
    for _ in range(_ROUNDS):
        disordered = [
            (column, int(np.flatnonzero(np.diff(row) <= 0.0)[0]) + 1)
            for column, row in enumerate(scale.thresholds())
            if (np.diff(row) <= 0.0).any()
        ]
        if not disordered:
            break
        for column, category in disordered:
            merger = _merger(scale, column, category)
            found.setdefault(scale.numbers[column], []).append(merger)
            answers[answers[:, column] == merger.category, column] = merger.into
        try:
            scale = fit_scale(answers, scale.numbers, model=model)
        except EstimationError:
            return {}  # merging leads nowhere; the caller says that thresholds are disordered
    return {item: tuple(mergers) for item, mergers in found.items()}


def _merger(scale: FittedScale, column: int, category: int) -> CategoryMerger:
    """Merge a category with its neighbour that fewer persons chose, the lower one on a tie."""
    chosen = category_counts(scale.coding)[column]
    values = scale.coding.categories[column]
    lower, upper = chosen[category - 1], chosen[category + 1]
    into = category - 1 if lower <= upper else category + 1
    return CategoryMerger(category=float(values[category]), into=float(values[into]))
