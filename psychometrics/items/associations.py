"""How items go together: inter-item correlations and local dependence.

Notes
-----
*Local dependence* is what two items share beyond their factors: the residual correlation, sample
less implied, of the maximum-likelihood model with one correlated factor for each subscale. Beyond
±.20 a pair is named (COSMIN).

References
----------
Prinsen, C. A. C., et al. (2018). COSMIN guideline for systematic reviews of patient-reported
outcome measures. Quality of Life Research, 27, 1147–1157. doi:10.1007/s11136-018-1798-3
"""

from __future__ import annotations

import numpy as np

from psychometrics.cfa.competing_models import rival_model
from psychometrics.cfa.complete_data import complete_answers
from psychometrics.cfa.ml import fit_ml
from psychometrics.cfa.options import Rival, Structure
from psychometrics.cfa.standardized import residual_correlations
from psychometrics.correlation.missing import MissingPolicy
from psychometrics.correlation.polychoric import polychoric_correlations
from psychometrics.errors import EstimationError
from psychometrics.items.covariance import pairwise_correlations
from psychometrics.items.results import DependentPair, InterItem, LocalDependence
from psychometrics.responses import ResponseMatrix
from psychometrics.types import FloatArray

DEPENDENT = 0.20


def inter_item(responses: ResponseMatrix) -> InterItem:
    """Correlate the scored items, each pair over the persons who answered both.

    Parameters
    ----------
    responses
        Persons with at least one answer.
    """
    items = responses.instrument.scored_items
    answers = responses.scored
    polychoric, reason = _polychoric(answers, items)
    return InterItem(
        order=items, pearson=pairwise_correlations(answers), polychoric=polychoric, reason=reason
    )


def _polychoric(
    answers: FloatArray, items: tuple[int, ...]
) -> tuple[FloatArray | None, str | None]:
    try:
        found = polychoric_correlations(answers, items=items, missing=MissingPolicy.PAIRWISE)
    except EstimationError as error:
        return None, error.reason
    return found.correlations, None


def local_dependence(responses: ResponseMatrix) -> LocalDependence:
    """Find pairs of items that share more than their factors.

    Parameters
    ----------
    responses
        Complete rows are used.
    """
    instrument = responses.instrument
    items = instrument.scored_items
    answers = responses.scored[responses.complete]
    if len(items) < 4 or any(len(scale.items) < 2 for scale in instrument):
        return _unknown("needs four items or more, and two in each subscale")
    if answers.shape[0] < 2:
        return _unknown("fewer than two persons answered every scored item")
    try:
        sample = complete_answers(answers, items)
    except EstimationError as error:
        return _unknown(error.reason)
    fitted = fit_ml(
        rival_model(instrument, Rival(structure=Structure.CORRELATED_FACTORS)), (sample,)
    )
    if not fitted.minimum.convergence.converged:
        return _unknown(fitted.minimum.convergence.value)
    residuals = residual_correlations(fitted)
    first, second = np.triu_indices(len(items), 1)
    values = residuals[first, second]
    order = np.argsort(-np.abs(values), kind="stable")
    return LocalDependence(
        largest=float(values[order[0]]),
        threshold=DEPENDENT,
        pairs=tuple(
            DependentPair(
                items=(items[first[k]], items[second[k]]), residual_correlation=float(values[k])
            )
            for k in order
            if abs(values[k]) > DEPENDENT
        ),
        reason=None,
    )


def _unknown(reason: str) -> LocalDependence:
    return LocalDependence(largest=None, threshold=DEPENDENT, pairs=(), reason=reason)
