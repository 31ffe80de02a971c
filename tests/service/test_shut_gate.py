"""Behind a shut gate no mean exists: every format, every log line, the database and the metrics."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests

from psychometrics.responses import ResponseMatrix
from psychometrics.scoring.prorate import score
from tests.invariance.making import two_groups
from tests.service.server import Client, Server, run_alliance
from tests.service.test_analyses import sample_of
from tests.service.test_invariance import members

WORDS = ("mean", "freed", "effect", "estimate", "difference", "sd", "interval")
GATES = ("refused", "inconclusive")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+")
"""A date and time; its seconds may look like a mean."""


def answers(status: str) -> ResponseMatrix:
    """Half of a factor's items differ, or too few persons answered for any factor analysis."""
    if status == "refused":
        return two_groups(1200, seed=3, shifted={4: 0.8, 6: 0.8})
    return two_groups(150, seed=3)


@dataclass(frozen=True)
class Told:
    """All that was said about one comparison, where, and the means that were never to be said."""

    result: dict[str, Any]
    texts: dict[str, str]
    secrets: frozenset[str]


@pytest.fixture(scope="module", params=GATES)
def told(
    request: pytest.FixtureRequest,
    server: Server,
    clinic: Client,
    tmp_path_factory: pytest.TempPathFactory,
) -> Told:
    file = tmp_path_factory.mktemp("gate") / "answers.csv"
    responses = answers(request.param)
    write(responses, file)
    sample = sample_of(clinic, file)
    before = len(server.log())
    options = {"group": "setting"}
    made = clinic.post(
        "/v1/analyses",
        json={"kind": "comparison", "samples": [sample], "options": options},
        headers={"Prefer": "wait=30"},
    )
    body = made.json()
    assert body["result"]["status"] == request.param, body["result"]["reason"]
    path = f"/v1/analyses/{body['id']}"
    command = ["analyze", "comparison", str(file), "--instrument", "wai-sr-client"]
    return Told(
        result=body["result"],
        texts={
            "answer": made.text,
            "analysis": clinic.get(path).text,
            "list": clinic.get("/v1/analyses").text,
            "events": clinic.get(f"{path}/events").text,
            "metrics": requests.get(f"{server.url}/metrics", timeout=60).text,
            "command": run_alliance(
                *command, "--options", json.dumps(options), env=server.environment
            ),
            "log": server.log()[before:],
        },
        secrets=frozenset(secrets_of(responses)),
    )


def write(responses: ResponseMatrix, file: Path) -> None:
    header = ["setting", *(f"i{item}" for item in range(1, 13))]
    names = responses.columns["setting"].tolist()
    rows = [
        [name, *(str(int(answer)) for answer in row)]
        for name, row in zip(names, responses.answers, strict=True)
    ]
    file.write_text("\n".join(",".join(row) for row in [header, *rows]) + "\n")


def secrets_of(responses: ResponseMatrix) -> Iterator[str]:
    """Every scale's mean, mean per item and standard deviation in a group, and the differences."""
    scores = score(responses.instrument, responses.answers).scores
    sizes = np.array([4, 4, 4, 12])
    in_b = responses.columns["setting"] == "b"
    first, second = scores[~in_b], scores[in_b]
    means = [part.mean(axis=0) for part in (first, second)]
    spreads = [part.std(axis=0, ddof=1) for part in (first, second)]
    for values in (*means, *(m / sizes for m in means), means[1] - means[0], *spreads):
        for value in values:
            yield from (f"{abs(value):.{digits}f}" for digits in (3, 4, 5))


def test_no_field_holds_a_mean_and_no_number_is_told_but_counts(told: Told) -> None:
    for path, value in members(told.result):
        key = path.rsplit("/", 1)[-1]
        if any(word in key.split("_") or key.startswith(word) for word in WORDS):
            assert value == [], path
        if isinstance(value, int | float) and not isinstance(value, bool):
            assert key == "n", path
        if isinstance(value, str):
            assert not re.search(r"\d\.\d", value), path


def test_every_way_to_ask_gives_the_same_and_nothing_more(told: Told) -> None:
    assert json.loads(told.texts["analysis"])["result"] == told.result
    assert json.loads(told.texts["command"])["result"] == told.result
    assert not any(path.endswith("/result") for path, _ in members(json.loads(told.texts["list"])))


def test_no_text_anywhere_holds_a_mean_to_three_digits(told: Told) -> None:
    for where, text in told.texts.items():
        numbers = set(re.findall(r"\d+\.\d{3,}", MOMENT.sub("", text)))
        rounded = {f"{float(n):.{d}f}" for n in numbers for d in (3, 4, 5)}
        timed = where in {"log", "metrics"}  # seconds there may look like anything to 3 digits
        secrets = {s for s in told.secrets if not timed or len(s.split(".")[1]) >= 5}
        assert not secrets & (numbers | (set() if timed else rounded)), where


def test_the_log_speaks_of_requests_and_steps_only(told: Told) -> None:
    lines = [json.loads(line) for line in told.texts["log"].splitlines() if line.startswith("{")]
    assert any(line["event"] == "request" for line in lines)
    for line in lines:
        for path, _ in members(line):
            assert not any(word in path.rsplit("/", 1)[-1] for word in WORDS), path


def test_the_walk_would_find_a_mean_behind_an_open_gate(clinic: Client, tmp_path: Path) -> None:
    responses = two_groups(1000, seed=11)
    write(responses, tmp_path / "answers.csv")
    made = clinic.post(
        "/v1/analyses",
        json={
            "kind": "comparison",
            "samples": [sample_of(clinic, tmp_path / "answers.csv")],
            "options": {"group": "setting", "estimator": "MLR"},
        },
        headers={"Prefer": "wait=30"},
    )
    assert made.json()["result"]["status"] == "permitted"
    told = {f"{float(n):.5f}" for n in re.findall(r"\d+\.\d{5,}", made.text)}
    assert told & set(secrets_of(responses))
