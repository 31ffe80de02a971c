"""Labels of answers: in which order they stand, and whether numbers contradict them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from psychometrics.instrument import Instrument
from service.file_reader.answer_cells import says_no_answer
from service.file_reader.cells import folded
from service.file_reader.questions import Choice, Remarks, columns_word, listed
from service.file_reader.vocabulary import AnswerScale, answer_scales

LABEL_DIRECTION = "label-direction"
"""Code of the question whether the numbers or their labels are right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledNumbers:
    """Item columns whose numbers have the same labels.

    Attributes
    ----------
    labels
        Folded label by number, without those that say that nothing was answered.
    written
        The texts that a mapping names, by folded label.
    columns
        Names of the columns.
    """

    labels: Mapping[float, str]
    written: Mapping[str, Sequence[str]]
    columns: Sequence[str]


def labelled_numbers(
    labels: Mapping[float, str], instrument: Instrument, columns: Sequence[str]
) -> LabelledNumbers:
    """Gather the answers among value labels; of too many only those in the form's range."""
    answers = {number: text for number, text in labels.items() if not says_no_answer(folded(text))}
    if len(answers) > instrument.n_categories:
        low, high = instrument.minimum, instrument.maximum
        answers = {number: text for number, text in answers.items() if low <= number <= high}
    return LabelledNumbers(
        labels={number: folded(text) for number, text in answers.items()},
        written={folded(text): (text,) for text in answers.values()},
        columns=columns,
    )


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


def check_directions(
    groups: Sequence[LabelledNumbers], instrument: Instrument, remarks: Remarks
) -> None:
    """Ask where numbers contradict the order of their labels, in a file's head or in its cells."""
    against = [one for one in groups if _contradicts(one, instrument)]
    against = against or _contradicting_each_other(groups)
    if not against:
        return
    labels = {label for one in groups for label in one.labels.values()}
    scale = _scale_of(labels, instrument) or _any_scale(labels)
    columns = [name for one in against for name in one.columns]
    choices = [
        Choice(label="the numbers are right as they stand", mapping={"accept": [LABEL_DIRECTION]})
    ]
    if scale is not None and len(scale.labels) == instrument.n_categories:
        numbered = _numbered(scale.labels, instrument)
        said = {
            text: number
            for label, number in numbered.items()
            for text in dict.fromkeys(text for one in groups for text in one.written.get(label, ()))
        }
        order = " < ".join(_written_once(scale.labels, groups))
        choices.insert(0, Choice(label=f"the labels are right: {order}", mapping={"labels": said}))
    if scale is not None or len(groups) > 1:
        what = "the numbers do not follow the order of their labels"
        if len(against) < len(groups):
            what += " as in the other item columns"
    else:
        what = "the numbers follow the alphabet of their labels, as AUTORECODE makes them"
    lowest, label = min(against[0].labels.items())
    shown = against[0].written[label][0]
    number = int(lowest) if float(lowest).is_integer() else lowest
    remarks.ask(
        LABEL_DIRECTION,
        f"In {columns_word(columns)} {what} ({number} is {listed([shown])}): which of the two is "
        "right?",
        columns,
        *choices,
    )


def _written_once(order: Sequence[str], groups: Sequence[LabelledNumbers]) -> list[str]:
    written = {label: texts[0] for one in groups for label, texts in one.written.items()}
    return [written[label] for label in order if label in written]


def _contradicts(one: LabelledNumbers, instrument: Instrument) -> bool:
    """Whether the numbers run against a known order, or follow the alphabet of unknown labels."""
    by_number = [one.labels[number] for number in sorted(one.labels)]
    if len(by_number) < 2:
        return False
    scale = _scale_of(set(by_number), instrument) or _any_scale(set(by_number))
    if scale is None:
        return len(by_number) >= 4 and by_number == sorted(by_number)
    ranks = [scale.labels.index(label) for label in by_number]
    return ranks != sorted(ranks)


def _contradicting_each_other(groups: Sequence[LabelledNumbers]) -> list[LabelledNumbers]:
    """Return the rarer groups of columns that give a label another number than the others do."""
    if len(groups) < 2:
        return []
    usual = max(groups, key=lambda one: len(one.columns))
    numbers = {label: number for number, label in usual.labels.items()}
    return [
        one
        for one in groups
        if any(numbers.get(label, number) != number for number, label in one.labels.items())
    ]


def _any_scale(labels: set[str]) -> AnswerScale | None:
    return next((scale for scale in answer_scales() if labels <= set(scale.labels)), None)
