"""After which occasion the mean no longer rises.

The means μ of all occasions come from the saturated model of incomplete scores, with their
covariance V. "No rise after k" says μ_t ≤ μ_k for every later t; its distance from the estimates is

    D_k = min over c ≤ 0 of (ĉ − c)′ (CVC′)⁻¹ (ĉ − c),   ĉ_t = μ̂_t − μ̂_k, t > k

The occasion is the k with the smallest D_k + 3.84 k: another occasion must lower the distance by
the 95% quantile of chi-square with one degree of freedom. A later fall costs nothing, so it undoes
no plateau.

The interval is the percentiles' of samples of persons drawn with replacement, in which the means
move by the mean of the persons' influences (one step of Newton's method from μ̂).

References
----------
Silvapulle, M. J., & Sen, P. K. (2005). Constrained statistical inference.
    doi:10.1002/9781118165614, section 3.2, for D.
Shao, J., & Tu, D. (1995). The jackknife and bootstrap. doi:10.1007/978-1-4612-0795-5, section 4.7.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from psychometrics.cfa.fiml_likelihood import case_scores, case_terms
from psychometrics.cfa.implied import slopes_at, state_at
from psychometrics.cfa.parameter_index import layout_of
from psychometrics.cfa.saturated_model import IncompleteAnswers, saturated_model
from psychometrics.longitudinal.trajectory_results import Plateau
from psychometrics.positive_definite import cholesky, inverse_square, required
from psychometrics.types import FloatArray, IntArray, Interval

PRICE = 3.841
"""By how much another occasion must lower the distance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """Means of all occasions with what is known of their precision.

    Attributes
    ----------
    estimate
        μ̂, shape (n_occasions,).
    influence
        What each person moves them by, shape (n_persons, n_occasions); their mean is zero.
    """

    estimate: FloatArray
    influence: FloatArray

    @property
    def covariance(self) -> FloatArray:
        """V, of the sandwich, shape (n_occasions, n_occasions)."""
        n = len(self.influence)
        return np.asarray(self.influence.T @ self.influence / n**2)


def means_of(answers: IncompleteAnswers) -> Means | None:
    """Return the saturated means, ``None`` where the information is singular."""
    if answers.saturated is None:
        return None
    group = layout_of(saturated_model(answers.sample.n_items)).groups[0]
    state = state_at(group, answers.minimum.theta)
    terms = case_terms(answers.sample, state.covariance, state.mean)
    if terms is None:
        return None
    by_cell = case_scores(answers.sample, terms, slopes_at(group, state))
    influence = group.gather_jacobian(by_cell) @ answers.saturated.inverse
    return Means(estimate=answers.mean, influence=influence[:, -answers.sample.n_items :])


def levelling(estimate: FloatArray, covariance: FloatArray) -> int:
    """Return the position of the occasion after which the mean no longer rises.

    Parameters
    ----------
    estimate, covariance
        μ̂ and V, shapes (n_occasions,) and (n_occasions, n_occasions).
    """
    return _levelling(estimate, _roots(covariance))


def _roots(covariance: FloatArray) -> list[FloatArray]:
    """Return R with R′R = (CVC′)⁻¹ for every k."""
    roots = []
    for k in range(len(covariance) - 1):
        later = covariance[k + 1 :, k + 1 :] + covariance[k, k]
        contrast = later - covariance[k + 1 :, [k]] - covariance[[k], k + 1 :]
        root = required(cholesky(contrast), "plateau")
        roots.append(required(inverse_square(root), "plateau"))
    return roots


def _levelling(estimate: FloatArray, roots: list[FloatArray]) -> int:
    costs = []
    for k, root in enumerate(roots):
        rise = root @ (estimate[k + 1 :] - estimate[k])
        costs.append(float(nnls(root, -rise)[1]) ** 2 + PRICE * k)
    costs.append(PRICE * len(roots))
    return int(np.argmin(costs))


def plateau_of(
    means: Means,
    occasions: FloatArray,
    *,
    replicates: int,
    rng: np.random.Generator,
    level: float = 0.95,
) -> Plateau | None:
    """Find the plateau of a mean course.

    Parameters
    ----------
    means
        Of at least three occasions.
    occasions
        Session numbers, shape (n_occasions,).
    replicates, rng
        Of the bootstrap.
    level
        Coverage of the interval.

    Returns
    -------
    Plateau or None
        ``None`` while the mean still rises.
    """
    roots = _roots(means.covariance)
    found = _levelling(means.estimate, roots)
    last = occasions.size - 1
    if found == last:
        return None
    places = _resampled(means, roots, replicates=replicates, rng=rng)
    tail = (1.0 - level) / 2.0
    ends = np.quantile(places, [tail, 1.0 - tail], method="inverted_cdf").astype(np.int64)
    return Plateau(
        from_occasion=float(occasions[found]),
        interval=Interval(
            lower=float(occasions[min(ends[0], found)]),
            upper=float(occasions[max(ends[1], found)]),
            level=level,
        ),
        still_rising=float((places == last).mean()),
    )


def _resampled(
    means: Means,
    roots: list[FloatArray],
    *,
    replicates: int,
    rng: np.random.Generator,
) -> IntArray:
    n = len(means.influence)
    draws = rng.multinomial(n, np.full(n, 1.0 / n), size=replicates)
    moved = means.estimate + draws @ means.influence / n
    return np.array([_levelling(one, roots) for one in moved], dtype=np.int64)
