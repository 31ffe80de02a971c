"""The example studies are what their script makes, and the verdicts on them are the truth."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from service.cli import main
from tests.conftest import ROOT


def test_the_script_makes_the_files_that_are_there(examples: Path, tmp_path: Path) -> None:
    script = str(examples / "make_studies.py")
    subprocess.run(
        [sys.executable, script, tmp_path], env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True
    )
    made = sorted(tmp_path.iterdir())
    assert [file.suffix for file in made] == [".csv", ".json"] * 2
    for file in made:
        assert file.read_text() == (examples / file.name).read_text(), file.name


@pytest.mark.parametrize(
    ("study", "code", "named"),
    [
        ("study_holds_up", "holds-up", ["3 subscales show as separate factors"]),
        (
            "study_ceiling_merged",
            "does-not-hold-up",
            ["goal and task cannot be told apart", "items 4 and 6", "answers crowd"],
        ),
    ],
)
def test_the_verdict_is_the_truth(
    examples: Path, capsys: pytest.CaptureFixture[str], study: str, code: str, named: list[str]
) -> None:
    options = (examples / "study_options.json").read_text()
    arguments = ["--instrument", "wai-sr-client", "--options", options]
    assert main(["analyze", "validity", str(examples / f"{study}.csv"), *arguments]) == 0
    verdict: dict[str, Any] = json.loads(capsys.readouterr().out)["result"]["verdict"]
    assert verdict["code"] == code
    for words in named:
        assert words in verdict["answer"]
