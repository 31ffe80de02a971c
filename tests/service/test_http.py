"""What HTTP lets every client expect: compression, validators, methods, lists, other sites."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from flask import Flask, Response
from flask.testing import FlaskClient

from schemas.definition import Definition
from service.adapters.database.engine import Database
from service.adapters.database.migrate import migrate
from service.app import create_app
from service.config import Config
from service.web.compression import SMALLEST, compress_answers
from service.web.deprecation import deprecated, tell_deprecation
from tests.conftest import ROOT
from tests.service.server import PROBLEM, Client, Server, is_problem

PATHS: dict[str, Any] = yaml.safe_load((ROOT / "openapi.yaml").read_text())["paths"]
OPERATIONS = [
    (method.upper(), path)
    for path, operations in PATHS.items()
    for method in operations
    if method != "parameters"
]
GZIP = {"Accept-Encoding": "gzip"}
PLAIN = {"Accept-Encoding": "identity"}
ORIGIN = "https://ehr.example.org"


def raw(client: Client, path: str, **options: Any) -> tuple[requests.Response, bytes]:
    """Ask, and return the bytes as they came."""
    answer = client.send(options.pop("method", "GET"), path, stream=True, **options)
    return answer, answer.raw.read(decode_content=False)


def filled(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "none", path)


def test_a_large_answer_comes_in_gzip_if_that_is_accepted(clinic: Client) -> None:
    coded, body = raw(clinic, "/v1/instruments", headers=GZIP)
    plain, text = raw(clinic, "/v1/instruments", headers=PLAIN)
    assert coded.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(body) == text
    assert len(body) == int(coded.headers["Content-Length"]) < len(text) / 2
    assert {coded.headers["Vary"], plain.headers["Vary"]} == {"Accept-Encoding"}
    refused, text = raw(clinic, "/v1/instruments", headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in refused.headers


def test_small_answers_streams_and_secrets_stay_plain(
    clinic: Client, server: Server, nobody: Client
) -> None:
    asked = {"kind": "items", "samples": [filled_sample(clinic)]}
    analysis = clinic.post("/v1/analyses", json=asked).json()["id"]
    for path, headers in (
        ("/healthz", GZIP),
        (f"/v1/analyses/{analysis}/events", GZIP),
        ("/", GZIP),
        ("/v1/instruments", GZIP | {"Cookie": "alliance=x"}),
    ):
        answer, _ = raw(clinic, path, headers=headers)
        assert answer.status_code == 200, path
        assert "Content-Encoding" not in answer.headers, path


def test_an_export_that_is_streamed_is_compressed_whole(clinic: Client) -> None:
    sample = filled_sample(clinic)
    coded, body = raw(clinic, f"/v1/samples/{sample}/responses.csv", headers=GZIP)
    _, text = raw(clinic, f"/v1/samples/{sample}/responses.csv", headers=PLAIN)
    assert coded.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(body) == text
    assert text.startswith(b"id,i1")


def test_the_limit_of_compression_is_exact_and_a_strong_tag_keeps_it_away() -> None:
    app = Flask("toy")
    compress_answers(app)

    @app.get("/<int:size>")
    def sized(size: int) -> Response:
        return Response("x" * size, mimetype="text/plain")

    @app.get("/tagged")
    def tagged() -> Response:
        return Response("x" * 9999, mimetype="text/plain", headers={"ETag": '"a"'})

    def coding(path: str) -> str | None:
        return app.test_client().get(path, headers=GZIP).headers.get("Content-Encoding")

    assert coding(f"/{SMALLEST}") is None
    assert coding(f"/{SMALLEST + 1}") == "gzip"
    assert coding("/tagged") is None


@pytest.mark.parametrize(
    "path",
    ["/v1/instruments", "/v1/instruments/wai-sr-client", "/fhir/Questionnaire/wai-sr-client"],
)
def test_a_definition_that_is_known_is_not_sent_again(clinic: Client, path: str) -> None:
    first = clinic.get(path, headers=PLAIN)
    tag = first.headers["ETag"]
    assert "no-store" not in first.headers["Cache-Control"]
    assert clinic.get(path, headers=GZIP).headers["ETag"] == tag
    again = clinic.get(path, headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    assert clinic.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_new_instrument_changes_the_list_and_its_tag(clinic: Client, wai_sr: Definition) -> None:
    tag = clinic.get("/v1/instruments").headers["ETag"]
    made = clinic.post("/v1/instruments", json={**wai_sr.document, "id": "wai-sr-tagged"})
    assert made.status_code == 201
    assert clinic.get("/v1/instruments", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("path", sorted(PATHS))
def test_options_are_answered_alike_everywhere_without_a_key(nobody: Client, path: str) -> None:
    answer = nobody.send("OPTIONS", filled(path))
    assert (answer.status_code, answer.content) == (204, b"")
    assert "Content-Type" not in answer.headers
    allowed = set(answer.headers["Allow"].split(", "))
    offered = {method.upper() for method in PATHS[path] if method != "parameters"}
    assert allowed == offered | {"OPTIONS"} | ({"HEAD"} if "GET" in offered else set())
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_options_of_an_address_that_is_none_are_refused(nobody: Client) -> None:
    assert is_problem(nobody.send("OPTIONS", "/v1/none"), 404)


@pytest.mark.parametrize(
    "path", ["/healthz", "/openapi.json", "/v1/instruments", "/v1/samples", "/v1/audit", "/docs"]
)
def test_head_says_what_get_says_without_the_body(server: Server, path: str) -> None:
    client = server.client("head", "samples", "admin")
    got = client.get(path, headers=GZIP)
    head = client.send("HEAD", path, headers=GZIP)
    assert (head.status_code, head.content) == (got.status_code, b"")
    names = ("Content-Type", "Content-Encoding", "ETag", "Vary", "Link", "Cache-Control")
    assert {name: head.headers.get(name) for name in names} == {
        name: got.headers.get(name) for name in names
    }
    assert is_problem_head(client.send("HEAD", "/v1/score"), 405)
    assert is_problem_head(Client(url=server.url, key=None).send("HEAD", "/v1/samples"), 401)


def is_problem_head(answer: requests.Response, status: int) -> bool:
    return answer.status_code == status and answer.headers["Content-Type"] == PROBLEM


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_a_slash_at_the_end_is_answered_alike_everywhere(
    clinic: Client, method: str, path: str
) -> None:
    answer = clinic.send(method, filled(path) + "/", allow_redirects=False)
    assert answer.status_code == 404
    if path.startswith("/fhir"):
        assert answer.json()["resourceType"] == "OperationOutcome"
    elif "{response_id}" in path:  # the name of a response may end with a slash
        assert is_problem(answer, 404)
    else:
        assert is_problem(answer, 404)
        assert answer.json()["detail"] == "No address here ends with a slash; leave it out."


def filled_sample(client: Client) -> str:
    body = {"name": "listed", "instrument": "wai-sr-client", "setting": "other"}
    sample = str(client.post("/v1/samples", json=body).json()["id"])
    rows = [{"id": f"r{n}", "answers": [1 + n % 5] * 12} for n in range(60)]
    client.post(f"/v1/samples/{sample}/batches", json={"responses": rows})
    return sample


def test_every_list_leads_to_its_next_page(server: Server) -> None:
    client = server.client("lists", "samples", "analyses", "admin")
    sample = filled_sample(client)
    filled_sample(client)
    rows = [{"id": "next", "answers": [3] * 12}]
    client.post(f"/v1/samples/{sample}/batches", json={"responses": rows})
    for _ in range(2):
        client.post("/v1/analyses", json={"kind": "items", "samples": [sample]})
    lists = [path for path, item in PATHS.items() if after_parameter(item.get("get", {}))]
    assert {"/v1/samples", "/v1/analyses", "/v1/audit"} <= set(lists)
    for path in lists:
        place = path.replace("{sample_id}", sample)
        if path not in LISTS_TRIED_ELSEWHERE:
            first = client.get(place + "?limit=1")
            following = first.links["next"]["url"]
            assert client.get(following).content != first.content
            last = client.get(place + "?limit=200")
            assert "next" not in last.links, place


LISTS_TRIED_ELSEWHERE = {"/v1/webhooks", "/v1/webhooks/{webhook_id}/deliveries"}
"""In `test_webhooks`: here no host is listed."""


def after_parameter(operation: dict[str, Any]) -> bool:
    return any(one.get("name") == "after" for one in operation.get("parameters", ()))


@pytest.fixture
def application(tmp_path: Path) -> Iterator[FlaskClient]:
    config = Config.from_environment(
        {"ALLIANCE_DATA": str(tmp_path), "ALLIANCE_CORS_ORIGINS": ORIGIN}
    )
    migrate(Database(config.sqlalchemy_url))
    app = create_app(config)
    yield app.test_client()
    app.extensions["alliance"].close()


def test_a_listed_site_may_call_and_no_other_and_never_with_cookies(
    application: FlaskClient,
) -> None:
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    preflight = application.options("/v1/score", headers=asked)
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"]
    refused = application.post("/v1/score", headers={"Origin": ORIGIN})
    assert refused.status_code == 401
    assert refused.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "ETag" in refused.headers["Access-Control-Expose-Headers"]
    for answer in (preflight, refused):
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "Origin" in answer.headers["Vary"]
    for origin in ("https://other.example.org", "null", ORIGIN + ".evil.example", ORIGIN.upper()):
        other = application.get("/healthz", headers={"Origin": origin})
        assert "Access-Control-Allow-Origin" not in other.headers
        assert "Origin" in other.headers["Vary"]
    page = application.get("/", headers={"Origin": ORIGIN})
    assert page.status_code == 200
    assert "Access-Control-Allow-Origin" not in page.headers


@pytest.mark.parametrize("origins", ["*", "null", "ehr.example.org", ORIGIN + "/", ORIGIN + ",*"])
def test_an_origin_that_is_none_is_refused_at_start(origins: str) -> None:
    with pytest.raises(Exception, match="ALLIANCE_CORS_ORIGINS"):
        Config.from_environment({"ALLIANCE_CORS_ORIGINS": origins})


def test_a_deprecated_route_says_since_when_until_when_and_what_instead() -> None:
    app = Flask("toy")
    tell_deprecation(app)

    @app.get("/old")
    @deprecated(since=date(2026, 1, 1), sunset=date(2027, 1, 1), successor="/v2/new")
    def old() -> str:
        return "still here"

    @app.get("/new")
    def new() -> str:
        return "here"

    headers = app.test_client().get("/old").headers
    assert headers["Deprecation"] == "@1767225600"
    assert headers["Sunset"] == "Fri, 01 Jan 2027 00:00:00 GMT"
    assert headers["Link"] == '</v2/new>; rel="successor-version"'
    assert "Deprecation" not in app.test_client().get("/new").headers
    assert "Sunset" in app.test_client().get("/old", headers={"Accept": "text/none"}).headers


def test_a_route_cannot_end_within_a_year() -> None:
    with pytest.raises(ValueError, match="365"):
        deprecated(since=date(2026, 1, 1), sunset=date(2026, 12, 1), successor="/v2/new")
