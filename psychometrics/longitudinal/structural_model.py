"""Fit a structural equation model to a panel of scores.

The models are parameter tables (``cfa.model``) and the estimation is that of ``cfa.fiml``: every
value of incomplete rows counts. What differs from models of items is where estimation starts, which
the table says itself, and which solutions are admissible.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from psychometrics.cfa.fiml import fit_fiml
from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.model import Model
from psychometrics.cfa.options import Estimator
from psychometrics.cfa.parameter_index import layout_of
from psychometrics.cfa.reporting import describe_fit
from psychometrics.cfa.results import FitIndices, ModelResult
from psychometrics.cfa.saturated_model import IncompleteAnswers, incomplete_answers
from psychometrics.errors import EstimationError
from psychometrics.longitudinal.results import Indices, ModelFit, ScaledStatistic
from psychometrics.positive_definite import smallest_eigenvalue
from psychometrics.types import FloatArray

_SLACK = 1e-6
_UNDETERMINED = (
    "their covariances are not determined: too few persons, or some score follows from the others"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Scores of a panel with their saturated moments.

    Attributes
    ----------
    answers
        What every model of these scores shares.
    names
        Name of each observed variable, for messages, length n_variables.
    """

    answers: IncompleteAnswers
    names: tuple[str, ...]


def scores_of(values: FloatArray, names: Sequence[str]) -> Scores:
    """Estimate means and covariances of scores, shape (n_persons, n_variables).

    Raises
    ------
    EstimationError
        When a variable does not vary, two variables are never seen together, or there are too few
        persons.
    """
    _check_spread(values, names)
    try:
        answers = incomplete_answers(values, tuple(range(1, values.shape[1] + 1)))
    except EstimationError as error:
        raise EstimationError("scores", _UNDETERMINED) from error
    return Scores(answers=answers, names=tuple(names))


def _check_spread(values: FloatArray, names: Sequence[str]) -> None:
    known = np.isfinite(values)
    present = int(known.any(axis=1).sum())
    if present <= values.shape[1]:
        raise EstimationError(
            "scores",
            f"{present} persons are too few for {values.shape[1]} scores each; more persons than "
            "scores are needed",
        )
    ones = known.astype(np.float64)
    together = ones.T @ ones
    for place, name in enumerate(names):
        column = values[known[:, place], place]
        if column.size < 2 or np.ptp(column) < 1e-12:
            raise EstimationError("scores", f"{name} does not vary between persons")
    first, second = divmod(int(together.argmin()), len(names))
    if together[first, second] < 2:
        raise EstimationError(
            "scores", f"{names[first]} and {names[second]} are seen together in too few persons"
        )


def starting_vector(model: Model) -> FloatArray:
    """Return where the table says that free parameters start, shape (n_free,)."""
    hints = {row.label: row.value for row in reversed(model.table) if row.label is not None}
    return np.array([hints[label] for label in model.labels])


def fit_scores(
    model: Model,
    scores: Scores,
    *,
    estimator: Estimator,
    starts: Sequence[FloatArray] = (),
) -> Fitted:
    """Fit a model by maximum likelihood from all scores.

    Parameters
    ----------
    model
        Every free element of its table has a start.
    scores
        The scores.
    estimator
        ML or MLR.
    starts
        Where else to start, each of shape (n_free,).
    """
    return fit_fiml(
        model,
        (scores.answers,),
        robust=estimator is Estimator.MLR,
        layout=layout_of(model),
        starts=[starting_vector(model), *starts],
    )


def improprieties(fitted: Fitted, scores: Scores) -> tuple[str, ...]:
    """Say in sentences what makes a solution improper; empty when it is proper."""
    found = []
    if not fitted.minimum.convergence.converged:
        found.append(fitted.minimum.convergence.value)
    if fitted.parameter_covariance is None:
        found.append(
            "The information matrix is singular: these scores do not identify the model, so there "
            "are no standard errors."
        )
    found += _negative_variances(fitted, scores)
    found += _indefinite(fitted)
    return tuple(found)


def _negative_variances(fitted: Fitted, scores: Scores) -> Iterator[str]:
    state, factors = fitted.states[0], fitted.layout.model.factors
    for name, value in zip(scores.names, np.diagonal(state.residual_covariance), strict=True):
        if value < -_SLACK:
            yield f"The residual variance of {name} is negative."
    for name, value in zip(factors, np.diagonal(state.disturbance_covariance), strict=True):
        if value < -_SLACK:
            yield f"The variance of {name} is negative."


def _indefinite(fitted: Fitted) -> Iterator[str]:
    """Judge the implied covariances of factors that vary."""
    covariance = fitted.states[0].factor_covariance
    varies = np.diagonal(covariance) != 0.0
    kept = covariance[np.ix_(varies, varies)]
    variances = np.diagonal(kept)
    if not kept.size:
        return
    if (variances > 0.0).all():
        r = np.abs(np.tril(kept / np.sqrt(np.outer(variances, variances)), -1))
        if (r > 1.0 + _SLACK).any():
            yield "A correlation of factors exceeds one."
    if smallest_eigenvalue(kept) < -_SLACK:
        yield "The factors' covariance matrix is not positive definite."


def model_fit(
    fitted: Fitted, scores: Scores, *, estimator: Estimator, cautions: tuple[str, ...] = ()
) -> ModelFit:
    """Return how a model fits; an improper solution has no fit indices."""
    shown = describe_fit(fitted, cautions=cautions, improper=improprieties(fitted, scores))
    if not shown.proper:
        nothing = FitIndices(
            cfi=None, tli=None, rmsea=None, rmsea_interval=None, rmsea_close_fit_p=None
        )
        shown = replace(shown, indices=nothing, srmr=None, scaled_indices=None, robust_indices=None)
    return _converted(shown, estimator)


def _converted(shown: ModelResult, estimator: Estimator) -> ModelFit:
    scaled = shown.scaled
    return ModelFit(
        model=shown.model,
        estimator=estimator.value,
        converged=shown.converged,
        proper=shown.proper,
        cautions=shown.cautions,
        n_persons=shown.n_persons,
        n_parameters=shown.n_parameters,
        chi_square=shown.chi_square,
        df=shown.df,
        p_value=shown.p_value,
        scaled=None
        if scaled is None
        else ScaledStatistic(
            chi_square=scaled.chi_square,
            df=scaled.df,
            p_value=scaled.p_value,
            scaling_factor=scaled.scaling_factor,
            shift=scaled.shift,
        ),
        cfi=shown.indices.cfi,
        tli=shown.indices.tli,
        rmsea=shown.indices.rmsea,
        rmsea_interval=shown.indices.rmsea_interval,
        srmr=shown.srmr,
        scaled_indices=_indices(shown.scaled_indices),
        robust_indices=_indices(shown.robust_indices),
        log_likelihood=shown.log_likelihood,
        aic=shown.aic,
        bic=shown.bic,
    )


def _indices(indices: FitIndices | None) -> Indices | None:
    if indices is None:
        return None
    return Indices(cfi=indices.cfi, tli=indices.tli, rmsea=indices.rmsea)
