"""Identifiers are of version 7, in order, and never the same."""

from __future__ import annotations

from service.identifiers import uuid7, uuid7_bytes


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
