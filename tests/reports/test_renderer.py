"""Reports are made in processes of their own: too slow, busy, dead, and what is kept."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import active_children
from typing import Any

import pytest

from service.adapters.renderer import Renderer, Wanted
from service.errors import UnavailableError, problem_of
from service.reports.figures.names import FigureName
from service.reports.record import ReportRecord

HTML = Wanted(form="html")
SCREE = Wanted(form="svg", figure=FigureName.SCREE)
PATIENCE = 60.0


class OnTheWay(dict[str, Any]):
    """Does something when it is sent to the process that makes the report."""

    def __init__(self, result: Any, send: Callable[[], tuple[Any, ...]]) -> None:
        super().__init__(result)
        self._send = send

    def __reduce__(self) -> tuple[Any, ...]:
        return self._send()


def test_a_report_that_takes_too_long_is_given_up_and_its_process_ended(
    merged: ReportRecord,
) -> None:
    with pytest.raises(UnavailableError, match="in time") as caught:
        Renderer(seconds=0.001).render(merged, HTML)
    assert problem_of(caught.value).status == 503
    assert active_children() == []
    assert Renderer().render(merged, SCREE), "the next one is made"


def test_a_process_that_dies_is_no_report(merged: ReportRecord) -> None:
    dying = replace(merged, id="dying", result=OnTheWay(merged.result, lambda: (os._exit, (1,))))
    renderer = Renderer(seconds=PATIENCE)
    with pytest.raises(UnavailableError):
        renderer.render(dying, SCREE)
    assert renderer.render(merged, SCREE)


def test_who_waits_too_long_for_others_reports_is_asked_to_come_again(
    merged: ReportRecord,
) -> None:
    under_way, go_on = threading.Event(), threading.Event()

    def hold() -> tuple[Any, ...]:
        under_way.set()
        assert go_on.wait(PATIENCE)
        return dict, (dict(merged.result),)

    slow = replace(merged, id="slow", result=OnTheWay(merged.result, hold))
    patient, hurried = Renderer(seconds=PATIENCE), 0.05
    with ThreadPoolExecutor(1) as others:
        first = others.submit(patient.render, slow, SCREE)
        assert under_way.wait(PATIENCE)
        patient._seconds = hurried
        try:
            with pytest.raises(UnavailableError, match="Other reports"):
                patient.render(merged, SCREE)
        finally:
            patient._seconds = PATIENCE
            go_on.set()
        assert first.result(PATIENCE)
    assert patient.render(merged, SCREE), "when the others are done it is made"


def test_what_was_made_is_kept_until_there_is_too_much_of_it(merged: ReportRecord) -> None:
    renderer = Renderer(seconds=PATIENCE)
    made = renderer.render(merged, SCREE)
    assert renderer.render(merged, SCREE) is made
    forgetful = Renderer(seconds=PATIENCE, kept_bytes=1)
    made = forgetful.render(merged, SCREE)
    again = forgetful.render(merged, SCREE)
    assert again == made
    assert again is not made


def test_reports_without_an_identifier_are_not_taken_for_each_other(
    merged: ReportRecord, few: ReportRecord
) -> None:
    renderer = Renderer(seconds=PATIENCE)
    records = [replace(record, id=None) for record in (merged, few)]
    assert len({renderer.render(record, SCREE) for record in records}) == 2
