"""What a document is made of, before any format: sections of paragraphs, tables and figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from service.reports.figures.names import FigureName


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Running text."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bullets:
    """Sentences one under the other."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A doubt that a reader must know; it stands out."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A table's column.

    Attributes
    ----------
    title
        Its header.
    numeric
        Whether its cells are numbers, which stand at the right.
    """

    title: str
    numeric: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table in APA style; the first column names the rows.

    Attributes
    ----------
    name
        For its address and its file.
    caption
        What it shows.
    columns
        Headers.
    rows
        Cells as text, as many as there are columns.
    notes
        Beneath it: number of persons, method, definitions.
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A place for a drawn figure.

    Attributes
    ----------
    name
        Which.
    caption
        What it shows and how to read it.
    alt
        The same for who cannot see it: what is to be seen there.
    """

    name: FigureName
    caption: str
    alt: str


Block = Paragraph | Bullets | Note | Table | Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part under a heading.

    Attributes
    ----------
    name
        For its address.
    title
        Its heading.
    blocks
        What stands in it.
    """

    name: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """One measurement property as the first screen shows it.

    Attributes
    ----------
    title
        The property.
    rating
        ``sufficient``, ``insufficient``, ``indeterminate`` or ``not-assessed``.
    because
        Why, in a sentence.
    """

    title: str
    rating: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The first screen.

    Attributes
    ----------
    code
        The answer in a word.
    sentence
        The answer.
    because, would_change_it
        Sentences.
    ratings
        Property by property.
    """

    code: str
    sentence: str
    because: tuple[str, ...]
    would_change_it: tuple[str, ...]
    ratings: tuple[Rating, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole report.

    Attributes
    ----------
    title, subtitle
        Headings.
    facts
        What was analysed, by name.
    answer
        The first screen.
    sections
        Everything else, in reading order.
    """

    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    answer: Answer
    sections: tuple[Section, ...]

    def tables(self) -> Iterator[Table]:
        """Yield every table."""
        for section in self.sections:
            for block in section.blocks:
                if isinstance(block, Table):
                    yield block
