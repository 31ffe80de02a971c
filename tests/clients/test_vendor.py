"""The example of a vendor's CI runs: a service of its own, a key, the contract test."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.clients.generating import BIN
from tests.conftest import ROOT
from tests.service.server import free_port


def test_the_example_of_a_vendors_ci_passes(generated: Path) -> None:
    said = subprocess.run(
        [
            "examples/ci/start_service.sh",
            *("python", "-m", "pytest", "-q", "examples/ci/contract_test.py"),
        ],
        cwd=ROOT,
        env={
            **{name: value for name, value in os.environ.items() if "ALLIANCE" not in name},
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(generated),
            "PORT": str(free_port()),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stdout + said.stderr
    assert "6 passed" in said.stdout
