"""Requests of the service's own: only to listed hosts, at addresses that were checked."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import ECKey

from service.adapters.database.clients import ClientStore
from service.adapters.database.engine import Database
from service.adapters.database.migrate import migrate
from service.app import create_app
from service.auth.client_keys import KEPT_SECONDS, RETRY_SECONDS, ClientKeys
from service.cli import main
from service.config import Config
from service.outbound_http import MAXIMUM_BODY, AllowedHosts, OutboundError, is_public, send
from service.records import Client, Scope
from tests.security.backend_service import ASSERTION_TYPE
from tests.security.receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def allowed(*listed: str, private: bool = True) -> AllowedHosts:
    hosts = frozenset(listed)
    return AllowedHosts(listed=hosts, private=hosts if private else frozenset())


@pytest.mark.parametrize(
    "url",
    [
        "https://other.example.org/keys",
        "https://ehr.example.org:8443/keys",
        "https://ehr.example.org.evil.example/keys",
        "https://ehr.example.org@evil.example/keys",
        "https://user@ehr.example.org/keys",
        "https://ehr.example.org/keys#part",
        "https://ehr.example.org:none/keys",
        "https://ehr.example.org/a b",
        "https://ehr.example.org/\nHost: evil",
        "https://ehr.example.org/" + 500 * "a",
        "http://ehr.example.org/keys",
        "ftp://ehr.example.org/keys",
        "file:///etc/passwd",
        "//ehr.example.org/keys",
        "",
    ],
)
def test_only_listed_hosts_are_called(url: str) -> None:
    with pytest.raises(OutboundError):
        allowed("ehr.example.org", private=False).check(url)
    allowed("ehr.example.org", private=False).check("https://EHR.example.org/keys?a=1")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 an address that is asked about
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_an_address_of_a_private_network_is_known_in_every_form(address: str) -> None:
    assert not is_public(address)
    called: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        called.append(host)
        return ["93.184.215.14", address]

    with pytest.raises(OutboundError, match="private"):
        send("https://ehr.example.org/", allowed("ehr.example.org", private=False), resolve=resolve)
    assert called == ["ehr.example.org"]


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_a_public_address_is_public(address: str) -> None:
    assert is_public(address)


def test_a_name_is_resolved_once_and_the_checked_address_is_called(receiver: Receiver) -> None:
    answers = iter([["127.0.0.1"]])
    name = f"ehr.example.org:{receiver.port}"
    answer = send(f"http://{name}/a?b=1", allowed(name), resolve=lambda *_: next(answers))
    assert (answer.status, answer.body) == (200, b"{}")
    [(method, path, headers, _)] = receiver.requests
    assert (method, path, headers["host"]) == ("GET", "/a?b=1", name)


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.status, receiver.headers = 302, {"Location": "/elsewhere"}
    with pytest.raises(OutboundError, match="redirect"):
        send(receiver.url, allowed(receiver.host))
    assert len(receiver.requests) == 1


def test_an_answer_without_end_is_cut_off(receiver: Receiver) -> None:
    receiver.body = b"x" * (MAXIMUM_BODY + 1)
    with pytest.raises(OutboundError, match="bytes"):
        send(receiver.url, allowed(receiver.host))


def test_a_host_that_sends_byte_by_byte_is_given_up(receiver: Receiver) -> None:
    receiver.body, receiver.pause = b"x" * 10_000, 0.05
    with pytest.raises(OutboundError, match="in time"):
        send(receiver.url, allowed(receiver.host), seconds=0.4)


def test_a_host_that_is_not_there_is_said(receiver: Receiver) -> None:
    with pytest.raises(OutboundError, match="address"):
        send("http://nowhere.invalid/", allowed("nowhere.invalid"))
    with pytest.raises(OutboundError, match="connection"):
        send("http://127.0.0.1:1/", allowed("127.0.0.1:1"))


def key_set(*keys: ECKey) -> bytes:
    others = [{"kty": "oct", "kid": "b"}, {"kty": "EC", "crv": "P-256"}, 7]
    return json.dumps({"keys": [*others, *(key.as_dict(private=False) for key in keys)]}).encode()


def new_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-384", {"kid": kid}, private=True)


def test_keys_are_fetched_seldom_and_a_key_that_was_taken_out_ends() -> None:
    now, fetched, served = [0.0], [], [key_set(new_key("a"))]

    def fetch(url: str) -> bytes:
        fetched.append(url)
        if not served[0]:
            raise OutboundError("the connection failed")
        return served[0]

    keys = ClientKeys(allowed(), fetch=fetch, clock=lambda: now[0])
    client = Client(
        id="c",
        tenant_id="t",
        tenant="t",
        name="EHR",
        key_set={"url": "https://ehr.example.org/keys"},
        scopes=frozenset(),
        created_at=0,
    )
    assert keys.find(client, "a") is not None
    assert [keys.find(client, kid) for kid in ("b", "z", "z")] == [None] * 3
    assert len(fetched) == 1
    served[0] = key_set(new_key("z"))
    now[0] += RETRY_SECONDS + 1
    assert keys.find(client, "a") is not None
    assert len(fetched) == 1
    assert keys.find(client, "z") is not None
    assert keys.find(client, "a") is None
    assert len(fetched) == 2
    served[0] = b""
    now[0] += KEPT_SECONDS + 1
    assert [keys.find(client, "z"), keys.find(client, "z")] == [None, None]
    assert len(fetched) == 3
    served[0] = b'{"keys": {}}'
    now[0] += RETRY_SECONDS + 1
    assert keys.find(client, "z") is None


@pytest.fixture
def settings(tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Config:
    for name, value in {
        "ALLIANCE_DATA": str(tmp_path),
        "ALLIANCE_PUBLIC_URL": "http://here",
        "ALLIANCE_JWKS_HOSTS": receiver.host,
        "ALLIANCE_PRIVATE_HOSTS": receiver.host,
    }.items():
        monkeypatch.setenv(name, value)
    return Config.from_environment()


def ask(app: FlaskClient, client_id: str, key: ECKey, **header: str) -> int:
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": "http://here/oauth/token",
        "exp": int(time.time()) + 200,
        "jti": str(uuid.uuid4()),
    }
    head = {"alg": "ES384", "kid": key.kid, **header}
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": jwt.encode(head, claims, key, algorithms=["ES384"]),
        "scope": "system/*.rs",
    }
    answer = app.post("/oauth/token", data=form)
    if answer.status_code == 200:
        token = {"Authorization": f"Bearer {answer.json['access_token']}"}
        body = {"instrument": "wai-sr-client", "responses": [{"answers": [3] * 12}]}
        assert app.post("/v1/score", json=body, headers=token).status_code == 200
        assert app.get("/v1/export", headers=token).status_code == 403
    return answer.status_code


def test_a_client_whose_keys_are_fetched_gets_a_token(
    settings: Config, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    migrate(Database(settings.sqlalchemy_url))
    url = f"{receiver.url}/jwks.json"
    added = ("clients", "add", "--tenant=clinic", "--name=EHR", "--scope=score", "--jwks-url")
    assert main([*added, url]) == 0
    client_id = capsys.readouterr().out.strip()
    for refused in ("https://other.example.org/jwks", url.replace("127.0.0.1", "localhost")):
        assert main([*added, refused]) == 2
    assert "/jwks-url" in capsys.readouterr().err
    assert main(["clients", "list"]) == 0
    assert url in capsys.readouterr().out
    key = new_key("a")
    receiver.body = key_set(key)
    application = create_app(settings)
    app = application.test_client()
    assert ask(app, client_id, key) == 200
    assert ask(app, client_id, key, jku=url) == 200
    assert ask(app, client_id, key, jku=url + "2") == 401
    assert ask(app, client_id, new_key("a")) == 401
    assert len(receiver.requests) == 1
    application.extensions["alliance"].close()


def test_a_registered_key_set_needs_no_host(settings: Config, receiver: Receiver) -> None:
    database = Database(settings.sqlalchemy_url)
    migrate(database)
    key = new_key("a")
    made = ClientStore(database).add(
        "clinic",
        "EHR",
        scopes=[Scope.SCORE],
        key_set={"keys": [key.as_dict(private=False)]},
    )
    application = create_app(settings)
    assert ask(application.test_client(), made.id, key) == 200
    assert ask(application.test_client(), made.id, key, jku=receiver.url) == 401
    assert receiver.requests == []
    application.extensions["alliance"].close()
