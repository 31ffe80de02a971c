"""The validity report of a finished analysis, in every format, and its figures."""

from __future__ import annotations

from typing import Any

from flask import Response

from service.records import Scope
from service.reports.figures.names import FigureName
from service.reports.record import Audience
from service.web.reports import DOCX, figure_answer, report_answer
from service.web.routes import Blueprint, refuses, requires

blueprint = Blueprint("reports", __name__, description="What was found, for people to read.")

_BINARY: dict[str, Any] = {"type": "string", "format": "binary"}
_NAMES = {
    "in": "path",
    "name": "figure",
    "required": True,
    "schema": {"type": "string", "enum": [str(name) for name in FigureName]},
    "description": "One that this analysis has data for.",
}


_AUDIENCE = {
    "in": "query",
    "name": "audience",
    "schema": {"type": "string", "enum": [str(one) for one in Audience], "default": "owner"},
    "description": "Whom it is made for: to the `owner` of the data every number is exact; in what "
    "is handed on (`public`) no count of 1 to 10 of people is shown, or follows from what is.",
}


@blueprint.route("/v1/analyses/<analysis_id>/report.html")
@requires(Scope.ANALYSES)
@refuses("NOT_FOUND", "CONFLICT", "UNPROCESSABLE_ENTITY")
@blueprint.doc(parameters=[_AUDIENCE])
@blueprint.response(200, {"type": "string"}, content_type="text/html", description="The report")
def html_report(analysis_id: str) -> Response:
    """Return the report as one self-contained page: no network, no script."""
    return report_answer(analysis_id, "html")


@blueprint.route("/v1/analyses/<analysis_id>/report.docx")
@requires(Scope.ANALYSES)
@refuses("NOT_FOUND", "CONFLICT", "UNPROCESSABLE_ENTITY")
@blueprint.doc(parameters=[_AUDIENCE])
@blueprint.response(200, _BINARY, content_type=DOCX, description="The report")
def docx_report(analysis_id: str) -> Response:
    """Return the report as a document with real tables."""
    return report_answer(analysis_id, "docx")


@blueprint.route("/v1/analyses/<analysis_id>/report.json")
@requires(Scope.ANALYSES)
@refuses("NOT_FOUND", "CONFLICT", "UNPROCESSABLE_ENTITY")
@blueprint.doc(parameters=[_AUDIENCE])
@blueprint.response(200, {"type": "object"}, description="The report")
def json_report(analysis_id: str) -> Response:
    """Return every number in full precision, with what was analysed."""
    return report_answer(analysis_id, "json")


@blueprint.route("/v1/analyses/<analysis_id>/report.R")
@requires(Scope.ANALYSES)
@refuses("NOT_FOUND", "CONFLICT", "UNPROCESSABLE_ENTITY")
@blueprint.doc(parameters=[_AUDIENCE])
@blueprint.response(200, {"type": "string"}, content_type="text/plain", description="The script")
def r_report(analysis_id: str) -> Response:
    """Return an R script that computes the main numbers again from the exported answers."""
    return report_answer(analysis_id, "R")


@blueprint.route("/v1/analyses/<analysis_id>/figures/<figure>.svg")
@requires(Scope.ANALYSES)
@refuses("NOT_FOUND", "CONFLICT", "UNPROCESSABLE_ENTITY")
@blueprint.doc(parameters=[_NAMES, _AUDIENCE])
@blueprint.response(200, {"type": "string"}, content_type="image/svg+xml", description="The figure")
def svg_figure(analysis_id: str, figure: str) -> Response:
    """Return one figure as SVG, text as text."""
    return figure_answer(analysis_id, figure, "svg")


@blueprint.route("/v1/analyses/<analysis_id>/figures/<figure>.png")
@requires(Scope.ANALYSES)
@refuses("NOT_FOUND", "CONFLICT", "UNPROCESSABLE_ENTITY")
@blueprint.doc(parameters=[_NAMES, _AUDIENCE])
@blueprint.response(200, _BINARY, content_type="image/png", description="The figure")
def png_figure(analysis_id: str, figure: str) -> Response:
    """Return one figure as PNG, 200 dots an inch."""
    return figure_answer(analysis_id, figure, "png")
