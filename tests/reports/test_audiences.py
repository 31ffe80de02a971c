"""The owner sees exact numbers; what is handed on is protected."""

from __future__ import annotations

from dataclasses import replace

import pytest

from psychometrics.validity.results import ValidityResult
from schemas.definition import Definition
from service.reports.disclosure import findings_in_result
from service.reports.json import report_json
from service.reports.record import Audience, ReportRecord
from service.use_cases.write_report import made_for
from tests.described import fits
from tests.reports.conftest import record_of
from tests.validity.making import study, validity


@pytest.fixture(scope="module")
def owned(wai_sr: Definition) -> ReportRecord:
    answers, _ = study(wai_sr.instrument, "holds-up", n_persons=40, seed=1)
    answers[:3, 4] = float("nan")
    return record_of(wai_sr, validity(wai_sr.instrument, answers, {}), "Own", Audience.OWNER)


def test_the_owner_sees_exact_counts(owned: ReportRecord) -> None:
    item = owned.result["sections"]["items"]["items"][4]
    assert item["n_answered"] == sum(item["category_counts"]) == 37
    assert owned.result["sections"]["sample"]["n_complete"] == 37
    assert report_json(owned)["audience"] == owned.result["audience"] == "owner"


def test_the_public_does_not(owned: ReportRecord) -> None:
    public = made_for(owned, Audience.PUBLIC)
    item = public.result["sections"]["items"]["items"][4]
    assert item["n_answered"] is None
    assert public.result["sections"]["sample"]["n_complete"] is None
    assert report_json(public)["audience"] == public.result["audience"] == "public"
    assert findings_in_result(public.result) == []
    fits(ValidityResult, owned.result)
    fits(ValidityResult, public.result)


def test_a_result_that_knew_no_audience_is_protected_already(owned: ReportRecord) -> None:
    older = {name: one for name, one in owned.result.items() if name != "audience"}
    record = replace(owned, result=older)
    assert made_for(record, Audience.PUBLIC).result == older
