"""The client in TypeScript: its types hold, and its own tests pass against the running server."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey

from tests.clients.generating import TYPESCRIPT, environment, made
from tests.security.backend_service import write_key_set
from tests.service.server import Client, Server, run_alliance


@pytest.fixture(scope="module")
def types(node: Path) -> Path:
    assert node.exists()
    return made(TYPESCRIPT / "src" / "specification.d.ts")


def run(*command: str | Path, **settings: str) -> None:
    finished = subprocess.run(
        command,
        cwd=TYPESCRIPT,
        env={**environment(), **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_the_types_hold(node: Path, types: Path) -> None:
    assert types.exists()
    run(node, TYPESCRIPT / "node_modules" / "typescript" / "bin" / "tsc", "--noEmit")


def test_it_talks_to_the_running_server(
    node: Path,
    types: Path,
    server: Server,
    clinic: Client,
    analyses: Mapping[str, dict[str, Any]],
    tmp_path: Path,
) -> None:
    assert types.exists()
    key = ECKey.generate_key("P-384", {"kid": "2026-1"}, private=True)
    keys = write_key_set(tmp_path, (key,))
    client_id = run_alliance(
        *("clients", "add", "--tenant=clinic", "--name=Web", f"--jwks={keys}"),
        env=server.environment,
    )
    run(
        *(node, "--test", "--test-reporter=spec", "test/server.test.ts"),
        ALLIANCE_URL=server.url,
        ALLIANCE_KEY=str(clinic.key),
        ALLIANCE_ANALYSES=json.dumps({kind: one["id"] for kind, one in analyses.items()}),
        ALLIANCE_CLIENT_ID=client_id,
        ALLIANCE_PRIVATE_KEY=key.as_pem(private=True).decode(),
    )
