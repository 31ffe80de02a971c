"""Patients and practitioners on two forms, compared over HTTP and on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from service.cli import main
from tests.service.server import Client, is_problem
from tests.service.test_analyses import sample_of

N_PERSONS = 40


def rating_file(path: Path, shift: int, items: int = 12, highest: int = 5) -> Path:
    """Write ratings of the same persons; the same draw for every file, but for the shift."""
    answers = np.random.default_rng(4).integers(1, 5, (N_PERSONS, items))
    lines = [
        ",".join(["person", "session_number", *(f"i{item}" for item in range(1, items + 1))]),
        *(
            ",".join([f"p{number}", "2", *map(str, np.minimum(row + shift, highest))])
            for number, row in enumerate(answers)
        ),
    ]
    path.write_text("\n".join(lines))
    return path


@pytest.fixture
def patients(tmp_path: Path) -> Path:
    return rating_file(tmp_path / "patients.csv", 0)


@pytest.fixture
def practitioners(tmp_path: Path) -> Path:
    return rating_file(tmp_path / "practitioners.csv", 1)


def test_two_samples_of_two_forms_are_compared_over_http(
    clinic: Client, patients: Path, practitioners: Path
) -> None:
    samples = [
        sample_of(clinic, patients, "wai-sr-client"),
        sample_of(clinic, practitioners, "wai-sr-therapist"),
    ]
    answer = clinic.post("/v1/analyses", json={"kind": "agreement", "samples": samples})
    assert answer.json()["status"] == "succeeded", answer.text
    result = answer.json()["result"]
    assert (result["truth"], result["judge"]) == ("wai-sr-client", "wai-sr-therapist")
    assert result["n_persons"] == N_PERSONS
    assert result["scales"]["goal"]["difference"]["estimate"] == pytest.approx(4)
    assert result["scales"]["total"]["truth_and_bias"]["tracking"]["estimate"] == pytest.approx(1)


def test_forms_of_other_sizes_are_refused_when_they_are_sent(
    clinic: Client, tmp_path: Path, patients: Path
) -> None:
    longer = rating_file(tmp_path / "longer.csv", 0, items=36)
    samples = [sample_of(clinic, patients), sample_of(clinic, longer, "wai-36-therapist")]
    refused = clinic.post("/v1/analyses", json={"kind": "agreement", "samples": samples})
    assert is_problem(refused, 422)
    [fault] = refused.json()["errors"]
    assert fault["pointer"] == "/samples/1"
    assert "numbers of items" in fault["detail"]


def test_the_columns_of_one_sample_reach_the_kinds_that_need_them(
    clinic: Client, patients: Path, practitioners: Path
) -> None:
    header, *rows = patients.read_text().splitlines()
    others = practitioners.read_text().splitlines()[1:]
    lines = [f"{header},respondent"]
    lines += [f"{row},client" for row in rows] + [f"{row},therapist" for row in others]
    both = patients.with_name("both.csv")
    both.write_text("\n".join(lines))
    sample = sample_of(clinic, both)
    answer = clinic.post("/v1/analyses", json={"kind": "agreement", "samples": [sample]})
    assert answer.json()["status"] == "succeeded", answer.text
    assert answer.json()["result"]["n_persons"] == N_PERSONS


def test_two_files_are_compared_on_the_command_line(
    patients: Path, practitioners: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["analyze", "agreement", str(patients), "--instrument", "wai-sr-client"]
    other = ["--other", str(practitioners), "--other-instrument", "wai-sr-therapist"]
    assert main([*command, *other]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["instrument"]["id"] == "wai-sr-client"
    assert body["other_instrument"]["id"] == "wai-sr-therapist"
    assert body["result"]["scales"]["bond"]["difference"]["estimate"] == pytest.approx(4)


@pytest.mark.parametrize(
    ("kind", "other", "said"),
    [
        ("items", ["--other-instrument", "wai-sr-therapist", "--other"], "Only agreement"),
        ("agreement", ["--other"], "go together"),
        (
            "agreement",
            ["--other-instrument", "wai-s-therapist", "--other"],
            "was it answered 1 to 5",
        ),
        ("agreement", ["--other-instrument", "wai-sr-client", "--other"], "are the same"),
        (
            "agreement",
            ["--other-instrument", "wai-36-therapist", "--other"],
            "/other/file: There is no column for item 13",
        ),
    ],
)
def test_a_second_file_that_means_nothing_is_refused(
    patients: Path,
    practitioners: Path,
    capsys: pytest.CaptureFixture[str],
    kind: str,
    other: list[str],
    said: str,
) -> None:
    command = ["analyze", kind, str(patients), "--instrument", "wai-sr-client"]
    assert main([*command, *other, str(practitioners)]) == 2
    spoken = capsys.readouterr()
    assert spoken.out == ""
    assert said in spoken.err
