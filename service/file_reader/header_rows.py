"""Which row names the columns, and which rows around it are titles, bands or questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.validation_errors import UnreadableInputError
from service.file_reader.cells import Cell, Odd, as_number, as_text, is_missing_word, tidy
from service.file_reader.limits import MAXIMUM_CELL_TEXT

LOOKED_AT = 40
"""Rows at the beginning of a file among which the header is sought."""

_IMPORT_ID = '{"ImportId"'
_GENERIC = frozenset({"", "response", "open-ended response", "other (please specify)"})
"""What SurveyMonkey writes below a question that has one answer."""

Row = tuple[int, Sequence[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Where the columns' names stand.

    Attributes
    ----------
    row
        Number of the row, from 1.
    names
        The columns' names.
    labels
        The columns' questions, where a further row gives them.
    skipped
        Numbers of rows before and after it that are no answers.
    """

    row: int
    names: tuple[str, ...]
    labels: tuple[str | None, ...]
    skipped: tuple[int, ...]


def find_header(head: Sequence[Row], n_items: int, named: int | None = None) -> Header:
    """Find the header among the first rows.

    Parameters
    ----------
    head
        Number and cells of the first rows.
    n_items
        Number of items of the form: a header may number that many columns.
    named
        Number of the header row, where somebody said it.

    Raises
    ------
    UnreadableInputError
        If no row names columns.
    """
    rows = [(number, [tidy(cell) for cell in cells]) for number, cells in head]
    place = _named_place(rows, named) if named else _likely_place(rows, n_items)
    if named is None and place + 1 < len(rows) and _continues(rows[place:]):
        place += 1
    number, cells = rows[place]
    above = [(one, line) for one, line in rows[:place] if any(cell is not None for cell in line)]
    names = _names(cells, above[-1][1] if above else [])
    skipped_below, labels = _question_rows(rows[place + 1 :], len(names), n_items)
    return Header(
        row=number,
        names=tuple(names),
        labels=(*labels, *[None] * (len(names) - len(labels))),
        skipped=(*(one for one, _ in above), *skipped_below),
    )


def _named_place(rows: Sequence[tuple[int, list[Cell]]], named: int) -> int:
    for place, (number, _) in enumerate(rows):
        if number == named:
            return place
    raise UnreadableInputError(f"The file has no row {named} near its beginning.")


def _likely_place(rows: Sequence[tuple[int, list[Cell]]], n_items: int) -> int:
    widest = max((_filled(cells) for _, cells in rows), default=0)
    if not widest:
        raise UnreadableInputError("The file is empty; its first row must name the columns.")
    for place, (_, cells) in enumerate(rows):
        if _filled(cells) >= max(1, 0.5 * widest) and _names_columns(cells, n_items):
            return place
    detail = "No row at the beginning of the file names the columns; add one, for example "
    raise UnreadableInputError(detail + "person, i1, i2, …")


def _continues(rows: Sequence[tuple[int, list[Cell]]]) -> bool:
    """Whether the next row names what a row leaves empty: SurveyMonkey's statements of a matrix."""
    first, second = rows[0][1], rows[1][1]
    added = [
        place
        for place, cell in enumerate(second)
        if isinstance(cell, str) and (place >= len(first) or first[place] is None)
    ]
    given = [cell for cell in second if cell is not None]
    below = [line for _, line in rows[2:12]]
    return (
        len(added) >= 2
        and all(isinstance(cell, str) and as_number(cell) is None for cell in given)
        and len(set(given)) == len(given)
        and all(
            second[place] not in {line[place] for line in below if place < len(line)}
            for place in added
        )
        and any(cell is not None and str(cell).lower() not in _GENERIC for cell in given)
    )


def _filled(cells: Sequence[Cell]) -> int:
    return sum(cell is not None for cell in cells)


def _names_columns(cells: Sequence[Cell], n_items: int) -> bool:
    """Whether the cells are names: texts above all, or the numbers of the items."""
    given = [cell for cell in cells if cell is not None]
    numbers = [as_number(cell) for cell in given]
    if set(range(1, n_items + 1)) <= {number for number in numbers if number is not None}:
        return True
    texts = sum(
        isinstance(cell, str) and number is None and not is_missing_word(cell)
        for cell, number in zip(given, numbers, strict=True)
    )
    repeated = Counter(cell for cell in given if isinstance(cell, str))
    answers = sum(count for count in repeated.values() if count > 2)
    return texts >= 0.6 * len(given) and answers <= 0.5 * len(given)


def _names(cells: Sequence[Cell], above: Sequence[Cell]) -> list[str]:
    """Name each column; where the row says nothing or the same twice, the row above helps."""
    width = max(len(cells), len(above)) if _is_two_rows(cells, above) else len(cells)
    below = [_text(cells, place) for place in range(width)]
    bands = _bands([_text(above, place) for place in range(width)])
    often = Counter(name for name in below if name)
    names = []
    for name, band, exact in zip(
        below, bands, (_text(above, place) for place in range(width)), strict=True
    ):
        if name.lower() in _GENERIC and exact:
            names.append(exact)
        elif name and often[name] > 1 and band:
            names.append(f"{band} {name}")
        else:
            names.append(name)
    while names and not names[-1]:
        names.pop()
    return names


def _is_two_rows(cells: Sequence[Cell], above: Sequence[Cell]) -> bool:
    """Whether the row above names columns that the header row leaves empty."""
    return any(
        _text(cells, place).lower() in _GENERIC and _text(above, place)
        for place in range(len(above))
    )


def _bands(names: Sequence[str]) -> list[str]:
    filled, last = [], ""
    for name in names:
        last = name or last
        filled.append(last)
    return filled


def _text(cells: Sequence[Cell], place: int) -> str:
    if place >= len(cells):
        return ""
    text = as_text(cells[place]) or ""
    return " ".join(text[:MAXIMUM_CELL_TEXT].split())


def _question_rows(
    below: Sequence[tuple[int, list[Cell]]], width: int, n_items: int
) -> tuple[list[int], list[str | None]]:
    """Find rows below the header that repeat the questions or name the export's columns."""
    import_ids = [
        place
        for place, (_, cells) in enumerate(below[:3])
        if any(isinstance(cell, str) and cell.startswith(_IMPORT_ID) for cell in cells)
    ]
    if import_ids:
        last = import_ids[-1]
        questions = [_text(below[0][1], place) or None for place in range(width)] if last else []
        return [number for number, _ in below[: last + 1]], questions
    if below and _is_question_row(below[0][1], [cells for _, cells in below[1:12]], n_items):
        questions = [_text(below[0][1], place) or None for place in range(width)]
        return [below[0][0]], questions
    return [], []


def _is_question_row(
    cells: Sequence[Cell], further: Sequence[Sequence[Cell]], n_items: int
) -> bool:
    """Whether a row holds questions: texts in columns that hold numbers or few labels below."""
    if len(further) < 2:
        return False
    asked = 0
    for place, cell in enumerate(cells):
        if not isinstance(cell, str) or as_number(cell) is not None or len(cell) < 8:
            continue
        later = [line[place] for line in further if place < len(line) and line[place] is not None]
        if later and _differs(cell, later):
            asked += 1
    return asked >= 0.75 * n_items


def _differs(question: str, later: Sequence[Cell]) -> bool:
    if any(isinstance(cell, Odd) for cell in later):
        return False
    if all(as_number(cell) is not None for cell in later):
        return True
    longest = max(len(str(cell)) for cell in later)
    return question not in later and len(question) > longest and len(set(later)) < len(later)


def places_of_skipped(header: Header, skip_rows: Sequence[int]) -> Mapping[int, None]:
    """Numbers of all rows that are no answers, as keys."""
    return dict.fromkeys([*header.skipped, header.row, *skip_rows])
