"""The likelihood of incomplete answers, each person contributing what was answered (FIML).

    2Nf = Σ_i log|Σ_oo| + z_i′ Σ_oo⁻¹ z_i,   z_i = y_i − μ at the observed items o

With w_i = P̃z_i (``missing_patterns``) the slopes of f are ½(mean P̃ − mean ww′) along Σ and −mean
w along μ, and its curvature needs no more than sums over patterns of products of elements of P̃ and
ww′, which are matrix products of patterns × pairs of items.

References
----------
Arbuckle, J. L. (1996). Full information estimation in the presence of incomplete data. In
    Advanced structural equation modeling, chapter 9. doi:10.4324/9781315827414, equation 2.
Savalei, V. (2010). Expected versus observed information in SEM with incomplete normal and nonnormal
    data. doi:10.1037/a0020143, equations 6 to 9.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from psychometrics.cfa.discrepancy import Expansion, Grouped
from psychometrics.cfa.implied import (
    Slopes,
    covariance_jacobian,
    second_derivatives,
    slopes_at,
    state_at,
)
from psychometrics.cfa.line_search import along_arc
from psychometrics.cfa.missing_patterns import PatternedAnswers, pattern_inverses
from psychometrics.cfa.parameter_index import GroupLayout
from psychometrics.positive_definite import inverse_and_log_determinant
from psychometrics.sandwich import cross_products
from psychometrics.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTerms:
    """What a group's likelihood and its derivatives are made of, at given Σ and μ.

    Attributes
    ----------
    value
        Σ_i of log|Σ_oo| + z′Σ_oo⁻¹z, halved.
    inverses
        P̃ by pattern, shape (n_patterns, n_items, n_items).
    weighted
        w by person, shape (n_persons, n_items).
    """

    value: float
    inverses: FloatArray
    weighted: FloatArray


def case_terms(
    sample: PatternedAnswers, covariance: FloatArray, mean: FloatArray
) -> CaseTerms | None:
    """Return the terms at Σ and μ, or ``None`` where Σ is not positive definite.

    Parameters
    ----------
    sample
        Answers by pattern.
    covariance, mean
        Σ and μ, shapes (n_items, n_items) and (n_items,).
    """
    inverted = inverse_and_log_determinant(covariance)
    if inverted is None:
        return None
    patterned = pattern_inverses(sample, *inverted)
    if patterned is None:
        return None
    inverses, logs = patterned
    deviations = np.where(sample.observed, sample.answers - mean, 0.0)
    weighted = np.matmul(inverses[sample.pattern], deviations[:, :, None])[:, :, 0]
    value = 0.5 * (float(sample.counts @ logs) + float((deviations * weighted).sum()))
    return CaseTerms(value=value, inverses=inverses, weighted=weighted)


@dataclass(frozen=True, slots=True, kw_only=True)
class CasewiseDiscrepancy(Grouped[PatternedAnswers]):
    """Minus the log-likelihood of incomplete answers, per person, without its constant.

    Attributes
    ----------
    layout
        A model with intercepts.
    samples
        One for each group.
    """

    def follow(self, theta: FloatArray, step: FloatArray) -> FloatArray:
        """Keep the items' variances on a straight course."""
        return along_arc(self.layout, theta, step)

    def expand(self, theta: FloatArray, *, exact: bool) -> Expansion | None:
        """Return value, gradient and Hessian."""
        n_free = theta.size
        value, gradient, hessian = 0.0, np.zeros(n_free), np.zeros((n_free, n_free))
        for group, sample in zip(self.layout.groups, self.samples, strict=True):
            part = _expand_group(group, sample, theta, exact=exact)
            if part is None:
                return None
            value += part.value / self.n_persons
            gradient += group.gather_gradient(part.gradient) / self.n_persons
            hessian += group.gather_hessian(part.hessian) / self.n_persons
        return Expansion(value=value, gradient=gradient, hessian=hessian)

    def scores(self, theta: FloatArray) -> FloatArray | None:
        """Return J: the mean cross-product of the casewise scores, shape (n_free, n_free).

        With clusters scores are summed within them first.
        """
        total = np.zeros((theta.size, theta.size))
        for group, sample in zip(self.layout.groups, self.samples, strict=True):
            state = state_at(group, theta)
            terms = case_terms(sample, state.covariance, state.mean)
            if terms is None:
                return None
            by_cell = case_scores(sample, terms, slopes_at(group, state))
            products = cross_products(by_cell, sample.clusters)
            total += group.gather_hessian(products) / self.n_persons
        return total


def _expand_group(
    group: GroupLayout, sample: PatternedAnswers, theta: FloatArray, *, exact: bool
) -> Expansion | None:
    state = state_at(group, theta)
    terms = case_terms(sample, state.covariance, state.mean)
    if terms is None:
        return None
    slopes = slopes_at(group, state)
    total = np.tensordot(sample.counts.astype(np.float64), terms.inverses, axes=1)
    along_covariance = 0.5 * (total - terms.weighted.T @ terms.weighted)
    along_mean = -terms.weighted.sum(axis=0)
    gradient = 2.0 * ((slopes.left @ along_covariance) * slopes.right).sum(axis=1)
    gradient += slopes.mean @ along_mean
    hessian = _curvature(sample, terms, slopes, total, exact=exact)
    if exact:
        hessian += second_derivatives(
            group, state, covariance_weight=along_covariance, mean_weight=along_mean
        )
    return Expansion(value=terms.value, gradient=gradient, hessian=hessian)


def _curvature(
    sample: PatternedAnswers,
    terms: CaseTerms,
    slopes: Slopes,
    total: FloatArray,
    *,
    exact: bool,
) -> FloatArray:
    """Return the Hessian by cell, but for the second derivatives of Σ and μ themselves."""
    places = _places(sample.n_items)
    rows, columns = places.rows, places.columns
    inverses = terms.inverses[:, rows, columns]
    other = sample.counts[:, None] * inverses
    if exact:
        squares = terms.weighted[:, rows] * terms.weighted[:, columns]
        other = 2.0 * np.add.reduceat(squares, sample.first) - other
    by_pair = places.quadratic(inverses.T @ other)
    along = covariance_jacobian(slopes, rows, columns)
    hessian = along.T @ by_pair @ along + slopes.mean @ total @ slopes.mean.T
    if exact:
        sums = np.add.reduceat(terms.weighted, sample.first)
        cross = slopes.mean @ places.cross(sums.T @ inverses) @ along
        hessian += cross + cross.T
    return np.asarray(hessian)


@dataclass(frozen=True, slots=True)
class _Places:
    """Where products of elements stand, for pairs (a, b) ≤ (c, d) of items.

    Attributes
    ----------
    rows, columns
        a and b of each pair, shape (n_pairs,).
    number
        The pair of any two items, shape (n_items, n_items).
    """

    rows: IntArray
    columns: IntArray
    number: IntArray

    @property
    def halves(self) -> FloatArray:
        """A half for a variance, which stands once in a symmetric matrix; shape (n_pairs,)."""
        return np.where(self.rows == self.columns, 0.5, 1.0)

    def quadratic(self, sums: FloatArray) -> FloatArray:
        """Return ½ tr(dΣ_ab P dΣ_cd V), summed over patterns, for all pairs.

        ``sums`` holds Σ P_ij V_kl by pair, shape (n_pairs, n_pairs).
        """
        a, b, number = self.rows, self.columns, self.number
        ac, ad = number[np.ix_(a, a)], number[np.ix_(a, b)]
        bc, bd = number[np.ix_(b, a)], number[np.ix_(b, b)]
        total = sums[bc, ad] + sums[bd, ac] + sums[ac, bd] + sums[ad, bc]
        return np.asarray(0.5 * self.halves[:, None] * total * self.halves)

    def cross(self, sums: FloatArray) -> FloatArray:
        """Return Σ w_a P_b· + w_b P_a· for all pairs, shape (n_items, n_pairs).

        ``sums`` holds Σ w_i P_jk, shape (n_items, n_pairs).
        """
        every = np.arange(self.number.shape[0])[:, None]
        total = sums[self.rows, self.number[every, self.columns]]
        total = total + sums[self.columns, self.number[every, self.rows]]
        return np.asarray(total * self.halves)


@lru_cache(maxsize=16)
def _places(n_items: int) -> _Places:
    rows, columns = np.triu_indices(n_items)
    number = np.zeros((n_items, n_items), dtype=np.int64)
    number[rows, columns] = number[columns, rows] = np.arange(rows.size)
    return _Places(rows=rows, columns=columns, number=number)


def case_scores(sample: PatternedAnswers, terms: CaseTerms, slopes: Slopes) -> FloatArray:
    """Return casewise scores by cell: (w′x)(w′y) − x′P̃y + w′dμ, shape (n_persons, n_cells)."""
    w = terms.weighted
    n_patterns = terms.inverses.shape[0]
    outer = (slopes.left[:, :, None] * slopes.right[:, None, :]).reshape(len(slopes.left), -1)
    expected = terms.inverses.reshape(n_patterns, -1) @ outer.T
    scores = (w @ slopes.left.T) * (w @ slopes.right.T) - expected[sample.pattern]
    return np.asarray(scores + w @ slopes.mean.T)


def expectation_step(
    sample: PatternedAnswers, covariance: FloatArray, mean: FloatArray
) -> tuple[FloatArray, FloatArray] | None:
    """Return Σ and μ after one step of the EM algorithm, or ``None`` where Σ is not definite.

    Parameters and values have the shapes of :func:`case_terms`.

    Notes
    -----
    With w and P̃ the step is μ + Σ mean(w) and Σ + Σ mean(ww′ − P̃) Σ − dd′, d the move of μ.

    References
    ----------
    Dempster, A. P., Laird, N. M., & Rubin, D. B. (1977). Maximum likelihood from incomplete data
        via the EM algorithm. doi:10.1111/j.2517-6161.1977.tb01600.x, section 4.1.
    """
    terms = case_terms(sample, covariance, mean)
    if terms is None:
        return None
    counts = sample.counts.astype(np.float64)
    excess = terms.weighted.T @ terms.weighted - np.tensordot(counts, terms.inverses, axes=1)
    move = covariance @ terms.weighted.mean(axis=0)
    moved = covariance + covariance @ excess @ covariance / sample.n_persons
    return moved - np.outer(move, move), mean + move
