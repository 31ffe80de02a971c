"""The check of the locks: what was found is never mistaken for what could not be asked."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from dependencies.audit import (
    FOUND,
    NOT_ASKED,
    Locked,
    NotAskedError,
    differing,
    main,
    read_lock,
    vulnerable,
    withdrawn,
)
from tests.conftest import ROOT

RECORDED = Path(__file__).parent / "recorded"
FLASK, JINJA = Locked(name="flask", version="3.1.0"), Locked(name="jinja2", version="3.1.2")
HASH = f"--hash=sha256:{'0' * 64}"

Audit = Callable[..., tuple[int, str]]


def recorded(name: str) -> dict[str, Any]:
    return dict(json.loads((RECORDED / name).read_text()))


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_line_of_our_locks_is_pinned_by_hashes(lock: str) -> None:
    locked, faults = read_lock((ROOT / lock).read_text())
    assert faults == []
    assert len(locked) > 30


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (f"flask>=3 {HASH}", "flask>=3: not pinned to one version"),
        (f"flask==3.* {HASH}", "flask==3.*: not pinned to one version"),
        ("flask==3.1.0", "flask==3.1.0: not pinned by SHA-256 hashes alone"),
        ("flask==3.1.0 --hash=md5:00", "flask==3.1.0: not pinned by SHA-256 hashes alone"),
        ("--index-url=somewhere", "--index-url=somewhere: not pinned to one version"),
        (f"-e . {HASH}", "-e .: not pinned to one version"),
    ],
)
def test_a_line_that_leaves_a_choice_is_found(line: str, fault: str) -> None:
    assert read_lock(f"# comment\n{line}\n") == ([], [fault])


def test_a_pinned_line_is_read_with_its_marker_and_over_several_lines() -> None:
    text = f'Flask[async]==3.1.0 ; python_version < "4" \\\n    {HASH} \\\n    {HASH}\n'
    assert read_lock(text) == ([FLASK], [])


def test_what_is_installed_otherwise_is_named() -> None:
    there: Mapping[str, str] = {"flask": "3.0.0"}
    assert differing([FLASK, JINJA], there.get) == [
        "flask: locked 3.1.0, installed 3.0.0",
        "jinja2: locked 3.1.2, installed not at all",
    ]
    assert differing([FLASK], lambda _: "3.1.0") == []


def test_a_withdrawn_version_is_named() -> None:
    report = recorded("pip_report.json")
    assert withdrawn(report, [FLASK, JINJA]) == ["jinja2 3.1.2: withdrawn by its maintainers"]


def test_a_report_that_says_nothing_is_no_answer() -> None:
    report = recorded("pip_report.json")
    for one in report["install"]:
        del one["is_yanked"]
    with pytest.raises(NotAskedError, match="flask, jinja2"):
        withdrawn(report, [FLASK, JINJA])


def test_a_vulnerability_is_named_with_its_other_names_and_the_way_out() -> None:
    assert vulnerable(recorded("advisories.json"), [FLASK, JINJA]) == (
        ["jinja2 3.1.2: PYSEC-2024-0000, CVE-2024-22195; fixed in 3.1.3"],
        [],
    )


def test_a_package_that_was_skipped_was_not_asked_for() -> None:
    found, silent = vulnerable(recorded("advisories_refused.json"), [FLASK, JINJA])
    assert (found, silent) == ([], ["flask", "jinja2"])


@pytest.fixture
def audit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Audit:
    """Run the check on a lock of two packages, with clients that give recorded answers."""
    lock = tmp_path / "some.lock"
    lock.write_text(f"flask==3.1.0 {HASH}\njinja2==3.1.2 {HASH}\n")
    versions = {"flask": "3.1.0", "jinja2": "3.1.2"}
    monkeypatch.setattr("dependencies.audit._installed", versions.get)

    def run(*, yanked: bool = False, advisories: str | None) -> tuple[int, str]:
        report = recorded("pip_report.json")
        report["install"][1]["is_yanked"] = yanked
        client(tmp_path / "pip", json.dumps(report))
        client(tmp_path / "pip-audit", advisories)
        return main([str(tmp_path), str(lock)]), capsys.readouterr().out

    return run


def client(file: Path, answer: str | None) -> None:
    said = "exit 1" if answer is None else f"cat <<'END'\n{answer}\nEND"
    file.write_text(f"#!/bin/sh\n{said}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)


def test_found_not_found_and_not_asked_are_three_exit_statuses(audit: Audit) -> None:
    clean = recorded("advisories.json")
    clean["dependencies"][1]["vulns"] = []
    assert audit(advisories=json.dumps(clean)) == (0, "Nothing was found.\n")

    status, said = audit(advisories=(RECORDED / "advisories.json").read_text())
    assert (status, said.splitlines()[0].split(":")[0]) == (FOUND, "jinja2 3.1.2")

    status, said = audit(yanked=True, advisories=json.dumps(clean))
    assert (status, said) == (FOUND, "jinja2 3.1.2: withdrawn by its maintainers\n")

    for refusal in ((RECORDED / "advisories_refused.json").read_text(), "", None):
        status, said = audit(advisories=refusal)
        assert status == NOT_ASKED
        assert said.startswith("could not ask: ")
        assert said.endswith("Nothing was found, but not everything could be asked.\n")
