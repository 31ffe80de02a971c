"""What is sent: the same simulated answers in one body of 1, 100 or 10,000 responses."""

from __future__ import annotations

import numpy as np
import orjson

from psychometrics.simulate import draw, population
from psychometrics.types import FloatArray
from schemas.fhir.documented import example_response
from service.catalog.catalog import find_definition

INSTRUMENT = "wai-sr-client"
SIZES = (1, 100, 10_000)


def answers(n_persons: int, seed: int = 1) -> FloatArray:
    """Draw answers, 2% of them missing; shape (n_persons, 12)."""
    rng = np.random.default_rng(seed)
    form = find_definition(INSTRUMENT).instrument
    drawn = draw(population(form), n_persons=n_persons, rng=rng).answers
    drawn[rng.random(drawn.shape) < 0.02] = np.nan
    return drawn


def scoring_body(n_responses: int) -> bytes:
    """Write a request to ``POST /v1/score``."""
    return orjson.dumps({"instrument": INSTRUMENT, "responses": _responses(n_responses, "r")})


def fhir_body(base: str) -> bytes:
    """Write one answered form as a QuestionnaireResponse to the service at an address."""
    row = [3 if np.isnan(one) else int(one) for one in answers(1)[0]]
    canonical = f"{base}/fhir/Questionnaire/{INSTRUMENT}|1.0.0"
    return orjson.dumps(example_response(canonical, tuple(row)))


def batch_body(n_responses: int) -> bytes:
    """Write a batch to be stored, with persons, clinicians and an outcome; it may be sent often."""
    rows = _responses(n_responses, "r")
    for number, row in enumerate(rows):
        del row["id"]
        row |= {
            "person": f"p{number:06}",
            "clinician": f"c{number % 40:02}",
            "session_number": 1 + number % 4,
            "outcomes": {"plus-m": 50.5},
        }
    return orjson.dumps({"responses": rows})


def bare_batch_body(n_responses: int) -> bytes:
    """Write a batch of the same answers alone."""
    rows = [{"answers": row["answers"]} for row in _responses(n_responses, "r")]
    return orjson.dumps({"responses": rows})


def _responses(n_responses: int, prefix: str) -> list[dict[str, object]]:
    return [
        {
            "id": f"{prefix}{number}",
            "answers": [None if value != value else int(value) for value in row],
        }
        for number, row in enumerate(answers(n_responses).tolist())
    ]
