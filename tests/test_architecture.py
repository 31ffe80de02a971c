"""The borders hold, and the check that guards them would notice a breach."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGES = ("psychometrics", "schemas", "service")


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "lint-imports"
    return subprocess.run(
        [program, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("psychometrics/errors.py", "import schemas.validation_errors"),
        ("psychometrics/errors.py", "import sqlalchemy"),
        ("schemas/validation_errors.py", "import service.errors"),
        ("psychometrics/correlation/tables.py", "import psychometrics.cfa.model"),
        ("service/use_cases/analysis_registry.py", "import service.blueprints.scores"),
    ],
)
def test_a_seeded_breach_of_a_border_is_noticed(copy: Path, module: str, line: str) -> None:
    target = copy / module
    target.write_text(target.read_text().replace("from __future__", f"{line}\nfrom __future__", 1))
    checked = lint_imports(copy)
    assert checked.returncode == 1
    assert re.search(r"[1-9]\d* broken", checked.stdout)


def test_a_module_without_a_storey_is_noticed(copy: Path) -> None:
    (copy / "psychometrics" / "miscellany.py").write_text('"""Everything else."""\n')
    assert "1 broken" in lint_imports(copy).stdout


def test_the_borders_hold(copy: Path) -> None:
    checked = lint_imports(copy)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_no_committed_file_names_a_registry_host_or_a_private_path() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout: there is no list of committed files")
    hosts = ("py" + r"pi\.org", "python" + r"hosted\.org", "registry\\." + r"npm", r"/work" + "/")
    pattern = re.compile("|".join(hosts))
    named = [
        name
        for name in filter(None, listed.stdout.split("\0"))
        if (ROOT / name).is_file()
        and pattern.search((ROOT / name).read_text(encoding="utf-8", errors="replace"))
    ]
    assert named == []


def test_matrices_are_inverted_in_one_place() -> None:
    """Singular matrices have one rule: nothing else calls the routines that need a regular one."""
    called = re.compile(
        r"linalg\.(inv|solve|det|slogdet|cholesky|pinv|LinAlgError)\b|\b(cho_factor|cho_solve|LinAlgError)\b"
    )
    found = {
        str(module.relative_to(ROOT))
        for module in (ROOT / "psychometrics").rglob("*.py")
        if called.search(module.read_text())
    }
    assert found == {"psychometrics/positive_definite.py"}
