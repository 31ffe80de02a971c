"""Categories that a group never uses, though the others do.

Answers as numbers see no threshold: a group that has a shorter range, for whatever reason, looks as
if its mean were another. So a category stands between the groups that one leaves empty in every
item of a factor, and that it would have used with the others' share of it (1 − (1 − share)ⁿ at
least ``SURE``, n persons). Ordered answers are merged instead, and said so (``prepared_data``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from psychometrics.cfa.model import Matrix
from psychometrics.invariance.identification import Design
from psychometrics.invariance.prepared_data import Evidence
from psychometrics.types import FloatArray

SURE = 0.999
"""Chance of using a category at least once at which its absence is no accident (chosen here)."""


def unused_categories(design: Design, evidence: Evidence) -> tuple[str, ...]:
    """Say which categories a group never uses, a sentence each; empty for ordered answers."""
    if design.n_thresholds is not None:
        return ()
    return tuple(_sentences(design, evidence))


def _sentences(design: Design, evidence: Evidence) -> Iterator[str]:
    for column, factor in enumerate(design.base.factors):
        rows = sorted({r.row for r in design.base.rows(Matrix.LOADINGS) if r.column == column})
        answers = [one[:, rows] for one in evidence.answers]
        for number, name in enumerate(evidence.names):
            others = np.vstack([one for other, one in enumerate(answers) if other != number])
            missing = _never(answers[number], others)
            if missing:
                listed = " and ".join(f"{category:g}" for category in missing)
                yield (
                    f"Group {name} never uses {listed} in any item of {factor}, though others do: "
                    "a shorter range looks like another mean."
                )


def _never(own: FloatArray, others: FloatArray) -> Sequence[float]:
    given = others[np.isfinite(others)]
    categories, counts = np.unique(given, return_counts=True)
    chance = 1.0 - (1.0 - counts / given.size) ** len(own)
    return [
        float(category)
        for category, sure in zip(categories, chance >= SURE, strict=True)
        if sure and not (own == category).any()
    ]
