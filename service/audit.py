"""The audit trail: who asked for what, when, by which rule, and what came of it.

Never an answer, an identifier of a person or an address. Of a body a keyed hash is kept: one form
has so few possible answers that a bare hash could be turned back by trying them all.
"""

from __future__ import annotations

import hmac
import os
import secrets
from functools import cached_property
from pathlib import Path

from service.batch_writer import Batches, Write
from service.errors import ConfigurationError
from service.records import AuditEntry

_KEY_BYTES = 32
_GATHER_SECONDS = 0.5
_WAITING_AT_MOST = 100_000
_WAIT_SECONDS = 5.0


class AuditKey:
    """The key of the trail's hashes: as configured, or made once and kept beside the data.

    Parameters
    ----------
    configured
        A text with enough randomness, the same on all machines; empty to have one made.
    folder
        Where one is kept that was made here.
    """

    def __init__(self, configured: str, folder: Path) -> None:
        self._configured = configured
        self._file = folder / "audit.key"

    @property
    def place(self) -> str:
        """Where the key is to be found, for people: a file or a setting, never the key."""
        return "ALLIANCE_AUDIT_KEY" if self._configured else f"the file {self._file}"

    @property
    def exists(self) -> bool:
        """Whether there is a key, or one would have to be made."""
        return bool(self._configured) or self._file.exists()

    @property
    def file(self) -> Path:
        """Where a key is kept that was made here."""
        return self._file

    @property
    def is_configured(self) -> bool:
        """Whether a setting holds the key, and no file."""
        return bool(self._configured)

    def value(self) -> bytes:
        """Return the key itself, to be backed up."""
        return self._key

    def prepare(self) -> None:
        """Read the key, or make it.

        Raises
        ------
        ConfigurationError
            If it can neither be read nor kept.
        """
        self.mac(b"")

    def mac(self, data: bytes) -> str:
        """HMAC-SHA256 of data, in hexadecimal."""
        return hmac.digest(self._key, data, "sha256").hex()

    @cached_property
    def _key(self) -> bytes:
        if self._configured:
            return self._configured.encode()
        try:
            return self._kept()
        except OSError as error:
            raise ConfigurationError(
                f"The file {self._file} cannot be kept ({error.strerror}); set ALLIANCE_AUDIT_KEY."
            ) from None

    def _kept(self) -> bytes:
        """Read the key, or make it; of several processes that make one, the first decides."""
        if not self._file.exists():
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            made = self._file.with_name(f"{self._file.name}.{os.getpid()}")
            with os.fdopen(
                os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb"
            ) as file:
                file.write(secrets.token_bytes(_KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(made, self._file)
            except FileExistsError:
                pass
            finally:
                made.unlink()
        return self._file.read_bytes()


class AuditTrail:
    """Takes entries from requests and has them written in the background.

    Parameters
    ----------
    write
        Adds entries to the trail; all or none.
    key
        Of the hashes of bodies.
    """

    def __init__(self, write: Write[AuditEntry], key: AuditKey) -> None:
        self._batches: Batches[AuditEntry] = Batches(
            write, seconds=_GATHER_SECONDS, at_most=_WAITING_AT_MOST
        )
        self._key = key

    def body_mac(self, body: bytes) -> str:
        """Keyed hash of a body, in hexadecimal."""
        return self._key.mac(body)

    def record(self, entry: AuditEntry) -> None:
        """Take an entry; it is written within a second, and lost if the process is killed first."""
        self._batches.add(entry)

    def record_before_answering(self, entry: AuditEntry) -> None:
        """Take an entry and wait until it is written.

        If it cannot be written for some seconds the log says so and the entry is kept for later:
        what the request did is done, and the caller must learn that.
        """
        self._batches.add_and_wait(entry, _WAIT_SECONDS)

    def close(self) -> None:
        """Write what waits."""
        self._batches.close()
