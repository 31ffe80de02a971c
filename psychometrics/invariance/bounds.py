"""How far measurement bias of single items could move a difference of latent means.

The scalar model gives each factor's mean in a group, as against the reference and in its standard
deviations. It rests on every item being alike. Several looks say what that assumption is worth:

- *each item freed in turn*: its loading and thresholds (or intercept) are each group's own, the
  model is fitted again; the change of the mean is the item's expected change of the parameter of
  interest (EPC-interest; Oberski, 2014, equation 8), here by refitting instead of its expansion;
- *items that were released*: where a search found items that differ, the model without them;
- *a robust estimate*: at the metric step each item gives an estimate of its own,

      d_i = (ν_i,group − ν_i,reference) / λ_i

  which is μ + bias_i / λ_i (y* has intercept 0 in the reference group); they are combined by
  Tukey's bisquare, which gives items far from the rest no weight (robust scaling; Halpin, 2024,
  section 3, with the tuning constant at the 5% point of each item's own error).

- *items that item response theory flags* (where its tests are at hand): the plain model's interval,
  moved by what taking these items as equal moves the latent difference.

``with_bias`` is the union of all these 95% intervals. *Suspect* are the items that have to be taken
out, one by one, until the rest of the factor's d_i agree (Cochran's Q with their covariance, p ≥
.01: a chance of 1% for each factor whose items are alike). The search's own list is not taken for
it: after a first item it releases others on weaker evidence, which is cautious for a certificate
and would here refuse too much. Where half or more of a factor's items are suspect nothing tells
which half to believe.

=========  ===============================================  ================================
symbol     meaning                                          shape
=========  ===============================================  ================================
d          each item's estimate of the mean                 (n_items of the factor,)
V          covariance of d, by the delta method             (n_items, n_items)
u          (d − θ) / √diag V                                (n_items,)
w          bisquare weights (1 − (u/k)²)², 0 beyond k       (n_items,)
=========  ===============================================  ================================

References
----------
Oberski, D. L. (2014). Evaluating sensitivity of parameters of interest to measurement invariance
    in latent variable models. doi:10.1093/pan/mpt014.
Oberski, D. L., Vermunt, J. K., & Moors, G. B. D. (2015). doi:10.1093/pan/mpv020.
Halpin, P. F. (2024). Differential item functioning via robust scaling.
    doi:10.1007/s11336-024-09957-6.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from scipy.special import chdtrc, ndtri

from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.model import Matrix
from psychometrics.invariance.identification import NO_RELEASES, Design, model_of
from psychometrics.invariance.means import LEVEL, latent_means
from psychometrics.invariance.options import Step
from psychometrics.invariance.results import Bound, LatentMean, Moved
from psychometrics.invariance.workflow import Study
from psychometrics.types import FloatArray, Interval

TUNING = float(ndtri(0.975))
"""k: items farther from the estimate than this many of their standard errors have no weight."""

AGREE = 0.01
"""p-value of Cochran's Q from which items count as agreeing."""

ITERATIONS = 200

Key = tuple[str, str]
"""A group and a factor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlaggedItems:
    """Items of a factor that other tests found to differ between the groups.

    Attributes
    ----------
    items
        Their numbers.
    moved
        By how much the group's latent mean is larger when they are taken as equal than when they
        are free.
    """

    items: tuple[int, ...]
    moved: float


NONE_FLAGGED: Mapping[Key, FlaggedItems] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What was found of each factor in each group.

    Attributes
    ----------
    results
        Each latent difference with its bounds; empty where the scalar model has no errors.
    overwhelmed
        Factors of which half or more items are suspect.
    """

    results: tuple[Bound, ...]
    overwhelmed: tuple[str, ...]


def bounds(found: Study, flagged: Mapping[Key, FlaggedItems] = NONE_FLAGGED) -> Bounds:
    """Bound each latent difference.

    Parameters
    ----------
    found
        A ladder whose factors fit each group.
    flagged
        Items that item response theory found to differ, by group and factor.
    """
    released = NO_RELEASES if found.search is None else found.search.released
    plain = _means(found, NO_RELEASES)
    base = _means(found, released) if released else plain
    if plain is None or base is None:
        return Bounds(results=(), overwhelmed=())
    freed = {item: _means(found, {item: _first(found.design)}) for item in found.design.base.items}
    results, overwhelmed = [], []
    for key, mean in base.items():
        items = _items_of(found.design, key[1])
        robust = _robust(found, key)
        if len(items) > 1 and 2 * len(robust.suspects) >= len(items):
            overwhelmed.append(key[1])
        alone = {item: one[key] for item in items if (one := freed[item]) is not None}
        results.append(_bound(mean, plain[key], alone, robust, flagged.get(key)))
    return Bounds(results=tuple(results), overwhelmed=tuple(dict.fromkeys(overwhelmed)))


def _first(design: Design) -> Step:
    """Return the first step that makes anything equal."""
    return design.ladder[1]


def _means(found: Study, released: Mapping[int, Step]) -> dict[Key, LatentMean] | None:
    """Fit the scalar model and return its means; ``None`` where it has no standard errors."""
    model = model_of(found.design, Step.SCALAR, released=released)
    fitted = found.evidence.estimation.fit(model)
    if not fitted.minimum.convergence.converged:
        return None
    means = {
        (one.group, one.factor): one for one in latent_means(fitted, found.design, found.evidence)
    }
    return means if all(one.interval is not None for one in means.values()) else None


def _items_of(design: Design, factor: str) -> tuple[int, ...]:
    column = design.base.factors.index(factor)
    rows = (row.row for row in design.base.rows(Matrix.LOADINGS) if row.column == column)
    return tuple(design.base.items[row] for row in rows)


def _bound(
    mean: LatentMean,
    plain: LatentMean,
    alone: Mapping[int, LatentMean],
    robust: _Robust,
    flagged: FlaggedItems | None,
) -> Bound:
    everything = [mean.interval, plain.interval, *(one.interval for one in alone.values())]
    without = None if flagged is None else _moved(plain.interval, -flagged.moved)
    known = [one for one in (*everything, robust.interval, without) if one is not None]
    moved = {item: one.estimate - plain.estimate for item, one in alone.items()}
    most = max(moved, key=lambda item: abs(moved[item]), default=None)
    return Bound(
        group=mean.group,
        factor=mean.factor,
        estimate=mean.estimate,
        interval=mean.interval,
        with_bias=Interval(
            lower=min(one.lower for one in known),
            upper=max(one.upper for one in known),
            level=LEVEL,
        ),
        moved_most_by=None if most is None else Moved(item=most, by=moved[most]),
        robust_estimate=robust.estimate,
        suspect_items=robust.suspects,
        flagged_items=() if flagged is None else flagged.items,
        moved_by_flagged=None if flagged is None else flagged.moved,
    )


def _moved(interval: Interval | None, by: float) -> Interval | None:
    if interval is None:
        return None
    return Interval(lower=interval.lower + by, upper=interval.upper + by, level=interval.level)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Robust:
    """A robust estimate of a mean from its items' own, and the items that disagree."""

    estimate: float | None = None
    interval: Interval | None = None
    suspects: tuple[int, ...] = ()


def _robust(found: Study, key: Key) -> _Robust:
    group = found.evidence.names.index(key[0])
    metric = next(one for one in found.rungs if one.step is Step.METRIC)
    items = _items_of(found.design, key[1])
    given = _by_item(metric.fitted, found.design, key[1], group)
    if given is None:
        return _Robust()
    d, covariance = given
    theta, weights = robust_mean(d, np.sqrt(np.diagonal(covariance)))
    shares = weights / weights.sum()
    reach = float(ndtri(0.5 + LEVEL / 2.0) * np.sqrt(shares @ covariance @ shares))
    return _Robust(
        estimate=theta,
        interval=Interval(lower=theta - reach, upper=theta + reach, level=LEVEL),
        suspects=tuple(sorted(items[place] for place in disagreeing(d, covariance))),
    )


def _by_item(
    fitted: Fitted, design: Design, factor: str, group: int
) -> tuple[FloatArray, FloatArray] | None:
    """Return d and V of a factor's items; ``None`` without errors or with a loading of zero."""
    if fitted.parameter_covariance is None:
        return None
    place = {str(label): position for position, label in enumerate(fitted.layout.model.labels)}
    column = design.base.factors.index(factor)
    rows = [row.row for row in design.base.rows(Matrix.LOADINGS) if row.column == column]
    d = np.zeros(len(rows))
    slopes = np.zeros((len(rows), fitted.theta.size))
    for number, row in enumerate(rows):
        loading = place[str(design.free(Matrix.LOADINGS, row, column, group=0).label)]
        own = place.get(str(design.free(Matrix.INTERCEPTS, row, group=group).label))
        of_reference = place.get(str(design.free(Matrix.INTERCEPTS, row, group=0).label))
        weight = fitted.theta[loading]
        if own is None or abs(weight) < 1e-6:
            return None
        d[number] = fitted.theta[own] / weight
        if of_reference is not None:
            d[number] -= fitted.theta[of_reference] / weight
        slopes[number, own] += 1.0 / weight
        if of_reference is not None:
            slopes[number, of_reference] -= 1.0 / weight
        slopes[number, loading] -= d[number] / weight
    covariance = slopes @ fitted.parameter_covariance @ slopes.T
    return (d, covariance) if (np.diagonal(covariance) > 0.0).all() else None


def robust_mean(d: FloatArray, errors: FloatArray) -> tuple[float, FloatArray]:
    """Return the bisquare estimate of a common value, and the items' weights.

    Parameters
    ----------
    d, errors
        Each item's estimate and its standard error, shape (n_items,).

    Notes
    -----
    The loss can have several minima: the iteration starts at each item's estimate and at their
    median, and the lowest counts (of equally low ones, the nearest to the median).
    """
    median = float(np.median(d))
    starts = sorted([median, *d.tolist()], key=lambda start: (abs(start - median), start))
    found = [_bisquare(d, errors, start) for start in starts]
    theta = min(found, key=lambda one: round(_loss(d, errors, one), 9))
    return theta, _weights(d, errors, theta)


def _weights(d: FloatArray, errors: FloatArray, theta: float) -> FloatArray:
    u = (d - theta) / (TUNING * errors)
    weights = np.where(np.abs(u) < 1.0, (1.0 - u**2) ** 2, 0.0) / errors**2
    return weights if weights.sum() > 0.0 else 1.0 / errors**2


def _bisquare(d: FloatArray, errors: FloatArray, theta: float) -> float:
    for _ in range(ITERATIONS):
        weights = _weights(d, errors, theta)
        moved = float(weights @ d / weights.sum())
        if abs(moved - theta) < 1e-10:
            break
        theta = moved
    return theta


def _loss(d: FloatArray, errors: FloatArray, theta: float) -> float:
    u = np.minimum(np.abs((d - theta) / (TUNING * errors)), 1.0)
    return float((1.0 - (1.0 - u**2) ** 3).sum())


def disagreeing(d: FloatArray, covariance: FloatArray) -> tuple[int, ...]:
    """Return positions of few items without which the rest agree.

    Parameters
    ----------
    d, covariance
        Each item's estimate, shape (n_items,), and their covariance.

    Notes
    -----
    While the rest disagrees, the item goes without which it disagrees least.
    """
    gone: list[int] = []
    left = list(range(d.size))
    while len(left) > 1 and _agreement(d, covariance, left) < AGREE:
        without = [[other for other in left if other != place] for place in left]
        kept = max(without, key=lambda rest: _agreement(d, covariance, rest))
        gone += set(left) - set(kept)
        left = kept
    return tuple(sorted(gone))


def _agreement(d: FloatArray, covariance: FloatArray, places: Sequence[int]) -> float:
    """Return the p-value of Cochran's Q for correlated estimates: 1 for a single one."""
    if len(places) < 2:
        return 1.0
    contrasts = np.diff(np.eye(len(places)), axis=0)
    spread = contrasts @ covariance[np.ix_(places, places)] @ contrasts.T
    distance = contrasts @ d[list(places)]
    weights, *_ = np.linalg.lstsq(spread, distance, rcond=None)
    return float(chdtrc(len(places) - 1, max(float(distance @ weights), 0.0)))


def has_direction(results: Sequence[Bound]) -> bool:
    """Whether some difference keeps its direction whatever single items do."""
    return any(one.with_bias.lower > 0.0 or one.with_bias.upper < 0.0 for one in results)
