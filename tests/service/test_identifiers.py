"""Identifiers are of version 7, in order, and never the same."""

from __future__ import annotations

import uuid
from multiprocessing import get_context

from service.identifiers import trace_id, uuid7, uuid7_bytes


def test_identifiers_of_a_batch_ascend_and_differ() -> None:
    joined = uuid7_bytes(10_000)
    made = [joined[at : at + 16] for at in range(0, len(joined), 16)]
    assert len(made) == 10_000
    assert made == sorted(set(made))


def test_identifiers_have_version_7_and_its_variant() -> None:
    made = uuid7(1_700_000_000_000)
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 == 1_700_000_000_000


def test_a_trace_id_is_a_uuid_of_version_7_and_never_the_same() -> None:
    made = [trace_id() for _ in range(1000)]
    assert {str(uuid.UUID(one)) for one in made} == set(made)
    assert len(set(made)) == 1000
    assert {uuid.UUID(one).version for one in made} == {7}


def test_forked_processes_make_other_trace_ids() -> None:
    fork = get_context("fork")
    made = fork.SimpleQueue()
    processes = [fork.Process(target=lambda: made.put(trace_id()[19:])) for _ in range(2)]
    for process in processes:
        process.start()
        process.join()
    assert made.get() != made.get()
