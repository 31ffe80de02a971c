"""Instruments over HTTP: the catalogue, and adaptations that belong to one tenant."""

from __future__ import annotations

from typing import Any

from schemas.definition import Definition
from tests.service.server import Client


def adaptation(definition: Definition, name: str) -> dict[str, Any]:
    return {**definition.document, "id": name, "version": "0.1"}


def test_the_catalogue_is_listed_with_hashes(clinic: Client, wai_sr: Definition) -> None:
    listed = {one["id"]: one for one in clinic.get("/v1/instruments").json()["instruments"]}
    assert len(listed) >= 8
    assert listed["wai-sr-client"]["sha256"] == wai_sr.sha256
    assert clinic.get("/v1/instruments/wai-sr-client").json() == listed["wai-sr-client"]


def test_an_adaptation_scores_for_its_tenant_and_does_not_exist_for_another(
    clinic: Client, stranger: Client, wai_sr: Definition
) -> None:
    made = clinic.post("/v1/instruments", json=adaptation(wai_sr, "wai-sr-own"))
    assert made.status_code == 201, made.text
    assert clinic.get("/v1/instruments/wai-sr-own").json() == made.json()
    assert stranger.get("/v1/instruments/wai-sr-own").status_code == 404
    body = {"instrument": "wai-sr-own", "responses": [{"answers": [3] * 12}]}
    assert clinic.post("/v1/score", json=body).json()["instrument"]["version"] == "0.1"
    assert stranger.post("/v1/score", json=body).status_code == 422


def test_an_id_that_is_taken_is_a_conflict(clinic: Client, wai_sr: Definition) -> None:
    assert clinic.post("/v1/instruments", json=dict(wai_sr.document)).status_code == 409
    own = adaptation(wai_sr, "wai-sr-twice")
    made = clinic.post("/v1/instruments", json=own)
    assert made.status_code == 201
    assert clinic.post("/v1/instruments", json=own | {"title": "other"}).status_code == 409
    again = clinic.post("/v1/instruments", json=own)
    assert (again.status_code, again.json()) == (200, made.json())


def test_a_malformed_adaptation_is_refused_with_its_place(
    clinic: Client, wai_sr: Definition
) -> None:
    malformed = adaptation(wai_sr, "wai-sr-wrong") | {"reversed": [13]}
    refused = clinic.post("/v1/instruments", json=malformed)
    assert refused.status_code == 422
    assert [fault["pointer"] for fault in refused.json()["errors"]] == ["/reversed/0"]
    assert clinic.get("/v1/instruments/wai-sr-wrong").status_code == 404
