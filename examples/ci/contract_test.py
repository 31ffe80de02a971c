"""What a vendor's CI may ask of the service before an upgrade: the contract, and the own use of it.

Needs pytest, schemathesis and the client (``make clients``; ``clients/python`` on ``PYTHONPATH`` or
installed). ``examples/ci/start_service.sh`` starts a service, and says where it is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pandas as pd
import pytest
import schemathesis
from alliance_client import Alliance, RefusedError
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

URL, KEY = os.environ["ALLIANCE_URL"], os.environ["ALLIANCE_KEY"]
USED = {"score", "list_instruments", "get_instrument", "add_sample"}
"""The operations that this vendor uses."""

specification = schemathesis.openapi.from_url(f"{URL}/openapi.json").include(
    func=lambda context: context.operation.definition.raw["operationId"] in USED
)


@schemathesis.serializer("application/x-ndjson", "text/csv")
def as_it_is(_: object, value: object) -> bytes:
    """Send lines and tables as they were generated."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@specification.parametrize()
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_service_keeps_its_contract(case: schemathesis.Case) -> None:
    """What is sent at random is answered as the specification says."""
    case.call_and_validate(
        headers={"Authorization": f"Bearer {KEY}"},
        checks=[
            not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
        ],
    )


@pytest.fixture
def alliance() -> Iterator[Alliance]:
    """Connect with the key of this run."""
    with Alliance(URL, KEY) as connected:
        yield connected


def test_a_form_gets_the_scores_that_the_chart_shows(alliance: Alliance) -> None:
    """The vendor's own example, with the scores it had when it was accepted."""
    row = dict(
        zip([f"i{n}" for n in range(1, 13)], (5, 4, 4, 4, 5, 5, 4, 4, 5, 3, 4, 3), strict=True)
    )
    scores = alliance.score("wai-sr-client", pd.DataFrame([{"id": "r1", **row}]))
    assert scores[["goal", "task", "bond", "total"]].iloc[0].tolist() == [17, 15, 18, 50]


def test_an_answer_out_of_range_is_refused_with_its_place(alliance: Alliance) -> None:
    """The chart marks the item that the pointer names."""
    table = pd.DataFrame([{f"i{n}": 3 for n in range(1, 13)} | {"i4": 9}])
    with pytest.raises(RefusedError) as refused:
        alliance.score("wai-sr-client", table)
    problem = refused.value.problem
    assert problem is not None
    assert problem.errors[0].pointer == "/responses/0/answers/3"
