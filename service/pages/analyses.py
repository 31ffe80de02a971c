"""Analyses: asking for one, watching it, reading what came out."""

from __future__ import annotations

import re
from typing import Any

import orjson
from flask import Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from schemas.validation_errors import RefusedInputError
from service.errors import NotFoundError
from service.pages.messages import STATUSES, grouped
from service.pages.samples import show_sample
from service.pages.session import page
from service.pages.uploads import identifier
from service.records import Job, Scope
from service.serializers import job_json
from service.use_cases.analysis_registry import KINDS
from service.use_cases.submit_analysis import submit_analysis
from service.web.reports import report_answer
from service.web.routes import services, tenant_id
from service.web.sse import follow

_NUMBER = re.compile(r"[0-9]{1,6}")


@page("/samples/<sample_id>/analyses", Scope.ANALYSES, methods=("POST",))
def add_analysis(sample_id: str) -> ResponseReturnValue:
    """Ask for an analysis of a sample, and go to where it can be watched.

    The form brings the identifier of the analysis to be made, so that sending it twice makes one.
    """
    sample = services().samples.find(tenant_id(), sample_id)
    analysis_id = identifier(request.form.get("id", ""))
    if not _exists(analysis_id):
        kind = request.form.get("kind", "")
        try:
            submit_analysis(
                services().queue,
                services().samples,
                tenant_id(),
                kind=kind,
                sample_ids=[sample_id, *filter(None, [request.form.get("other")])],
                options=_options(kind),
                at_most=services().config.maximum_unfinished,
                job_id=analysis_id,
            )
        except RefusedInputError as error:
            return show_sample(sample, refused=grouped(error.faults)), 422
    return redirect(f"/analyses/{analysis_id}", 303)


@page("/analyses/<analysis_id>", Scope.ANALYSES)
def analysis(analysis_id: str) -> ResponseReturnValue:
    """Show where an analysis stands, or what came out."""
    found = services().queue.find(tenant_id(), analysis_id)
    return render_template(
        "analysis.html",
        analysis=found,
        kinds=KINDS,
        names=_names(found),
        statuses=STATUSES,
        result=found.result or {},
    )


@page("/analyses/<analysis_id>/events", Scope.ANALYSES)
def events(analysis_id: str) -> ResponseReturnValue:
    """Follow an analysis, for the page's script."""
    return follow(analysis_id)


@page("/analyses/<analysis_id>/result.json", Scope.ANALYSES)
def result(analysis_id: str) -> ResponseReturnValue:
    """Return an analysis as the API does, as a file."""
    found = services().queue.find(tenant_id(), analysis_id)
    return Response(
        orjson.dumps(job_json(found), option=orjson.OPT_INDENT_2),
        mimetype="application/json",
        headers={"Content-Disposition": f'attachment; filename="{found.kind}-{found.id}.json"'},
    )


@page("/analyses/<analysis_id>/report.<form>", Scope.ANALYSES)
def report(analysis_id: str, form: str) -> ResponseReturnValue:
    """Return the report of an analysis: to read, or as a file."""
    return report_answer(analysis_id, form)


@page("/analyses/<analysis_id>/cancel", Scope.ANALYSES, methods=("POST",))
def cancel(analysis_id: str) -> ResponseReturnValue:
    """Cancel an analysis; one that is finished stays as it is."""
    services().queue.cancel(tenant_id(), analysis_id)
    return redirect(f"/analyses/{analysis_id}", 303)


@page("/analyses/<analysis_id>/delete", Scope.ANALYSES, methods=("GET", "POST"))
def delete_analysis(analysis_id: str) -> ResponseReturnValue:
    """Delete a finished analysis, after asking; one that is under way is cancelled first."""
    found = services().queue.find(tenant_id(), analysis_id)
    if request.method == "GET" and found.standing.status.finished:
        return render_template("delete_analysis.html", analysis=found, kinds=KINDS)
    services().erasure.analysis(tenant_id(), analysis_id)
    return redirect("/#analyses", 303)


def _options(kind: str) -> dict[str, Any]:
    """Turn what was picked into the kind's options; what the kind does not take is left out."""
    taken = KINDS[kind].options().fields if kind in KINDS else {}
    options: dict[str, Any] = {}
    group = request.form.get("group", "")
    if group and "group" in taken:
        options["group"] = group
    outcomes = [_outcome(name) for name in request.form.getlist("outcome")]
    if outcomes and "outcomes" in taken:
        options["outcomes"] = outcomes
    elif kind == "validity" and "outcomes offered" in request.form:
        options["outcomes"] = None
    return options


def _outcome(name: str) -> dict[str, Any]:
    """Describe an outcome, with what was said of its time and of what is expected."""
    described: dict[str, Any] = {"name": name}
    session = request.form.get(f"session of {name}", "").strip()
    if session:
        described["session_number"] = float(session) if _NUMBER.fullmatch(session) else session
    direction = request.form.get(f"expectation of {name}", "")
    if direction:
        described["expected"] = {"direction": direction}
    return described


def _names(found: Job) -> list[tuple[str, str]]:
    """Return identifier and name of the samples that are still there."""
    names = []
    for sample_id in found.samples:
        try:
            names.append((sample_id, services().samples.find(tenant_id(), sample_id).name))
        except NotFoundError:
            continue
    return names


def _exists(analysis_id: str) -> bool:
    try:
        services().queue.standing(tenant_id(), analysis_id)
    except NotFoundError:
        return False
    return True
