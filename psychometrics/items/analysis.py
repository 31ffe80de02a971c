"""The kind ``items``: every item by itself, and the key."""

from __future__ import annotations

import numpy as np

from psychometrics.instrument import Instrument
from psychometrics.items.covariance import pairwise_covariance
from psychometrics.items.distribution import category_counts, standardized_moment
from psychometrics.items.item_rest import item_rest_correlations
from psychometrics.items.key_check import key_check
from psychometrics.items.options import ItemsOptions
from psychometrics.items.results import ItemsResult, ItemStatistics
from psychometrics.responses import ResponseMatrix
from psychometrics.types import FloatArray, Progress


def analyse(responses: ResponseMatrix, options: ItemsOptions, *, progress: Progress) -> ItemsResult:
    """Describe every item and check the key.

    Parameters
    ----------
    responses
        Answers as given; each item uses the persons who answered it.
    options
        What was chosen.
    progress
        Called as the work goes on.
    """
    del options
    progress(0, 1, "items")
    used = responses.rows(np.asarray(np.isfinite(responses.answers).any(axis=1)))
    item_rest = _item_rest_of_form(used)
    items = tuple(
        _item_statistics(used.instrument, item, used.recoded[:, item - 1], item_rest[item - 1])
        for item in range(1, used.instrument.n_items + 1)
    )
    progress(1, 1, "items")
    return ItemsResult(
        n_persons=used.n_persons,
        items=items,
        key_check=key_check(items),
        cautions=_cautions(items, used.n_persons),
    )


def _item_rest_of_form(responses: ResponseMatrix) -> FloatArray:
    correlations = np.full(responses.instrument.n_items, np.nan)
    recoded = responses.recoded
    for scale in responses.instrument:
        covariance = pairwise_covariance(recoded[:, scale.columns])
        correlations[scale.columns] = item_rest_correlations(covariance)
    return correlations


def _item_statistics(
    instrument: Instrument, item: int, column: FloatArray, item_rest: float
) -> ItemStatistics:
    answers = column[np.isfinite(column)]
    n_answered = int(answers.size)
    counts = category_counts(answers, instrument.minimum, instrument.maximum)
    fourth = standardized_moment(answers, 4)
    item_rest_correlation = float(item_rest) if np.isfinite(item_rest) else None
    return ItemStatistics(
        item=item,
        subscale=instrument.subscale_of(item),
        n_answered=n_answered,
        missing=1.0 - n_answered / column.size if column.size else 1.0,
        mean=float(answers.mean()) if n_answered else None,
        sd=float(answers.std(ddof=1)) if n_answered > 1 else None,
        skewness=standardized_moment(answers, 3),
        kurtosis=None if fourth is None else fourth - 3.0,
        floor=counts[0] / n_answered if n_answered else None,
        ceiling=counts[-1] / n_answered if n_answered else None,
        category_counts=counts,
        item_rest_correlation=item_rest_correlation,
        reason=_reason(instrument, item, answers, item_rest_correlation),
    )


def _reason(
    instrument: Instrument, item: int, answers: FloatArray, item_rest: float | None
) -> str | None:
    if answers.size == 0:
        return "nobody answered it"
    if answers.size == 1:
        return "only one person answered it"
    if np.ptp(answers) == 0.0:
        return "all answers are the same"
    subscale = instrument.subscale_of(item)
    if subscale is None:
        return "it belongs to no subscale, so there is no rest to correlate it with"
    if len(instrument.subscales[subscale].items) == 1:
        return "its subscale has no other item to correlate it with"
    if item_rest is None:
        return "the rest of its subscale does not vary or was not answered together with it"
    return None


def _cautions(items: tuple[ItemStatistics, ...], n_persons: int) -> tuple[str, ...]:
    silent = [item.item for item in items if item.n_answered == 0]
    constant = [item.item for item in items if item.n_answered > 1 and item.sd == 0.0]
    cautions = []
    if n_persons < 2:
        cautions.append("Fewer than two persons answered: nothing about variation can be said.")
    if silent:
        cautions.append(f"Nobody answered item(s) {_numbers(silent)}.")
    if constant:
        cautions.append(f"All answers are the same to item(s) {_numbers(constant)}.")
    return tuple(cautions)


def _numbers(items: list[int]) -> str:
    return ", ".join(str(item) for item in items)
