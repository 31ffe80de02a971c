"""What a reader asks, and what it says beside: sentences that hold no answer and no identifier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from psychometrics.types import BoolArray, IntArray

_LISTED = 8
"""Columns that are named one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One way to answer a question.

    Attributes
    ----------
    label
        In words.
    mapping
        What is added to the mapping to say so.
    """

    label: str
    mapping: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the reader cannot know, or what is wrong: nothing is computed while one is open.

    Attributes
    ----------
    code
        A stable word for programs.
    detail
        One sentence for people.
    columns
        The columns it is about.
    choices
        Ways to answer it; none where the file must be corrected.
    labels
        Labels whose answers are asked for one by one; no sentence names them.
    """

    code: str
    detail: str
    columns: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Remarks:
    """Questions and notes that gather while a file is read."""

    questions: list[Question] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def ask(
        self,
        code: str,
        detail: str,
        columns: Iterable[str] = (),
        *choices: Choice,
        labels: Iterable[str] = (),
    ) -> None:
        """Ask a question."""
        self.questions.append(
            Question(
                code=code,
                detail=detail,
                columns=tuple(columns),
                choices=choices,
                labels=tuple(labels),
            )
        )

    def note(self, text: str) -> None:
        """Say what was done without asking."""
        if text not in self.notes:
            self.notes.append(text)


def listed(names: Sequence[str]) -> str:
    """Name columns: all of a few, the first and the last of many."""
    short = [shortened(name) for name in names]
    if len(short) <= _LISTED:
        return ", ".join(short)
    return f"{short[0]} … {short[-1]} ({len(short)} columns)"


def shortened(name: str, length: int = 40) -> str:
    """Cut a long column name."""
    return name if len(name) <= length else name[: length - 1] + "…"


def columns_word(names: Sequence[str]) -> str:
    """Begin a sentence about columns."""
    return ("column " if len(names) == 1 else "columns ") + listed(names)


def counted(n: int, one: str, many: str | None = None) -> str:
    """Write a number with its noun."""
    return f"{n} {one if n == 1 else many or one + 's'}"


def first_row(rows: BoolArray, row_numbers: IntArray) -> int:
    """Return the number of the first of the selected rows, as the file counts them."""
    return int(row_numbers[int(rows.argmax())])
