"""Finished studies: one with everything, one of too few persons, one of which nothing is left."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from schemas.definition import Definition
from service.reports.record import Audience, ReportedSample, ReportRecord
from service.reports.render import Format, render_report
from service.use_cases.write_report import made_for
from tests.validity.making import study, validity


def record_of(
    definition: Definition,
    result: Mapping[str, Any],
    name: str,
    audience: Audience = Audience.PUBLIC,
) -> ReportRecord:
    """Return the record of a report, for the public unless said otherwise."""
    owned = ReportRecord(
        id="0192f000-0000-7000-8000-000000000000",
        created_at="2026-01-02T03:04:05.678Z",
        definition=definition.document,
        sha256=definition.sha256,
        samples=(ReportedSample(name=name, setting="orthotics-prosthetics"),),
        options={"group": "group"},
        result=json.loads(json.dumps(result)),
    )
    return made_for(owned, audience)


@pytest.fixture(scope="session")
def merged(wai_sr: Definition) -> ReportRecord:
    """A study with everything: groups, outcomes, two sessions, missing answers."""
    answers, groups = study(wai_sr.instrument, "merged-ceiling", n_persons=600, seed=3)
    rng = np.random.default_rng(3)
    again = np.clip(answers + rng.choice([-1, 0, 0, 1], size=answers.shape), 1, 5)
    both = np.vstack([answers, again])
    both[rng.random(both.shape) < 0.03] = np.nan
    total = answers.sum(axis=1)
    outcome = (total - total.mean()) / total.std() + rng.normal(size=total.size) * 2
    result = validity(
        wai_sr.instrument,
        both,
        {
            "group": "group",
            "replicates": 20,
            "outcomes": [{"name": "plus_m", "session_number": 5}],
            "retest": {"occasions": [3, 4]},
        },
        group=np.tile(groups, 2),
        person=np.tile(np.array([f"{n:08x}" for n in range(600)], dtype=object), 2),
        session_number=np.repeat([3.0, 4.0], 600),
        plus_m=np.tile(outcome, 2),
    )
    return record_of(wai_sr, result, "Simulated")


@pytest.fixture(scope="session")
def html(merged: ReportRecord) -> str:
    """The finished page of the study with everything."""
    return render_report(merged, Format.HTML).decode()


@pytest.fixture(scope="session")
def file(merged: ReportRecord) -> bytes:
    """The finished document of the study with everything."""
    return render_report(merged, Format.DOCX)


@pytest.fixture(scope="session")
def few(wai_sr: Definition) -> ReportRecord:
    """Twenty persons, and nothing beside their answers."""
    answers, _ = study(wai_sr.instrument, "holds-up", n_persons=20, seed=1)
    return record_of(wai_sr, validity(wai_sr.instrument, answers, {}), "Few")


@pytest.fixture(scope="session")
def nothing(few: ReportRecord) -> ReportRecord:
    """A study of which no section was computed."""
    sections = {
        name: {"computed": False, "reason": f"No {name} in this test."}
        for name in few.result["sections"]
    }
    return replace(few, result={**few.result, "sections": sections})
