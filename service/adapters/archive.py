"""Archives of a deployment: a tar file of a few named members, each with its hash in the manifest.

An archive may be encrypted with a passphrase: AES-256-GCM in pieces of 1 MiB, the key by scrypt.
A piece's nonce is its number, and the last piece is marked, so that none can be left out, moved or
cut off unseen.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from service.errors import ServiceError

FORMAT = 1
MANIFEST = "manifest.json"
_MAGIC = b"ALLIANCE-ENCRYPTED-1\n"
_SALT_BYTES, _PIECE_BYTES, _TAG_BYTES = 16, 1 << 20, 16
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 1 << 15, 8, 1
_LARGEST_MANIFEST = 1 << 20


class ArchiveError(ServiceError):
    """An archive cannot be written, or is not one that can be restored."""


def write_archive(out: Path, members: Mapping[str, Path], manifest: Mapping[str, object]) -> None:
    """Write an archive, for its owner's eyes alone.

    Parameters
    ----------
    out
        Does not exist yet.
    members
        Files by their names in the archive.
    manifest
        What else is to be known; the members' hashes are added.
    """
    hashes = {name: _sha256(path) for name, path in members.items()}
    description = orjson.dumps({**manifest, "format": FORMAT, "sha256": hashes})
    noted = out.with_name(out.name + ".manifest")
    try:
        with _created(noted) as file:
            file.write(description)
        with _created(out) as file, tarfile.open(fileobj=file, mode="w:gz") as archive:
            archive.add(noted, MANIFEST, recursive=False)
            for name, path in members.items():
                archive.add(path, name, recursive=False)
    finally:
        noted.unlink(missing_ok=True)


def read_archive(file: Path, folder: Path) -> Mapping[str, object]:
    """Unpack an archive's members into a folder and check their hashes.

    Returns
    -------
    Mapping
        The manifest.

    Raises
    ------
    ArchiveError
        If it is no archive, a member is missing or too many, or one was changed.
    """
    try:
        with tarfile.open(file, mode="r:gz") as archive:
            return _unpacked(archive, folder)
    except (tarfile.TarError, EOFError, OSError, orjson.JSONDecodeError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise ArchiveError(f"The archive cannot be read ({error.strerror}).") from None
        raise ArchiveError("The file is no archive of this program, or it is damaged.") from None


def _unpacked(archive: tarfile.TarFile, folder: Path) -> Mapping[str, object]:
    first = archive.next()
    if first is None or first.name != MANIFEST or first.size > _LARGEST_MANIFEST:
        raise ArchiveError("The file is no archive of this program.")
    manifest = orjson.loads(_content(archive, first).read())
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ArchiveError("The archive was made by another release of this program.")
    expected = dict(manifest["sha256"])
    for member in iter(archive.next, None):
        if not member.isfile() or member.name not in expected:
            raise ArchiveError("The archive holds something that its manifest does not name.")
        target = folder / member.name.replace("/", ".")
        with _created(target) as file:
            _copy(_content(archive, member), file)
        if _sha256(target) != expected.pop(member.name):
            raise ArchiveError("The archive is damaged: a member is not what the manifest says.")
    if expected:
        raise ArchiveError("The archive is damaged: a member is missing.")
    return manifest


def unpacked_as(folder: Path, name: str) -> Path:
    """Return where :func:`read_archive` puts a member."""
    return folder / name.replace("/", ".")


def encrypt(plain: Path, out: Path, passphrase: str) -> None:
    """Encrypt a file with a passphrase."""
    salt = secrets.token_bytes(_SALT_BYTES)
    cipher = AESGCM(_key(passphrase, salt))
    with plain.open("rb") as source, _created(out) as target:
        target.write(_MAGIC + salt)
        for number, (piece, is_last) in enumerate(_pieces(source, _PIECE_BYTES)):
            target.write(cipher.encrypt(number.to_bytes(12, "big"), piece, _mark(is_last)))


def is_encrypted(file: Path) -> bool:
    """Whether a file was made by :func:`encrypt`.

    Raises
    ------
    ArchiveError
        If it cannot be read.
    """
    try:
        with file.open("rb") as source:
            return source.read(len(_MAGIC)) == _MAGIC
    except OSError as error:
        raise ArchiveError(f"The archive cannot be read ({error.strerror}).") from None


def decrypt(file: Path, out: Path, passphrase: str) -> None:
    """Decrypt a file.

    Raises
    ------
    ArchiveError
        If the passphrase is another one, or the file was changed or cut off.
    """
    with file.open("rb") as source, _created(out) as target:
        source.seek(len(_MAGIC))
        cipher = AESGCM(_key(passphrase, source.read(_SALT_BYTES)))
        try:
            for number, (piece, is_last) in enumerate(_pieces(source, _PIECE_BYTES + _TAG_BYTES)):
                target.write(cipher.decrypt(number.to_bytes(12, "big"), piece, _mark(is_last)))
        except InvalidTag:
            raise ArchiveError(
                "The passphrase is not that of the archive, or the archive is damaged."
            ) from None


def _key(passphrase: str, salt: bytes) -> bytes:
    scrypt = Scrypt(salt=salt, length=32, n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P)
    return scrypt.derive(passphrase.encode())


def _mark(is_last: bool) -> bytes:  # noqa: FBT001 a mark of the piece
    return b"last" if is_last else b"more"


def _pieces(source: IO[bytes], size: int) -> Iterator[tuple[bytes, bool]]:
    """Yield pieces of a file, at least one, and whether it is the last."""
    piece = source.read(size)
    while True:
        following = source.read(size)
        yield piece, not following
        if not following:
            return
        piece = following


@contextmanager
def _created(path: Path) -> Iterator[IO[bytes]]:
    """Open a new file that its owner alone may read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = archive.extractfile(member)
    if content is None:
        raise ArchiveError("The archive holds something that is no file.")
    return content


def _copy(source: IO[bytes], target: IO[bytes]) -> None:
    while piece := source.read(_PIECE_BYTES):
        target.write(piece)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
