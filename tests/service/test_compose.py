"""The files an operator starts from name things that exist."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any

import yaml

from service.cli import main
from service.config import Config
from tests.conftest import ROOT


def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    return found


def test_there_are_two_web_servers_and_three_workers_behind_one_port() -> None:
    made = services()
    assert made["web"]["deploy"]["replicas"] == 2
    assert made["worker"]["deploy"]["replicas"] == 3
    assert [name for name, service in made.items() if "ports" in service] == ["proxy"]


def test_every_setting_is_one() -> None:
    known = {setting.metadata["variable"] for setting in fields(Config)}
    given = {
        name
        for service in services().values()
        if service.get("image") == "alliance"
        for name in service["environment"]
    }
    assert given - known == {"PGPASSWORD", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"}
    assert "DATABASE_URL" in given


def test_everything_waited_for_is_there_and_says_when_it_is_ready() -> None:
    made = services()
    for service in made.values():
        for other, how in service.get("depends_on", {}).items():
            assert other in made
            if how["condition"] == "service_healthy" and other != "web":  # its image has a check
                assert "test" in made[other]["healthcheck"]


def test_every_command_is_one(capsys: Any) -> None:
    commands = [
        service["command"]
        for service in services().values()
        if service.get("command", [""])[0] == "alliance"
    ]
    assert len(commands) == 3
    for _, command, *_ in commands:
        try:
            main([command, "--help"])
        except SystemExit as ended:
            assert ended.code == 0  # noqa: PT017 argparse leaves this way
        assert re.search(rf"alliance {command}", capsys.readouterr().out)
