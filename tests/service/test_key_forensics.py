"""The shared example's published sums: which key made them, over HTTP and on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from service.cli import main
from tests.service.server import Client
from tests.service.test_analyses import ask, sample_of

PUBLISHED = {
    "bond": "published_bond_MISKEYED",
    "task": "published_task",
    "goal": "published_goal",
}


def check(found: dict[str, Any]) -> None:
    bond = found["bond"]
    assert (bond["wrongly_reversed"], bond["wrongly_kept"]) == ([28], [29])
    assert (bond["n_rows"], bond["n_explained"], bond["ambiguous"]) == (277, 277, False)
    for subscale in ("task", "goal"):
        assert found[subscale]["standard_key"]
        assert found[subscale]["n_agree"] == 277


def test_the_miskeyed_bond_is_found_over_http(clinic: Client, examples: Path) -> None:
    sample = sample_of(clinic, examples / "wai36_simulated_patients.csv", "wai-36-client")
    answer = ask(clinic, sample, kind="items", options={"published_sums": PUBLISHED}).json()
    assert answer["status"] == "succeeded", answer["error"]
    check(answer["result"]["key_forensics"])


def test_a_column_that_is_not_there_fails_with_its_place(clinic: Client, examples: Path) -> None:
    sample = sample_of(clinic, examples / "wai36_simulated_patients.csv", "wai-36-client")
    options = {"published_sums": {"bond": "unheard-of"}}
    failed = ask(clinic, sample, kind="items", options=options).json()
    assert failed["status"] == "failed"
    assert failed["error"]["errors"][0]["pointer"] == "/options/published_sums/bond"


def test_the_miskeyed_bond_is_found_on_the_command_line(
    examples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(examples / "wai36_simulated_patients.csv")
    options = json.dumps({"published_sums": PUBLISHED})
    command = ["analyze", "items", file, "--instrument", "wai-36-client", "--options", options]
    assert main(command) == 0
    check(json.loads(capsys.readouterr().out)["result"]["key_forensics"])
