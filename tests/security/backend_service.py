"""A program of a vendor: a SMART backend service with keys of its own."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from tests.service.server import Client, Server, run_alliance

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = {"RSA": "RS384", "EC": "ES384"}


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendService:
    """A registered client that signs with its private keys.

    Attributes
    ----------
    server
        Where it is registered.
    client_id
        Under which name.
    keys
        Its private keys; the first one signs unless another is named.
    """

    server: Server
    client_id: str
    keys: tuple[RSAKey | ECKey, ...] = field(repr=False)

    @property
    def endpoint(self) -> str:
        return self.server.url + "/oauth/token"

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Claims that are right, but for what is changed; what is ``None`` is left out."""
        right = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.endpoint,
            "exp": int(time.time()) + 240,
            "jti": str(uuid.uuid4()),
        }
        return {name: value for name, value in (right | changes).items() if value is not None}

    def assertion(
        self, key: RSAKey | ECKey | None = None, header: dict[str, Any] | None = None, **claims: Any
    ) -> str:
        signer = self.keys[0] if key is None else key
        algorithm = ALGORITHMS[signer.key_type]
        full = {"alg": algorithm, "kid": signer.kid, "typ": "JWT", **(header or {})}
        return jwt.encode(full, self.claims(**claims), signer, algorithms=[full["alg"]])

    def form(self, **changes: str | None) -> dict[str, str]:
        """A form that is right, but for what is changed; what is ``None`` is left out."""
        right = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": changes.get("client_assertion") or self.assertion(),
        }
        return {name: value for name, value in (right | changes).items() if value is not None}

    def ask(self, **changes: str | None) -> requests.Response:
        return requests.post(self.endpoint, data=self.form(**changes), timeout=60)

    def caller(self, **changes: str | None) -> Client:
        """Get a token and call with it."""
        answer = self.ask(**changes)
        assert answer.status_code == 200, answer.text
        return Client(url=self.server.url, key=answer.json()["access_token"])


def new_keys() -> tuple[RSAKey | ECKey, ...]:
    return (
        RSAKey.generate_key(2048, {"kid": "rsa"}, private=True),
        ECKey.generate_key("P-384", {"kid": "ec"}, private=True),
    )


def write_key_set(folder: Path, keys: tuple[RSAKey | ECKey, ...], *, private: bool = False) -> Path:
    file = folder / f"{uuid.uuid4()}.json"
    file.write_text(json.dumps({"keys": [key.as_dict(private=private) for key in keys]}))
    return file


def register(server: Server, folder: Path, tenant: str, *scopes: str) -> BackendService:
    keys = new_keys()
    client_id = run_alliance(
        "clients",
        "add",
        f"--tenant={tenant}",
        "--name=Vendor",
        f"--jwks={write_key_set(folder, keys)}",
        *(f"--scope={scope}" for scope in scopes),
        env=server.environment,
    )
    return BackendService(server=server, client_id=client_id, keys=keys)
