"""Growth with auxiliary variables, on which dropout may depend.

Auxiliary variables are not explained: they correlate freely with each other and with the residual
of every score (Graham's saturated correlates). The growth model keeps its meaning and its degrees
of freedom; what the auxiliary variables say of missing scores enters the likelihood.

References
----------
Graham, J. W. (2003). Adding missing-data-relevant variables to FIML-based structural equation
    models. doi:10.1207/S15328007SEM1001_4.
"""

from __future__ import annotations

from dataclasses import replace

from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.model import Matrix, Model, Parameter
from psychometrics.cfa.options import Estimator
from psychometrics.longitudinal.growth import Curve, growth_model
from psychometrics.longitudinal.structural_model import Scores, fit_scores
from psychometrics.types import FloatArray


def with_auxiliary(model: Model, scores: Scores) -> Model:
    """Add the variables of ``scores`` that the model does not have, freely correlated.

    Parameters
    ----------
    model
        Of the first variables of ``scores``.
    scores
        With the auxiliary variables behind them.
    """
    n, total = model.n_items, len(scores.names)
    mean, covariance = scores.answers.mean, scores.answers.covariance
    rows = [
        _free(Matrix.RESIDUAL_COVARIANCES, a, b, covariance[a, b] if b >= n else 0.0)
        for a in range(n, total)
        for b in range(a + 1)
    ]
    rows += [_free(Matrix.INTERCEPTS, a, 0, mean[a]) for a in range(n, total)]
    return replace(model, items=tuple(range(1, total + 1))).with_rows(*rows)


def _free(matrix: Matrix, row: int, column: int, start: float) -> Parameter:
    label = f"auxiliary {matrix.value} {row},{column}"
    return Parameter(matrix=matrix, row=row, column=column, label=label, value=float(start))


def fit_with_auxiliary(
    curve: Curve, times: FloatArray, scores: Scores, *, estimator: Estimator
) -> Fitted:
    """Fit a growth model whose scores come first among the variables of ``scores``."""
    model = with_auxiliary(growth_model(curve, times, scores), scores)
    return fit_scores(model, scores, estimator=estimator)
