"""What ``alliance serve`` says when it starts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from service.cli import main


@pytest.mark.parametrize(
    ("host", "proxies", "warns"),
    [
        ("127.0.0.1", "0", False),
        ("::1", "0", False),
        ("localhost", "0", False),
        ("0.0.0.0", "0", True),  # noqa: S104 nothing listens
        ("::", "0", True),
        ("alliance.example.org", "0", True),
        ("0.0.0.0", "1", False),  # noqa: S104 as above
    ],
)
def test_who_listens_beyond_this_machine_without_a_proxy_is_told(
    host: str,
    proxies: str,
    warns: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    started: list[dict[str, Any]] = []
    monkeypatch.setenv("ALLIANCE_DATA", str(tmp_path))
    monkeypatch.setenv("ALLIANCE_PROXIES", proxies)
    monkeypatch.setattr("service.processes.web.run_web", lambda _, **what: started.append(what))
    assert main(["serve", "--no-worker", f"--host={host}"]) == 0
    assert started[0]["host"] == host
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    said = [line for line in lines if "ALLIANCE_PROXIES" in line["event"]]
    assert len(said) == int(warns)
    assert all(line["level"] == "warning" for line in said)
