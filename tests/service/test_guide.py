"""The conversation guide: one form by itself, no bands, texts in several languages."""

from __future__ import annotations

import re
from typing import Any

import pytest

from service.catalog.guides import guides
from tests.service.server import Client

TASKS_LOWER = [2, 2, 5, 4, 5, 4, 5, 4, 5, 2, 4, 2]
LEVEL = [4] * 12
UNSCORABLE = [None, None, 5, 4, 5, 4, 5, 4, 5, 2, 4, 2]
ANSWERS = {"r1": TASKS_LOWER, "r2": LEVEL, "r3": UNSCORABLE}
BODY = {
    "instrument": "wai-sr-client",
    "responses": [{"id": name, "answers": answers} for name, answers in ANSWERS.items()],
}


def ask(client: Client, query: str = "", **options: Any) -> dict[str, Any]:
    answer = client.post(f"/v1/score?detail=guide{query}", json=BODY, **options)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_the_lower_part_is_named_with_questions_for_both(clinic: Client) -> None:
    answer = ask(clinic)
    first, second, third = (result["guide"] for result in answer["results"])
    assert first["lower"] == ["task"]
    assert "tasks" in first["sentence"]
    assert first["questions"] == guides()["en"].questions["task"]
    assert (second["comparison"], second["lower"]) == ("level", [])
    assert second["questions"] == guides()["en"].opening
    assert (third["comparison"], third["lower"]) == ("lower", ["goal"])
    assert third["left_out"] == ["task"]
    assert "Too few answers about tasks" in third["sentence"]
    assert third["questions"] == guides()["en"].questions["goal"]
    assert answer["results"][0]["scores"]["task"] == 8
    assert len(answer["guide"]["practice"]) == 3
    assert "cannot say" in answer["guide"]["cannot_say"]


@pytest.mark.parametrize(("answer", "said"), [(5, "most favourable"), (1, "least favourable")])
@pytest.mark.parametrize("language", ["en", "de"])
def test_answers_all_at_one_end_have_a_paragraph_of_their_own(
    clinic: Client, answer: int, said: str, language: str
) -> None:
    body = {"instrument": "wai-sr-client", "responses": [{"answers": [answer] * 12}]}
    found = clinic.post(f"/v1/score?detail=guide&language={language}", json=body).json()
    guide = found["results"][0]["guide"]
    assert guide["lower"] == guide["items"] == []
    assert guide["questions"] == guides()[language].opening
    assert language != "en" or said in guide["sentence"]


def test_a_single_answer_is_named_by_its_number(clinic: Client) -> None:
    answers = [1] + [5] * 11
    body = {"instrument": "wai-sr-client", "responses": [{"answers": answers}]}
    guide = clinic.post("/v1/score?detail=guide", json=body).json()["results"][0]["guide"]
    assert (guide["comparison"], guide["lower"], guide["items"]) == ("single-item", [], [1])
    assert "item 1 " in guide["sentence"]


def test_one_form_is_looked_at_by_itself(clinic: Client) -> None:
    together = ask(clinic)["results"][0]
    alone = clinic.post(
        "/v1/score?detail=guide", json=BODY | {"responses": BODY["responses"][:1]}
    ).json()["results"][0]
    assert alone == together


@pytest.mark.parametrize(
    ("query", "header", "language"),
    [
        ("", None, "en"),
        ("", "de-CH,de;q=0.9,en;q=0.5", "de"),
        ("", "fr", "en"),
        ("&language=de", "en", "de"),
    ],
)
def test_the_language_is_chosen(
    clinic: Client, query: str, header: str | None, language: str
) -> None:
    answer = ask(clinic, query, headers={"Accept-Language": header} if header else {})
    assert answer["guide"]["language"] == language
    assert answer["results"][0]["guide"]["questions"] == guides()[language].questions["task"]


def test_an_unknown_language_is_refused_with_those_there_are(clinic: Client) -> None:
    answer = clinic.post("/v1/score?detail=guide&language=xx", json=BODY)
    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert fault["pointer"] == "?language"
    assert "de, en" in fault["detail"]


def test_a_table_can_be_guided_too(clinic: Client) -> None:
    header = ",".join(f"i{item}" for item in range(1, 13))
    rows = [",".join("" if a is None else str(a) for a in row) for row in ANSWERS.values()]
    answer = clinic.post(
        "/v1/score?detail=guide&instrument=wai-sr-client",
        data="\n".join([header, *rows]).encode(),
        headers={"Content-Type": "text/csv"},
    ).json()
    assert [result["guide"]["lower"] for result in answer["results"]] == [["task"], [], ["goal"]]


def test_a_form_with_other_scales_gets_the_scale_and_no_questions(clinic: Client) -> None:
    definition = {
        "id": "own-with-other-scales",
        "version": "1.0.0",
        "title": "Two scales of one's own",
        "respondent": "client",
        "items": 4,
        "response": {"minimum": 1, "maximum": 5},
        "subscales": {"trust": [1, 2], "level": [3, 4]},
        "reversed": [],
        "total": False,
        "missing": {"minimum_answered": {"trust": 2, "level": 2}},
        "rights": "none",
        "sources": [],
        "key_status": "verified",
    }
    assert clinic.post("/v1/instruments", json=definition).status_code == 201
    body = {"instrument": definition["id"], "responses": [{"answers": [5, 5, 1, 1]}]}
    found = clinic.post("/v1/score?detail=guide", json=body).json()["results"][0]["guide"]
    assert found["lower"] == ["level"]
    assert "level" in found["sentence"]
    assert "no prepared questions" in found["sentence"]
    assert found["questions"] == {"practitioner": [], "patient": []}


def test_every_language_says_the_same_things() -> None:
    english = guides()["en"]
    for guide in guides().values():
        assert set(guide.scales) == set(guide.questions) == set(english.questions)
        assert set(guide.headings) == set(english.headings)
        assert set(guide.sentences) == set(english.sentences)
        assert len(guide.practice) == len(english.practice)
        assert [s["status"] for s in guide.sources] == [s["status"] for s in english.sources]
        for name, topic in guide.questions.items():
            assert set(topic) == {"practitioner", "patient"}
            for who, questions in topic.items():
                assert len(questions) == len(english.questions[name][who])
                assert all(question.endswith("?") for question in questions)


def test_no_text_holds_a_band_or_a_norm() -> None:
    banned = re.compile(r"\b(weak|moderate|strong|norm|average|percentile|schwach|stark|Norm)\b")
    for guide in guides().values():
        assert not banned.search(repr(guide))
