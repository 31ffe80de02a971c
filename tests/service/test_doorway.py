"""What is answered at the door is what the framework answers, to the last header and log line."""

from __future__ import annotations

import gzip
import io
import json
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest
from flask import Response
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client, EnvironBuilder

from service import app as root
from service import telemetry
from service.adapters.database.engine import Database
from service.adapters.database.keys import KeyStore
from service.adapters.database.migrate import migrate
from service.auth.secrets import NewSecret, new_secret
from service.composition import Services
from service.config import Config
from service.records import AuditEntry, Scope

ROW = {"id": "r1", "answers": [5, 4, None, 4, 5, 5, 4, 4, 5, 3, 4, 3]}
VARYING = re.compile(r'"(time|milliseconds|request_id|incident)":("[^"]*"|[\d.]+),?')


class Sent(NamedTuple):
    """A request; ``chunked`` announces no length, ``length`` another one."""

    body: bytes = orjson.dumps({"instrument": "wai-sr-client", "responses": [ROW]})
    headers: Mapping[str, str] = {}
    method: str = "POST"
    path: str = "/v1/score"
    kind: str = "application/json"
    chunked: bool = False
    length: int | None = None


class Seen(NamedTuple):
    """All that is seen of a request from outside; times, and ids that were made, are left out."""

    status: int
    headers: list[tuple[str, str]]
    body: str
    entries: list[AuditEntry]
    lines: str
    measured: list[tuple[Any, ...]]


class World:
    """One application whose clocks stand still, and what it tells of itself."""

    def __init__(self, config: Config, *, door: bool) -> None:
        self.measured: list[tuple[Any, ...]] = []
        self.entries: list[AuditEntry] = []
        self.lines = io.StringIO()
        self.seconds = 1000.0
        self.dispatched = 0
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(root, "request_metrics", lambda: self._measure)
            if not door:
                patched.setattr(root, "open_doorway", lambda *_: None)
            self.app = root.create_app(config)
        self._watch()

    def _measure(self, *one: Any) -> None:
        self.measured.append(one)

    def _watch(self) -> None:
        parts: Services = self.app.extensions["alliance"]
        parts.rates._clock = lambda: 1000.0
        parts.authenticator._clock = lambda: self.seconds
        parts.authenticator._now = lambda: int(1000 * self.seconds)
        parts.audit._batches = self  # type: ignore[assignment]  # takes the entries
        dispatch = self.app.full_dispatch_request

        def counted() -> Response:
            self.dispatched += 1
            return dispatch()

        self.app.full_dispatch_request = counted  # type: ignore[method-assign]

    def add(self, entry: AuditEntry) -> None:
        """Take an entry as the trail does."""
        self.entries.append(entry)

    def add_and_wait(self, entry: AuditEntry, _: float) -> None:
        """Take an entry as the trail does, when an answer waits for it."""
        self.entries.append(entry)

    def send(self, sent: Sent, key: str) -> Seen:
        """Answer, and say what was seen."""
        self.entries.clear()
        self.measured.clear()
        with pytest.MonkeyPatch.context() as patched:
            lines = io.StringIO()
            patched.setattr(telemetry, "_stream", lines)
            answer = Client(self.app).open(environ_of(sent, key))
            body = answer.get_data()
        name = answer.headers["X-Request-Id"]
        kept = sent.headers.get("X-Request-Id") == name
        return Seen(
            status=answer.status_code,
            headers=[(k, v) for k, v in answer.headers if kept or k != "X-Request-Id"],
            body=VARYING.sub("", body.decode(errors="replace")),
            entries=[
                replace(entry, at=0, request_id=str(entry.request_id == name))
                for entry in self.entries
            ],
            lines=VARYING.sub("", lines.getvalue()),
            measured=[(*one[:3], *one[4:]) for one in self.measured],
        )


def environ_of(sent: Sent, key: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {key}", **sent.headers}
    environ = EnvironBuilder(
        sent.path,
        method=sent.method,
        headers={name: value for name, value in headers.items() if value},
        input_stream=io.BytesIO(sent.body),
        content_type=sent.kind,
        content_length=len(sent.body) if sent.length is None else sent.length,
    ).get_environ()
    environ["wsgi.input_terminated"] = True
    if sent.chunked:
        del environ["CONTENT_LENGTH"]
        environ["HTTP_TRANSFER_ENCODING"] = "chunked"
    return environ


class Worlds(NamedTuple):
    """The same application with the doorway and without it, on one database."""

    door: World
    plain: World
    keys: KeyStore

    def agree(self, sent: Sent, key: str) -> Seen:
        """Send a request to both; what both say."""
        by_door, by_framework = self.door.send(sent, key), self.plain.send(sent, key)
        assert by_door == by_framework
        return by_door

    def key(self, *scopes: Scope, expires_at: int | None = None) -> NewSecret:
        made = new_secret()
        self.keys.add("clinic", scopes, made.prefix, made.digest, expires_at=expires_at)
        return made


def new_worlds(folder: Path, **settings: str) -> Worlds:
    config = Config.from_environment(
        {"ALLIANCE_DATA": str(folder), "ALLIANCE_METRICS": "1", **settings}
    )
    database = Database(config.sqlalchemy_url)
    migrate(database)
    return Worlds(World(config, door=True), World(config, door=False), KeyStore(database))


@pytest.fixture(autouse=True, scope="module")
def _all_lines() -> Iterator[None]:
    level = telemetry.LOG.level
    telemetry.LOG.setLevel(logging.INFO)
    yield
    telemetry.LOG.setLevel(level)


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    return new_worlds(
        tmp_path_factory.mktemp("worlds"), ALLIANCE_MAXIMUM_BODY="20000", ALLIANCE_MAXIMUM_ROWS="50"
    )


@pytest.fixture(scope="module")
def key(worlds: Worlds) -> str:
    """A key that both know, from an address that both know."""
    text = worlds.key(Scope.SCORE).text
    assert worlds.agree(Sent(), text).status == 200
    return text


def with_rows(*rows: object, instrument: object = "wai-sr-client", **further: object) -> bytes:
    return orjson.dumps({"instrument": instrument, "responses": list(rows), **further})


def row(**changes: object) -> dict[str, object]:
    return {**ROW, **changes}


ANSWERS = ROW["answers"]
RIGHT = {
    "one": Sent(),
    "several": Sent(with_rows(*[row(id=f"r{number}") for number in range(40)])),
    "without ids": Sent(with_rows({"answers": ANSWERS}, {"answers": [3] * 12})),
    "a name in other letters": Sent(with_rows(row(id="Ł-患"))),
    "a name that is escaped": Sent(with_rows(*[row(id=f'"\\{number}') for number in range(20)])),
    "nothing answered": Sent(with_rows(row(answers=[None] * 12))),
    "too little answered": Sent(with_rows(row(answers=[5] * 3 + [None] * 9))),
    "numbers with a point": Sent(with_rows(row(answers=[3.0] * 12))),
    "another instrument": Sent(with_rows(row(answers=[7] * 36), instrument="wai-36-client")),
    "an id of the caller": Sent(headers={"X-Request-Id": "0123456789abcdef-0123"}),
    "an id that is none": Sent(headers={"X-Request-Id": "John Doe"}),
    "a key of idempotency": Sent(headers={"Idempotency-Key": "once"}),
    "letters named": Sent(kind="application/json; charset=utf-8"),
    "letters named as Java does": Sent(kind="application/json;charset=UTF-8"),
    "a trace": Sent(headers={"Traceparent": "00-1-2-03", "Accept": "text/html"}),
}
UNUSUAL = {
    "GET": Sent(method="GET"),
    "HEAD": Sent(method="HEAD"),
    "OPTIONS": Sent(method="OPTIONS"),
    "a method that is none": Sent(method="BREW"),
    "chunks": Sent(chunked=True),
    "too many chunks": Sent(b" " * 20_001, chunked=True),
    "too large": Sent(b" " * 20_001),
    "cut off": Sent(b'{"instrument": "wai', length=5000),
    "empty": Sent(b""),
    "another parameter of the type": Sent(kind="application/json; profile=utf-8"),
    "another type": Sent(kind="text/plain"),
    "no type": Sent(kind=""),
    "CSV": Sent(b"i1\n5\n", path="/v1/score?instrument=wai-sr-client", kind="text/csv"),
    "compressed": Sent(gzip.compress(with_rows(ROW)), headers={"Content-Encoding": "gzip"}),
    "said to be compressed": Sent(headers={"Content-Encoding": "br"}),
    "with change": Sent(path="/v1/score?detail=change"),
    "with a guide": Sent(path="/v1/score?detail=guide"),
    "with what is unknown": Sent(path="/v1/score?detail=all"),
    "a slash more": Sent(path="/v1/score/"),
    "another host": Sent(headers={"Host": "elsewhere.example"}),
    "a host that is none": Sent(headers={"Host": "a b"}),
    "an upgrade": Sent(headers={"Upgrade": "websocket", "Connection": "Upgrade"}),
    "no key": Sent(headers={"Authorization": ""}),
    "a wrong key": Sent(headers={"Authorization": "Bearer alliance_0123456789ab_" + "x" * 43}),
    "a key of another scheme": Sent(headers={"Authorization": "Basic eDp5"}),
    "no JSON": Sent(b"{"),
    "letters that are none": Sent(with_rows(row(id="x")).replace(b'"x"', b'"\xff"')),
    "half a pair": Sent(with_rows(row(id="x")).replace(b'"x"', rb'"\ud800"')),
    "no object": Sent(b"[]"),
    "no responses": Sent(with_rows()),
    "responses that are none": Sent(b'{"instrument": "wai-sr-client", "responses": 5}'),
    "too many responses": Sent(with_rows(*[row(id=f"r{number}") for number in range(51)])),
    "an unknown field": Sent(with_rows(ROW, detail=1)),
    "an unknown field of a response": Sent(with_rows(row(age=5))),
    "the same name twice": Sent(with_rows(ROW, ROW)),
    "a name that is a number": Sent(with_rows(row(id=5))),
    "a name that is a date": Sent(with_rows(row(id="1970-01-31"))),
    "out of range": Sent(with_rows(row(answers=[6, *[5] * 11]))),
    "not whole": Sent(with_rows(row(answers=[4.5, *[5] * 11]))),
    "true": Sent(with_rows(row(answers=[True, *[5] * 11]))),
    "too few answers": Sent(with_rows(row(answers=[5] * 11))),
    "an unverified instrument": Sent(with_rows(ROW, instrument="wai-srt-therapist")),
    "an unknown instrument": Sent(with_rows(ROW, instrument="phq-9")),
    "an instrument that is none": Sent(with_rows(ROW, instrument=None)),
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_is_answered_alike_and_without_the_framework(
    worlds: Worlds, key: str, name: str
) -> None:
    before = worlds.door.dispatched
    seen = worlds.agree(RIGHT[name], key)
    assert worlds.door.dispatched == before
    assert seen.status == 200
    assert len(seen.entries) == len(seen.measured) == seen.lines.count("\n") == 1


@pytest.mark.parametrize("name", UNUSUAL)
def test_what_is_unusual_is_the_frameworks(worlds: Worlds, key: str, name: str) -> None:
    before = worlds.door.dispatched
    worlds.agree(UNUSUAL[name], key)
    assert worlds.door.dispatched == before + 1


VALUES = st.none() | st.booleans() | st.integers(-1, 8) | st.floats() | st.text(max_size=3)
ROWS = st.fixed_dictionaries(
    {"answers": st.lists(st.integers(1, 5) | st.none(), min_size=12, max_size=12)},
    optional={"id": st.text(max_size=4)},
)
ODD_ROWS = st.fixed_dictionaries(
    {"answers": st.lists(VALUES, min_size=11, max_size=13) | VALUES},
    optional={"id": VALUES, "person": VALUES},
)
BODIES = st.fixed_dictionaries(
    {
        "instrument": st.sampled_from(["wai-sr-client", "wai-s-client", "", None, 1]),
        "responses": st.lists(ROWS, max_size=4) | st.lists(ROWS | ODD_ROWS, max_size=3) | VALUES,
    },
    optional={"detail": VALUES},
)


@given(body=BODIES)
def test_any_document_is_answered_alike(worlds: Worlds, key: str, body: dict[str, Any]) -> None:
    worlds.agree(Sent(json.dumps(body).encode(errors="surrogatepass")), key)


def test_keys_are_refused_alike(worlds: Worlds) -> None:
    revoked, other = worlds.key(Scope.SCORE), worlds.key(Scope.SAMPLES)
    ends = worlds.key(Scope.SCORE, expires_at=int(1000 * worlds.door.seconds) + 2000)
    statuses = [worlds.agree(Sent(), one.text).status for one in (revoked, other, ends)]
    assert statuses == [200, 403, 200]
    worlds.keys.revoke(revoked.prefix)
    for world in (worlds.door, worlds.plain):
        world.seconds += 3
    statuses = [worlds.agree(Sent(), one.text).status for one in (revoked, other, ends)]
    assert statuses == [200, 403, 401]  # a revoked key is remembered for five seconds
    for world in (worlds.door, worlds.plain):
        world.seconds += 3
    assert worlds.agree(Sent(), revoked.text).status == 401


def test_each_request_takes_one_token(tmp_path: Path) -> None:
    worlds = new_worlds(tmp_path, ALLIANCE_RATE="6")
    key = worlds.key(Scope.ADMIN).text
    wrong = Sent(with_rows())
    seen = [worlds.agree(sent, key) for sent in (Sent(), wrong, Sent(), wrong, Sent(), Sent())]
    assert [dict(one.headers)["RateLimit-Remaining"] for one in seen] == list("543210")
    assert [worlds.agree(sent, key).status for sent in (Sent(), wrong)] == [429, 429]
    assert worlds.door.dispatched == 5


def test_without_a_limit_nothing_is_said_of_it(tmp_path: Path) -> None:
    worlds = new_worlds(tmp_path, ALLIANCE_RATE="0", ALLIANCE_PROXIES="1")
    key = worlds.key(Scope.SCORE).text
    secure = Sent(headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"})
    seen = [worlds.agree(sent, key) for sent in (Sent(), Sent(), secure)]
    assert not any(name.startswith("RateLimit") for one in seen for name, _ in one.headers)
    assert "Strict-Transport-Security" in dict(seen[2].headers)
    assert worlds.door.dispatched == 1
