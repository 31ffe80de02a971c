"""The bifactor model of the total as a result."""

from __future__ import annotations

import numpy as np

from psychometrics.errors import EstimationError
from psychometrics.irt.bifactor import Bifactor, fit_bifactor
from psychometrics.irt.results import BifactorItem, BifactorModel
from psychometrics.responses import ResponseMatrix

_COARSE = (
    "The traits are measured so sharply that the integration does not resolve them: the "
    "log-likelihood, and with it AIC and BIC, may be off by more than .01."
)


def bifactor_results(responses: ResponseMatrix, items: tuple[int, ...]) -> BifactorModel:
    """Fit the bifactor model of all items, or say why it cannot be fitted.

    Parameters
    ----------
    responses
        Answers as given.
    items
        The total's items, each of which belongs to a subscale.
    """
    subscales = [str(responses.instrument.subscale_of(item)) for item in items]
    names = list(dict.fromkeys(subscales))
    answers = responses.recoded[:, np.asarray(items) - 1]
    membership = np.array([names.index(name) for name in subscales])
    n_persons = int(np.isfinite(answers).any(axis=1).sum())
    try:
        found = fit_bifactor(answers, membership, items)
    except EstimationError as error:
        return BifactorModel(
            log_likelihood=None,
            n_parameters=None,
            aic=None,
            bic=None,
            explained_common_variance=None,
            items=(),
            reason=error.reason,
            cautions=(),
        )
    deviance = -2.0 * found.log_likelihood
    return BifactorModel(
        log_likelihood=found.log_likelihood,
        n_parameters=found.n_parameters,
        aic=deviance + 2.0 * found.n_parameters,
        bic=deviance + found.n_parameters * float(np.log(n_persons)),
        explained_common_variance=found.explained_common_variance,
        items=_items(found, items, subscales),
        reason=None,
        cautions=() if found.resolved else (_COARSE,),
    )


def _items(
    found: Bifactor, items: tuple[int, ...], subscales: list[str]
) -> tuple[BifactorItem, ...]:
    loadings, general, specific = found.loadings, found.general_errors, found.specific_errors
    return tuple(
        BifactorItem(
            item=item,
            subscale=subscales[place],
            general=float(found.general[place]),
            general_standard_error=None if general is None else float(general[place]),
            specific=float(found.specific[place]),
            specific_standard_error=None if specific is None else float(specific[place]),
            general_loading=float(loadings[place, 0]),
            specific_loading=float(loadings[place, 1]),
        )
        for place, item in enumerate(items)
    )
