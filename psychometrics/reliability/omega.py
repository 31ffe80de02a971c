"""Coefficient omega from factor models of the items.

Notes
-----
Omega is the share of a sum's variance that chosen factors explain,

    ω = 1ᵀ Λ_F Φ_F Λ_Fᵀ 1 / 1ᵀ S 1,

with the loadings of maximum likelihood and the **observed** variance of the sum in the denominator
(semTools' ``compRelSEM(obs.var = TRUE)``), n in its divisor as in the likelihood:

* ``omega``: one factor of the scale's own items (congeneric model);
* ``omega_total``: one factor for each subscale;
* ``omega_hierarchical``: the general factor of the bifactor model, all factors orthogonal;
* ``omega_specific``: a subscale's group factor of the same model, over the subscale's sum.

The explained common variance is the general factor's share of the sum of squared standardized
loadings of the bifactor model.

References
----------
McDonald, R. P. (1999). Test theory: A unified treatment. Erlbaum, equations 6.20 and 6.21.

Rodriguez, A., Reise, S. P., & Haviland, M. G. (2016). Evaluating bifactor models. Psychological
Methods, 21, 137–150. doi:10.1037/met0000045
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from psychometrics.cfa.admissibility import improprieties
from psychometrics.cfa.complete_data import CompleteAnswers, complete_answers
from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.implied import GroupState, state_at
from psychometrics.cfa.ml import fit_ml, minimum_of
from psychometrics.cfa.ml_discrepancy import NormalDiscrepancy, NormalMoments
from psychometrics.cfa.model import Matrix, Model, fixed, free
from psychometrics.cfa.parameter_index import layout_of
from psychometrics.reliability.coefficient import Coefficient
from psychometrics.reliability.factor_influence import (
    StateFunction,
    gradient,
    influence_along,
)
from psychometrics.types import FloatArray


@dataclass(frozen=True)
class FittedScale:
    """A factor model of complete answers, ready to be asked for coefficients.

    Attributes
    ----------
    fitted
        The model, by robust maximum likelihood.
    sample
        The answers it was fitted to.
    """

    fitted: Fitted
    sample: CompleteAnswers

    @property
    def converged(self) -> bool:
        """Whether the iteration reached a minimum."""
        return self.fitted.minimum.convergence.converged

    @cached_property
    def improprieties(self) -> tuple[str, ...]:
        """What makes the solution improper; empty when it is proper."""
        return improprieties(self.fitted)


def one_factor_model(items: tuple[int, ...]) -> Model:
    """Build the congeneric model: one factor of unit variance, free loadings and residuals."""
    rows = range(len(items))
    table = [free(Matrix.LOADINGS, row, 0) for row in rows]
    table.append(fixed(Matrix.FACTOR_COVARIANCES, 0, 0, value=1.0))
    table += [free(Matrix.RESIDUAL_COVARIANCES, row, row) for row in rows]
    return Model(name="one-factor", items=items, factors=("general",), table=tuple(table))


def fit_scale(model: Model, answers: FloatArray) -> FittedScale:
    """Fit a model of a scale's items.

    Parameters
    ----------
    model
        Of one group, without means.
    answers
        Complete, columns in the order of the model's items, shape (n_persons, n_items).

    Raises
    ------
    EstimationError
        The covariance matrix is not positive definite.
    """
    sample = complete_answers(answers, model.items)
    return FittedScale(fitted=fit_ml(model, (sample,), robust=True), sample=sample)


def omega(
    scale: FittedScale,
    *,
    factors: Sequence[int] | None = None,
    rows: Sequence[int] | None = None,
) -> Coefficient:
    """Compute omega of a sum of items for chosen factors.

    Parameters
    ----------
    scale
        The fitted model.
    factors
        Columns of Λ whose variance counts as true; all of them if not given.
    rows
        Rows of Λ whose items are summed; all of them if not given.
    """
    chosen = np.arange(scale.fitted.layout.model.n_factors) if factors is None else list(factors)
    summed = np.arange(scale.fitted.layout.model.n_items) if rows is None else list(rows)

    def true_variance(state: GroupState) -> FloatArray:
        weights = state.loadings[..., summed, :][..., chosen].sum(axis=-2)
        covariance = state.factor_covariance[..., chosen, :][..., :, chosen]
        return np.asarray(np.einsum("...j,...jk,...k->...", weights, covariance, weights))

    deviations = scale.sample.centred[:, summed].sum(axis=1)
    observed = float((deviations**2).mean())
    value = float(true_variance(scale.fitted.states[0])) / observed
    own = (deviations**2 - observed) / (observed * deviations.size)
    return Coefficient(
        value=value, influence=_influence(scale, true_variance) / observed - value * own
    )


def omega_of_moments(moments: NormalMoments, items: tuple[int, ...]) -> float | None:
    """Compute a congeneric scale's omega from its moments alone, without a precision.

    Parameters
    ----------
    moments
        Of complete answers.
    items
        Their numbers.

    Returns
    -------
    float or None
        ``None`` when the iteration did not reach a minimum.
    """
    layout = layout_of(one_factor_model(items))
    minimum = minimum_of(NormalDiscrepancy(layout=layout, samples=(moments,)))
    if not minimum.convergence.converged:
        return None
    loadings = state_at(layout.groups[0], minimum.theta).loadings
    return float(loadings.sum() ** 2 / moments.covariance.sum())


def explained_common_variance(scale: FittedScale, general: int) -> Coefficient:
    """Compute the general factor's share of the common variance of a bifactor model.

    Parameters
    ----------
    scale
        The fitted bifactor model.
    general
        Column of the general factor.
    """

    def share(state: GroupState) -> FloatArray:
        variances = np.diagonal(state.covariance, axis1=-2, axis2=-1)
        squared = (state.loadings**2 / variances[..., None]).sum(axis=-2)
        return np.asarray(squared[..., general] / squared.sum(axis=-1))

    return Coefficient(
        value=float(share(scale.fitted.states[0])), influence=_influence(scale, share)
    )


def _influence(scale: FittedScale, function: StateFunction) -> FloatArray:
    slope = gradient(scale.fitted, function)
    found = influence_along(scale.fitted, scale.sample.centred, slope)
    return np.full(scale.sample.centred.shape[0], np.nan) if found is None else found
