"""The R script of a report gives growth and lagged effects again, with lavaan."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from psychometrics.types import no_progress
from service.reports.rscript import r_script
from service.use_cases.analysis_registry import KINDS, Material
from tests.longitudinal.studies import definition, study
from tests.programs import program

ESTIMATE, ERROR, CHI_SQUARE = 1e-4, 1e-4, 1e-3
"""lavaan stops a little early; see ``golden/r/time.R``."""


def run(kind: str, **options: Any) -> dict[str, Any]:
    return KINDS[kind].run(Material(responses=study("A_200")), options, no_progress)


def test_the_script_gives_growth_and_lagged_effects_again(data: Path, tmp_path: Path) -> None:
    rscript = program("Rscript")
    course = run("trajectory", scales=["goal"], shape="latent-basis", invariance=False)
    course["scales"] |= run("trajectory", scales=["total"], shape="piecewise", invariance=False)[
        "scales"
    ]
    rule = definition()
    record = SimpleNamespace(
        definition=rule.document,
        sha256=rule.sha256,
        options={},
        result={
            "software": {},
            "sections": {
                "sample": {"respondent": None},
                "trajectory": course,
                "criterion": {"outcomes": [{"name": "comfort"}]},
            },
        },
    )
    script, out = tmp_path / "report.R", tmp_path / "numbers.json"
    script.write_text(r_script(record), encoding="utf-8")
    file = data / "time/A_200.csv"
    subprocess.run(
        [rscript, script, file, "--without-parallel", "--out", out], check=True, capture_output=True
    )
    theirs = json.loads(out.read_text())
    for name in ("goal", "total"):
        ours, growth = theirs["trajectory"][name], course["scales"][name]["growth"]
        for said, found in (
            ("level", growth["level"]),
            ("slope", growth["slope"]),
            ("slope_variance", growth["variances"]["slope"]),
        ):
            assert ours[said]["estimate"] == pytest.approx(found["estimate"], abs=ESTIMATE)
            assert ours[said]["standard_error"] == pytest.approx(found["standard_error"], abs=ERROR)
        fit = course["scales"][name]["model"]
        assert ours["chi_square"] == pytest.approx(fit["chi_square"], abs=CHI_SQUARE)
    lagged = run("lagged", outcome="comfort", scale="total")
    paths = {(one["from"], one["to"]): one for one in lagged["paths"]}
    again = theirs["lagged"]["comfort"]["total"]
    for said, pair in (
        ("alliance_to_outcome", ("alliance", "outcome")),
        ("outcome_to_alliance", ("outcome", "alliance")),
    ):
        assert again[said]["estimate"] == pytest.approx(paths[pair]["estimate"], abs=1e-3)
        assert again[said]["standard_error"] == pytest.approx(
            paths[pair]["standard_error"], abs=2e-3
        )
    assert again["chi_square"] == pytest.approx(lagged["model"]["chi_square"], abs=CHI_SQUARE)
