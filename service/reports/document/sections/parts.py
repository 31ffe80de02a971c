"""What sections are put together from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from service.reports.document.elements import (
    Block,
    Column,
    Figure,
    Note,
    Paragraph,
    Section,
    Table,
)
from service.reports.figures.names import FigureName
from service.reports.record import Json, ReportRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What a section is written from.

    Attributes
    ----------
    record
        The finished analysis.
    drawn
        Figures that exist; a text never points to one that does not.
    """

    record: ReportRecord
    drawn: Collection[FigureName]

    def figure(self, name: FigureName, caption: str, alt: str) -> tuple[Block, ...]:
        """Return the figure where it exists, else nothing."""
        if name not in self.drawn:
            return ()
        return (Figure(name=name, caption=caption, alt=alt),)


def absent(name: str, title: str, sources: Sources) -> Section:
    """Return a section that says why it was not computed."""
    reason = sources.record.reason(name)
    return Section(name=name, title=title, blocks=(Note(text=f"Not computed. {reason}"),))


def columns(*titles: str, words: Collection[int] = (0,)) -> tuple[Column, ...]:
    """Return columns of numbers, but for those at the places in ``words``."""
    return tuple(
        Column(title=title, numeric=place not in words) for place, title in enumerate(titles)
    )


def table(
    name: str,
    caption: str,
    *,
    header: Sequence[Column],
    rows: Iterable[Sequence[str]],
    notes: Sequence[str] = (),
) -> tuple[Block, ...]:
    """Return a table, or nothing where it has no row."""
    found = tuple(tuple(row) for row in rows)
    if not found:
        return ()
    return (
        Table(name=name, caption=caption, columns=tuple(header), rows=found, notes=tuple(notes)),
    )


def said(*texts: str) -> tuple[Block, ...]:
    """Return paragraphs."""
    return tuple(Paragraph(text=text) for text in texts if text)


def cautions(result: Json) -> tuple[Block, ...]:
    """Return a result's cautions as notes, each once."""
    return tuple(Note(text=sentence) for sentence in dict.fromkeys(result.get("cautions") or ()))
