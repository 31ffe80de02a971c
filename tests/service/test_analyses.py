"""Analyses through the running server: asked for, waited for, followed, cancelled."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.service.server import Client, Server, descendants, is_problem

pytestmark = pytest.mark.both_stores

SLOW = {
    "kind": "dimensionality",
    "options": {"correlation": "polychoric", "replicates": 2000},
}


def sample_of(client: Client, file: Path, instrument: str = "wai-sr-client") -> str:
    made = client.post(
        "/v1/samples", json={"name": file.stem, "instrument": instrument, "setting": "other"}
    )
    sample = str(made.json()["id"])
    kept = client.post(
        f"/v1/samples/{sample}/batches",
        data=file.read_bytes(),
        headers={"Content-Type": "text/csv"},
    )
    assert kept.status_code == 201, kept.text
    return sample


@pytest.fixture(scope="module")
def sample(clinic: Client, data: Path) -> str:
    return sample_of(clinic, data / "wai_250.csv")


def ask(client: Client, sample: str, wait: int = 30, **request: Any) -> requests.Response:
    return client.post(
        "/v1/analyses",
        json={"samples": [sample], **request},
        headers={"Prefer": f"wait={wait}"},
    )


def until_finished(client: Client, analysis: str, seconds: float = 60) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found: dict[str, Any] = client.get(f"/v1/analyses/{analysis}").json()
        if found["status"] not in {"queued", "running"}:
            return found
        time.sleep(0.1)
    raise TimeoutError(found)


def until_running(client: Client, analysis: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while client.get(f"/v1/analyses/{analysis}").json()["status"] != "running":
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("kind", ["items", "reliability", "efa"])
def test_a_short_analysis_is_finished_within_the_request(
    clinic: Client, sample: str, kind: str
) -> None:
    answer = ask(clinic, sample, kind=kind, options={})
    assert answer.status_code == 201, answer.text
    finished = answer.json()
    assert finished["status"] == "succeeded", finished["error"]
    assert finished["result"]["n_persons"] == 250
    assert finished["error"] is None
    assert finished["instrument"]["id"] == "wai-sr-client"
    assert clinic.get(answer.headers["Location"]).json() == finished


def test_the_three_factor_model_over_http_is_lavaans(clinic: Client, data: Path) -> None:
    sample = sample_of(clinic, data / "wai_1000.csv")
    options = {"models": ["three-factor"], "estimator": "ML"}
    answer = ask(clinic, sample, kind="cfa", options=options)
    assert answer.status_code == 201, answer.text
    [model] = answer.json()["result"]["models"]
    assert model["chi_square"] == pytest.approx(60.165, abs=1e-3)
    assert model["df"] == 51
    assert model["cfi"] == pytest.approx(0.99797, abs=1e-5)
    assert model["rmsea"] == pytest.approx(0.01341, abs=1e-5)
    assert model["srmr"] == pytest.approx(0.01665, abs=1e-5)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("reliability", {"cluster": "clinician"}),
        ("efa", {"cluster": "clinician", "bootstrap": 20}),
        ("cfa", {"cluster": "clinician", "models": ["three-factor"]}),
    ],
)
def test_a_cluster_column_reaches_the_engine(
    clinic: Client, data: Path, kind: str, options: dict[str, Any]
) -> None:
    sample = sample_of(clinic, data / "clustered_396.csv")
    finished = ask(clinic, sample, kind=kind, options=options).json()
    assert finished["status"] == "succeeded", finished["error"]
    if kind == "cfa":
        assert finished["result"]["cluster"]["n_clusters"] == 44


def test_several_samples_of_one_instrument_are_analysed_together(
    clinic: Client, data: Path, sample: str
) -> None:
    other = sample_of(clinic, data / "wai_1000.csv")
    answer = clinic.post("/v1/analyses", json={"kind": "items", "samples": [sample, other]})
    assert answer.json()["result"]["n_persons"] == 1250


def test_a_long_analysis_is_accepted_and_can_be_followed_and_cancelled(
    clinic: Client, sample: str
) -> None:
    accepted = ask(clinic, sample, wait=0, **SLOW)
    assert accepted.status_code == 202
    analysis = accepted.json()["id"]
    assert accepted.headers["Location"] == f"/v1/analyses/{analysis}"
    until_running(clinic, analysis)
    assert clinic.delete(f"/v1/analyses/{analysis}").status_code == 204
    with clinic.get(f"/v1/analyses/{analysis}/events", stream=True) as stream:
        events = stream.content.decode()
    assert "event: finished" in events
    assert '"status":"cancelled"' in events
    assert clinic.get(f"/v1/analyses/{analysis}").json()["status"] == "cancelled"


def test_what_is_cancelled_stops_at_once_and_what_waits_never_begins(
    server: Server, clinic: Client, sample: str
) -> None:
    """Two long ones keep both slots busy, a third one waits: their processes end, none is begun."""
    idle = computing(server)
    longer = {**SLOW, "options": {"correlation": "polychoric", "replicates": 10_000}}
    asked = [ask(clinic, sample, wait=0, **longer).json()["id"] for _ in range(3)]
    for analysis in asked[:2]:
        until_running(clinic, analysis)
    until(lambda: len(computing(server)) > len(idle))
    for analysis in reversed(asked):
        assert clinic.delete(f"/v1/analyses/{analysis}").status_code == 204
        assert clinic.get(f"/v1/analyses/{analysis}").json()["status"] == "cancelled"
    until(lambda: len(computing(server)) <= len(idle))
    assert clinic.get(f"/v1/analyses/{asked[2]}").json()["started_at"] is None


def computing(server: Server) -> list[int]:
    """Processes that steps of analyses run in, and the one they are forked from."""
    found = descendants(server.process.pid)
    return [process for process, command in found if "multiprocessing.forkserver" in command]


def until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_finished_analysis_stays_when_it_is_cancelled(clinic: Client, sample: str) -> None:
    finished = ask(clinic, sample, kind="items").json()
    assert clinic.delete(f"/v1/analyses/{finished['id']}").status_code == 204
    assert clinic.get(f"/v1/analyses/{finished['id']}").json() == finished


def test_events_tell_progress_and_end(clinic: Client, sample: str) -> None:
    options = {"models": ["one-factor", "three-factor"], "estimator": "ML"}
    analysis = ask(clinic, sample, wait=0, kind="cfa", options=options).json()["id"]
    stream = clinic.get(f"/v1/analyses/{analysis}/events", stream=True)
    assert stream.headers["Content-Type"].startswith("text/event-stream")
    events = stream.content.decode()
    assert events.rstrip().split("\n\n")[-1].startswith("event: finished")
    assert '"status":"succeeded"' in events


def test_analyses_are_listed_without_their_results(clinic: Client, sample: str) -> None:
    made = ask(clinic, sample, kind="items").json()
    listed = clinic.get("/v1/analyses?limit=200").json()["analyses"]
    [found] = [one for one in listed if one["id"] == made["id"]]
    assert "result" not in found


@pytest.mark.parametrize(
    ("request_body", "pointer"),
    [
        ({"kind": "astrology"}, "/kind"),
        ({"kind": "cfa", "options": {"models": ["five-factor"]}}, "/options/models/0"),
        ({"kind": "cfa", "options": {"colour": 1}}, "/options/colour"),
        ({"kind": "items", "colour": 1}, "/colour"),
        ({"kind": "items", "samples": []}, "/samples"),
        ({"kind": "items", "samples": "all"}, "/samples"),
        ({}, "/kind"),
    ],
)
def test_a_wrong_request_is_refused_when_it_is_sent(
    clinic: Client, sample: str, request_body: dict[str, Any], pointer: str
) -> None:
    refused = clinic.post("/v1/analyses", json={"samples": [sample]} | request_body)
    assert is_problem(refused, 422)
    assert [fault["pointer"] for fault in refused.json()["errors"]] == [pointer]


def test_samples_of_two_instruments_do_not_go_together(clinic: Client, sample: str) -> None:
    made = clinic.post(
        "/v1/samples", json={"name": "s", "instrument": "wai-s-client", "setting": "other"}
    )
    refused = clinic.post(
        "/v1/analyses", json={"kind": "items", "samples": [sample, made.json()["id"]]}
    )
    assert is_problem(refused, 422)
    assert refused.json()["errors"][0]["pointer"] == "/samples/1"


def test_an_empty_sample_fails_with_a_sentence(clinic: Client) -> None:
    made = clinic.post(
        "/v1/samples", json={"name": "s", "instrument": "wai-s-client", "setting": "other"}
    )
    failed = ask(clinic, made.json()["id"], kind="reliability").json()
    assert failed["status"] == "failed"
    assert failed["result"] is None
    assert failed["error"]["status"] == 422
    assert "no responses" in failed["error"]["detail"]


def test_an_option_without_meaning_for_the_instrument_fails_with_its_place(
    clinic: Client, sample: str
) -> None:
    options = {"models": ["one-factor+method"], "estimator": "ML"}
    failed = ask(clinic, sample, kind="cfa", options=options).json()
    assert failed["status"] == "failed"
    assert failed["error"]["errors"][0]["pointer"].startswith("/options/models")


def test_a_repeated_request_gets_the_same_analysis(clinic: Client, sample: str) -> None:
    request = {"json": {"kind": "items", "samples": [sample]}}
    key = {"headers": {"Idempotency-Key": f"analysis-{sample}"}}
    first, again = (clinic.post("/v1/analyses", **request, **key) for _ in range(2))
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    other = {"json": {"kind": "reliability", "samples": [sample]}}
    assert is_problem(clinic.post("/v1/analyses", **other, **key), 422)


def test_a_refused_analysis_frees_its_key(clinic: Client, sample: str) -> None:
    key = {"headers": {"Idempotency-Key": f"freed-analysis-{sample}"}}
    wrong = {"json": {"kind": "nothing", "samples": [sample]}}
    assert is_problem(clinic.post("/v1/analyses", **wrong, **key), 422)
    right = {"json": {"kind": "items", "samples": [sample]}}
    assert clinic.post("/v1/analyses", **right, **key).status_code == 201


def test_a_storm_of_one_submission_makes_one_analysis(clinic: Client, data: Path) -> None:
    sample = sample_of(clinic, data / "wai_250.csv")
    headers = {"Idempotency-Key": f"storm-{sample}", "Prefer": "wait=0"}
    body = {"kind": "items", "samples": [sample]}
    with ThreadPoolExecutor(12) as pool:
        answers = list(
            pool.map(lambda _: clinic.post("/v1/analyses", json=body, headers=headers), range(24))
        )
    assert {answer.status_code for answer in answers} <= {201, 202, 409}
    made = {answer.json()["id"] for answer in answers if answer.status_code != 409}
    assert len(made) == 1
    listed = clinic.get("/v1/analyses?limit=200").json()["analyses"]
    assert [one["id"] for one in listed if one["samples"] == [sample]] == list(made)


def test_what_is_urgent_is_begun_before_what_is_not(clinic: Client, sample: str) -> None:
    """Two long ones keep both slots busy; of the two that wait, the later one is urgent."""
    longer = {**SLOW, "options": {"correlation": "polychoric", "replicates": 10_000}}
    long = [ask(clinic, sample, wait=0, **longer).json()["id"] for _ in range(2)]
    for analysis in long:
        until_running(clinic, analysis)
    patient = ask(clinic, sample, wait=0, kind="items", priority=9).json()
    urgent = ask(clinic, sample, wait=0, kind="items", priority=1).json()
    assert (patient["priority"], urgent["priority"]) == (9, 1)
    clinic.delete(f"/v1/analyses/{long[0]}")
    first = until_finished(clinic, urgent["id"])
    second = until_finished(clinic, patient["id"])
    clinic.delete(f"/v1/analyses/{long[1]}")
    assert first["started_at"] < second["started_at"]


@pytest.mark.parametrize("priority", [0, 10, 2.5, "high", True])
def test_a_priority_is_a_whole_number_from_one_to_nine(
    clinic: Client, sample: str, priority: object
) -> None:
    refused = ask(clinic, sample, kind="items", priority=priority)
    assert is_problem(refused, 422)
    assert refused.json()["errors"][0]["pointer"] == "/priority"


def test_a_deleted_sample_takes_its_analyses_along(clinic: Client, data: Path) -> None:
    sample = sample_of(clinic, data / "wai_250.csv")
    finished = ask(clinic, sample, kind="items").json()["id"]
    running = ask(clinic, sample, wait=0, **SLOW).json()["id"]
    assert clinic.delete(f"/v1/samples/{sample}").status_code == 204
    for analysis in (finished, running):
        assert is_problem(clinic.get(f"/v1/analyses/{analysis}"), 404)


def test_web_processes_load_no_engine(server: Server) -> None:
    """Read what real web processes have mapped into memory."""
    heavy = ("scipy", "pandas", "sklearn", "matplotlib", "factor_analyzer")
    found = [
        process for process, command in descendants(server.process.pid) if "--no-worker" in command
    ]
    assert found
    for process in found:
        maps = Path(f"/proc/{process}/maps").read_text()
        assert not [name for name in heavy if f"site-packages/{name}/" in maps]
