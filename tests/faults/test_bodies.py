"""Random and mutated bodies: refused or read, quickly, and nothing is left behind."""

from __future__ import annotations

import gc
import random
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import orjson
import pytest
from flask.testing import FlaskClient

from schemas.definition import Definition
from schemas.responses.csv import parse_csv
from schemas.responses.document import load_batch, parse_json, parse_ndjson
from schemas.responses.response_batch import ResponseBlock
from schemas.responses.table import load_table
from schemas.validation_errors import RefusedInputError, UnreadableInputError
from service.adapters.database.engine import Database
from service.adapters.database.keys import KeyStore
from service.adapters.database.migrate import migrate
from service.app import create_app
from service.auth.api_secrets import new_secret
from service.config import Config
from service.records import Scope
from tests.faults.conftest import Report, times

ROW = {
    "id": "r1",
    "answers": [5, 4, None, 4, 5, 5, 4, 4, 5, 3, 4, 3],
    "person": "p-17",
    "session_number": 2,
    "days_since_first_visit": 9.5,
    "outcomes": {"plus-m": 51.5},
}
HEADER = "id,person,session_number,outcome," + ",".join(f"i{item}" for item in range(1, 13))
SEEDS = {
    "application/json": orjson.dumps({"instrument": "wai-sr-client", "responses": [ROW, ROW]}),
    "application/x-ndjson": orjson.dumps(ROW) + b"\n" + orjson.dumps(ROW) + b"\n",
    "text/csv": f"{HEADER}\na,p,1,2.5,5,4,,4,5,5,4,4,5,3,4,3\n".encode(),
}
TOKENS = (
    *(b"NaN", b"Infinity", b"1e999", b"-0", b"1e-320", b"99999999999999999999", b"true", b"null"),
    *(
        b'"\\u0000"',
        b'"\\ud800"',
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\x00",
        b"[" * 2000,
        b'{"a":' * 900,
    ),
    *(b'""', b"{}", b"[]", b",", b";", b"\t", b'"', b"'", b"\r", b"\n", b"\r\n", b"=1+1", b"0x10"),
    *(b'"answers":', b'"id":"r1",', b"5.5", b"-1", b"1_0", "\u0661".encode(), b" 5", b"5 ", b"5.0"),
)


def mutated(seed: bytes, rng: random.Random) -> bytes:
    """Change a body a few times, or make one of nothing."""
    if rng.random() < 0.05:
        return rng.randbytes(rng.randrange(200))
    body = bytearray(seed)
    for _ in range(rng.randint(1, 6)):
        start = rng.randrange(len(body) + 1)
        end = min(len(body), start + rng.choice((0, 1, 1, 2, 8, 64)))
        replacement = rng.choice(
            (b"", rng.randbytes(1), rng.choice(TOKENS), bytes(body[start:end]) * rng.randint(2, 9))
        )
        body[start:end] = replacement
    return bytes(body[: rng.randrange(len(body) + 1)]) if rng.random() < 0.1 else bytes(body)


def bodies(count: int) -> Iterator[tuple[str, bytes]]:
    rng = random.Random(4)  # noqa: S311 the same bodies each time
    kinds = list(SEEDS)
    for number in range(count):
        kind = kinds[number % len(kinds)]
        yield kind, mutated(SEEDS[kind], rng)


def readers(definition: Definition) -> dict[str, Callable[[bytes], ResponseBlock]]:
    instrument = definition.instrument
    return {
        "application/json": lambda body: load_batch(parse_json(body).get("responses"), instrument),
        "application/x-ndjson": lambda body: load_batch(parse_ndjson(body), instrument),
        "text/csv": lambda body: load_table(*parse_csv(body), instrument),
    }


def resident() -> int:
    """Bytes that the process has in memory."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def read(reader: Callable[[bytes], ResponseBlock], body: bytes) -> str:
    """Read a body; whether it was read or refused. Anything else is raised."""
    try:
        block = reader(body)
    except (RefusedInputError, UnreadableInputError):
        return "refused"
    given = block.answers[~np.isnan(block.answers)]
    assert ((given >= 1) & (given <= 5) & (given == np.round(given))).all()
    return "read"


def test_no_body_is_more_than_the_readers_can_bear(wai_sr: Definition, report: Report) -> None:
    count = times(20_000, 1_000_000)
    known, ended, slowest, before = readers(wai_sr), Counter[str](), 0.0, 0
    for number, (kind, body) in enumerate(bodies(count)):
        if number == count // 10:
            before = resident()
        began = time.perf_counter()
        ended[read(known[kind], body)] += 1
        slowest = max(slowest, time.perf_counter() - began)
    grown = resident() - before
    assert ended["read"] > count // 200
    assert ended["refused"] > count // 4
    assert slowest < 1
    assert grown < 16 << 20
    often = f"{count} bodies, {ended['read']} read, slowest {1000 * slowest:.0f} ms, "
    report("random and mutated bodies", often=often + f"{grown >> 10} KiB grown", lost=0)


@pytest.fixture
def browser(tmp_path: Path) -> FlaskClient:
    config = Config.from_environment({"ALLIANCE_DATA": str(tmp_path), "ALLIANCE_RATE": "0"})
    database = Database(config.sqlalchemy_url)
    migrate(database)
    secret = new_secret()
    KeyStore(database).add("clinic", [Scope.ADMIN], secret.prefix, secret.digest)
    client = create_app(config).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret.text}"
    return client


def test_no_body_is_more_than_the_routes_can_bear(browser: FlaskClient, report: Report) -> None:
    count = times(1500, 50_000)
    made = browser.post(
        "/v1/samples", json={"name": "s", "instrument": "wai-sr-client", "setting": "other"}
    )
    sample = made.get_json()["id"]
    addresses = (
        "/v1/score?instrument=wai-sr-client",
        f"/v1/samples/{sample}/batches",
        "/v1/instruments",
        "/v1/samples",
        "/v1/analyses",
    )
    ended = Counter[int]()
    for number, (kind, body) in enumerate(bodies(count)):
        answer = browser.post(addresses[number % 5], data=body, content_type=kind)
        ended[answer.status_code] += 1
    assert set(ended) <= {200, 201, 400, 404, 413, 415, 422}
    assert ended[200] + ended[201] > 0
    said = ", ".join(f"{count} × {status}" for status, count in sorted(ended.items()))
    report("the same at the routes", often=said, lost=0)
