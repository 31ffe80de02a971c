"""The validity report of a finished analysis, in every format, and its figures."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response

from service.adapters.renderer import Wanted
from service.errors import ConflictError, NotFoundError
from service.records import Scope
from service.reports.disclosure import findings_in_result
from service.reports.figures.names import FigureName
from service.reports.json import report_json
from service.reports.policy import POLICY
from service.reports.record import ReportRecord
from service.reports.rscript import r_script
from service.use_cases.write_report import report_record
from service.web.routes import Blueprint, refuses, requires, services, tenant_id

blueprint = Blueprint("reports", __name__, description="What was found, for people to read.")

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_BINARY: dict[str, Any] = {"type": "string", "format": "binary"}
_NAMES = {
    "in": "path",
    "name": "figure",
    "required": True,
    "schema": {"type": "string", "enum": [str(name) for name in FigureName]},
    "description": "One that this analysis has data for.",
}


@blueprint.route("/v1/analyses/<analysis_id>/report.html")
@requires(Scope.ANALYSES)
@refuses("NOT_FOUND", "CONFLICT", "SERVICE_UNAVAILABLE")
@blueprint.response(200, {"type": "string"}, content_type="text/html", description="The report")
def html_report(analysis_id: str) -> Response:
    """Return the report as one self-contained page: no network, no script."""
    response = _file(_render(analysis_id, Wanted(form="html")), "text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = f"{POLICY}; frame-ancestors 'none'"
    return _named(response, analysis_id, "html", "inline")


@blueprint.route("/v1/analyses/<analysis_id>/report.docx")
@requires(Scope.ANALYSES)
@refuses("NOT_FOUND", "CONFLICT", "SERVICE_UNAVAILABLE")
@blueprint.response(200, _BINARY, content_type=_DOCX, description="The report")
def docx_report(analysis_id: str) -> Response:
    """Return the report as a document with real tables."""
    response = _file(_render(analysis_id, Wanted(form="docx")), _DOCX)
    return _named(response, analysis_id, "docx", "attachment")


@blueprint.route("/v1/analyses/<analysis_id>/report.json")
@requires(Scope.ANALYSES)
@refuses("NOT_FOUND", "CONFLICT")
@blueprint.response(200, {"type": "object"}, description="The report")
def json_report(analysis_id: str) -> Response:
    """Return every number in full precision, with what was analysed."""
    record = _record(analysis_id)
    if findings_in_result(record.result):
        raise ConflictError("The report would tell of 10 persons or fewer and is withheld.")
    response = _file(orjson.dumps(report_json(record)), "application/json")
    return _named(response, analysis_id, "json", "inline")


@blueprint.route("/v1/analyses/<analysis_id>/report.R")
@requires(Scope.ANALYSES)
@refuses("NOT_FOUND", "CONFLICT")
@blueprint.response(200, {"type": "string"}, content_type="text/plain", description="The script")
def r_report(analysis_id: str) -> Response:
    """Return an R script that computes the main numbers again from the exported answers."""
    script = r_script(_record(analysis_id)).encode()
    return _named(_file(script, "text/plain; charset=utf-8"), analysis_id, "R", "attachment")


@blueprint.route("/v1/analyses/<analysis_id>/figures/<figure>.svg")
@requires(Scope.ANALYSES)
@refuses("NOT_FOUND", "CONFLICT", "SERVICE_UNAVAILABLE")
@blueprint.doc(parameters=[_NAMES])
@blueprint.response(200, {"type": "string"}, content_type="image/svg+xml", description="The figure")
def svg_figure(analysis_id: str, figure: str) -> Response:
    """Return one figure as SVG, text as text."""
    response = _file(_draw(analysis_id, figure, "svg"), "image/svg+xml")
    response.headers["Content-Security-Policy"] = f"{POLICY}; frame-ancestors 'none'"
    return response


@blueprint.route("/v1/analyses/<analysis_id>/figures/<figure>.png")
@requires(Scope.ANALYSES)
@refuses("NOT_FOUND", "CONFLICT", "SERVICE_UNAVAILABLE")
@blueprint.doc(parameters=[_NAMES])
@blueprint.response(200, _BINARY, content_type="image/png", description="The figure")
def png_figure(analysis_id: str, figure: str) -> Response:
    """Return one figure as PNG, 200 dots an inch."""
    return _file(_draw(analysis_id, figure, "png"), "image/png")


def _record(analysis_id: str) -> ReportRecord:
    return report_record(services().queue, services().samples, tenant_id(), analysis_id)


def _render(analysis_id: str, wanted: Wanted) -> bytes:
    return _made(_record(analysis_id), wanted)


def _draw(analysis_id: str, figure: str, form: str) -> bytes:
    record = _record(analysis_id)
    if figure not in set(FigureName):
        raise NotFoundError(f"There is no figure of this name; there are {', '.join(FigureName)}.")
    return _made(record, Wanted(form=form, figure=FigureName(figure)))


def _made(record: ReportRecord, wanted: Wanted) -> bytes:
    made = services().renderer.render(record, wanted)
    if made is None:
        raise NotFoundError("This analysis has no data for this figure.")
    return made


def _file(content: bytes, content_type: str) -> Response:
    return Response(content, content_type=content_type)


def _named(response: Response, analysis_id: str, ending: str, disposition: str) -> Response:
    name = f"alliance-validity-{analysis_id}.{ending}"
    response.headers["Content-Disposition"] = f'{disposition}; filename="{name}"'
    return response
