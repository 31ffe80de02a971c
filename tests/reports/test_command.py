from __future__ import annotations

from pathlib import Path

import pytest

from service.cli import main

OPTIONS = ("--group", "group", "--options", '{"replicates": 10}')


def test_a_file_gives_the_report_in_the_format_of_its_ending(data: Path, tmp_path: Path) -> None:
    starts = {"html": b"<!DOCTYPE html>", "docx": b"PK", "json": b"{", "R": b"# Reproduces"}
    for ending, start in starts.items():
        out = tmp_path / f"report.{ending}"
        file = str(data / "wai_250.csv")
        assert main(
            ["report", file, "--instrument", "wai-sr-client", *OPTIONS, "--out", str(out)]
        ) == 0  # fmt: skip
        assert out.read_bytes().startswith(start)


@pytest.mark.parametrize("name", ["report.pdf", "report", "no such folder/report.html"])
def test_a_file_that_cannot_be_written_is_refused_before_anything_is_computed(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    out = str(tmp_path / name)
    file = str(data / "wai_250.csv")
    assert main(["report", file, "--instrument", "wai-sr-client", "--out", out]) == 2
    assert capsys.readouterr().err.startswith("/out: ")


def test_a_column_that_does_not_exist_is_refused_and_nothing_written(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "report.html"
    file = str(data / "wai_250.csv")
    arguments = ["report", file, "--instrument", "wai-sr-client", "--group", "x", "--out", str(out)]
    assert main(arguments) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not out.exists()
