"""Growth of a score over occasions.

    y_t = level + λ_t slope + ε_t        (piecewise: + λ'_t slope_after)

with level and slope random and correlated, residual variances θ_t free at each occasion, and
``slope_after`` the same for everybody. Time τ is counted from the first occasion.

============  =================================================
shape         λ_t
============  =================================================
linear        τ_t
log           ln(1 + τ_t)
latent-basis  0 first, 1 last, free in between
piecewise     min(τ_t, κ), and λ'_t = max(τ_t − κ, 0), knot κ
============  =================================================

References
----------
Meredith, W., & Tisak, J. (1990). Latent curve analysis. doi:10.1007/BF02294746.
Bollen, K. A., & Curran, P. J. (2006). Latent curve models. doi:10.1002/0471746096, chapters 2 to 4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.model import Matrix, Model, Parameter, fixed
from psychometrics.cfa.options import Estimator
from psychometrics.errors import EstimationError
from psychometrics.longitudinal.estimates import correlation, effect, variance
from psychometrics.longitudinal.options import Shape
from psychometrics.longitudinal.structural_model import Scores, fit_scores
from psychometrics.longitudinal.trajectory_results import BasisLoading, Growth, Variances
from psychometrics.positive_definite import pseudo_inverse
from psychometrics.types import FloatArray

LEAST_OCCASIONS = 3
"""With two occasions the variances of level, slope and residuals are not told apart."""

LEVEL, SLOPE, AFTER = "level", "slope", "slope_after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A shape with its knot.

    Attributes
    ----------
    shape
        The shape.
    knot
        Position of the knot among the occasions; piecewise only.
    """

    shape: Shape
    knot: int | None = None


def curves(shape: Shape, n_occasions: int, knot: int | None = None) -> tuple[Curve, ...]:
    """Return the curves of a shape: one, or one for each knot that can be searched."""
    if shape is not Shape.PIECEWISE:
        return (Curve(shape=shape),)
    places = range(1, n_occasions - 1) if knot is None else (knot,)
    return tuple(Curve(shape=shape, knot=place) for place in places)


def time_loadings(curve: Curve, times: FloatArray) -> FloatArray:
    """Return λ, and λ' for piecewise growth, shape (n_occasions, 1 or 2).

    Those of the latent basis are where its estimation starts.
    """
    if curve.shape is Shape.LOG:
        return np.asarray(np.log1p(times)[:, None])
    if curve.shape is Shape.LATENT_BASIS:
        return np.asarray((times / times[-1])[:, None])
    if curve.knot is None:
        return np.asarray(times[:, None])
    turn = times[curve.knot]
    return np.column_stack([np.minimum(times, turn), np.maximum(times - turn, 0.0)])


def growth_model(curve: Curve, times: FloatArray, scores: Scores) -> Model:
    """Return the parameter table of a growth model; it starts at the saturated moments.

    Parameters
    ----------
    curve
        The shape.
    times
        Since the first occasion, shape (n_occasions,).
    scores
        Of these occasions, in their order; further variables are left to the caller.
    """
    n = times.size
    mean, covariance = scores.answers.mean[:n], scores.answers.covariance[:n, :n]
    basis = np.column_stack([np.ones(n), _start_basis(curve, times, mean)])
    means = np.linalg.lstsq(basis, mean, rcond=None)[0]
    table = [fixed(Matrix.LOADINGS, t, 0, value=1.0) for t in range(n)]
    table += [_time_loading(curve, t, basis) for t in range(n)]
    table += [fixed(Matrix.LOADINGS, t, 2, value=basis[t, 2]) for t in range(n) if curve.knot]
    table += _variances(basis[:, :2], covariance)
    table += [
        _free(Matrix.FACTOR_MEANS, place, 0, f"{name} mean", means[place])
        for place, name in enumerate(_factors(curve))
    ]
    table += [
        _free(Matrix.RESIDUAL_COVARIANCES, t, t, f"residual {t}", 0.4 * covariance[t, t])
        for t in range(n)
    ]
    return Model(
        name=curve.shape.value,
        items=tuple(range(1, n + 1)),
        factors=_factors(curve),
        table=tuple(table),
    )


def _factors(curve: Curve) -> tuple[str, ...]:
    return (LEVEL, SLOPE) if curve.knot is None else (LEVEL, SLOPE, AFTER)


def _free(matrix: Matrix, row: int, column: int, label: str, start: float) -> Parameter:
    return Parameter(matrix=matrix, row=row, column=column, label=label, value=float(start))


def _start_basis(curve: Curve, times: FloatArray, mean: FloatArray) -> FloatArray:
    basis = time_loadings(curve, times)
    change = mean[-1] - mean[0]
    if curve.shape is Shape.LATENT_BASIS and abs(change) > 0.1 * np.ptp(mean):
        return np.asarray(np.clip((mean - mean[0]) / change, -1.0, 2.0))[:, None]
    return basis


def _time_loading(curve: Curve, t: int, basis: FloatArray) -> Parameter:
    between = 0 < t < len(basis) - 1
    if curve.shape is Shape.LATENT_BASIS and between:
        return _free(Matrix.LOADINGS, t, 1, f"basis {t}", basis[t, 1])
    return fixed(Matrix.LOADINGS, t, 1, value=basis[t, 1])


def _variances(basis: FloatArray, covariance: FloatArray) -> list[Parameter]:
    """Place the covariances of level and slope; they start at a projection of the scores'."""
    project = pseudo_inverse(basis)
    common = covariance - 0.4 * np.diag(np.diagonal(covariance))
    start = project @ common @ project.T
    largest = np.diagonal(project @ covariance @ project.T)
    level, slope = np.maximum(np.diagonal(start), 0.1 * largest)
    limit = 0.8 * np.sqrt(level * slope)
    both = float(np.clip(start[1, 0], -limit, limit))
    return [
        _free(Matrix.FACTOR_COVARIANCES, 0, 0, "level variance", level),
        _free(Matrix.FACTOR_COVARIANCES, 1, 1, "slope variance", slope),
        _free(Matrix.FACTOR_COVARIANCES, 1, 0, "level slope covariance", both),
    ]


def fit_growth(curve: Curve, times: FloatArray, scores: Scores, *, estimator: Estimator) -> Fitted:
    """Fit a growth model.

    Raises
    ------
    EstimationError
        With fewer than three occasions.
    """
    if times.size < LEAST_OCCASIONS:
        raise EstimationError(
            "growth",
            f"{times.size} occasions do not identify growth of persons; {LEAST_OCCASIONS} are "
            "needed",
        )
    return fit_scores(growth_model(curve, times, scores), scores, estimator=estimator)


def growth_of(fitted: Fitted, curve: Curve, occasions: FloatArray) -> Growth:
    """Return a growth model's parameters.

    Parameters
    ----------
    fitted, curve
        The model.
    occasions
        Session numbers, shape (n_occasions,).
    """
    piecewise = curve.knot is not None
    return Growth(
        level=effect(fitted, "level mean"),
        slope=effect(fitted, "slope mean"),
        slope_after=effect(fitted, "slope_after mean") if piecewise else None,
        knot=None if curve.knot is None else float(occasions[curve.knot]),
        variances=Variances(
            level=variance(fitted, "level variance"), slope=variance(fitted, "slope variance")
        ),
        correlation=correlation(
            fitted, "level slope covariance", "level variance", "slope variance"
        ),
        basis=_basis(fitted, occasions) if curve.shape is Shape.LATENT_BASIS else (),
    )


def _basis(fitted: Fitted, occasions: FloatArray) -> tuple[BasisLoading, ...]:
    last = occasions.size - 1
    found = []
    for t, occasion in enumerate(occasions):
        if t in (0, last):
            found.append(
                BasisLoading(
                    occasion=float(occasion), estimate=float(t == last), standard_error=None
                )
            )
            continue
        one = effect(fitted, f"basis {t}")
        assert one.estimate is not None  # noqa: S101
        found.append(
            BasisLoading(
                occasion=float(occasion),
                estimate=one.estimate,
                standard_error=one.standard_error,
            )
        )
    return tuple(found)
