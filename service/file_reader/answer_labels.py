"""Labels of answers: in which order they stand, and whether numbers contradict them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from psychometrics.instrument import Instrument
from service.file_reader.answer_cells import says_no_answer
from service.file_reader.cells import folded
from service.file_reader.questions import Choice, Remarks, listed
from service.file_reader.vocabulary import AnswerScale, answer_scales


def resolve_labels(
    labels: Mapping[str, str],
    instrument: Instrument,
    columns: Sequence[str],
    remarks: Remarks,
    *,
    shown: Collection[str],
    with_numbers: bool,
) -> tuple[dict[str, int], set[str]]:
    """Turn labels into answers, or ask for their order.

    Parameters
    ----------
    labels
        A label as it is written, by its folded text.
    instrument
        The form.
    columns
        Names of the item columns that hold labels.
    remarks
        Gathers what is asked and said.
    shown
        Labels that may be named: those that recur.
    with_numbers
        Whether other cells hold numbers.

    Returns
    -------
    answers, missing
        Answer by folded label, and folded labels that are asked about as missing.
    """
    missing = {label for label in labels if says_no_answer(label)}
    if missing:
        names = sorted(labels[label] for label in missing)
        remarks.ask(
            "missing-label",
            f"Are cells that say {listed(names)} missing answers?",
            columns,
            Choice(label="yes, missing", mapping={"missing": names}),
        )
    answers = {label: written for label, written in labels.items() if label not in missing}
    if not answers:
        return {}, missing
    scale = _scale_of(set(answers), instrument)
    if (
        scale is not None
        and instrument.id in scale.anchors_of
        and not (with_numbers and _is_within(answers, scale))
    ):
        order = _written(scale.labels, answers)
        remarks.note(f"Labels were read in the order of the form: {' < '.join(order)}.")
        return _numbered(scale.labels, instrument), missing
    _ask_order(answers, scale, instrument, columns, remarks, shown=shown)
    return {}, missing


def are_known_labels(labels: Collection[str]) -> bool:
    """Whether all texts are labels of one known scale, or say that nothing was answered."""
    answers = {label for label in labels if not says_no_answer(label)}
    return not answers or _any_scale(answers) is not None


def _is_within(labels: Collection[str], scale: AnswerScale) -> bool:
    """Whether labels are more than the two ends of a scale."""
    return not set(labels) <= {scale.labels[0], scale.labels[-1]}


def _scale_of(labels: set[str], instrument: Instrument) -> AnswerScale | None:
    """Find the one scale of as many points that has all labels; the form's own first."""
    fitting = [
        scale
        for scale in answer_scales()
        if labels <= set(scale.labels) and len(scale.labels) == instrument.n_categories
    ]
    own = [scale for scale in fitting if instrument.id in scale.anchors_of]
    if own:
        return own[0]
    return fitting[0] if fitting else None


def _written(order: Sequence[str], labels: Mapping[str, str]) -> list[str]:
    return [labels.get(label, label) for label in order]


def _numbered(order: Sequence[str], instrument: Instrument) -> dict[str, int]:
    return {label: instrument.minimum + place for place, label in enumerate(order)}


def _ask_order(
    labels: Mapping[str, str],
    scale: AnswerScale | None,
    instrument: Instrument,
    columns: Sequence[str],
    remarks: Remarks,
    *,
    shown: Collection[str],
) -> None:
    low, high = instrument.minimum, instrument.maximum
    if len(labels) > instrument.n_categories:
        remarks.ask(
            "too-many-labels",
            f"The item columns hold {len(labels)} different texts, the form has "
            f"{instrument.n_categories} answers ({low} to {high}): say in a mapping what each "
            "stands for (labels, missing), or choose the form that was answered.",
            columns,
        )
        return
    order = list(labels) if scale is None else list(scale.labels)
    proposed = {labels.get(label, label): low + place for place, label in enumerate(order)}
    reverse = {label: low + high - number for label, number in proposed.items()}
    choices = () if scale is None else (
        Choice(label=" < ".join(proposed), mapping={"labels": proposed}),
        Choice(label=" < ".join(list(proposed)[::-1]), mapping={"labels": reverse}),
    )  # fmt: skip
    named = [labels.get(label, label) for label in order if scale is not None or label in shown]
    which = f": {listed(named)}" if named else ""
    remarks.ask(
        "label-order",
        f"Which answer ({low} to {high}) does each label of the items stand for{which}?",
        columns,
        *choices,
        labels=[labels.get(label, label) for label in order],
    )


def check_value_labels(
    value_labels: Mapping[float, str],
    instrument: Instrument,
    columns: Sequence[str],
    remarks: Remarks,
) -> None:
    """Ask where the numbers of a statistics file contradict the order of their labels."""
    labels = {
        number: folded(text) for number, text in value_labels.items()
        if not says_no_answer(folded(text)) and instrument.minimum <= number <= instrument.maximum
    }  # fmt: skip
    if len(labels) < 2:
        return
    by_number = [labels[number] for number in sorted(labels)]
    scale = _scale_of(set(by_number), instrument) or _any_scale(set(by_number))
    written = {folded(text): text for text in value_labels.values()}
    if scale is None:
        if len(by_number) >= 4 and by_number == sorted(by_number):
            _ask_contradiction(labels, None, written, instrument, columns, remarks)
        return
    ranks = [scale.labels.index(label) for label in by_number]
    if ranks != sorted(ranks):
        _ask_contradiction(labels, scale, written, instrument, columns, remarks)


def _any_scale(labels: set[str]) -> AnswerScale | None:
    return next((scale for scale in answer_scales() if labels <= set(scale.labels)), None)


def _ask_contradiction(
    labels: Mapping[float, str],
    scale: AnswerScale | None,
    written: Mapping[str, str],
    instrument: Instrument,
    columns: Sequence[str],
    remarks: Remarks,
) -> None:
    as_stored = {written[label]: int(number) for number, label in sorted(labels.items())}
    choices = [Choice(label="the numbers are right as they stand", mapping={"labels": as_stored})]
    if scale is not None and len(scale.labels) == instrument.n_categories:
        by_label = {
            written.get(label, label): number
            for label, number in _numbered(scale.labels, instrument).items()
            if label in written
        }
        order = " < ".join(by_label)
        choices.insert(
            0, Choice(label=f"the labels are right: {order}", mapping={"labels": by_label})
        )
        what = "the numbers do not follow the order of their labels"
    else:
        what = "the numbers follow the alphabet of their labels, as AUTORECODE makes them"
    remarks.ask(
        "label-direction",
        f"In the item columns {what} ({instrument.minimum} is {listed([next(iter(as_stored))])}): "
        "which of the two is right?",
        columns,
        *choices,
    )
