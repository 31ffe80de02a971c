"""Access tokens for SMART backend services: every way to get one, and every way not to."""

from __future__ import annotations

import base64
import hmac
import json
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from joserfc.jwk import ECKey, RSAKey
from sqlalchemy import func, select

from schemas.validation_errors import RefusedInputError, UnreadableInputError
from service.adapters.database.clients import ClientStore, TokenStore
from service.adapters.database.engine import Database
from service.adapters.database.migrate import migrate
from service.adapters.database.tables import ACCESS_TOKEN, ASSERTION
from service.auth.api_secrets import new_secret
from service.auth.authenticator import Authenticator
from service.auth.client_keys import ClientKeys
from service.auth.jwks import read_key_set
from service.errors import TokenRefusedError, UnauthenticatedError
from service.identifiers import now_ms
from service.outbound_http import AllowedHosts
from service.records import Assertion, Scope
from service.use_cases.issue_token import issue_token
from tests.conftest import ROOT
from tests.security.backend_service import (
    ASSERTION_TYPE,
    BackendService,
    new_keys,
    register,
    write_key_set,
)
from tests.service.server import Client, Server, is_problem, run_alliance

both_stores = pytest.mark.both_stores

NOBODY = "75583ec0-7c32-4159-be51-3248cad080a5"

SCORE = {"instrument": "wai-sr-client", "responses": [{"answers": [3] * 12}]}


@pytest.fixture(scope="module")
def vendor(server: Server, tmp_path_factory: pytest.TempPathFactory) -> BackendService:
    return register(server, tmp_path_factory.mktemp("vendor"), "clinic", "score", "samples")


def is_refusal(answer: requests.Response, error: str, status: int = 401) -> bool:
    """Whether it has the shape of RFC 6749, section 5.2."""
    return (
        answer.status_code == status
        and answer.headers["Content-Type"] == "application/json"
        and answer.headers["Cache-Control"] == "no-store"
        and ("WWW-Authenticate" in answer.headers) == (status == 401)
        and set(answer.json()) == {"error", "error_description"}
        and answer.json()["error"] == error
    )


def test_the_example_in_the_documentation_gets_a_token(server: Server, tmp_path: Path) -> None:
    key = ECKey.generate_key("P-384", {"kid": "2026-1"}, private=True)
    (tmp_path / "private.pem").write_bytes(key.as_pem(private=True))
    keys = write_key_set(tmp_path, (key,))
    client_id = run_alliance(
        *("clients", "add", "--tenant=clinic", "--name=EHR", f"--jwks={keys}"),
        env=server.environment,
    )
    documented = (ROOT / "docs/security.md").read_text()
    [example] = [
        one
        for one in re.findall(r"```python\n(.*?)```", documented, re.DOTALL)
        if "client_credentials" in one
    ]
    program = f"base, client_id = {server.url!r}, {client_id!r}\n{example}\nprint(token)"
    token = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout.strip()
    assert Client(url=server.url, key=token).post("/v1/score", json=SCORE).status_code == 200


def test_the_configuration_says_where_and_how(server: Server, nobody: Client) -> None:
    answer = nobody.get("/.well-known/smart-configuration")
    said = answer.json()
    assert answer.headers["Content-Type"] == "application/json"
    assert said["token_endpoint"] == server.url + "/oauth/token"
    assert said["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert set(said["token_endpoint_auth_signing_alg_values_supported"]) == {"RS384", "ES384"}
    assert "client_credentials" in said["grant_types_supported"]
    assert {"score", "system/QuestionnaireResponse.rs"} <= set(said["scopes_supported"])
    assert "client-confidential-asymmetric" in said["capabilities"]


@both_stores
@pytest.mark.parametrize("number", [0, 1], ids=["RS384", "ES384"])
def test_a_token_opens_the_scoring_route(vendor: BackendService, number: int) -> None:
    answer = vendor.ask(client_assertion=vendor.assertion(vendor.keys[number]))
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    token = answer.json()
    assert set(token) == {"access_token", "token_type", "expires_in", "scope"}
    assert (token["token_type"], token["expires_in"]) == ("bearer", 300)
    assert token["scope"].split() == ["samples", "score"]
    scored = Client(url=vendor.server.url, key=token["access_token"]).post("/v1/score", json=SCORE)
    assert scored.json()["results"][0]["scores"]["total"] == 36


def test_a_token_is_bound_to_the_clients_tenant(
    vendor: BackendService, clinic: Client, stranger: Client
) -> None:
    made = {"name": "s", "instrument": "wai-sr-client", "setting": "other"}
    sample = vendor.caller().post("/v1/samples", json=made).json()["id"]
    assert clinic.get(f"/v1/samples/{sample}").status_code == 200
    assert is_problem(stranger.get(f"/v1/samples/{sample}"), 404)


def test_a_token_does_only_what_was_asked_for(vendor: BackendService) -> None:
    caller = vendor.caller(scope="score")
    assert caller.post("/v1/score", json=SCORE).status_code == 200
    assert is_problem(caller.get("/v1/samples"), 403)


@pytest.mark.parametrize(
    ("scope", "opens"),
    [
        ("system/QuestionnaireResponse.rs", {"score"}),
        ("system/QuestionnaireResponse.cruds", {"score", "samples"}),
        ("score system/QuestionnaireResponse.cruds", {"score", "samples"}),
    ],
)
def test_smart_scopes_are_granted_by_their_names(
    vendor: BackendService, scope: str, opens: set[str]
) -> None:
    answer = vendor.ask(scope=scope)
    assert answer.json()["scope"] == scope
    caller = Client(url=vendor.server.url, key=answer.json()["access_token"])
    assert caller.post("/v1/score", json=SCORE).status_code == 200
    assert (caller.get("/v1/samples").status_code == 200) == ("samples" in opens)


@pytest.mark.parametrize(
    "scope",
    ["admin", "analyses", "score analyses", "system/MeasureReport.cruds", "system/*.cruds"],
)
def test_a_scope_beyond_the_registration_is_refused(vendor: BackendService, scope: str) -> None:
    assert is_refusal(vendor.ask(scope=scope), "invalid_scope", 400)


@pytest.mark.parametrize("scope", ["nonsense", "user/*.read", "system/Patient.r", "score x"])
def test_a_scope_that_nobody_knows_is_refused(vendor: BackendService, scope: str) -> None:
    assert is_refusal(vendor.ask(scope=scope), "invalid_scope", 400)


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://elsewhere.example/oauth/token"},
        {"aud": None},
        {"aud": []},
        {"exp": None},
        {"exp": 1},
        {"exp": int(time.time()) + 86_400},
        {"exp": "soon"},
        {"exp": True},
        {"exp": 1e300},
        {"nbf": int(time.time()) + 86_400},
        {"iat": int(time.time()) + 86_400},
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
        {"jti": "x" * 257},
        {"sub": None},
        {"sub": "someone-else"},
    ],
    ids=str,
)
def test_an_assertion_with_a_wrong_claim_is_refused(
    vendor: BackendService, claims: dict[str, Any]
) -> None:
    refused = vendor.ask(client_assertion=vendor.assertion(**claims))
    assert is_refusal(refused, "invalid_client")


@pytest.mark.parametrize("seconds", [-11, 320])
def test_the_five_minutes_of_an_assertion_are_kept(vendor: BackendService, seconds: int) -> None:
    refused = vendor.ask(client_assertion=vendor.assertion(exp=int(time.time()) + seconds))
    assert is_refusal(refused, "invalid_client")


def test_the_audience_may_stand_in_a_list(vendor: BackendService) -> None:
    answer = vendor.ask(client_assertion=vendor.assertion(aud=["x", vendor.endpoint]))
    assert answer.status_code == 200


@both_stores
@pytest.mark.parametrize("issuer", [None, 7, "nobody", "", "a\0b", NOBODY, "x" * 1000])
def test_an_issuer_that_is_not_registered_is_refused(vendor: BackendService, issuer: Any) -> None:
    refused = vendor.ask(client_assertion=vendor.assertion(iss=issuer, sub=issuer))
    assert is_refusal(refused, "invalid_client")


def test_an_unknown_key_name_or_anothers_key_is_refused_alike(vendor: BackendService) -> None:
    others = RSAKey.generate_key(2048, {"kid": "rsa"}, private=True)
    wrong = [
        vendor.assertion(header={"kid": "unknown"}),
        vendor.assertion(header={"kid": "ec"}),
        vendor.assertion(others),
        vendor.assertion()[:-6] + "AAAAAA",
    ]
    answers = [vendor.ask(client_assertion=assertion) for assertion in wrong]
    assert all(is_refusal(answer, "invalid_client") for answer in answers)
    assert len({answer.text for answer in answers}) == 1


def unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    parts = (json.dumps(part).encode() for part in (header, claims))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def signed_with_the_public_key(vendor: BackendService, algorithm: str, digest: str) -> list[str]:
    """What is signed by HMAC with what everybody knows: each way to write the public key."""
    public = vendor.keys[0]
    secrets = [
        public.as_pem(private=False),
        public.as_pem(private=False).strip(),
        public.as_der(private=False),
        json.dumps(public.as_dict(private=False)).encode(),
    ]
    body = unsigned({"alg": algorithm, "kid": "rsa", "typ": "JWT"}, vendor.claims())
    return [
        f"{body}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"
        for mac in (hmac.digest(secret, body.encode(), digest) for secret in secrets)
    ]


def test_no_algorithm_but_the_keys_own_is_taken(vendor: BackendService) -> None:
    forged = [
        *(
            f"{unsigned({'alg': name, 'kid': 'rsa'}, vendor.claims())}."
            for name in ("none", "None", "NONE", "", "RS384", "ES384")
        ),
        f"{unsigned({'kid': 'rsa'}, vendor.claims())}.",
        *signed_with_the_public_key(vendor, "HS256", "sha256"),
        *signed_with_the_public_key(vendor, "HS384", "sha384"),
        *signed_with_the_public_key(vendor, "RS384", "sha384"),
        vendor.assertion(header={"alg": "RS256"}),
        vendor.assertion(header={"alg": "RS512"}),
        vendor.assertion(header={"alg": "PS384"}),
    ]
    for assertion in forged:
        assert is_refusal(vendor.ask(client_assertion=assertion), "invalid_client")


@pytest.mark.parametrize(
    "header",
    [
        {"jku": "https://elsewhere.example/keys"},
        {"crit": ["exp"]},
        {"typ": "at+jwt"},
    ],
    ids=str,
)
def test_a_header_that_leads_elsewhere_is_refused(
    vendor: BackendService, header: dict[str, Any]
) -> None:
    first, claims, mac = vendor.assertion().split(".")
    given = json.loads(base64.urlsafe_b64decode(first + "=="))
    changed = base64.urlsafe_b64encode(json.dumps(given | header).encode()).decode().rstrip("=")
    refused = vendor.ask(client_assertion=f"{changed}.{claims}.{mac}")
    assert is_refusal(refused, "invalid_client")


def test_a_key_in_the_header_is_not_believed(vendor: BackendService) -> None:
    mine = ECKey.generate_key("P-384", {"kid": "mine"}, private=True)
    header = {"jwk": mine.as_dict(private=False)}
    refused = vendor.ask(client_assertion=vendor.assertion(mine, header=header))
    assert is_refusal(refused, "invalid_client")


@pytest.mark.parametrize(
    "text",
    [
        *("x", "a.b", "a.b.c", "....", "e30.e30.", "é.é.é", "[]", "\0", "A" * 20_000),
        "bnVsbA.bnVsbA.AA",  # null
        "W10.W10.AA",  # a list
        "eyJhbGciOltdfQ.e30.AA",  # a list as `alg`
        "eyJhbGciOiJSUzM4NCJ9.e30.AA",  # no `kid`
    ],
    ids=range(13),
)
def test_what_is_no_token_is_refused(vendor: BackendService, text: str) -> None:
    assert is_refusal(vendor.ask(client_assertion=text), "invalid_client")


@both_stores
def test_an_assertion_is_good_once_for_all_processes_together(vendor: BackendService) -> None:
    form = vendor.form()
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: requests.post(vendor.endpoint, data=form, timeout=60), range(12))
        )
    assert sum(answer.status_code == 200 for answer in answers) == 1
    assert sum(is_refusal(answer, "invalid_client") for answer in answers) == 11


def test_the_same_jti_is_refused_under_another_signature(vendor: BackendService) -> None:
    vendor.caller(client_assertion=vendor.assertion(jti="once"))
    again = vendor.assertion(vendor.keys[1], jti="once", exp=int(time.time()) + 100)
    assert is_refusal(vendor.ask(client_assertion=again), "invalid_client")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"grant_type": None}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
        ({"client_assertion_type": None}, "invalid_request"),
        ({"client_assertion_type": "urn:x"}, "invalid_request"),
        ({"client_secret": "zq271828"}, "invalid_request"),
    ],
)
def test_a_wrong_form_is_refused(vendor: BackendService, changes: Any, error: str) -> None:
    assert is_refusal(vendor.ask(**changes), error, 400)


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("application/json", json.dumps({"grant_type": "client_credentials"})),
        ("text/plain", "grant_type=client_credentials"),
        ("application/x-www-form-urlencoded", ""),
        ("application/x-www-form-urlencoded", "grant_type=client_credentials"),
        ("application/x-www-form-urlencoded", "grant_type=client_credentials&grant_type=x"),
        ("application/x-www-form-urlencoded", b"\xff\xfe"),
        ("application/x-www-form-urlencoded", "&".join(f"a{n}=1" for n in range(30))),
        (
            "application/x-www-form-urlencoded",
            f"grant_type=client_credentials&client_assertion_type={ASSERTION_TYPE}",
        ),
    ],
)
def test_what_is_no_such_form_is_refused(nobody: Client, media_type: str, body: Any) -> None:
    refused = nobody.post("/oauth/token", data=body, headers={"Content-Type": media_type})
    assert is_refusal(refused, "invalid_request", 400)


def test_a_form_that_is_too_large_is_refused(nobody: Client) -> None:
    refused = nobody.post("/oauth/token", data={"client_assertion": "x" * 70_000})
    assert is_problem(refused, 413)


def test_a_client_id_of_another_is_refused(vendor: BackendService) -> None:
    assert vendor.ask(client_id=vendor.client_id).status_code == 200
    assert is_refusal(vendor.ask(client_id="another"), "invalid_client")


def test_a_refusal_repeats_nothing_of_what_was_sent(vendor: BackendService) -> None:
    planted = vendor.assertion(jti="planted-zq314159", aud="planted-zq314159")
    for changes in ({"client_assertion": planted}, {"scope": "planted-zq314159"}):
        refused = vendor.ask(**changes)
        assert refused.status_code in {400, 401}
        assert "zq314159" not in refused.text
    assert "zq314159" not in vendor.server.log()


@both_stores
def test_a_revoked_client_and_its_tokens_stop_working(server: Server, tmp_path: Path) -> None:
    client = register(server, tmp_path, "clinic", "score")
    caller = client.caller()
    assert caller.post("/v1/score", json=SCORE).status_code == 200
    run_alliance("clients", "revoke", client.client_id, env=server.environment)
    assert is_refusal(client.ask(), "invalid_client")
    time.sleep(1.1)  # as long as the server of the tests remembers what it has checked
    assert is_problem(caller.post("/v1/score", json=SCORE), 401)
    listed = run_alliance("clients", "list", "--tenant=clinic", env=server.environment)
    [line] = [line for line in listed.splitlines() if line.startswith(client.client_id)]
    assert "revoked" in line.split("\t")


def test_replaced_keys_sign_and_the_former_ones_do_not(server: Server, tmp_path: Path) -> None:
    client = register(server, tmp_path, "clinic")
    keys = new_keys()
    file = write_key_set(tmp_path, keys)
    run_alliance(
        "clients", "replace-keys", client.client_id, f"--jwks={file}", env=server.environment
    )
    assert is_refusal(client.ask(), "invalid_client")
    client.caller(client_assertion=client.assertion(keys[0]))


def test_a_token_does_not_sign_in_to_the_pages(vendor: BackendService, nobody: Client) -> None:
    token = vendor.caller().key
    with requests.Session() as browser:
        page = browser.get(nobody.url + "/", headers={"Accept": "text/html"}, timeout=60)
        mark = page.text.split('name="mark" value="')[1].split('"')[0]
        form = {"mark": mark, "key": token}
        answer = browser.post(nobody.url + "/sign-in", data=form, timeout=60)
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"keys": []}',
        '{"keys": [7]}',
        '{"keys": [{"kty": "oct", "kid": "a", "k": "AAAA"}]}',
        '{"keys": [{"kty": "RSA", "kid": "a", "n": "AQAB", "e": "AQAB"}]}',
        '{"keys": [{"kty": "EC", "kid": "a", "crv": "P-256", "x": "AA", "y": "AA"}]}',
        '{"keys": [{"kty": "EC", "kid": "a", "crv": "P-384", "x": "AA", "y": "AA"}]}',
    ],
)
def test_a_key_set_that_cannot_serve_is_refused(text: str) -> None:
    with pytest.raises((RefusedInputError, UnreadableInputError)):
        read_key_set(text.encode())


def test_a_private_key_and_a_repeated_name_are_refused() -> None:
    key = new_keys()[1]
    public, private = key.as_dict(private=False), key.as_dict(private=True)
    assert read_key_set(json.dumps({"keys": [public]}).encode())["keys"][0]["kid"] == "ec"
    for keys in ([private], [public, public]):
        with pytest.raises(RefusedInputError) as refused:
            read_key_set(json.dumps({"keys": keys}).encode())
        assert private["d"] not in str(refused.value)


def test_the_command_refuses_a_private_key_in_a_line(tmp_path: Path) -> None:
    file = write_key_set(tmp_path, new_keys(), private=True)
    command = ["clients", "add", "--tenant=clinic", "--name=Vendor", f"--jwks={file}"]
    finished = subprocess.run(
        [sys.executable, "-m", "service", *command],
        cwd=ROOT,
        env={"ALLIANCE_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (finished.returncode, finished.stdout) == (2, "")
    assert [line.split(":")[0] for line in finished.stderr.splitlines()] == ["/keys/0", "/keys/1"]


def registered(database: Database) -> tuple[ClientStore, Assertion]:
    clients = ClientStore(database)
    text = json.dumps({"keys": [key.as_dict(private=False) for key in new_keys()]})
    made = clients.add(
        "clinic", "Vendor", scopes=[Scope.SCORE], key_set=read_key_set(text.encode())
    )
    return clients, Assertion(client=made, jti="once", expires_at=now_ms() + 60_000)


def test_a_token_expires_by_the_clock_of_the_database(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, assertion = registered(database)
    tokens, now = TokenStore(database), [now_ms() + 86_400_000]
    monkeypatch.setattr(database, "now_ms", lambda _: now[0])
    made = new_secret()
    tokens.add(assertion, made.digest, prefix=made.prefix, scopes=[Scope.SCORE], seconds=300)
    authenticator = Authenticator([tokens], 0)
    assert authenticator.check(made.text).id == assertion.client.id
    now[0] += 300_000
    with pytest.raises(UnauthenticatedError):
        authenticator.check(made.text)


def test_a_replay_leaves_no_token_and_what_has_expired_is_dropped(database: Database) -> None:
    _, assertion = registered(database)
    tokens = TokenStore(database)

    def add(given: Assertion, seconds: int) -> None:
        made = new_secret()
        tokens.add(given, made.digest, prefix=made.prefix, scopes=[Scope.SCORE], seconds=seconds)

    add(assertion, 60)
    with pytest.raises(TokenRefusedError):
        add(assertion, 60)
    assert counts(database) == (1, 1)
    past = Assertion(client=assertion.client, jti="past", expires_at=now_ms() - 1)
    add(past, -1)
    add(past, 60)
    assert counts(database) == (2, 2)


def counts(database: Database) -> tuple[int, int]:
    with database.reading() as connection:
        first, second = (
            connection.scalar(select(func.count()).select_from(table))
            for table in (ASSERTION, ACCESS_TOKEN)
        )
    return int(first or 0), int(second or 0)


def test_neither_the_token_nor_the_jti_is_stored(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'alliance.db'}")
    migrate(database)
    clients, assertion = registered(database)
    key = new_keys()[1]
    clients.replace_keys(
        assertion.client.id,
        read_key_set(json.dumps({"keys": [key.as_dict(private=False)]}).encode()),
    )
    service = BackendService(
        server=Server(url="http://here", data=tmp_path, process=None, environment={}),  # type: ignore[arg-type]  # not asked
        client_id=assertion.client.id,
        keys=(key,),
    )
    form = service.form(client_assertion=service.assertion(jti="planted-jti"))
    issued = issue_token(
        clients,
        TokenStore(database),
        form,
        audience="http://here/oauth/token",
        key_of=ClientKeys(AllowedHosts(listed=frozenset(), private=frozenset())).find,
    )
    secret = issued["access_token"].split("_", 2)[2].encode()
    database.close()
    written = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert secret not in written
    assert b"planted-jti" not in written
