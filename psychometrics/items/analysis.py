"""The kind ``items``: every item by itself, and the key."""

from __future__ import annotations

import numpy as np

from psychometrics.errors import OptionError
from psychometrics.instrument import Instrument
from psychometrics.items.associations import inter_item, local_dependence
from psychometrics.items.careless import careless
from psychometrics.items.contradiction import contradictions
from psychometrics.items.distribution import category_counts, standardized_moment
from psychometrics.items.item_rest import scale_item_rest
from psychometrics.items.key_check import key_check
from psychometrics.items.key_recovery import compare_forms, find_key
from psychometrics.items.missingness import missingness
from psychometrics.items.options import ItemsOptions
from psychometrics.items.response_range import already_reversed, range_suspicions
from psychometrics.items.results import (
    FormFit,
    ItemsResult,
    ItemStatistics,
    KeyFinding,
    RangeSuspicion,
    ScaleDistribution,
)
from psychometrics.responses import ResponseMatrix
from psychometrics.scoring.prorate import score
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

    Raises
    ------
    OptionError
        Published sums of a subscale that the form does not have, or in a column that the sample
        does not have or that is not numeric.
    """
    progress(0, 2, "items")
    key_forensics = _key_forensics(responses, options)
    used = responses.rows(np.asarray(np.isfinite(responses.answers).any(axis=1)))
    item_rest = scale_item_rest(used.instrument, used.recoded)
    items = tuple(
        _item_statistics(used.instrument, item, used.recoded[:, item - 1], item_rest[item - 1])
        for item in range(1, used.instrument.n_items + 1)
    )
    progress(1, 2, "associations")
    associations, dependence = inter_item(used), local_dependence(used)
    progress(2, 2, "done")
    return ItemsResult(
        n_persons=used.n_persons,
        items=items,
        key_check=key_check(items),
        scales=_scales(used),
        inter_item=associations,
        missing=missingness(used.answers),
        careless=careless(used),
        response_range=_range(used),
        contradictions=contradictions(used),
        local_dependence=dependence,
        key_forensics=key_forensics,
        form_check=_form_check(used, options),
        cautions=_cautions(items, used.n_persons),
    )


def _form_check(used: ResponseMatrix, options: ItemsOptions) -> tuple[FormFit, ...] | None:
    """Ask which of the definitions the answers fit best, if there are others to compare with."""
    if not options.compare_with:
        return None
    return compare_forms((used.instrument, *options.compare_with), used.answers)


def _key_forensics(
    responses: ResponseMatrix, options: ItemsOptions
) -> dict[str, KeyFinding] | None:
    if not options.published_sums:
        return None
    sums = {
        subscale: _published(responses, subscale, column)
        for subscale, column in options.published_sums.items()
    }
    return find_key(responses.instrument, responses.answers, sums)


def _published(responses: ResponseMatrix, subscale: str, column: str) -> FloatArray:
    option = f"published_sums/{subscale}"
    if subscale not in responses.instrument.subscales:
        known = ", ".join(responses.instrument.subscales)
        raise OptionError(option, f"the instrument has no such subscale; it has {known}")
    if column not in responses.columns:
        raise OptionError(option, f"needs a column {column!r}, which the sample does not have")
    values = responses.columns[column]
    if not np.issubdtype(values.dtype, np.number):
        raise OptionError(option, f"the column {column!r} must hold numbers only")
    return np.asarray(values, dtype=np.float64)


def _range(responses: ResponseMatrix) -> tuple[RangeSuspicion, ...]:
    instrument = responses.instrument
    return (
        *range_suspicions(responses.answers, instrument.minimum, instrument.maximum),
        *already_reversed(instrument, responses.answers),
    )


def _scales(responses: ResponseMatrix) -> dict[str, ScaleDistribution]:
    instrument = responses.instrument
    scored = score(instrument, responses.answers)
    n_items = {scale.name: len(scale.items) for scale in instrument}
    found = {}
    for column, name in enumerate(scored.scales):
        scores = scored.scores[:, column]
        size = n_items.get(name, len(instrument.scored_items))
        found[name] = _distribution(
            scores[np.isfinite(scores)], size * instrument.minimum, size * instrument.maximum
        )
    return found


def _distribution(scores: FloatArray, lowest: int, highest: int) -> ScaleDistribution:
    n_scored = int(scores.size)
    return ScaleDistribution(
        n_scored=n_scored,
        mean=float(scores.mean()) if n_scored else None,
        sd=float(scores.std(ddof=1)) if n_scored > 1 else None,
        skewness=standardized_moment(scores, 3),
        floor=float((scores == lowest).mean()) if n_scored else None,
        ceiling=float((scores == highest).mean()) if n_scored else None,
    )


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
        return (
            "the rest of its subscale does not vary, or too few answered it together with the item"
        )
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
