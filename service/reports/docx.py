"""The report as DOCX: headings, tables in APA style, figures with alternative text.

The same analysis gives the same bytes: properties name no person and no moment but the analysis's
own, and the archive's entries carry a fixed date.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import docx
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt, RGBColor
from docx.table import Table as WordTable
from docx.table import _Cell

from service.reports.document.elements import (
    Answer,
    Block,
    Bullets,
    Column,
    Document,
    Figure,
    Note,
    Paragraph,
    Table,
)
from service.reports.document.labels import RATINGS
from service.reports.figures.names import FigureName

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_ARCHIVE_DATE = (1980, 1, 1, 0, 0, 0)
_WIDTH = Cm(16)
_HIGHEST = Cm(19)
"""Of a figure: with its caption it fits the page."""
_LONG = 120
_SIZES = (8.5, 8.0, 7.5, 7.0, 6.5, 6.0)
_LETTER, _CAPITAL = 0.66, 0.86
"""Width of a letter by its size, in a bold and wide typeface."""
_PADDING = 11.5
"""Of a cell, left and right together, in points."""


def render_docx(
    document: Document, figures: Mapping[FigureName, bytes], *, created_at: str | None = None
) -> bytes:
    """Write a document as DOCX.

    Parameters
    ----------
    document
        What is said.
    figures
        PNG of every figure that the document points to.
    created_at
        The moment that is written into the file's properties, ISO 8601.
    """
    word = docx.Document()
    _set_up(word, document, created_at)
    writer = _Writer(word, figures)
    writer.open(document)
    for section in document.sections:
        word.add_heading(section.title, level=1)
        for block in section.blocks:
            writer.write(block)
    return _repacked(word)


class _Writer:
    """Writes blocks one after the other and numbers tables and figures.

    Parameters
    ----------
    word
        What is written to.
    figures
        PNG by name.
    """

    def __init__(self, word: WordDocument, figures: Mapping[FigureName, bytes]) -> None:
        self._word = word
        self._figures = figures
        self._n_tables = 0
        self._n_figures = 0

    def open(self, document: Document) -> None:
        """Write title and answer."""
        self._word.add_heading(document.title, level=0)
        facts = self._word.add_paragraph()
        facts.add_run(
            " · ".join(f"{name}: {value}" for name, value in document.facts)
        ).italic = True
        self._answer(document.answer)

    def write(self, block: Block) -> None:
        """Write a block."""
        match block:
            case Paragraph():
                self._word.add_paragraph(block.text)
            case Bullets():
                self._bullets(block.items)
            case Note():
                paragraph = self._word.add_paragraph(style="Intense Quote")
                paragraph.add_run(f"Note: {block.text}")
            case Table():
                self._table(block)
            case Figure():
                self._figure(block)

    def _answer(self, answer: Answer) -> None:
        self._word.add_heading("The answer", level=1)
        run = self._word.add_paragraph().add_run(answer.sentence)
        run.bold, run.font.size = True, Pt(14)
        for title, sentences in (
            ("Because", answer.because),
            ("What would change it", answer.would_change_it),
        ):
            if sentences:
                self._word.add_heading(title, level=2)
                self._bullets(sentences)
        if answer.ratings:
            self._word.add_heading("Property by property", level=2)
            self._bullets(
                [f"{one.title}: {RATINGS.get(one.rating, one.rating)}" for one in answer.ratings]
            )

    def _bullets(self, sentences: Any) -> None:
        for sentence in sentences:
            self._word.add_paragraph(sentence, style="List Bullet")

    def _caption(self, kind: str, number: int, text: str) -> None:
        heading = self._word.add_paragraph()
        heading.paragraph_format.keep_with_next = True
        heading.paragraph_format.space_after = Pt(0)
        heading.add_run(f"{kind} {number}").bold = True
        title = self._word.add_paragraph()
        title.paragraph_format.keep_with_next = True
        title.add_run(text).italic = True

    def _table(self, table: Table) -> None:
        self._n_tables += 1
        self._caption("Table", self._n_tables, table.caption)
        made = self._word.add_table(rows=1, cols=len(table.columns))
        points, widths = _layout(table)
        size = Pt(points)
        _fill(made.rows[0].cells, [column.title for column in table.columns], table.columns, size)
        for row in table.rows:
            _fill(made.add_row().cells, row, table.columns, size)
        _set_widths(made, widths)
        _rule(made)
        notes = self._word.add_paragraph()
        if table.notes:
            notes.add_run("Note. ").italic = True
            notes.add_run(" ".join(table.notes))
        for run in notes.runs:
            run.font.size = Pt(8.5)

    def _figure(self, figure: Figure) -> None:
        self._n_figures += 1
        self._caption("Figure", self._n_figures, figure.caption)
        paragraph = self._word.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        shape = paragraph.add_run().add_picture(BytesIO(self._figures[figure.name]), width=Cm(14.5))
        if shape.height > _HIGHEST:
            shape.width = Emu(int(shape.width * _HIGHEST / shape.height))
            shape.height = _HIGHEST
        properties = shape._inline.docPr  # noqa: SLF001 python-docx offers no other way
        properties.set("descr", figure.alt)
        properties.set("title", f"Figure {self._n_figures}")


def _set_up(word: WordDocument, document: Document, created_at: str | None) -> None:
    page = word.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.5)
    page.top_margin = page.bottom_margin = Cm(2.3)
    normal = word.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(10.5)
    for name in ("Title", "Heading 1", "Heading 2", "Intense Quote"):
        style = word.styles[name]
        style.font.color.rgb = RGBColor(0x1B, 0x1B, 0x1B)
        style.font.name = "Calibri"
    properties = word.core_properties
    moment = _EPOCH if created_at is None else datetime.fromisoformat(created_at)
    properties.title, properties.subject = document.title, document.subtitle
    properties.author = properties.last_modified_by = "Alliance"
    properties.comments = properties.keywords = ""
    properties.language = "en"
    properties.revision = 1
    properties.created = properties.modified = moment.astimezone(UTC).replace(tzinfo=None)


def _fill(cells: tuple[_Cell, ...], texts: Any, columns: tuple[Column, ...], size: Any) -> None:
    for cell, text, column in zip(cells, texts, columns, strict=True):
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(1)
        paragraph.add_run(text).font.size = size
        if column.numeric:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _layout(table: Table) -> tuple[float, list[float]]:
    """Return the size of letters and the columns' widths, in points, that break no word.

    A column takes its longest word at least; what is left is shared out by what columns hold, long
    texts getting less than their share. Letters shrink until all fits, down to the smallest size.
    """
    texts = [[column.title for column in table.columns], *table.rows]
    words = [
        max((_letters(word) for row in texts for word in row[place].split(" ")), default=1.0)
        for place in range(len(table.columns))
    ]
    weights = [
        min(max(len(row[place]) for row in texts), _LONG) ** 0.7
        for place in range(len(table.columns))
    ]
    for size in _SIZES:
        least = [size * word + _PADDING for word in words]
        if sum(least) <= _WIDTH.pt:
            break
    spare = max(_WIDTH.pt - sum(least), 0.0)
    scale = min(_WIDTH.pt / sum(least), 1.0)
    shares = [spare * weight / sum(weights) for weight in weights]
    return size, [scale * one + share for one, share in zip(least, shares, strict=True)]


def _letters(word: str) -> float:
    """Return the width of a word that is not broken, by the letters' size."""
    return sum(_CAPITAL if one.isupper() or one in "%mw" else _LETTER for one in word)


def _set_widths(made: WordTable, widths: list[float]) -> None:
    made.autofit = False
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Pt(width)
        for cell in column.cells:
            cell.width = Pt(width)


def _rule(table: WordTable) -> None:
    """Draw APA's three rules, repeat the header on every page, keep rows whole."""
    header = table.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001 python-docx offers no other way
    header.append(OxmlElement("w:tblHeader"))
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001 the same
    for cell in table.rows[0].cells:
        _border(cell, top=8, bottom=4)
        for paragraph in cell.paragraphs:
            for run in paragraph.runs:
                run.bold = True
    if len(table.rows) > 1:
        for cell in table.rows[-1].cells:
            _border(cell, bottom=8)


def _border(cell: _Cell, **eighths: int) -> None:
    borders = OxmlElement("w:tcBorders")
    for edge, size in eighths.items():
        line = OxmlElement(f"w:{edge}")
        for name, value in (("val", "single"), ("sz", str(size)), ("color", "000000")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    cell._tc.get_or_add_tcPr().append(borders)  # noqa: SLF001 python-docx offers no other way


def _repacked(word: WordDocument) -> bytes:
    """Save with a fixed date on every entry of the archive."""
    saved, packed = BytesIO(), BytesIO()
    word.save(saved)
    with ZipFile(saved) as source, ZipFile(packed, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = ZipInfo(name, date_time=_ARCHIVE_DATE)
            entry.compress_type = ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return packed.getvalue()
