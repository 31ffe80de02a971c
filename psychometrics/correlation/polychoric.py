"""Thresholds, polychoric correlations and their asymptotic covariance.

Two steps, as in lavaan: thresholds from each item's proportions, then each pair's correlation by
maximum likelihood given the thresholds (`likelihood`). Conventions: moments are ordered thresholds
item by item, then correlations (2, 1), (3, 1), …, (p, 1), (3, 2), …; ``nacov`` is N times the
asymptotic covariance (lavaan's NACOV or Γ), with N the number of persons used.

Rules, all reported in ``cautions``: a category that no one chose does not exist; an empty cell in a
2 × 2 table is given half a person (`tables.without_empty_corner`), larger tables are left alone;
correlations stop at ±.999, as in lavaan, even where the likelihood still rises. Where two items
order the persons perfectly (identical items) it rises up to ±1, there is no standard error, and
`ordinal_moments` refuses.

Agreement with lavaan 0.6-14: thresholds 1e-12, correlations 1e-6 (where its optimiser stops),
NACOV 1e-4 relative.

References
----------
Olsson, U. (1979). Maximum likelihood estimation of the polychoric correlation coefficient.
Psychometrika, 44, 443–460. doi:10.1007/BF02296207

Muthén, B. (1984). A general structural equation model with dichotomous, ordered categorical, and
continuous latent variable indicators. Psychometrika, 49, 115–132. doi:10.1007/BF02294210
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from psychometrics.correlation.asymptotic_covariance import Influence, influence_values
from psychometrics.correlation.categories import (
    Coding,
    check_answered,
    check_occurring,
    code_answers,
    numbered,
    usable_rows,
)
from psychometrics.correlation.missing import MissingPolicy
from psychometrics.correlation.polychoric_ml import BOUND, Associations, associate
from psychometrics.correlation.tables import (
    Tables,
    compact,
    count,
    item_pairs,
    perfectly_ordered,
    thresholds,
    without_empty_corner,
)
from psychometrics.errors import EstimationError
from psychometrics.types import BoolArray, FloatArray, IntArray

SPARSE = 5
"""A category that fewer persons chose is named in a caution."""

_STEP = "polychoric correlations"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdinalMoments:
    """What ordinal answers of one group say, and how precisely.

    Attributes
    ----------
    thresholds
        For each item its thresholds, ascending, one fewer than its categories.
    correlations
        Polychoric correlations as estimated (not smoothed), shape (n_items, n_items).
    nacov
        N times the asymptotic covariance of (thresholds, correlations), in the order of the
        module's notes, shape (n_moments, n_moments).
    influence
        How far each person moves each moment; ``nacov`` is N times its cross-product.
    n_persons
        Persons used: complete rows, or under pairwise those with any answer.
    rows
        Which rows of the answers they are, shape (n_rows_given,).
    items
        Numbers of the items.
    categories
        For each item the values that occur, ascending.
    cautions
        Doubts, as sentences.
    """

    thresholds: tuple[FloatArray, ...]
    correlations: FloatArray
    nacov: FloatArray
    influence: Influence
    n_persons: int
    rows: BoolArray
    items: tuple[int, ...]
    categories: tuple[FloatArray, ...]
    cautions: tuple[str, ...]

    @property
    def n_thresholds(self) -> tuple[int, ...]:
        """Of each item."""
        return tuple(cuts.size for cuts in self.thresholds)

    def nacov_within(self, clusters: IntArray | None) -> FloatArray:
        """Return ``nacov``, or its cluster-robust version where persons are not independent.

        Parameters
        ----------
        clusters
            Number of each used person's cluster, from 0, shape (n_persons,); ``None`` if there are
            none.
        """
        if clusters is None:
            return self.nacov
        return self.n_persons * self.influence.cross_products(clusters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Polychorics:
    """Polychoric correlations without their precision, of one sample or of a batch.

    Attributes
    ----------
    correlations
        Shape (…, n_items, n_items), not smoothed.
    at_bound
        Pairs whose likelihood has no maximum within ±.999, same shape.
    cautions
        Doubts, as sentences.
    """

    correlations: FloatArray
    at_bound: BoolArray
    cautions: tuple[str, ...]


def ordinal_moments(
    answers: FloatArray,
    *,
    items: Sequence[int] | None = None,
    missing: MissingPolicy = MissingPolicy.LISTWISE,
) -> OrdinalMoments:
    """Estimate thresholds, polychoric correlations and their asymptotic covariance.

    Parameters
    ----------
    answers
        Shape (n_persons, n_items), reverse-keyed items already turned, missing is ``nan``.
    items
        Numbers of the items, for messages; 1, 2, … if not given.
    missing
        Which persons each moment is computed from.

    Returns
    -------
    OrdinalMoments
        Moments of one group.

    Raises
    ------
    EstimationError
        An item has fewer than two categories, two items were never answered by the same person, or
        a pair's likelihood has no maximum (items that order the persons identically).

    References
    ----------
    Olsson (1979), Muthén (1984), see the module.
    """
    names = numbered(answers, items)
    check_answered(answers, names)
    rows = usable_rows(answers, missing)
    coding = code_answers(answers[rows], items=names)
    tables = count(coding.codes, coding.width)
    _check_pairs(tables, coding.items)
    cuts = thresholds(tables.single)
    associations, filled = estimate_pairs(tables, cuts)
    _check_order(tables, cuts, coding.items)
    _check_settled(associations, coding.items)
    influence = influence_values(coding.codes, tables, cuts, associations)
    n_persons = len(coding.codes)
    correlations = _matrix(associations.correlations, len(coding.items), diagonal=1.0)
    return OrdinalMoments(
        thresholds=tuple(
            item_cuts[: n - 1] for item_cuts, n in zip(cuts, coding.n_categories, strict=True)
        ),
        correlations=correlations,
        nacov=n_persons * influence.cross_products(),
        influence=influence,
        n_persons=n_persons,
        rows=rows,
        items=coding.items,
        categories=coding.categories,
        cautions=(
            *_cautions(coding, tables, filled, correlations),
            *_bound_cautions(
                _matrix(associations.at_bound, len(coding.items), diagonal=0.0) > 0, coding.items
            ),
        ),
    )


def polychoric_correlations(
    answers: FloatArray,
    *,
    items: Sequence[int] | None = None,
    missing: MissingPolicy = MissingPolicy.LISTWISE,
) -> Polychorics:
    """Estimate polychoric correlations alone, of one sample or of many replicates at once.

    Parameters
    ----------
    answers
        Shape (n_persons, n_items) or (n_replicates, n_persons, n_items), missing is ``nan``.
    items
        Numbers of the items, for messages; 1, 2, … if not given.
    missing
        Which persons each correlation is computed from.

    Returns
    -------
    Polychorics
        Correlations of the same leading shape.

    Raises
    ------
    EstimationError
        An item is constant or unanswered in a sample, or two items were never answered together.

    References
    ----------
    Olsson (1979), see the module.
    """
    names = numbered(answers, items)
    check_answered(answers, names)
    codes, width = _shared_codes(answers, missing)
    _, tables = compact(codes, count(codes, width))
    check_occurring(tables.single > 0, names)
    _check_pairs(tables, names)
    cuts = thresholds(tables.single)
    associations, _ = estimate_pairs(tables, cuts)
    found = associations.correlations.reshape(tables.pairs.shape[:-2])
    perfect = perfectly_ordered(tables, cuts)
    stopped = perfect | associations.at_bound.reshape(found.shape)
    # a likelihood that is flat up to ±1 leaves the search anywhere on the way there
    found = np.where(perfect, np.copysign(BOUND, found), found)
    at_bound = _matrix(stopped, len(names), diagonal=0.0) > 0
    correlations = _matrix(found, len(names), diagonal=1.0)
    return Polychorics(
        correlations=correlations, at_bound=at_bound, cautions=_bound_cautions(at_bound, names)
    )


def _shared_codes(answers: FloatArray, missing: MissingPolicy) -> tuple[IntArray, int]:
    """Code answers of all items and replicates by the values that occur anywhere."""
    values = np.unique(answers[np.isfinite(answers)])
    width = len(values)
    codes = np.searchsorted(values, answers)
    codes[~usable_rows(answers, missing)] = width
    return codes, width


def estimate_pairs(tables: Tables, cuts: FloatArray) -> tuple[Associations, BoolArray]:
    """Estimate the correlations of all pairs of all samples.

    Parameters
    ----------
    tables
        Counts, existing categories first (`tables.compact`).
    cuts
        Their thresholds, shape (…, n_items, width − 1).

    Returns
    -------
    tuple[Associations, BoolArray]
        Estimates of all pairs, sample by sample, and which tables had an empty corner filled.
    """
    n_items, n_cuts = cuts.shape[-2:]
    first, second = item_pairs(n_items)
    binary = (tables.single > 0).sum(axis=-1) == 2
    counts, filled = without_empty_corner(
        tables.pairs.reshape(-1, n_cuts + 1, n_cuts + 1),
        (binary[..., first] & binary[..., second]).ravel(),
    )
    rows = cuts[..., first, :].reshape(-1, n_cuts)
    columns = cuts[..., second, :].reshape(-1, n_cuts)
    return associate(rows, columns, counts), filled


def _matrix(pairs: FloatArray | BoolArray, n_items: int, *, diagonal: float) -> FloatArray:
    """Arrange values of the pairs, shape (…, n_pairs), as symmetric matrices."""
    first, second = item_pairs(n_items)
    matrix = np.full((*pairs.shape[:-1], n_items, n_items), diagonal)
    matrix[..., first, second] = pairs
    matrix[..., second, first] = pairs
    return matrix


def _check_pairs(tables: Tables, items: tuple[int, ...]) -> None:
    """Refuse two items that no one answered together."""
    alone = tables.pairs.sum(axis=(-1, -2)) == 0
    if alone.any():
        raise EstimationError(
            _STEP,
            f"items {_pair(int(np.argwhere(alone)[0][-1]), items)} were never answered by the same "
            "person; leave one of them out",
        )


def _check_settled(associations: Associations, items: tuple[int, ...]) -> None:
    """Refuse pairs whose search ended before its end."""
    lost = associations.unsettled & ~associations.at_bound
    if lost.any():
        pair = _pair(int(np.argmax(lost)), items)
        raise EstimationError(_STEP, f"the search did not settle for items {pair}")


def _check_order(tables: Tables, cuts: FloatArray, items: tuple[int, ...]) -> None:
    """Refuse pairs that order the persons perfectly: their likelihood has no maximum inside."""
    perfect = perfectly_ordered(tables, cuts)
    if perfect.any():
        raise EstimationError(
            _STEP,
            f"items {_pair(int(np.argmax(perfect)), items)} order the persons identically (their "
            "correlation is ±1), so it has no standard error; leave one of "
            "them out, or treat the answers as continuous (MLR)",
        )


def _cautions(
    coding: Coding, tables: Tables, filled: BoolArray, correlations: FloatArray
) -> tuple[str, ...]:
    """Say what makes the moments doubtful."""
    cautions: list[str] = []
    sparse = ((tables.single > 0) & (tables.single < SPARSE)).any(axis=1)
    if sparse.any():
        names = ", ".join(str(coding.items[i]) for i in np.flatnonzero(sparse))
        cautions.append(
            f"item(s) {names}: a category was chosen by fewer than {SPARSE} persons; thresholds "
            "and correlations there are imprecise"
        )
    cautions.extend(
        f"items {_pair(int(pair), coding.items)}: a cell of their 2 × 2 table is empty; half a "
        "person was added to it, keeping the margins"
        for pair in np.flatnonzero(filled)
    )
    smallest = float(np.linalg.eigvalsh(correlations)[0])
    if smallest <= 0:
        cautions.append(
            "the matrix of polychoric correlations is not positive definite "
            f"(smallest eigenvalue {smallest:.3g})"
        )
    return tuple(cautions)


def _bound_cautions(at_bound: BoolArray, items: tuple[int, ...]) -> tuple[str, ...]:
    """Name the pairs that stopped at the bound in any sample."""
    first, second = item_pairs(len(items))
    found = at_bound[..., first, second]
    anywhere = found.any(axis=tuple(range(found.ndim - 1)))
    return tuple(
        f"items {_pair(int(pair), items)}: their correlation was stopped at ±{BOUND}; they say "
        "nearly the same, so what rests on both is doubtful"
        for pair in np.flatnonzero(anywhere)
    )


def _pair(index: int, items: tuple[int, ...]) -> str:
    """Name a pair of items by their numbers."""
    first, second = item_pairs(len(items))
    return f"{items[first[index]]} and {items[second[index]]}"
