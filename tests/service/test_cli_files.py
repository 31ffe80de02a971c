"""The command line on files: the API's answers, or one line for each fault."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from schemas.definition import Definition
from service.catalog.catalog import shipped_definitions
from service.cli import main

PLANTED = "31415926"


def test_a_file_is_scored_as_over_http(examples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(examples / "wai36_simulated_patients.csv")
    assert main(["score", file, "--instrument", "wai-36-client"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert sum(result["scores"]["total"] for result in body["results"]) == 31324


@pytest.mark.parametrize(
    ("text", "n_lines"),
    [
        ("", 1),
        ("i1;i2\n", 2),
        (",".join(f"i{k}" for k in range(1, 13)) + f"\n{PLANTED},{'1,' * 10}x\n", 2),
    ],
)
def test_a_refused_file_gives_one_line_for_each_fault_and_status_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, n_lines: int
) -> None:
    file = tmp_path / "answers.csv"
    file.write_text(text)
    assert main(["score", str(file), "--instrument", "wai-sr-client"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == n_lines
    assert PLANTED not in said.err


def test_an_unknown_instrument_is_refused(
    examples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(examples / "wai36_simulated_patients.csv")
    assert main(["score", file, "--instrument", "unheard-of"]) == 2
    assert "neither the path" in capsys.readouterr().err


def test_a_definition_file_serves_as_instrument(
    tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["instruments", "wai-sr-client"]) == 0
    document = json.loads(capsys.readouterr().out)
    del document["sha256"]
    own = tmp_path / "own.json"
    own.write_text(
        json.dumps(
            document
            | {
                "id": "own",
                "subscales": {"all": list(range(1, 13))},
                "missing": {"minimum_answered": {"all": 9}},
            }
        )
    )
    assert main(["score", str(data / "wai_250.csv"), "--instrument", str(own)]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["instrument"]["id"] == "own"
    assert set(body["results"][0]["scores"]) == {"all", "total"}


def test_a_simulated_sample_is_the_same_for_the_same_seed_and_can_be_scored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["simulate", "--instrument", "wai-s-client", "--n", "20", "--seed", "4"]
    assert main([*command, "--truth", str(tmp_path / "truth.json")]) == 0
    first = capsys.readouterr().out
    assert main(command) == 0
    assert capsys.readouterr().out == first
    assert json.loads((tmp_path / "truth.json").read_text())["scenario"] == "holds-up"
    (tmp_path / "sample.csv").write_text(first)
    assert main(["score", str(tmp_path / "sample.csv"), "--instrument", "wai-s-client"]) == 0


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"--n": "0"}, "--n: must be a whole number from 1 to"),
        ({"--n": "1000000000000"}, "--n: must be a whole number from 1 to"),
        ({"--seed": "-1"}, "--seed: must be a whole number from 0 to"),
        ({"--scenario": "rosy"}, "--scenario: invalid choice"),
    ],
)
def test_a_sample_that_cannot_be_simulated_is_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], given: dict[str, str], named: str
) -> None:
    words = {"--instrument": "wai-s-client", "--n": "20", "--seed": "4", **given}
    with pytest.raises(SystemExit) as ended:
        main(["simulate", *(f"{name}={value}" for name, value in words.items())])
    assert ended.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    [line] = said.err.splitlines()
    assert named in line


@pytest.mark.parametrize("kind", ["items", "reliability", "dimensionality", "efa", "cfa"])
def test_each_kind_analyses_a_file(
    data: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    options = json.dumps({"dimensionality": {"replicates": 10}}.get(kind, {}))
    file = str(data / "wai_250.csv")
    assert main(["analyze", kind, file, "--instrument", "wai-sr-client", "--options", options]) == 0
    said = capsys.readouterr()
    body = json.loads(said.out)
    assert said.err == ""
    assert set(body) == {"kind", "instrument", "result", "software", "reading"}
    assert body["kind"] == kind
    assert body["result"]["n_persons"] == 250


@pytest.mark.parametrize("options", ["{", "[]", '{"models": ["five-factor"]}', '{"unknown": 1}'])
def test_options_that_mean_nothing_are_refused(
    data: Path, capsys: pytest.CaptureFixture[str], options: str
) -> None:
    command = ["analyze", "cfa", str(data / "wai_250.csv"), "--instrument", "wai-sr-client"]
    assert main([*command, "--options", options]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1


def test_swapping_28_for_29_makes_both_items_suspects(
    tmp_path: Path, examples: Path, capsys: pytest.CaptureFixture[str], wai_36: Definition
) -> None:
    file = str(examples / "wai36_simulated_patients.csv")
    swapped = [28 if item == 29 else item for item in wai_36.instrument.reversed_items]
    own = tmp_path / "swapped.json"
    own.write_text(json.dumps(dict(wai_36.document) | {"id": "swapped", "reversed": swapped}))
    suspects = {}
    for instrument in ("wai-36-client", str(own)):
        assert main(["analyze", "items", file, "--instrument", instrument]) == 0
        check = json.loads(capsys.readouterr().out)["result"]["key_check"]
        suspects[instrument] = {suspect["item"] for suspect in check["suspects"]}
    assert {28, 29} <= suspects[str(own)]
    assert not {28, 29} & suspects["wai-36-client"]


def test_a_file_of_another_form_is_noticed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A WAI-S file read as a form that reverses nothing fits the WAI-S better."""
    assert main(["simulate", "--instrument", "wai-s-client", "--n", "200", "--seed", "4"]) == 0
    (tmp_path / "sample.csv").write_text(capsys.readouterr().out)
    wai_s = dict(shipped_definitions()["wai-s-client"].document)
    unreversed = tmp_path / "unreversed.json"
    unreversed.write_text(json.dumps(wai_s | {"id": "unreversed", "reversed": []}))
    options = json.dumps({"compare_with": [wai_s]})
    file = str(tmp_path / "sample.csv")
    command = ["analyze", "items", file, "--instrument", str(unreversed), "--options", options]
    assert main(command) == 0
    check = json.loads(capsys.readouterr().out)["result"]["form_check"]
    assert [form["id"] for form in check] == ["wai-s-client", "unreversed"]
    assert check[1]["n_negative"] > check[0]["n_negative"] == 0


def test_a_malformed_definition_to_compare_with_is_refused_at_its_place(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wai_s = dict(shipped_definitions()["wai-s-client"].document)
    options = json.dumps({"compare_with": [wai_s | {"reversed": [13]}]})
    file = str(data / "wai_250.csv")
    command = ["analyze", "items", file, "--instrument", "wai-sr-client", "--options", options]
    assert main(command) == 2
    assert capsys.readouterr().err.startswith("/options/compare_with/0: /reversed/0")
