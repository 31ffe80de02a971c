"""Look a finished document through for counts of 10 persons or fewer.

Results are protected where they are made; here every format is read again as a stranger would read
it. A cell of the result that still shows or gives away a small count is withheld; a document that
does so all the same is not delivered.

Three readings: of the result's numbers by their names (counts, and shares with the number they are
a share of), of numbers of persons against each other, and of the text, sentence by sentence and
cell by cell (numbers of people in words, and columns that count people).

References
----------
CMS cell size suppression policy; see :mod:`psychometrics.disclosure`.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any

from psychometrics.disclosure import is_small, protected_proportion, protected_sentence
from schemas.responses.covariates import is_number
from service.differencing_control import told_by_differences
from service.reports.document.elements import (
    Bullets,
    Document,
    Figure,
    Note,
    Paragraph,
    Section,
    Table,
)

_SIZES = ("n_persons", "n_pairs", "n_answered", "n_scored", "n_responses", "n_complete", "n")
_COUNTS = frozenset({*_SIZES, "n_flagged", "n_screened", "n_missing", "n_set_aside", "unmatched"})
_LISTS = frozenset({"category_counts"})
_SHARES = ("missing", "floor", "ceiling")
_COUNTING = re.compile(r"^(n\b.*|Pairs|Persons|Found)$")
_NOT_STUDIED = frozenset({"context", "references", "sizes"})
_WHOLE = re.compile(r"^\d[\d,]*$")
_NAMED = re.compile(r"\b[nN] = (\d[\d,]*+)(?!\.\d)")


class Finding(str):
    """Where a small count is shown, without the count."""

    __slots__ = ()


class DisclosureError(Exception):
    """The document would tell of 10 persons or fewer.

    Parameters
    ----------
    findings
        Where, never how many.
    """

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(
            "The report would show or give away a count of 10 persons or fewer and is withheld."
        )
        self.findings = findings


def findings_in_result(result: Mapping[str, Any]) -> list[Finding]:
    """Look for small counts in a result's numbers.

    Returns
    -------
    list of Finding
        JSON pointers, empty when nothing is shown that must not be.
    """
    return [*_in_block(result, ""), *_in_differences(result)]


def withheld(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return a result without what it tells of few persons.

    A number that must not be shown becomes ``None``, a sentence gets words for it; nothing else
    changes.
    """
    kept: dict[str, Any] = copy.deepcopy(dict(result))
    for pointer in findings_in_result(kept):
        *path, last = pointer.split("/")[1:]
        place: Any = kept
        for step in path:
            place = place[int(step)] if isinstance(place, list) else place[step]
        key: Any = int(last) if isinstance(place, list) else last
        told = place[key]
        place[key] = protected_sentence(told) if isinstance(told, str) else None
    return kept


def findings_in_document(document: Document) -> list[Finding]:
    """Look for small counts in everything that a document says."""
    answer = document.answer
    sentences = (answer.sentence, *answer.because, *answer.would_change_it)
    found = [
        Finding(f"answer, sentence {place}")
        for place, text in enumerate(sentences, start=1)
        if _tells(text)
    ]
    for section in document.sections:
        found += _in_section(section)
    return found


def findings_in_text(text: str) -> list[Finding]:
    """Look for small counts in running text, as taken out of a finished file."""
    return [
        Finding(f"line {place}")
        for place, line in enumerate(text.splitlines(), start=1)
        if _tells(line)
    ]


def _in_differences(result: Mapping[str, Any]) -> Iterator[Finding]:
    for path in told_by_differences(result.get("sections", {})):
        yield Finding("/".join(("", "sections", *map(str, path))))


def _in_block(value: Any, at: str) -> Iterator[Finding]:
    if isinstance(value, Mapping):
        yield from _in_mapping(value, at)
    elif isinstance(value, list | tuple):
        for place, one in enumerate(value):
            yield from _in_block(one, f"{at}/{place}")
    elif isinstance(value, str) and _tells(value):
        yield Finding(at)


def _in_mapping(block: Mapping[str, Any], at: str) -> Iterator[Finding]:
    sizes = [block[name] for name in _SIZES if isinstance(block.get(name), int)]
    for name, value in block.items():
        here = f"{at}/{name}"
        if name in _NOT_STUDIED:
            continue
        if name in _COUNTS and is_number(value):
            if is_small(value):
                yield Finding(here)
        elif name in _LISTS:
            yield from (
                Finding(f"{here}/{place}") for place, one in enumerate(value) if is_small(one)
            )
        elif name in _SHARES and is_number(value) and _of_persons(name, block) and sizes:
            if protected_proportion(value, max(sizes)) is None:
                yield Finding(here)
        else:
            yield from _in_block(value, here)


def _of_persons(name: str, block: Mapping[str, Any]) -> bool:
    """Whether a share is one of persons; of a whole form's answers the missing share is not."""
    return name != "missing" or "item" in block


def _in_section(section: Section) -> list[Finding]:
    found: list[Finding] = []
    for block in section.blocks:
        match block:
            case Paragraph() | Note():
                texts: tuple[str, ...] = (block.text,)
            case Bullets():
                texts = block.items
            case Figure():
                texts = (block.caption, block.alt)
            case Table():
                texts = (block.caption, *block.notes)
                found += _in_table(block)
        found += [Finding(section.name) for text in texts if _tells(text)]
    return found


def _in_table(table: Table) -> Iterator[Finding]:
    """Look at cells: columns that count people hold no small number, no cell says one in words."""
    studied = table.name not in {"criterion-context", "references", "rules"}
    for number, row in enumerate(table.rows, start=1):
        for column, text in zip(table.columns, row, strict=True):
            counting = studied and _COUNTING.match(column.title) is not None
            small = counting and bool(_WHOLE.match(text)) and is_small(int(text.replace(",", "")))
            if small or _tells(text):
                yield Finding(f"table {table.name}, row {number}, column {column.title}")


def _tells(text: str) -> bool:
    """Whether a sentence names a small number of people."""
    sized = any(is_small(int(size.replace(",", ""))) for size in _NAMED.findall(text))
    return sized or protected_sentence(text) != text
