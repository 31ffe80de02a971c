"""``make bench-http``: prints the tables, each figure beside its goal.

``python -m benchmarks.http score``, ``extract``, ``store`` or ``million`` does one part alone.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import orjson
import requests

from benchmarks.http.bodies import (
    INSTRUMENT,
    SIZES,
    bare_batch_body,
    batch_body,
    fhir_body,
    scoring_body,
)
from benchmarks.http.load import Load, Plan, drive
from benchmarks.http.million import growth
from benchmarks.http.servers import WORKERS, Running, alliance_server, bare_server
from benchmarks.http.stages import stages

_ROUNDS = 5
_MANY = 10_000
_SCORE = "/v1/score"
_EXTRACT = "/fhir/QuestionnaireResponse/$extract"


def main(parts: Sequence[str]) -> None:
    """Run the parts that are named, or all of them."""
    print(f"{os.cpu_count()} cores, load average before: {os.getloadavg()[0]:.1f}\n")
    if "score" in parts:
        scoring()
    if "extract" in parts:
        extracting()
    if "store" in parts:
        storing()
    if "million" in parts:
        growth()


def scoring() -> None:
    """Score beside the bare server, in turn; the median of several rounds."""
    with tempfile.TemporaryDirectory() as name, bare_server() as bare:
        folder = Path(name)
        with alliance_server(folder) as ours:
            print(
                "| responses a request | requests/s | bare echo | ratio (goal 0.70) "
                "| CPU ms a request | bare echo |"
            )
            print("|---|---|---|---|---|---|")
            found: dict[int, Load] = {}
            for size in SIZES:
                body = folder / f"score_{size}.json"
                body.write_bytes(scoring_body(size))
                plan = Plan(connections=4 if size == _MANY else 8)
                rounds = [
                    (drive(ours, _SCORE, body, plan), drive(bare, _SCORE, body, plan))
                    for _ in range(_ROUNDS)
                ]
                ratio = statistics.median(a.per_second / b.per_second for a, b in rounds)
                by_rate = sorted((a for a, _ in rounds), key=lambda one: one.per_second)
                found[size] = by_rate[_ROUNDS // 2]
                echo = statistics.median(b.per_second for _, b in rounds)
                cpu, bare_cpu = (
                    statistics.median(one.cpu for one in side) for side in zip(*rounds, strict=True)
                )
                print(
                    f"| {size:,} | {found[size].per_second:,.1f} | {echo:,.1f} | {ratio:.2f} "
                    f"| {cpu:.2f} | {bare_cpu:.2f} |"
                )
            rate = found[_MANY].per_second * _MANY / WORKERS
            by_cpu = 1000 * _MANY / found[_MANY].cpu
            half = _at_half_load(ours, folder / "score_1.json", found[1].per_second)
            print(
                f"\n{rate:,.0f} responses/s for each core at {_MANY:,} (goal 250,000); "
                f"{by_cpu:,.0f} for each second of CPU"
            )
            print(f"single score at {half.per_second:,.0f} requests/s (half load): "
                  f"p50 {half.p50:.1f} ms, p99 {half.p99:.1f} ms (goal 10)")  # fmt: skip
            print(f"largest worker: {ours.largest_worker():.0f} MB resident (goal 120)\n")


def extracting() -> None:
    """Score one form sent as FHIR beside the same form sent to ``/v1/score``, in turn."""
    with tempfile.TemporaryDirectory() as name, alliance_server(Path(name)) as ours:
        plain, form = Path(name) / "score.json", Path(name) / "extract.json"
        plain.write_bytes(scoring_body(1))
        form.write_bytes(fhir_body(ours.url))
        rounds = [
            (drive(ours, _EXTRACT, form, Plan()), drive(ours, _SCORE, plain, Plan()))
            for _ in range(_ROUNDS)
        ]
        ratio = statistics.median(a.per_second / b.per_second for a, b in rounds)
        by_cpu = statistics.median(b.cpu / a.cpu for a, b in rounds)
        fhir, score = (
            statistics.median(one.per_second for one in side) for side in zip(*rounds, strict=True)
        )
        print("| $extract, requests/s | /v1/score | ratio (goal 0.60) | of CPU time |")
        print("|---|---|---|---|")
        print(f"| {fhir:,.0f} | {score:,.0f} | {ratio:.2f} | {by_cpu:.2f} |\n")


def storing() -> None:
    """Store batches with eight clients, beside the stateless rate of the same server."""
    print(
        "| store | stored, responses/s | stateless | ratio | goal | p99, ms (goal 1,000) "
        "| CPU ms a batch | stateless | answers alone stored, responses/s | ratio |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for store, goal in (("SQLite", 0.40), ("PostgreSQL", 0.25)):
        with tempfile.TemporaryDirectory() as name, _address(store) as address:
            folder = Path(name)
            with alliance_server(folder, address) as server:
                batches = f"/v1/samples/{_sample(server)}/batches"
                sent = (
                    (_SCORE, scoring_body),
                    (batches, batch_body),
                    (batches, bare_batch_body),
                )
                plan = Plan(connections=8, seconds=6)
                body, found = folder / "body.json", []
                for path, write in sent:
                    body.write_bytes(write(_MANY))
                    found.append(drive(server, path, body, plan))
                free, kept, bare = found
                print(
                    f"| {store} | {kept.per_second * _MANY:,.0f} | {free.per_second * _MANY:,.0f} "
                    f"| {kept.per_second / free.per_second:.2f} | {goal:.2f} | {kept.p99:,.0f} "
                    f"| {kept.cpu:.1f} | {free.cpu:.1f} "
                    f"| {bare.per_second * _MANY:,.0f} | {bare.per_second / free.per_second:.2f} |"
                )
    print()
    _stages()


def _stages() -> None:
    """Show where a batch's CPU time goes in the application; its last stage in the store."""
    print(
        "| CPU ms a batch in the application | read | validate | score | answer | pack | commit |"
    )
    print("|---|---|---|---|---|---|---|")
    for store in ("SQLite", "PostgreSQL"):
        with tempfile.TemporaryDirectory() as name, _address(store) as address:
            found = stages(address or f"sqlite:///{Path(name) / 'alliance.db'}", _MANY)
            print(f"| {store} | " + " | ".join(f"{one:.1f}" for one in found.values()) + " |")
    print()


def _at_half_load(server: Running, body: Path, most: float) -> Load:
    """Let sixteen connections pause so long that half as many requests come."""
    connections = 16
    pause = round(1000 * connections / (most / 2))
    return drive(server, _SCORE, body, Plan(connections=connections, seconds=8, pause=pause))


def _sample(server: Running) -> str:
    answer = requests.post(
        server.url + "/v1/samples",
        data=orjson.dumps({"name": "b", "instrument": INSTRUMENT, "setting": "other"}),
        headers={"Authorization": f"Bearer {server.key}", "Content-Type": "application/json"},
        timeout=30,
    )
    answer.raise_for_status()
    return str(answer.json()["id"])


@contextmanager
def _address(store: str) -> Iterator[str]:
    """Start a durable PostgreSQL where that is the store."""
    if store == "SQLite":
        yield ""
        return
    from tests.postgresql import running_postgresql

    with running_postgresql(settings=()) as server:
        yield server.new_database()


if __name__ == "__main__":
    main(sys.argv[1:] or ("score", "extract", "store", "million"))
