"""One alliance score and one outcome, in the persons of one timing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.criterion.clustered import clustered
from psychometrics.criterion.disattenuated import disattenuated
from psychometrics.criterion.meta_analysis import pool
from psychometrics.criterion.options import CriterionOptions, Outcome
from psychometrics.criterion.polyserial import polyserial
from psychometrics.criterion.product_moment import partial, pearson, spearman
from psychometrics.criterion.reliabilities import reliability_of
from psychometrics.criterion.results import (
    Association,
    Clustered,
    Coefficient,
    Disattenuated,
    Partial,
    Pooled,
    Timing,
)
from psychometrics.types import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Strata:
    """The column that tells samples or sites apart.

    Attributes
    ----------
    column
        Its name.
    labels
        One for each person; ``None`` is missing.
    """

    column: str
    labels: tuple[str | None, ...]

    def rows(self, selected: BoolArray) -> Strata:
        """Return the selected persons."""
        kept = (label for label, keep in zip(self.labels, selected, strict=True) if keep)
        return Strata(column=self.column, labels=tuple(kept))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Persons of one timing with one score and one outcome.

    Attributes
    ----------
    score, outcome
        Shape (n_persons,), missing is ``nan``.
    answers
        The items behind the score after recoding, shape (n_persons, n_items of the scale).
    baseline
        Shape (n_persons,), missing is ``nan``; ``None`` where the outcome has none.
    clinician
        Shape (n_persons,), −1 is missing; ``None`` where there is no such column.
    strata
        ``None`` where there is only one.
    """

    score: FloatArray
    outcome: FloatArray
    answers: FloatArray
    baseline: FloatArray | None = None
    clinician: IntArray | None = None
    strata: Strata | None = None

    def rows(self, selected: BoolArray) -> Pairs:
        """Return the selected persons."""
        return Pairs(
            score=self.score[selected],
            outcome=self.outcome[selected],
            answers=self.answers[selected],
            baseline=None if self.baseline is None else self.baseline[selected],
            clinician=None if self.clinician is None else self.clinician[selected],
            strata=None if self.strata is None else self.strata.rows(selected),
        )


def associate(
    pairs: Pairs,
    *,
    scale: str,
    outcome: Outcome,
    timing: Timing,
    ordinal: bool,
    options: CriterionOptions,
) -> Association:
    """Compute every coefficient of one score and one outcome.

    Parameters
    ----------
    pairs
        Persons of this timing; those without score or outcome are left out here.
    scale
        The score's name.
    outcome
        The outcome.
    timing
        Of all persons in ``pairs``.
    ordinal
        Whether the outcome is taken as ordered categories.
    options
        What was chosen.
    """
    known = pairs.rows(np.isfinite(pairs.score) & np.isfinite(pairs.outcome))
    level = options.level
    first = pearson(known.score, known.outcome, level=level)
    return Association(
        outcome=outcome.name,
        scale=scale,
        timing=timing,
        reading=timing.reading,
        n_persons=known.score.size,
        pearson=first,
        spearman=spearman(known.score, known.outcome, level=level),
        polyserial=polyserial(known.score, known.outcome, level=level) if ordinal else None,
        disattenuated=_disattenuated(known, first, outcome, options),
        partial=_partial(known, outcome, level=level),
        clustered=_clustered(known, level=level),
        pooled=_pooled(known, options),
    )


def _disattenuated(
    pairs: Pairs, first: Coefficient, outcome: Outcome, options: CriterionOptions
) -> Disattenuated:
    return disattenuated(
        first,
        name=options.reliability.value,
        reliability=reliability_of(pairs.answers, options.reliability, level=options.level),
        outcome_reliability=outcome.reliability,
    )


def _partial(pairs: Pairs, outcome: Outcome, *, level: float) -> Partial | None:
    if pairs.baseline is None or outcome.baseline is None:
        return None
    known = np.isfinite(pairs.baseline)
    return partial(
        pairs.score[known],
        pairs.outcome[known],
        pairs.baseline[known],
        name=outcome.baseline,
        level=level,
    )


def _clustered(pairs: Pairs, *, level: float) -> Clustered | None:
    if pairs.clinician is None:
        return None
    known = pairs.clinician >= 0
    return clustered(pairs.score[known], pairs.outcome[known], pairs.clinician[known], level=level)


def _pooled(pairs: Pairs, options: CriterionOptions) -> Pooled | None:
    if pairs.strata is None:
        return None
    labels = np.array([label or "" for label in pairs.strata.labels], dtype=np.str_)
    names = sorted({label for label in pairs.strata.labels if label})
    return pool(
        {
            name: pearson(
                pairs.score[labels == name], pairs.outcome[labels == name], level=options.level
            )
            for name in names
        },
        column=pairs.strata.column,
        heterogeneity=options.heterogeneity,
        level=options.level,
    )
