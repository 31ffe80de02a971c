"""What the different cells of the item columns say: numbers, labels, missing, or no answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from service.file_reader.cells import (
    NO_ANSWER_WORDS,
    Cell,
    Odd,
    as_number,
    as_text,
    folded,
    is_date,
    is_missing_word,
)
from service.file_reader.limits import CLOSELY_LOOKED_AT

_NUMBER_FIRST = re.compile(r"[(\[]?([+-]?[0-9]{1,4})[)\]]?\s*[-–—=:.,)/]?\s*(\D.*)")
_NUMBER_LAST = re.compile(r"(\D*[^\s\d(\[=:–—-])\s*[-–—=:]?\s*[(\[]\s*([+-]?[0-9]{1,4})\s*[)\]]")
_NUMBER_AFTER_SIGN = re.compile(r"(\D*[^\s\d(\[=:–—-])\s*[-–—=:]\s*([0-9]{1,4})")
_CODE = re.compile(r"(AO?)0*([0-9]{1,3})")


@dataclass(slots=True, kw_only=True)
class CellReading:
    """All different cells of the item columns, told apart.

    Attributes
    ----------
    numbers
        Number by cell.
    missing
        Cells that stand for a missing answer by common use.
    labels
        Cells that are texts without a number, by their folded text.
    labelled
        Folded label by number, where a cell says both.
    odd
        What a cell is instead of an answer, by cell.
    pairs
        Folded label by cell, where a cell says number and label.
    contradictory
        Whether cells give one number several labels, or one label several numbers.
    """

    numbers: dict[Cell, float] = field(default_factory=dict)
    missing: set[Cell] = field(default_factory=set)
    labels: dict[Cell, str] = field(default_factory=dict)
    labelled: dict[float, str] = field(default_factory=dict)
    pairs: dict[Cell, str] = field(default_factory=dict)
    odd: dict[Cell, str] = field(default_factory=dict)
    contradictory: bool = False


def read_cells(
    cells: Iterable[Cell], missing: Iterable[str], labels: Mapping[str, int]
) -> CellReading:
    """Tell cells apart.

    Parameters
    ----------
    cells
        The different cells of all item columns.
    missing, labels
        What a mapping says of them.
    """
    reading = CellReading()
    said_missing = {folded(text) for text in missing}
    said = {folded(text): float(number) for text, number in labels.items()}
    texts: list[str] = []
    for cell in cells:
        text = as_text(cell)
        known = None if text is None else folded(text)
        number = as_number(cell)
        if cell is None or known in said_missing:
            reading.missing.add(cell)
        elif known in said:
            reading.numbers[cell] = said[str(known)]
        elif number is not None:
            reading.numbers[cell] = number
        elif is_missing_word(cell):
            reading.missing.add(cell)
        elif (what := _no_answer(cell)) is not None:
            reading.odd[cell] = what
        else:
            texts.append(str(cell))
    _read_texts(reading, texts)
    return reading


def _no_answer(cell: Cell) -> str | None:
    """Say what a cell is that can be no answer."""
    if isinstance(cell, Odd):
        return cell.value
    if is_date(cell):
        return Odd.DATE.value
    percentage = isinstance(cell, str) and cell.endswith("%") and as_number(cell[:-1]) is not None
    return "a percentage" if percentage else None


def _read_texts(reading: CellReading, texts: list[str]) -> None:
    codes = {text: code for text in texts if (code := _CODE.fullmatch(text)) is not None}
    if len(codes) > 1 or len(codes) == len(texts):
        reading.numbers |= {text: float(code[2]) for text, code in codes.items()}
        texts = [text for text in texts if text not in codes]
    plain = set(reading.numbers.values())
    for text in texts:
        pair = _number_and_label(text[:CLOSELY_LOOKED_AT])
        if pair is None:
            reading.labels[text] = folded(text)
            continue
        number, label = pair
        if number in plain:
            continue  # "3 (not sure)" beside "3" is a remark, no answer of the scale
        reading.pairs[text] = label
        if reading.labelled.setdefault(number, label) != label:
            reading.contradictory = True
        reading.numbers[text] = number
    if len(set(reading.labelled.values())) < len(reading.labelled):
        reading.contradictory = True


def _number_and_label(text: str) -> tuple[float, str] | None:
    """Read ``4 - Often``, ``(4) Often``, ``4 (Often)``, ``Often (4)`` and ``Often = 4``."""
    match = _NUMBER_FIRST.fullmatch(text)
    if match is not None:
        label = folded(match[2]).strip(" ()[].-–—=:")
        if label and label[0].isalpha() and not any(sign.isdigit() for sign in label):
            return float(match[1]), label
    match = _NUMBER_LAST.fullmatch(text) or _NUMBER_AFTER_SIGN.fullmatch(text)
    if match is not None and any(sign.isalpha() for sign in match[1]):
        return float(match[2]), folded(match[1])
    return None


def says_no_answer(label: str) -> bool:
    """Whether a folded label says that nothing was answered."""
    return label in NO_ANSWER_WORDS or label.strip(".") in NO_ANSWER_WORDS
