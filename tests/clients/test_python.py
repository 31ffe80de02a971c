"""The client in Python against the running server: every result whole, tokens, retries, tables."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import httpx
import pandas as pd
import pytest
from joserfc.jwk import ECKey, RSAKey

from service.use_cases.analysis_registry import KINDS
from tests.security.backend_service import write_key_set
from tests.service.server import Client, Server, run_alliance

MOMENTS = ("created_at", "started_at", "finished_at")


@pytest.fixture(scope="module")
def library(generated: Path) -> ModuleType:
    assert generated.is_dir()
    return importlib.import_module("alliance_client")


@pytest.fixture
def alliance(library: ModuleType, clinic: Client) -> Iterator[Any]:
    with library.Alliance(clinic.url, clinic.key) as connected:
        yield connected


def test_nothing_of_the_specification_was_left_out(generated: Path) -> None:
    """Bodies and answers that are tables, pictures or lines are sent and read as they are."""
    said = (generated / "alliance_client" / "generated.log").read_text()
    assert "Unable to parse" not in said
    assert "will not be generated" not in said


@pytest.mark.parametrize("kind", KINDS)
def test_a_result_of_every_kind_makes_the_round_trip_whole(
    kind: str, analyses: Mapping[str, dict[str, Any]], alliance: Any
) -> None:
    sent = analyses[kind]
    parsed = alliance.wait(sent["id"])
    assert type(parsed).__name__.removesuffix("Analysis").lower() == kind
    assert strangers(parsed) == []
    assert parsed.result.to_dict() == sent["result"]
    given = parsed.to_dict()
    assert type(parsed).from_dict(given) == parsed
    assert at_their_moments(given) == at_their_moments(sent)


def at_their_moments(analysis: Mapping[str, Any]) -> dict[str, Any]:
    """Read the moments: JSON writes the same one in several ways."""
    return {**analysis, **{name: datetime.fromisoformat(analysis[name]) for name in MOMENTS}}


def strangers(value: Any, at: str = "") -> list[str]:
    """Find what was taken over unread: plain objects, and members that the class does not name."""
    if isinstance(value, dict):
        return [at]
    if isinstance(value, list):
        return [
            found for index, one in enumerate(value) for found in strangers(one, f"{at}/{index}")
        ]
    if not attrs.has(type(value)):
        return []
    names = [field.name for field in attrs.fields(type(value))]
    found: list[str] = []
    for name in names:
        inner = getattr(value, name)
        if name != "additional_properties":
            found += strangers(inner, f"{at}/{name}")
        elif len(names) > 1:
            found += [f"{at}/{one}" for one in inner]
        elif at != "/options":  # as the caller sent them
            found += [one for key, held in inner.items() for one in strangers(held, f"{at}/{key}")]
    return found


def answers(*rows: list[float | None]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=[f"i{number}" for number in range(1, 13)], dtype=float)
    return table.assign(id=[f"r{number}" for number in range(len(rows))])


def test_a_table_is_scored_into_a_table(alliance: Any) -> None:
    scores = alliance.score("wai-sr-client", answers([4.0] * 12, [3.0] * 11 + [None]))
    assert list(scores["status"]) == ["scored", "prorated"]
    assert list(scores["total"]) == [48, 36]
    assert list(scores["goal_mean"]) == [4, 3]


def test_a_table_is_kept_and_read_back(library: ModuleType, server: Server) -> None:
    with library.Alliance(server.url, server.new_key("tables", "samples", "export")) as alliance:
        sample = alliance.new_sample("pilot", "wai-sr-client", "other")
        table = answers([4.0] * 12, [3.0] * 11 + [None])
        first = alliance.add(sample.id, table, key="pilot-1")
        pd.testing.assert_frame_equal(alliance.add(sample.id, table, key="pilot-1"), first)
        kept = alliance.responses(sample.id)
        items = [f"i{number}" for number in range(1, 13)]
        pd.testing.assert_frame_equal(kept[items], table[items], check_dtype=False)


def test_an_analysis_is_awaited_with_its_progress(
    library: ModuleType, alliance: Any, analyses: Mapping[str, dict[str, Any]]
) -> None:
    steps: list[Any] = []
    found = alliance.analyse(
        "cfa",
        *analyses["cfa"]["samples"],
        options={"models": ["three-factor"], "estimator": "ML"},
        on_progress=steps.append,
    )
    assert steps[-1].done == steps[-1].total
    loadings = library.records_table(found.result.models[0].loadings)
    assert len(loadings) == 12
    assert loadings["standardized"].between(0, 1).all()


def test_a_refusal_says_where(library: ModuleType, alliance: Any) -> None:
    with pytest.raises(library.RefusedError) as caught:
        alliance.analyse("cfa", "01a20925-0000-7000-8000-000000000000")
    assert caught.value.status == 404
    with pytest.raises(library.RefusedError) as caught:
        alliance.score("wai-sr-client", answers([9.0] * 12))
    assert caught.value.problem.errors[0].pointer == "/responses/0/answers/0"
    assert caught.value.request_id
    with pytest.raises(ValueError, match="not a kind"):
        alliance.analyse("cfi", "a")


@pytest.mark.parametrize("kty", ["EC", "RSA"])
def test_a_signed_assertion_gets_tokens_and_renews_them(
    library: ModuleType, server: Server, tmp_path: Path, kty: str
) -> None:
    made = {"EC": lambda: ECKey.generate_key("P-384"), "RSA": lambda: RSAKey.generate_key(2048)}
    drawn = made[kty]().as_pem(private=True).decode()
    key = {"EC": ECKey, "RSA": RSAKey}[kty].import_key(drawn, {"kid": "2026-1"})
    keys = write_key_set(tmp_path, (key,))
    client_id = run_alliance(
        *("clients", "add", "--tenant=clinic", "--name=EHR", f"--jwks={keys}"),
        env=server.environment,
    )
    auth = library.SignedAssertion(
        server.url, client_id=client_id, private_key=drawn, key_id="2026-1", scope="score"
    )
    with library.Alliance(server.url, auth) as alliance:
        assert alliance.score("wai-sr-client", answers([4.0] * 12))["total"].item() == 48
        first = auth._token
        alliance.score("wai-sr-client", answers([4.0] * 12))
        assert auth._token == first
        auth._token = "expired"  # noqa: S105 not a secret
        assert alliance.score("wai-sr-client", answers([4.0] * 12))["total"].item() == 48
        assert auth._token not in {first, "expired"}


class Unsteady(httpx.BaseTransport):
    """Lets the answers that are listed come first, then the server's own; keeps what was sent."""

    def __init__(self, *first: httpx.Response | httpx.TransportError, then: httpx.BaseTransport):
        self.first = list(first)
        self.then = then
        self.sent: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        if not self.first:
            return self.then.handle_request(request)
        now = self.first.pop(0)
        if isinstance(now, httpx.Response):
            return now
        if isinstance(now, httpx.ReadError):  # the answer is lost: the server did it
            response = self.then.handle_request(request)
            response.read()
            response.close()
        raise now

    def close(self) -> None:
        self.then.close()


@pytest.fixture
def unsteady(library: ModuleType, clinic: Client) -> Any:
    """Connect through a line that fails as told; also what was slept."""

    def connect(*first: httpx.Response | httpx.TransportError) -> tuple[Any, Unsteady, list[float]]:
        slept: list[float] = []
        line = Unsteady(*first, then=httpx.HTTPTransport())
        retries = library.Retries(attempts=3, sleep=slept.append)
        return (
            library.Alliance(clinic.url, clinic.key, retries=retries, transport=line),
            line,
            slept,
        )

    return connect


def test_an_answer_that_was_lost_is_asked_for_again_and_done_once(
    unsteady: Any, clinic: Client
) -> None:
    connected, line, slept = unsteady(httpx.ReadError("lost"))
    with connected as alliance:
        made = alliance.new_sample("lost answer", "wai-sr-client", "other")
    assert len(slept) == 1
    assert len({request.headers["Idempotency-Key"] for request in line.sent}) == 1
    listed = clinic.get("/v1/samples?limit=100").json()["samples"]
    assert [one["id"] for one in listed if one["name"] == "lost answer"] == [made.id]


def test_retry_after_is_obeyed(unsteady: Any) -> None:
    connected, line, slept = unsteady(httpx.Response(429, headers={"Retry-After": "7"}))
    with connected as alliance:
        assert len(alliance.score("wai-sr-client", answers([4.0] * 12))) == 1
    assert slept == [7]
    assert len(line.sent) == 2


def test_too_long_a_pause_and_too_many_attempts_are_the_callers(
    library: ModuleType, unsteady: Any
) -> None:
    later = httpx.Response(503, headers={"Retry-After": "3600"})
    connected, _, slept = unsteady(later)
    with connected as alliance, pytest.raises(library.RefusedError, match="503"):
        alliance.score("wai-sr-client", answers([4.0] * 12))
    assert slept == []
    connected, line, _ = unsteady(*(httpx.Response(502) for _ in range(3)))
    with connected as alliance, pytest.raises(library.RefusedError, match="502"):
        alliance.score("wai-sr-client", answers([4.0] * 12))
    assert len(line.sent) == 3
