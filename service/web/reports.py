"""The validity report of a finished analysis as an answer, to programs and to people alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import orjson
from flask import Response, request

from schemas.validation_errors import Fault, RefusedInputError
from service.adapters.renderer import Wanted
from service.errors import ConflictError, NotFoundError
from service.reports.csp import POLICY
from service.reports.disclosure import DisclosureError
from service.reports.disclosure_filter import looked_through, released_script
from service.reports.figures.names import FigureName
from service.reports.json import report_json
from service.reports.record import Audience, ReportRecord
from service.use_cases.write_report import report_record
from service.web.routes import services, tenant_id

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def report_answer(analysis_id: str, form: str) -> Response:
    """Return a report.

    Parameters
    ----------
    analysis_id
        The analysis; of the tenant of this request.
    form
        One of :data:`FORMS`.

    Raises
    ------
    NotFoundError
        If there is no such analysis or form.
    ConflictError
        If it has no report, or the report would tell of few persons.
    """
    if form not in FORMS:
        raise NotFoundError(f"Reports are made as {', '.join(FORMS)}.")
    content_type, disposition, make = FORMS[form]
    response = Response(make(_record(analysis_id)), content_type=content_type)
    name = f"alliance-validity-{analysis_id}.{form}"
    response.headers["Content-Disposition"] = f'{disposition}; filename="{name}"'
    if form == "html":
        response.headers["Content-Security-Policy"] = _SHOWN
    return response


def figure_answer(analysis_id: str, figure: str, form: str) -> Response:
    """Return one figure of a report, as ``svg`` or ``png``.

    Raises
    ------
    NotFoundError
        If there is no such analysis or figure, or the analysis has no data for it.
    ConflictError
        As for the report.
    """
    record = _record(analysis_id)
    if figure not in set(FigureName):
        raise NotFoundError(f"There is no figure of this name; there are {', '.join(FigureName)}.")
    content = _drawn(record, Wanted(form=form, figure=FigureName(figure)))
    if form == "png":
        return Response(content, content_type="image/png")
    response = Response(content, content_type="image/svg+xml")
    response.headers["Content-Security-Policy"] = _SHOWN
    return response


def _record(analysis_id: str) -> ReportRecord:
    given = request.args.get("audience", Audience.OWNER.value)
    if given not in set(Audience):
        detail = f"Must be one of {', '.join(Audience)}."
        raise RefusedInputError([Fault(pointer="/audience", code="unknown", detail=detail)])
    return report_record(
        services().queue, services().samples, tenant_id(), analysis_id, Audience(given)
    )


def _html(record: ReportRecord) -> bytes:
    return _drawn(record, Wanted(form="html"))


def _docx(record: ReportRecord) -> bytes:
    return _drawn(record, Wanted(form="docx"))


def _json(record: ReportRecord) -> bytes:
    return orjson.dumps(report_json(looked_through(record)))


def _r(record: ReportRecord) -> bytes:
    try:
        return released_script(record).encode()
    except DisclosureError as error:
        raise ConflictError(str(error)) from None


def _drawn(record: ReportRecord, wanted: Wanted) -> bytes:
    made = services().renderer.render(record, wanted)
    if made is None:
        raise NotFoundError("This analysis has no data for this figure.")
    return made


_SHOWN = f"{POLICY}; frame-ancestors 'none'"

FORMS: Mapping[str, tuple[str, str, Callable[[ReportRecord], bytes]]] = {
    "html": ("text/html; charset=utf-8", "inline", _html),
    "docx": (DOCX, "attachment", _docx),
    "json": ("application/json", "inline", _json),
    "R": ("text/plain; charset=utf-8", "attachment", _r),
}
"""By ending: media type, whether it is shown or saved, and who writes it."""
