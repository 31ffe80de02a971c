"""A running server, the clients generated from ``openapi.yaml``, and an analysis of every kind."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from service.use_cases.analysis_registry import KINDS
from tests.conftest import ROOT
from tests.programs import absent
from tests.service.server import Client
from tests.service.test_analyses import ask, sample_of, until_finished

BIN = Path(sys.executable).parent
TYPESCRIPT = ROOT / "clients" / "typescript"
PYTHON = ROOT / "clients" / "python"
NODE_TOOLS = TYPESCRIPT / "node_modules" / ".package-lock.json"

STUDY, TIME, CHANGE = "study_holds_up", "time/A_200", "occasions_2_420"
OUTCOME = {"name": "mobility_t", "session_number": 6, "expected": {"direction": "positive"}}
ASKED: Mapping[str, tuple[tuple[str, ...], Mapping[str, Any]]] = {
    "items": ((STUDY,), {}),
    "reliability": ((STUDY,), {}),
    "dimensionality": ((STUDY,), {"replicates": 20}),
    "efa": ((STUDY,), {}),
    "cfa": ((STUDY,), {"models": ["three-factor", "bifactor"], "estimator": "MLR"}),
    "irt": ((STUDY,), {"scales": ["goal"], "group": "setting"}),
    "cutoffs": ((STUDY,), {"replicates": 100, "estimator": "ML"}),
    "retest": ((CHANGE,), {}),
    "agreement": ((CHANGE, "therapists"), {}),
    "invariance": ((STUDY,), {"group": "setting", "estimator": "MLR"}),
    "comparison": ((STUDY,), {"group": "setting"}),
    "criterion": ((STUDY,), {"outcomes": [OUTCOME]}),
    "trajectory": ((TIME,), {"scales": ["goal"], "shape": "linear"}),
    "lagged": ((TIME,), {"outcome": "comfort", "scale": "goal"}),
    "responsiveness": (
        (TIME,),
        {"anchor": "rated_change", "first": 1, "second": 4, "replicates": 100},
    ),
    "monitoring": ((STUDY, TIME), {}),
    "sufficiency": ((STUDY,), {}),
    "validity": ((STUDY,), {"group": "setting", "outcomes": [OUTCOME], "replicates": 10}),
}
"""Samples and options by kind."""


def environment() -> dict[str, str]:
    """Put the node of the virtual environment first, and no words of npm's."""
    return {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"}


def made(target: Path) -> Path:
    """Generate a client as `make clients` does, where it is older than what it is made from."""
    installed = (_relative(NODE_TOOLS), ".venv/.runtime", ".venv/.dev")
    settled = [f"--old-file={file}" for file in installed]
    with (ROOT / "Makefile").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several processes of tests may want the same
        subprocess.run(["make", "--silent", *settled, _relative(target)], cwd=ROOT, check=True)
    return target


def _relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.fixture(scope="session")
def node() -> Path:
    """The node that runs the client in TypeScript and the linters."""
    if not NODE_TOOLS.exists():
        absent("NOT TESTED: npm's packages are missing; `make setup-dev` installs them")
    return BIN / "node"


@pytest.fixture(scope="session")
def generated() -> Iterator[Path]:
    """The client in Python, importable."""
    made(PYTHON / "alliance_client" / "generated" / "client.py")
    sys.path.insert(0, str(PYTHON))
    yield PYTHON
    sys.path.remove(str(PYTHON))


@pytest.fixture(scope="session")
def analyses(clinic: Client, data: Path, examples: Path) -> Mapping[str, dict[str, Any]]:
    """A finished analysis of every kind, as the server gives it."""
    change = data / f"{CHANGE}.csv"
    samples = {
        STUDY: sample_of(clinic, examples / f"{STUDY}.csv"),
        TIME: sample_of(clinic, data / f"{TIME}.csv"),
        CHANGE: sample_of(clinic, change),
        "therapists": sample_of(clinic, change, "wai-sr-therapist"),
    }
    asked = {}
    for kind in KINDS:
        names, options = ASKED[kind]
        chosen = [samples[name] for name in names]
        answer = ask(clinic, "", wait=0, kind=kind, samples=chosen, options=options)
        assert answer.ok, (kind, answer.text)
        asked[kind] = answer.json()["id"]
    found = {}
    for kind, analysis in asked.items():
        found[kind] = until_finished(clinic, analysis, seconds=300)
        assert found[kind]["status"] == "succeeded", (kind, found[kind]["error"])
    return found
