"""`alliance sandbox`: everything a vendor's developer needs, and nothing that stays."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.conftest import ROOT
from tests.service.server import Client, Server, free_port, wait_until_ready


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder of a short name, for sockets are made in it."""
    with tempfile.TemporaryDirectory(prefix="sb-") as name:
        yield Path(name)


def test_a_sandbox_has_a_key_examples_and_studies_and_leaves_nothing(folder: Path) -> None:
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if "ALLIANCE" not in name},
        "TMPDIR": str(folder),
        "ALLIANCE_DATA": str(folder / "not-used"),
    }
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "service", "sandbox", f"--port={port}", "--hours=1"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
        )
    try:
        said = first_object(process)
        server = Server(url=said["url"], data=folder, process=process, environment=environment)
        wait_until_ready(server)
        client = Client(url=server.url, key=said["key"])
        listed = client.get("/v1/samples").json()["samples"]
        assert [one["id"] for one in listed] == [one["sample"] for one in said["samples"]]
        assert listed[0]["n_responses"] == 300
        assert listed[1]["n_responses"] > 60
        for file in said["fhir"].values():
            extracted = client.post(
                "/fhir/QuestionnaireResponse/$extract",
                data=Path(file).read_bytes(),
                headers={"Content-Type": "application/fhir+json"},
            )
            assert extracted.status_code == 200, extracted.text
            assert len(extracted.json()["entry"]) == 4
        course = client.post("/v1/persons/scores", json={"person": "p01"}).json()["courses"][0]
        assert course["ordered_by"] == "session_number"
        assert client.get("/v1/audit").status_code == 403
        made = Path(said["fhir"]["Parameters"]).parent.parent
        assert made.parent == folder
        assert made.exists()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=120)
        if process.stdout is not None:
            process.stdout.close()
    assert process.returncode == 0
    assert not made.exists()
    assert sorted(file.name for file in folder.iterdir()) == ["server.log"]
    assert not answers(server.url)


def first_object(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    """Read the JSON object that stands on standard output."""
    assert process.stdout is not None
    text = b""
    while line := process.stdout.readline():
        text += line
        if line == b"}\n":
            return dict(json.loads(text))
    raise AssertionError(text)


def answers(url: str) -> bool:
    try:
        return requests.get(url + "/healthz", timeout=5).ok
    except requests.ConnectionError:
        return False
