"""A deployment as a whole: taken into an archive, put back, and looked over.

An archive holds the database, the key of the audit trail, and the settings that are no secrets.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from importlib.metadata import version
from pathlib import Path

from service.adapters.archive import (
    ArchiveError,
    decrypt,
    encrypt,
    is_encrypted,
    read_archive,
    unpacked_as,
    write_archive,
)
from service.adapters.database.audit import AuditStore, prepare_key
from service.adapters.database.engine import Database
from service.adapters.database.migrate import known_revisions, open_schema, revision
from service.adapters.database.snapshot import SQLITE_MEMBER, is_empty, put, store_of, take
from service.adapters.database.worker_registry import WorkerTable
from service.audit import AuditKey
from service.config import Config, unknown_settings
from service.errors import ConfigurationError, ServiceError
from service.identifiers import now_ms

AUDIT_KEY = "audit.key"
_SECRETS = frozenset({"audit_key", "database_url"})
_LEAST_FREE = 256 * 1024 * 1024


def back_up(config: Config, database: Database, out: Path, passphrase: str | None) -> None:
    """Write an archive of the deployment, which may be in use meanwhile.

    Raises
    ------
    ArchiveError
        If the file exists or cannot be written.
    """
    if out.exists():
        raise ArchiveError(f"{out} exists already; name a new file.")
    key = _key(config)
    try:
        with _private_folder(out.resolve().parent) as folder:
            kept = folder / AUDIT_KEY
            kept.write_bytes(key.value())
            (folder / "members").mkdir(mode=0o700)
            members = {AUDIT_KEY: kept, **take(database, folder / "members")}
            plain = folder / "archive"
            write_archive(plain, members, _manifest(config, database))
            if passphrase is not None:
                encrypt(plain, folder / "encrypted", passphrase)
                plain = folder / "encrypted"
            plain.replace(out)
    except OSError as error:
        raise ArchiveError(f"The archive cannot be written ({error.strerror}).") from None


def restore(
    config: Config, database: Database, archive: Path, passphrase: str | None
) -> tuple[str, ...]:
    """Put an archive into an empty deployment: all of it, or nothing.

    Returns
    -------
    tuple of str
        Settings that were others where the archive was made.

    Raises
    ------
    ArchiveError
        If it is no archive, or damaged, or needs a passphrase.
    ConfigurationError
        If something is kept here already, or the archive does not fit this deployment.
    """
    key = _key(config)
    if not is_empty(database) or (key.file.exists() and not key.is_configured):
        raise ConfigurationError(
            "There is a deployment here already; restore into an empty one (another ALLIANCE_DATA "
            "or DATABASE_URL)."
        )
    encrypted = is_encrypted(archive)
    if encrypted and passphrase is None:
        raise ArchiveError("The archive is encrypted; name its passphrase with --passphrase-file.")
    data = config.data.resolve()
    made = not data.exists()
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with _private_folder(data) as folder:
            plain = archive
            if encrypted and passphrase is not None:
                plain = folder / "archive"
                decrypt(archive, plain, passphrase)
            return _put(config, database, plain, folder, key)
    except BaseException:
        if made:
            shutil.rmtree(data, ignore_errors=True)
        raise


def _put(
    config: Config, database: Database, archive: Path, folder: Path, key: AuditKey
) -> tuple[str, ...]:
    members_folder = folder / "members"
    members_folder.mkdir(mode=0o700)
    manifest = read_archive(archive, members_folder)
    if manifest.get("revision") not in known_revisions():
        raise ConfigurationError(
            "The archive was made by another release; restore it with that one, then upgrade."
        )
    hashes = manifest.get("sha256")
    names = list(hashes) if isinstance(hashes, Mapping) else []
    members = {name: unpacked_as(members_folder, name) for name in names}
    kept = members.pop(AUDIT_KEY, None)
    if kept is None:
        raise ArchiveError("The archive lacks the key of the audit trail.")
    if key.is_configured and key.value() != kept.read_bytes():
        raise ConfigurationError("ALLIANCE_AUDIT_KEY is not the key of the archive's audit trail.")
    if SQLITE_MEMBER in members:
        _check_trail(members[SQLITE_MEMBER], kept)
    put(database, members)
    if not key.is_configured:
        kept.replace(key.file)
    given = manifest.get("settings")
    before = given if isinstance(given, Mapping) else {}
    return tuple(name for name, value in _settings(config).items() if before.get(name) != value)


def _check_trail(file: Path, kept: Path) -> None:
    """Refuse a database whose audit trail was not written with the archive's key."""
    staged = Database(f"sqlite:///{file}")
    try:
        staged_key = AuditKey("", kept.parent)
        if not AuditStore(staged, staged_key).is_of_this_key():
            raise ArchiveError("The archive's key is not that of its audit trail.")
    finally:
        staged.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at.

    Attributes
    ----------
    name
        What.
    ok
        Whether it is as it should be; ``None`` for what is worth knowing and no fault.
    detail
        A sentence.
    """

    name: str
    ok: bool | None
    detail: str


def look_over(config: Config, database: Database) -> tuple[Check, ...]:
    """Check a deployment; nothing is changed."""
    checks = [_check("database", lambda: _look_at_database(database))]
    if checks[0].ok is not False:
        key = _key(config)
        checks += [
            _check("audit-key", lambda: _look_at_key(database, key)),
            _check("audit-trail", lambda: _look_at_trail(database, key)),
            _check("queue", lambda: _look_at_queue(database)),
        ]
    return (*checks, _check("disk", lambda: _look_at_disk(config)), _settings_check())


def _check(name: str, look: Callable[[], tuple[bool | None, str]]) -> Check:
    try:
        ok, detail = look()
    except ServiceError as error:
        ok, detail = False, error.detail
    return Check(name=name, ok=ok, detail=detail)


def _look_at_database(database: Database) -> tuple[bool | None, str]:
    open_schema(database, make=False)
    return True, f"{store_of(database)}, revision {revision(database)}."


def _look_at_key(database: Database, key: AuditKey) -> tuple[bool | None, str]:
    if not key.exists:
        raise ConfigurationError(f"The key of the audit trail is missing ({key.place}).")
    prepare_key(database, key)
    return True, f"The key of the audit trail is there ({key.place})."


def _look_at_trail(database: Database, key: AuditKey) -> tuple[bool | None, str]:
    if not key.exists:
        return False, "The audit trail cannot be checked without its key."
    broken = AuditStore(database, key).first_broken()
    if broken is not None:
        return False, f"The audit trail is not whole from entry {broken} on."
    return True, "The audit trail is whole."


def _look_at_queue(database: Database) -> tuple[bool | None, str]:
    workers = len(WorkerTable(database).beats())
    if not workers:
        return None, "No worker is entered; analyses wait until one runs."
    return True, f"{workers} worker(s) entered."


def _look_at_disk(config: Config) -> tuple[bool | None, str]:
    data = config.data.resolve()
    if not data.exists():
        return None, "The data folder does not exist."
    if data.stat().st_mode & 0o077:
        return False, f"Others may read the data folder {data}; `chmod 700` it."
    free = shutil.disk_usage(data).free
    return free >= _LEAST_FREE, f"{free // (1024 * 1024)} MiB free."


def _settings_check() -> Check:
    unknown = unknown_settings()
    detail = f"Unknown: {', '.join(unknown)}." if unknown else "All settings are known."
    return Check(name="settings", ok=None if unknown else True, detail=detail)


def _key(config: Config) -> AuditKey:
    return AuditKey(config.audit_key, config.data.resolve())


def _manifest(config: Config, database: Database) -> dict[str, object]:
    return {
        "version": version("alliance"),
        "revision": revision(database),
        "store": store_of(database),
        "made_at": now_ms(),
        "settings": _settings(config),
    }


def _settings(config: Config) -> dict[str, str]:
    """Return the settings that are no secrets and belong to no single machine."""
    return {
        setting.metadata["variable"]: _text(getattr(config, setting.name))
        for setting in fields(config)
        if setting.name not in _SECRETS and setting.name != "data"
    }


def _text(value: object) -> str:
    return ",".join(sorted(value)) if isinstance(value, frozenset) else str(value)


@contextmanager
def _private_folder(parent: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=".alliance-", dir=parent) as folder:
        yield Path(folder)
