"""The public keys a client registers, as a JSON Web Key Set (RFC 7517).

SMART App Launch asks for RS384 and ES384: an RSA key of 2048 bits at least, or an elliptic-curve
key on P-384, each with a ``kid`` by which an assertion names it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey, import_key

from schemas.json_pointers import pointer
from schemas.json_text import read_json
from schemas.validation_errors import Fault, RefusedInputError, UnreadableInputError

ALGORITHMS: Mapping[str, str] = {"RSA": "RS384", "EC": "ES384"}
"""The one algorithm for each type of key; an assertion does not get to choose."""

MAXIMUM_KEYS = 20
_MAXIMUM_FETCHED = 100
_MAXIMUM_KID = 200
_LOWEST_RSA_BITS = 2048
_HIGHEST_RSA_BITS = 8192
_CURVE = "P-384"
_MEMBERS: Mapping[str, tuple[str, ...]] = {
    "RSA": ("kty", "kid", "n", "e"),
    "EC": ("kty", "kid", "crv", "x", "y"),
}
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


def read_key_set(text: bytes) -> dict[str, Any]:
    """Read a key set that a client registers.

    Raises
    ------
    UnreadableInputError
        If it is not JSON.
    RefusedInputError
        Naming what is wrong with each key; no key is repeated.
    """
    document = read_json(text)
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list) or not 1 <= len(keys) <= MAXIMUM_KEYS:
        detail = f"Must be an object whose `keys` lists 1 to {MAXIMUM_KEYS} public keys."
        raise RefusedInputError([Fault(pointer="/keys", code="key-set", detail=detail)])
    faults = [*_faults(keys), *_repeated(keys)]
    if faults:
        raise RefusedInputError(faults)
    return {"keys": [_reduced(key) for key in keys]}


def usable_keys(document: object) -> dict[str, Any]:
    """Take from a key set that was fetched the keys that can be used; others may stand in it.

    Raises
    ------
    UnreadableInputError
        If it is no key set.
    """
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list):
        raise UnreadableInputError("The answer must be a JSON object with a list of `keys`.")
    fit = [key for key in keys[:_MAXIMUM_FETCHED] if _broken_rule(key) is None]
    return {"keys": [_reduced(key) for key in fit]}


def public_key(key_set: Mapping[str, Any], kid: str) -> RSAKey | ECKey | None:
    """Return the key of this name from a set that was read, if it is there."""
    found = next((key for key in key_set["keys"] if key["kid"] == kid), None)
    if found is None:
        return None
    key = import_key(found)
    return key if isinstance(key, RSAKey | ECKey) else None


def _faults(keys: list[Any]) -> Iterator[Fault]:
    for number, key in enumerate(keys):
        rule = _broken_rule(key)
        if rule is not None:
            yield Fault(pointer=pointer("keys", number), code="key", detail=rule)


def _broken_rule(key: Any) -> str | None:
    if not isinstance(key, dict) or key.get("kty") not in ALGORITHMS:
        return "Must be an RSA or EC key in JSON Web Key format."
    if _PRIVATE_MEMBERS & set(key):
        return "Must be the public part only; take this private key out of use, it was shown."
    kid = key.get("kid")
    if not isinstance(kid, str) or not 0 < len(kid) <= _MAXIMUM_KID or not kid.isprintable():
        return f"Must have a `kid` of 1 to {_MAXIMUM_KID} printable characters."
    if key.get("use", "sig") != "sig":
        return "Must be for signatures (`use` is `sig`, or left out)."
    if key.get("alg", ALGORITHMS[key["kty"]]) != ALGORITHMS[key["kty"]]:
        return "Must be for RS384 (RSA) or ES384 (EC), or leave `alg` out."
    return _weakness(key)


def _weakness(key: dict[str, Any]) -> str | None:
    if key["kty"] == "EC" and key.get("crv") != _CURVE:
        return f"An EC key must be on the curve {_CURVE}."
    if key["kty"] == "RSA" and not _LOWEST_RSA_BITS <= _bits(key.get("n")) <= _HIGHEST_RSA_BITS:
        return f"An RSA key must have {_LOWEST_RSA_BITS} to {_HIGHEST_RSA_BITS} bits."
    try:
        import_key(_reduced(key))
    except (JoseError, ValueError, TypeError, KeyError):
        return "Cannot be read as a key."
    return None


def _bits(modulus: object) -> int:
    """Length of a number in base64url; zero for what is none."""
    try:
        return int.from_bytes(base64.urlsafe_b64decode(f"{modulus}==")).bit_length()
    except ValueError:
        return 0


def _reduced(key: dict[str, Any]) -> dict[str, Any]:
    """Keep what a public key consists of, and its name."""
    return {member: key[member] for member in _MEMBERS[key["kty"]]}


def _repeated(keys: list[Any]) -> Iterator[Fault]:
    seen: set[object] = set()
    for number, key in enumerate(keys):
        kid = key.get("kid") if isinstance(key, dict) else None
        if isinstance(kid, str) and kid in seen:
            detail = "A key before it has the same `kid`."
            yield Fault(pointer=pointer("keys", number, "kid"), code="duplicate", detail=detail)
        seen.add(kid if isinstance(kid, str) else None)
