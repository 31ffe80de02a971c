"""How a client says who it is: an API key, or a signed assertion (``private_key_jwt``)."""

from __future__ import annotations

import time
import uuid
from collections.abc import Generator
from typing import Any

import httpx

from alliance_client.errors import RefusedError

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_SECONDS = 240
_EARLIER_SECONDS = 30.0
"""A token is renewed so long before it expires."""


class ApiKey(httpx.Auth):
    """Sends an API key with each request.

    Parameters
    ----------
    key
        ``alliance_…``, as ``alliance keys create`` prints it.
    """

    def __init__(self, key: str) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the key."""
        request.headers["Authorization"] = f"Bearer {self._key}"
        yield request


class SignedAssertion(httpx.Auth):
    """Gets access tokens with a signed assertion, and renews them (SMART backend services).

    Needs ``joserfc`` (``pip install alliance-client[tokens]``).

    Parameters
    ----------
    url
        Address of the service.
    client_id
        As the operator of the service gave it.
    private_key
        PEM text of an RSA or P-384 key.
    key_id
        The ``kid`` under which the public key is registered.
    scope
        Scopes to ask for, separated by spaces; all that the client has if left out.
    """

    requires_response_body = True

    def __init__(
        self,
        url: str,
        *,
        client_id: str,
        private_key: str,
        key_id: str,
        scope: str | None = None,
    ) -> None:
        self._url = url.rstrip("/")
        self._client_id = client_id
        self._private_key = private_key
        self._key_id = key_id
        self._scope = scope
        self._endpoint: str | None = None
        self._token: str | None = None
        self._expires = 0.0

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add an access token; get a new one where there is none, or where it is refused."""
        renewed = self._token is None or time.monotonic() > self._expires
        if renewed:
            yield from self._renew()
        request.headers["Authorization"] = f"Bearer {self._token}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED and not renewed:
            yield from self._renew()
            request.headers["Authorization"] = f"Bearer {self._token}"
            yield request

    def _renew(self) -> Generator[httpx.Request, httpx.Response, None]:
        if self._endpoint is None:
            address = f"{self._url}/.well-known/smart-configuration"
            configuration = yield httpx.Request("GET", address)
            self._endpoint = str(_json(configuration)["token_endpoint"])
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": self._assertion(self._endpoint),
        }
        if self._scope is not None:
            form["scope"] = self._scope
        answer = yield httpx.Request("POST", self._endpoint, data=form)
        token = _json(answer)
        self._token = str(token["access_token"])
        self._expires = time.monotonic() + float(token["expires_in"]) - _EARLIER_SECONDS

    def _assertion(self, endpoint: str) -> str:
        from joserfc import jwt  # an extra
        from joserfc.errors import InvalidKeyTypeError
        from joserfc.jwk import ECKey, RSAKey

        claims = {
            "iss": self._client_id,
            "sub": self._client_id,
            "aud": endpoint,
            "exp": int(time.time()) + _ASSERTION_SECONDS,
            "jti": str(uuid.uuid4()),
        }
        try:
            key: ECKey | RSAKey = ECKey.import_key(self._private_key)
            algorithm = "ES384"
        except InvalidKeyTypeError:
            key = RSAKey.import_key(self._private_key)
            algorithm = "RS384"
        header = {"alg": algorithm, "kid": self._key_id}
        return jwt.encode(header, claims, key, algorithms=[algorithm])


def _json(response: httpx.Response) -> dict[str, Any]:
    if not response.is_success:
        raise RefusedError(response)
    found: dict[str, Any] = response.json()
    return found
