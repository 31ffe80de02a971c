"""As many web processes as there are cores to use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from service.processes.cpu_count import usable_cores


@pytest.fixture
def quota(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)))
    return tmp_path / "cpu.max"


@pytest.mark.parametrize(
    ("text", "cores"),
    [
        ("max 100000", 8),
        ("200000 100000", 2),
        ("250000 100000", 3),
        ("50000 100000", 1),
        ("9900000 100000", 8),
        ("", 8),
    ],
)
def test_a_containers_quota_counts(quota: Path, text: str, cores: int) -> None:
    quota.write_text(text)
    assert usable_cores(quota) == cores


def test_without_a_quota_the_affinity_counts(quota: Path) -> None:
    assert usable_cores(quota) == 8
