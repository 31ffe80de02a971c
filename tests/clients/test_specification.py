"""The linters that others use find nothing to say of ``openapi.yaml``."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.clients.generating import TYPESCRIPT, environment

RULES = TYPESCRIPT / "specification"
DOCUMENT = TYPESCRIPT.parent.parent / "openapi.yaml"


def complaints(node: Path, tool: str, *arguments: str) -> str:
    """Run a tool; what it says if it is not content."""
    command = [node, TYPESCRIPT / "node_modules" / ".bin" / tool, "lint", *arguments, DOCUMENT]
    said = subprocess.run(
        command, cwd=TYPESCRIPT, env=environment(), capture_output=True, text=True, check=False
    )
    return "" if said.returncode == 0 else said.stdout + said.stderr


def test_redoclys_recommended_rules_hold(node: Path) -> None:
    assert complaints(node, "redocly", "--config", str(RULES / "redocly.yaml")) == ""


def test_spectrals_rules_hold_without_a_warning(node: Path) -> None:
    rules = str(RULES / "spectral.yaml")
    assert complaints(node, "spectral", "--ruleset", rules, "--fail-severity", "warn") == ""
