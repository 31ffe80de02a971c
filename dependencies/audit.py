"""Check the locked packages: pinned, as installed, not withdrawn, without known vulnerabilities.

Two of the four need the package index: whether a version was withdrawn (pip's report says so) and
whether a vulnerability is known (pip-audit asks the index's advisories). Many indexes inside
organisations give out packages and no advisories: then nothing can be said, and nothing is what
this says. It asks by the clients' own settings and names no index.

Exit status: 0 nothing was found and everything could be asked; 1 something was found; 3 nothing was
found, but not everything could be asked.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

FOUND, NOT_ASKED = 1, 3
_SECONDS = 900
_PINNED = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*)(\[[\w,.-]+\])?==(?P<version>[\w.!+-]+)")
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


class NotAskedError(Exception):
    """The index, or one of its clients, gave no answer that says anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """A package as it is locked.

    Attributes
    ----------
    name
        Normalized (PEP 503).
    version
        The only one allowed.
    """

    name: str
    version: str


def read_lock(text: str) -> tuple[list[Locked], list[str]]:
    """Read a lock.

    Parameters
    ----------
    text
        In pip's format, hashes after a backslash.

    Returns
    -------
    locked, faults
        Packages, and a sentence for every requirement that is not pinned to one version by hashes.
    """
    locked, faults = [], []
    for line in text.replace("\\\n", " ").splitlines():
        requirement = line.split("#", 1)[0].strip()
        if not requirement:
            continue
        head, *hashes = re.split(r"\s+(?=--)", requirement)
        specifier = head.split(";")[0].strip()
        pinned = _PINNED.fullmatch(specifier)
        if pinned is None:
            faults.append(f"{specifier}: not pinned to one version")
        elif not hashes or not all(map(_HASH.fullmatch, hashes)):
            faults.append(f"{specifier}: not pinned by SHA-256 hashes alone")
        else:
            locked.append(Locked(name=normalized(pinned["name"]), version=pinned["version"]))
    return locked, faults


def normalized(name: str) -> str:
    """Write a package's name as indexes do (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def differing(locked: Iterable[Locked], installed: Callable[[str], str | None]) -> list[str]:
    """Find packages that are not installed in their locked version.

    Parameters
    ----------
    locked
        As in the lock.
    installed
        Gives a package's installed version, ``None`` if it is not there.
    """
    return [
        f"{one.name}: locked {one.version}, installed {found or 'not at all'}"
        for one in locked
        if (found := installed(one.name)) != one.version
    ]


def withdrawn(report: Mapping[str, Any], locked: Sequence[Locked]) -> list[str]:
    """Find versions that were withdrawn (yanked), in pip's installation report.

    Raises
    ------
    NotAskedError
        If the report does not speak of every locked package.
    """
    yanked = {
        normalized(one["metadata"]["name"]): one.get("is_yanked") for one in report["install"]
    }
    silent = [one.name for one in locked if yanked.get(one.name) is None]
    if silent:
        raise NotAskedError(f"pip's report says nothing of {_listed(silent)}")
    return [
        f"{one.name} {one.version}: withdrawn by its maintainers"
        for one in locked
        if yanked[one.name]
    ]


def vulnerable(answer: Mapping[str, Any], locked: Sequence[Locked]) -> tuple[list[str], list[str]]:
    """Find known vulnerabilities, in pip-audit's answer.

    Returns
    -------
    found, silent
        A sentence for each vulnerability, and the packages of which no advisories could be read.
    """
    told = {normalized(one["name"]): one for one in answer["dependencies"]}
    found = [
        f"{one.name} {one.version}: {', '.join([known['id'], *known.get('aliases', ())])}"
        + (f"; fixed in {', '.join(known['fix_versions'])}" if known.get("fix_versions") else "")
        for one in locked
        for known in told.get(one.name, {}).get("vulns", ())
    ]
    return found, [one.name for one in locked if "vulns" not in told.get(one.name, {})]


# --- asking


def main(arguments: Sequence[str]) -> int:
    """Check locks: ``python -m dependencies.audit CLIENTS LOCK…``.

    ``CLIENTS`` is the folder of the programs ``pip`` (23.3 or newer) and ``pip-audit``.
    """
    clients, *files = map(Path, arguments)
    found: list[str] = []
    not_asked: list[str] = []
    for file in files:
        locked, faults = read_lock(file.read_text())
        found += faults + differing(locked, _installed)
        for question in (_ask_whether_withdrawn, _ask_for_advisories):
            try:
                found += question(clients, file, locked)
            except NotAskedError as reason:
                not_asked.append(f"{file}: {reason}")
    for line in dict.fromkeys(found):
        print(line)
    for line in not_asked:
        print(f"could not ask: {line}")
    if found:
        return FOUND
    print("Nothing was found" + (", but not everything could be asked." if not_asked else "."))
    return NOT_ASKED if not_asked else 0


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _ask_whether_withdrawn(clients: Path, file: Path, locked: Sequence[Locked]) -> list[str]:
    options = ["--dry-run", "--ignore-installed", "--no-deps", "--require-hashes", "--quiet"]
    command = ["pip", "install", *options, "--report", "-", "--requirement", str(file)]
    return withdrawn(_json_of(clients, command), locked)


def _ask_for_advisories(clients: Path, file: Path, locked: Sequence[Locked]) -> list[str]:
    options = ["--disable-pip", "--require-hashes", "--format=json", "--progress-spinner=off"]
    command = ["pip-audit", *options, f"--requirement={file}"]
    found, silent = vulnerable(_json_of(clients, command), locked)
    if found:
        return found
    if silent:
        raise NotAskedError(f"the index gives no advisories for {_listed(silent)}")
    return []


def _json_of(clients: Path, command: Sequence[str]) -> dict[str, Any]:
    """Run a client and read what it prints; its exit status does not tell faults from findings."""
    program, *arguments = command
    try:
        finished = subprocess.run(
            [clients / program, *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
        answer: dict[str, Any] = json.loads(finished.stdout)
    except (OSError, subprocess.TimeoutExpired, json.JSONDecodeError) as error:
        raise NotAskedError(f"{program} gave no answer ({type(error).__name__})") from None
    return answer


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) < 6 else f"{len(names)} packages"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
