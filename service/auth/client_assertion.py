"""Checks what a client signs to prove who it is (RFC 7523; SMART App Launch 2, backend services).

The signature is checked by joserfc with the one algorithm that belongs to the registered key: an
assertion does not choose (no ``none``, no HMAC with a public key). Whoever is not known, names no
registered key or did not sign gets the same answer; what is wrong with an assertion that a client
did sign is said.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from service.auth.jwks import ALGORITHMS
from service.errors import TokenRefusedError
from service.identifiers import now_ms
from service.records import Assertion, Client

LONGEST_LIFE_SECONDS = 300
CLOCK_SKEW_SECONDS = 10
_MAXIMUM_LENGTH = 16_384
_MAXIMUM_JTI = 256
_NOT_SIGNED = "The assertion is not signed with a registered key of a registered client."

FindClient = Callable[[str], Client | None]
"""Finds a client that was not revoked by its ``client_id``."""

FindKey = Callable[[Client, str], RSAKey | ECKey | None]
"""Finds a client's public key by its ``kid``."""


class _Registry(jws.JWSRegistry):
    """Allows room in the header for certificates, which are not read."""

    max_header_length = 8192


_REGISTRY = _Registry(algorithms=sorted(ALGORITHMS.values()), strict_check_header=False)


def check_assertion(
    text: str,
    *,
    audience: str,
    find: FindClient,
    key_of: FindKey,
    now: Callable[[], int] = now_ms,
) -> Assertion:
    """Check a client's assertion; that it was not used before remains to be seen.

    Parameters
    ----------
    text
        A JSON Web Token.
    audience
        The address of the token endpoint.
    find
        Finds the client.
    key_of
        Finds the client's key.
    now
        Milliseconds since 1970.

    Raises
    ------
    TokenRefusedError
        ``invalid_client``, with the rule that is broken.
    """
    signed = _read(text)
    claims = _claims(signed)
    client = _signer(signed, claims, find, key_of)
    _check_names(claims, audience)
    expires_at = _check_times(claims, now() / 1000)
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= _MAXIMUM_JTI:
        raise _refused(f"`jti` must be a text of 1 to {_MAXIMUM_JTI} characters.")
    remembered_until = int(1000 * (expires_at + CLOCK_SKEW_SECONDS))
    return Assertion(client=client, jti=jti, expires_at=remembered_until)


def _read(text: str) -> jws.CompactSignature:
    if len(text) > _MAXIMUM_LENGTH:
        raise _refused(f"The assertion must have at most {_MAXIMUM_LENGTH} characters.")
    try:
        signed = jws.extract_compact(text.encode(), registry=_REGISTRY)
        header = dict(signed.headers())
    except (JoseError, ValueError, TypeError, RecursionError):
        raise _refused("The assertion must be a signed JSON Web Token.") from None
    if header.get("alg") not in ALGORITHMS.values():
        raise _refused("`alg` must be RS384 or ES384.")
    if not isinstance(header.get("kid"), str):
        raise _refused("`kid` must name a registered key.")
    if header.get("typ", "JWT") != "JWT":
        raise _refused("`typ` must be JWT.")
    if "crit" in header:
        raise _refused("`crit` names extensions, and none is understood here.")
    return signed


def _claims(signed: jws.CompactSignature) -> dict[str, Any]:
    """Read what is claimed; it counts once the signature was checked."""
    try:
        claims = orjson.loads(signed.payload or b"")
    except orjson.JSONDecodeError:
        claims = None
    if not isinstance(claims, dict):
        raise _refused("The assertion must hold a JSON object of claims.")
    return claims


def _signer(
    signed: jws.CompactSignature, claims: dict[str, Any], find: FindClient, key_of: FindKey
) -> Client:
    issuer = claims.get("iss")
    # no client_id holds a control character, and not every database takes one
    client = find(issuer) if isinstance(issuer, str) and issuer.isprintable() else None
    header = signed.headers()
    if "jku" in header and (client is None or header["jku"] != client.key_set.get("url")):
        raise _refused("`jku` must be the address that is registered, or left out.")
    key = None if client is None else key_of(client, header["kid"])
    if client is None or key is None or ALGORITHMS[key.key_type] != header["alg"]:
        raise _refused(_NOT_SIGNED)
    try:
        valid = jws.validate_compact(signed, key, registry=_REGISTRY)
    except JoseError:
        valid = False
    if not valid:
        raise _refused(_NOT_SIGNED)
    return client


def _check_names(claims: dict[str, Any], audience: str) -> None:
    if claims.get("sub") != claims["iss"]:
        raise _refused("`iss` and `sub` must both be the client_id.")
    given = claims.get("aud")
    if audience not in (given if isinstance(given, list) else [given]):
        raise _refused(f"`aud` must be {audience}")


def _check_times(claims: dict[str, Any], now: float) -> float:
    """Check when the assertion is valid; return when it expires, in seconds since 1970."""
    for name in ("exp", "nbf", "iat"):
        if not _is_time(claims.get(name, now)):
            raise _refused(f"`{name}` must be a number of seconds since 1970.")
    if "exp" not in claims:
        raise _refused("`exp` must say when the assertion expires.")
    expires_at = float(claims["exp"])
    if expires_at <= now - CLOCK_SKEW_SECONDS:
        raise _refused("The assertion has expired; compare the clocks.")
    if expires_at > now + LONGEST_LIFE_SECONDS + CLOCK_SKEW_SECONDS:
        raise _refused(f"`exp` must lie at most {LONGEST_LIFE_SECONDS} seconds ahead.")
    if max(claims.get("nbf", now), claims.get("iat", now)) > now + CLOCK_SKEW_SECONDS:
        raise _refused("The assertion is from the future (`nbf`, `iat`); compare the clocks.")
    return expires_at


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _refused(detail: str) -> TokenRefusedError:
    return TokenRefusedError("invalid_client", detail)
