"""An example for each kind of body that is sent; the specification shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.fhir.documented import example_response
from schemas.fhir.names import FHIR_JSON
from schemas.tokens import ASSERTION_TYPE
from service.web.request_parsing import CSV, JSON, NDJSON

FORM = "application/x-www-form-urlencoded"

_ANSWERS = (5, 4, 5, 4, 5, 5, 4, 4, 5, 3, 4, 3)
_HEADER = ",".join(["id", *(f"i{number}" for number in range(1, 13))])
_CSV = f"{_HEADER}\nr1,{','.join(map(str, _ANSWERS))}\n"
_LINE = f'{{"id": "r1", "answers": {list(_ANSWERS)}}}\n'
_RESPONSE = {"id": "r1", "answers": list(_ANSWERS)}
_FHIR = example_response(
    "https://alliance.example.org/fhir/Questionnaire/wai-sr-client|1.0.0", _ANSWERS
)

EXAMPLES: Mapping[tuple[str, str], Any] = {
    ("add_token", FORM): {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": "eyJhbGciOiJFUzM4NCIsImtpZCI6ImEifQ.e30.c2lnbmF0dXJl",
        "scope": "score samples",
    },
    ("add_instrument", JSON): {
        "id": "wai-sr-client-local",
        "version": "1.0.0",
        "title": "An adaptation of one's own",
        "respondent": "client",
        "items": 12,
        "response": {"minimum": 1, "maximum": 5},
        "subscales": {"goal": [4, 6, 8, 11], "task": [1, 2, 10, 12], "bond": [3, 5, 7, 9]},
    },
    ("score", JSON): {"instrument": "wai-sr-client", "responses": [_RESPONSE]},
    ("score", NDJSON): _LINE,
    ("score", CSV): _CSV,
    ("extract", FHIR_JSON): _FHIR,
    ("extract", JSON): _FHIR,
    ("add_sample", JSON): {
        "name": "pilot",
        "instrument": "wai-sr-client",
        "setting": "orthotics-prosthetics",
    },
    ("add_batch", JSON): {"responses": [{**_RESPONSE, "person": "p-ab12cd", "session_number": 3}]},
    ("add_batch", NDJSON): _LINE,
    ("add_batch", CSV): _CSV,
    ("correct", JSON): {**_RESPONSE, "session_number": 3},
    ("erase_person", JSON): {"person": "p-ab12cd"},
    ("show_person_scores", JSON): {
        "person": "p-ab12cd",
        "instrument": "wai-sr-client",
        "measurement_error": {
            "total": {"reliability": 0.9, "sd": 8.1, "source": "own sample of 2026, omega"}
        },
    },
    ("add_webhook", JSON): {"url": "https://ehr.example.org/alliance"},
    ("add_analysis", JSON): {
        "kind": "reliability",
        "samples": ["01a20925-0000-7000-8000-000000000000"],
        "options": {},
    },
}
"""By operation and media type."""
