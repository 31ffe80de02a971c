"""Following an analysis: nothing twice, an end that is an end, and a way that stays open."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.errors import NotFoundError, UnavailableError
from service.records import Standing, Status
from service.web import sse
from tests.service.server import Client, is_problem
from tests.service.test_analyses import SLOW, ask, sample_of, until_running

RUNNING = [Standing(status=Status.RUNNING, done=done, total=3, stage="fit") for done in range(3)]
DONE = Standing(status=Status.SUCCEEDED, done=1, total=1, stage="done")


def said(looks: Iterator[Standing], seen: str = "") -> bytes:
    return b"".join(sse._written(looks, seen))


def identifiers(text: str) -> list[str]:
    return re.findall(r"^id: (\S+)$", text, re.MULTILINE)


def test_each_change_is_told_once() -> None:
    text = said(iter([RUNNING[0], RUNNING[0], RUNNING[1], DONE])).decode()
    assert text.count("event: progress") == 2
    assert text.rstrip().split("\n\n")[-1].startswith("event: finished")
    assert len(set(identifiers(text))) == 3


def test_who_comes_back_is_told_only_what_is_new() -> None:
    first = said(iter(RUNNING[:2])).decode()
    again = said(iter([RUNNING[1], DONE]), identifiers(first)[-1]).decode()
    assert "event: progress" not in again
    assert "event: finished" in again


def test_where_nothing_changes_a_comment_keeps_the_way_open() -> None:
    looks = iter([RUNNING[0]] * (2 * sse._QUIET_LOOKS + 1))
    assert said(looks).count(b"\n: still there\n") == 2


@pytest.mark.parametrize(
    ("error", "last"), [(NotFoundError("gone"), b"event: deleted"), (UnavailableError("away"), b"")]
)
def test_what_ends_the_looking_ends_the_stream_in_order(error: Exception, last: bytes) -> None:
    def looks() -> Iterator[Standing]:
        yield RUNNING[0]
        raise error

    text = said(looks())
    assert text.count(b"event: progress") == 1
    assert last in text


def test_a_client_that_leaves_gives_its_place_back() -> None:
    for _ in range(100):  # of some places
        stream = sse._written(iter([RUNNING[0]] * 5), "")
        assert [next(stream) for _ in range(2)]
        stream.close()
    assert said(iter(RUNNING)).count(b"event: progress") == 3


@pytest.mark.both_stores
def test_a_client_that_has_seen_the_end_is_told_to_come_back_no_more(
    clinic: Client, data: Path
) -> None:
    analysis = ask(clinic, sample_of(clinic, data / "wai_250.csv"), kind="items").json()["id"]
    path = f"/v1/analyses/{analysis}/events"
    [seen] = identifiers(clinic.get(path).text)
    assert clinic.get(path, headers={"Last-Event-ID": seen}).status_code == 204
    assert "event: finished" in clinic.get(path, headers={"Last-Event-ID": "other"}).text
    assert is_problem(clinic.get("/v1/analyses/none/events", headers={"Last-Event-ID": seen}), 404)


@pytest.mark.both_stores
def test_who_follows_hears_that_the_analysis_was_deleted(clinic: Client, data: Path) -> None:
    sample = sample_of(clinic, data / "wai_250.csv")
    analysis = ask(clinic, sample, wait=0, **SLOW).json()["id"]
    until_running(clinic, analysis)
    with clinic.get(f"/v1/analyses/{analysis}/events", stream=True) as stream:
        lines = stream.iter_lines()
        assert next(lines)
        deleting = threading.Thread(target=clinic.delete, args=(f"/v1/samples/{sample}",))
        deleting.start()
        assert b"event: deleted" in list(lines)
        deleting.join()
