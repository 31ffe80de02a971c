"""From a finished analysis to a file, looked through before it is handed out; loads Matplotlib."""

from __future__ import annotations

from enum import StrEnum

from service.reports.disclosure import DisclosureError, findings_in_document
from service.reports.disclosure_filter import looked_through
from service.reports.document.compose import compose
from service.reports.docx import render_docx
from service.reports.figures.drawing import draw, draw_all
from service.reports.figures.names import FigureName
from service.reports.html import render_html
from service.reports.record import Audience, ReportRecord


class Format(StrEnum):
    """Formats that need figures."""

    HTML = "html"
    DOCX = "docx"


def render_report(record: ReportRecord, form: Format) -> bytes:
    """Write the report.

    Raises
    ------
    DisclosureError
        If it is for the public and anything in it tells of 10 persons or fewer.
    """
    record = looked_through(record)
    images = draw_all(record, "svg" if form is Format.HTML else "png")
    document = compose(record, images.keys())
    found = findings_in_document(document)
    if found and record.audience is Audience.PUBLIC:
        raise DisclosureError(found)
    if form is Format.HTML:
        return render_html(document, images)
    return render_docx(document, images, created_at=record.created_at)


def render_figure(record: ReportRecord, name: FigureName, form: str) -> bytes | None:
    """Draw one figure, ``"svg"`` or ``"png"``; ``None`` where the analysis has none."""
    return draw(name, looked_through(record), form)
