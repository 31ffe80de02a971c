"""Everything that a finished report says, format by format, as text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from io import BytesIO
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import docx
from docx.oxml.ns import qn

from service.reports.disclosure_filter import looked_through, released_script
from service.reports.document.compose import compose
from service.reports.docx import render_docx
from service.reports.figures.drawing import draw_all
from service.reports.figures.names import FigureName
from service.reports.html import render_html
from service.reports.json import report_json
from service.reports.record import ReportRecord
from tests.reports.test_html import Page

_SVG_TEXT = "{http://www.w3.org/2000/svg}text"


def walked(record: ReportRecord, figures: Iterable[FigureName] = FigureName) -> Mapping[str, str]:
    """Make every format of a report with these figures; return its text by the format's name.

    Pictures of the document are left out: they show what the drawings' text says.
    """
    shown = looked_through(record)
    images = draw_all(shown, "svg", figures)
    document = compose(shown, images.keys())
    html = render_html(document, images).decode()
    page = Page(html)
    links = [str(one["href"]) for one in page.all("a") if "download" in one]
    drawn = [
        "".join(text.itertext())
        for image in images.values()
        for text in ET.fromstring(image).iter(_SVG_TEXT)  # noqa: S314 made by us
    ]
    return {
        "html": "\n".join([*page.text, *(str(a.get("aria-label")) for _, a in page.elements)]),
        "csv": "\n".join(unquote(link.split(",", 1)[1]) for link in links),
        "svg": "\n".join([*images, *drawn]),
        "docx": text_of_docx(render_docx(compose(shown, ()), {}, created_at=shown.created_at)),
        "json": json.dumps(report_json(shown)),
        "R": released_script(record),
    }


def text_of_docx(content: bytes) -> str:
    """Take out paragraphs, cells and the descriptions of pictures."""
    word = docx.Document(BytesIO(content))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    described = [
        str(one.get("descr")) for one in word.element.body.iter(qn("wp:docPr")) if one.get("descr")
    ]
    return "\n".join([*(one.text for one in word.paragraphs), *cells, *described])


def numbers_in(text: str) -> set[str]:
    """Numbers with two decimals or more, without sign, as they are written with a leading zero."""
    found = re.findall(r"(?<![\d.])\d*\.\d{2,}", text)
    return {f"0{number}" if number.startswith(".") else number for number in found}
