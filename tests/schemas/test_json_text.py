"""A text is JSON or not; a document says each thing once."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.json_text import read_json
from schemas.validation_errors import RefusedInputError, UnreadableInputError

NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(value=VALUES)
def test_a_document_that_says_each_thing_once_is_read(value: object) -> None:
    assert read_json(orjson.dumps(value)) == orjson.loads(orjson.dumps(value))


@pytest.mark.parametrize(
    ("text", "pointers"),
    [
        (b'{"person": "p1", "person": "p2"}', ["/person"]),
        (b'{"a": [{"b": 1}, {"b": 1, "c": {}, "b": 2}]}', ["/a/1/b"]),
        (b'{"kind": "items", "\\u006bind": "cfa"}', ["/kind"]),
        (b'{"x": 1, "x": 1, "x": 1}', ["/x", "/x"]),
        (b'{"p271828": 1, "p271828": 2}', [""]),
        (b'{"x": "\\u003a", "y": 1, "y": 2}', ["/y"]),
        (b'{"x": ":", "y": 1, "y": ":"}', ["/y"]),
        (
            b'{"responses": [{"id": "a:b", "answers": [1], "answers": [5]}]}',
            ["/responses/0/answers"],
        ),
        (b'[{"outcomes": {"mood": 1, "mood": 2}}]', ["/0/outcomes/mood"]),
    ],
)
def test_what_comes_twice_in_an_object_is_refused_with_its_place(
    text: bytes, pointers: list[str]
) -> None:
    with pytest.raises(RefusedInputError) as refused:
        read_json(text)
    assert [fault.pointer for fault in refused.value.faults] == pointers
    assert all("271828" not in fault.detail for fault in refused.value.faults)


@pytest.mark.parametrize("depth", [900, 1000, 1023, 1024, 1025, 100_000])
def test_no_depth_breaks_the_reader(depth: int) -> None:
    try:
        assert isinstance(read_json("[" * depth + "]" * depth), list)
    except UnreadableInputError as error:
        assert "line 1" in error.detail or "deeply" in error.detail  # noqa: PT017 either will do
