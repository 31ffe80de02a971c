"""What is read of a QuestionnaireResponse, and what is refused: where, and without the answer."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.fhir.outcome import MOST_ISSUES, fhirpath, operation_outcome
from schemas.fhir.reading import RepeatedMemberError, read_resource, write_resource
from schemas.validation_errors import RefusedInputError, UnreadableInputError
from service.catalog.catalog import Catalog, shipped_definitions
from service.errors import UnknownFormError
from service.use_cases.extract_scores import extract_scores
from tests.ehr.resources import (
    ANSWERS,
    BASE,
    ORDINAL,
    OUR_CANONICAL,
    SYSTEM,
    WEIGHT,
    answered_form,
    changed,
    in_groups,
    weight,
    with_answer,
)

CATALOG = Catalog(definitions=shipped_definitions())
TOTAL = sum(ANSWERS)


def scores_of(form: object) -> dict[str, float | None]:
    text = form if isinstance(form, bytes) else json.dumps(form).encode()
    found = extract_scores(
        text,
        read_resource(text),
        find=lambda name: CATALOG.scoring_rule(CATALOG.definitions.get(name)),
        bases=(BASE,),
    )
    observations = [entry["resource"] for entry in found.bundle["entry"]]
    return {
        one["code"]["coding"][0]["code"]: one.get("valueQuantity", {}).get("value")
        for one in observations
    }


def refusal_of(form: object) -> list[tuple[str, str]]:
    with pytest.raises(RefusedInputError) as caught:
        scores_of(form)
    return [(fhirpath(one.pointer, "QR"), one.code) for one in caught.value.faults]


def coded(**members: object) -> dict[str, Any]:
    return {"valueCoding": members}


@pytest.mark.parametrize(
    "answer",
    [
        {"valueInteger": 5},
        {"valueDecimal": 5},
        {"valueDecimal": 5.0},
        coded(system=SYSTEM, code="5"),
        coded(code="5"),
        coded(code="5", extension=[weight(ORDINAL, 5)]),
        coded(extension=[weight(ORDINAL, 5.0), weight(WEIGHT, 5)]),
        coded(system="http://loinc.org", code="LA1-1", extension=[weight(WEIGHT, 5)]),
        {"valueCoding": {"code": "5"}, "extension": [weight(WEIGHT, 5)]},
        {"valueInteger": 5, "_valueInteger": {"extension": [weight(ORDINAL, 5)]}},
        {"valueInteger": 5, "extension": [{"url": "http://example.org/x", "valueString": "y"}]},
    ],
)
def test_an_answer_is_read_in_each_of_its_forms(answer: object) -> None:
    assert scores_of(with_answer(1, answer))["total"] == TOTAL


@pytest.mark.parametrize(
    ("answer", "place", "code"),
    [
        ({"valueInteger": True}, "value", "wrong-type"),
        ({"valueInteger": "5"}, "value", "wrong-type"),
        ({"valueInteger": 5.0}, "value", "wrong-type"),
        ({"valueInteger": None}, "value", "wrong-type"),
        ({"valueInteger": [5]}, "value", "wrong-type"),
        ({"valueInteger": 0}, "value", "out-of-range"),
        ({"valueInteger": 6}, "value", "out-of-range"),
        ({"valueInteger": -5}, "value", "out-of-range"),
        ({"valueInteger": 10**30}, "value", "wrong-type"),
        ({"valueDecimal": 4.5}, "value", "out-of-range"),
        ({"valueDecimal": True}, "value", "wrong-type"),
        ({"valueDecimal": "5"}, "value", "wrong-type"),
        ({"valueDecimal": 1e300}, "value", "out-of-range"),
        ({"valueString": "5"}, "value", "wrong-type"),
        ({"valueBoolean": True}, "value", "wrong-type"),
        ({"valueQuantity": {"value": 5}}, "value", "wrong-type"),
        (coded(), "value", "unknown-code"),
        (coded(code=5), "value.code", "wrong-type"),
        (coded(code="6"), "value", "unknown-code"),
        (coded(code="5 "), "value", "unknown-code"),
        (
            coded(system=SYSTEM, code="often", extension=[weight(ORDINAL, 5)]),
            "value",
            "unknown-code",
        ),
        (coded(system="http://loinc.org", code="5"), "value", "unknown-code"),
        (coded(code="5", extension=[weight(ORDINAL, 4)]), "value", "contradiction"),
        (coded(system=SYSTEM, code="5", extension=[weight(WEIGHT, 1)]), "value", "contradiction"),
        (coded(extension=[weight(ORDINAL, 5), weight(WEIGHT, 1)]), "value", "contradiction"),
        (coded(extension=[weight(ORDINAL, 5), weight(ORDINAL, 4)]), "value", "contradiction"),
        (coded(extension=[weight(ORDINAL, 4.5)]), "value.extension[0].value", "out-of-range"),
        (coded(extension=[weight(ORDINAL, 9)]), "value.extension[0].value", "out-of-range"),
        (coded(extension=[weight(ORDINAL, "5")]), "value.extension[0].value", "wrong-type"),
        (coded(extension=[weight(ORDINAL, True)]), "value.extension[0].value", "wrong-type"),
        (
            coded(extension=[weight(ORDINAL, 5, "valueInteger")]),
            "value.extension[0].value",
            "wrong-type",
        ),
        (coded(code="5", extension={}), "value.extension", "wrong-type"),
        (coded(code="5", colour="red"), "value.colour", "unknown-field"),
        ({"valueCoding": "5"}, "value", "wrong-type"),
        ({"valueInteger": 5, "extension": [weight(WEIGHT, 1)]}, "value", "contradiction"),
        (
            {"valueInteger": 5, "_valueInteger": {"extension": [weight(ORDINAL, 1)]}},
            "value",
            "contradiction",
        ),
        ({"valueInteger": 5, "valueDecimal": 5}, "value", "duplicate"),
        ({"valueInteger": 5, "valueCoding": {"code": "5"}}, "value", "duplicate"),
        ({"valueInteger": 5, "item": [{"linkId": "i2"}]}, "item", "unknown-item"),
        ({"valueInteger": 5, "note": "x"}, "note", "unknown-field"),
        ({"_valueInteger": {"extension": [weight(ORDINAL, 5)]}}, "", "required"),
        ({}, "", "required"),
        ("5", "", "wrong-type"),
        (None, "", "wrong-type"),
    ],
)
def test_an_answer_that_is_none_is_refused_at_its_place(
    answer: object, place: str, code: str
) -> None:
    at = "QR.item[0].answer[0]" + (f".{place}" if place else "")
    assert refusal_of(with_answer(1, answer)) == [(at, code)]


def test_an_answer_that_a_double_would_round_is_refused() -> None:
    for literal in ("4.99999999999999999999", "5.0000000000000000001", "499999999999999999999e-20"):
        form = json.dumps(with_answer(1, {"valueDecimal": 0.5})).replace("0.5", literal).encode()
        assert refusal_of(form) == [("QR.item[0].answer[0].value", "out-of-range")]


@pytest.mark.parametrize("literal", ["5e-400", "1e-9999999", "9" * 5000, "1e99"])
def test_an_extreme_number_is_refused_without_delay(literal: str) -> None:
    form = json.dumps(with_answer(1, {"valueDecimal": 0.5})).replace("0.5", literal).encode()
    with pytest.raises((RefusedInputError, UnreadableInputError)):
        scores_of(form)


@pytest.mark.parametrize(
    ("members", "place", "code"),
    [
        ({"status": "entered-in-error"}, "status", "invalid"),
        ({"status": "in-progress"}, "status", "invalid"),
        ({"status": "stopped"}, "status", "invalid"),
        ({"status": "Completed"}, "status", "invalid"),
        ({"status": ["completed"]}, "status", "invalid"),
        ({"status": {}}, "status", "invalid"),
        ({"status": None}, "status", "required"),
        ({"questionnaire": None}, "questionnaire", "required"),
        ({"questionnaire": "#form"}, "questionnaire", "not-supported"),
        ({"questionnaire": 5}, "questionnaire", "wrong-type"),
        ({"questionnaire": OUR_CANONICAL.split("|")[0]}, "questionnaire", "required"),
        ({"questionnaire": OUR_CANONICAL.split("|")[0] + "|"}, "questionnaire", "required"),
        ({"id": "not an id"}, "id", "invalid"),
        ({"authored": "2026-02-30"}, "authored", "invalid"),
        ({"authored": "2026-03-02T10:15:00"}, "authored", "invalid"),
        ({"authored": "2026-03-02T10:15+01:00"}, "authored", "invalid"),
        ({"authored": "0000"}, "authored", "invalid"),
        ({"authored": "2026-03-02\n"}, "authored", "invalid"),
        ({"authored": 2026}, "authored", "invalid"),
        ({"subject": "Patient/1"}, "subject", "wrong-type"),
        ({"subject": {}}, "subject", "wrong-type"),
        ({"subject": {"reference": 1}}, "subject.reference", "wrong-type"),
        ({"subject": {"reference": "#p"}}, "subject.reference", "not-supported"),
        ({"encounter": {"name": "x"}}, "encounter.name", "unknown-field"),
        ({"author": {"identifier": "x"}}, "author.identifier", "wrong-type"),
        ({"contained": {}}, "contained", "wrong-type"),
        ({"contained": []}, "contained", "wrong-type"),
        ({"nonsense": 1}, "nonsense", "unknown-field"),
        ({"item": []}, "item", "wrong-type"),
        ({"item": {}}, "item", "wrong-type"),
        ({"modifierExtension": []}, "modifierExtension", "modifier"),
        ({"implicitRules": "http://example.org"}, "implicitRules", "modifier"),
    ],
)
def test_a_resource_that_cannot_be_scored_is_refused_at_its_place(
    members: dict[str, object], place: str, code: str
) -> None:
    assert refusal_of(changed(answered_form(), **members)) == [(f"QR.{place}", code)]


@pytest.mark.parametrize(
    ("item", "place", "code"),
    [
        ({"linkId": "i13", "answer": [{"valueInteger": 1}]}, "linkId", "unknown-item"),
        ({"linkId": "1", "answer": [{"valueInteger": 1}]}, "linkId", "unknown-item"),
        ({"linkId": "I1", "answer": [{"valueInteger": 1}]}, "linkId", "unknown-item"),
        ({"linkId": "i01", "answer": [{"valueInteger": 1}]}, "linkId", "unknown-item"),
        ({"linkId": "i1", "answer": [{"valueInteger": 1}]}, "linkId", "duplicate"),
        ({"linkId": "i1"}, "linkId", "duplicate"),
        ({"answer": [{"valueInteger": 1}]}, "linkId", "required"),
        ({"linkId": 1, "answer": [{"valueInteger": 1}]}, "linkId", "required"),
        ({"linkId": "i1", "answer": [], "item": []}, "", "contradiction"),
        ({"linkId": "x", "item": []}, "item", "wrong-type"),
        ({"linkId": "x", "surprise": 1}, "surprise", "unknown-field"),
        (5, "", "wrong-type"),
    ],
)
def test_an_item_that_is_not_on_the_form_once_is_refused(
    item: object, place: str, code: str
) -> None:
    form = answered_form()
    form["item"].append(item)
    at = "QR.item[12]" + (f".{place}" if place else "")
    assert refusal_of(form) == [(at, code)]


@pytest.mark.parametrize("answers", [[], {}, None, [{"valueInteger": 5}, {"valueInteger": 5}]])
def test_an_item_has_one_answer_or_none(answers: object) -> None:
    form = answered_form()
    form["item"][0]["answer"] = answers
    assert [place for place, _ in refusal_of(form)] == ["QR.item[0].answer"]


@pytest.mark.parametrize("depth", [1, 2, 50, 400])
def test_items_are_found_in_groups_at_any_depth(depth: int) -> None:
    assert scores_of(in_groups(answered_form(), depth))["total"] == TOTAL
    path = refusal_of(in_groups(with_answer(2, {"valueInteger": 9}), depth))[0][0]
    assert path == "QR" + ".item[0]" * depth + ".item[1].answer[0].value"


def test_nesting_beyond_all_measure_is_refused() -> None:
    with pytest.raises(UnreadableInputError):
        scores_of(b'{"resourceType":"QuestionnaireResponse","item":' + b"[" * 100_000)


def test_a_reference_that_is_nested_too_deeply_to_be_written_is_refused() -> None:
    nested: dict[str, Any] = {"url": "u"}
    for _ in range(260):
        nested = {"url": "u", "extension": [nested]}
    form = changed(answered_form(), subject={"extension": [nested]})
    assert refusal_of(form) == [("QR.subject", "invalid")]


def test_a_reference_is_carried_with_every_digit() -> None:
    number = "1.00000000000000000001"
    form = changed(answered_form(), subject={"extension": [{"url": "u", "valueDecimal": 0.5}]})
    text = json.dumps(form).replace("0.5", number).encode()
    found = extract_scores(
        text, read_resource(text), find=CATALOG.definitions.__getitem__, bases=(BASE,)
    )
    assert number.encode() in write_resource(found.bundle)


def test_a_linkid_is_met_twice_in_different_groups() -> None:
    form = answered_form()
    form["item"] += [{"linkId": "g", "item": [{"linkId": "i3", "answer": [{"valueInteger": 1}]}]}]
    assert refusal_of(form) == [("QR.item[12].item[0].linkId", "duplicate")]


def test_a_group_may_have_an_items_linkid_for_it_is_not_read() -> None:
    form = answered_form()
    assert scores_of({**form, "item": [{"linkId": "i1", "item": form["item"]}]})["total"] == TOTAL


@pytest.mark.parametrize(
    "place",
    [
        lambda form: form["item"][3],
        lambda form: form["item"][3]["answer"][0],
        lambda form: form["item"][3]["answer"][0].setdefault("extension", [{"url": "u"}])[0],
        lambda form: form["subject"].setdefault("identifier", {}),
        lambda form: form.setdefault("contained", [{"resourceType": "Questionnaire"}])[0],
        lambda form: form.setdefault("meta", {}),
    ],
)
def test_a_modifier_is_refused_wherever_it_stands(place: Any) -> None:
    form = answered_form()
    place(form)["modifierExtension"] = [{"url": "http://example.org/not", "valueBoolean": True}]
    assert [code for _, code in refusal_of(form)] == ["modifier"]
    escaped = orjson.dumps(form).replace(b"modifierE", b"modifier\\u0045")
    assert [code for _, code in refusal_of(escaped)] == ["modifier"]


def test_the_key_of_a_contained_questionnaire_is_never_used() -> None:
    contained = {
        "resourceType": "Questionnaire",
        "url": OUR_CANONICAL.split("|")[0],
        "status": "active",
        "item": [{"linkId": "i1", "type": "choice", "answerOption": [{"valueInteger": 99}]}],
    }
    assert scores_of(changed(answered_form(), contained=[contained]))["total"] == TOTAL


@pytest.mark.parametrize(
    ("canonical", "code"),
    [
        (
            "https://elsewhere.example.org/fhir/Questionnaire/wai-sr-client|1.0.0",
            "unknown-instrument",
        ),
        (f"{BASE}/fhir/Questionnaire/wai-sr-nobody|1.0.0", "unknown-instrument"),
        (f"{BASE}/fhir/Questionnaire/|1.0.0", "unknown-instrument"),
        (f"{BASE}/fhir/Questionnaire/../wai-sr-client|1.0.0", "unknown-instrument"),
        ("", "unknown-instrument"),
        (OUR_CANONICAL + "|", "unknown-version"),
        (OUR_CANONICAL + "#i1", "unknown-version"),
        (OUR_CANONICAL.replace("1.0.0", "2.0.0"), "unknown-version"),
        (OUR_CANONICAL.replace("1.0.0", "1.0"), "unknown-version"),
    ],
)
def test_another_form_or_version_is_not_known(canonical: str, code: str) -> None:
    with pytest.raises(UnknownFormError) as caught:
        scores_of(changed(answered_form(), questionnaire=canonical))
    assert caught.value.fault.code == code
    assert ("1.0.0" in caught.value.detail) == (code == "unknown-version")


def test_a_form_with_an_unverified_key_is_refused() -> None:
    canonical = f"{BASE}/fhir/Questionnaire/wai-srt-therapist|1.0.0"
    form = changed(answered_form(), questionnaire=canonical)
    assert refusal_of(form) == [("QR.questionnaire", "unverified-key")]


def test_parameters_hold_a_response() -> None:
    form = with_answer(2, {"valueInteger": 9})
    parameter = {"name": "questionnaire-response", "resource": form}
    body = {"resourceType": "Parameters", "parameter": [parameter]}
    at = "QR.parameter[0].resource.item[1].answer[0].value"
    assert refusal_of(body) == [(at, "out-of-range")]
    parameter["resource"] = answered_form()
    assert scores_of(body)["total"] == TOTAL


@pytest.mark.parametrize(
    "parameters",
    [
        None,
        [],
        {},
        [{}],
        [5],
        [{"name": "questionnaire-response"}],
        [{"name": "questionnaire", "resource": {"resourceType": "Questionnaire"}}],
        [{"name": "questionnaire-response", "resource": {"resourceType": "Patient"}}],
        [{"name": "questionnaire-response", "resource": answered_form()}] * 2,
    ],
)
def test_parameters_that_hold_none_are_refused(parameters: object) -> None:
    assert refusal_of({"resourceType": "Parameters", "parameter": parameters})


@pytest.mark.parametrize(
    "document", [[], 5, "x", None, {}, {"resourceType": "Bundle"}, {"resourceType": ["x"]}]
)
def test_any_other_resource_is_refused(document: object) -> None:
    assert len(refusal_of(document)) == 1


@pytest.mark.parametrize(
    "text", [b"", b"<x/>", b"{", b'{"a": NaN}', b'{"a": "\xff"}', b"\xef\xbb\xbf{}"]
)
def test_what_is_no_json_is_unreadable(text: bytes) -> None:
    with pytest.raises(UnreadableInputError):
        read_resource(text)


def test_a_member_that_comes_twice_is_refused_at_any_depth() -> None:
    text = orjson.dumps(answered_form())
    twice = text.replace(b'{"valueInteger":3}', b'{"valueInteger":3,"valueInteger":4}', 1)
    with pytest.raises(RepeatedMemberError) as caught:
        read_resource(twice)
    assert fhirpath(caught.value.faults[0].pointer, "QR") == "QR.item[9].answer[0].value"
    spelt = text.replace(b'{"valueInteger":3}', b'{"valueInteger":3,"value\\u0049nteger":4}', 1)
    with pytest.raises(RepeatedMemberError):
        read_resource(spelt)


def test_what_is_not_answered_is_missing() -> None:
    form = answered_form((None, *ANSWERS[1:]))
    assert scores_of(form)["task"] == pytest.approx((4 + 3 + 3) * 4 / 3)
    assert scores_of(answered_form((None, None, *ANSWERS[2:])))["total"] is None
    nothing = changed(answered_form(), item=None)
    assert scores_of(nothing) == {"goal": None, "task": None, "bond": None, "total": None}


def test_no_more_faults_are_told_apart_than_can_be_read() -> None:
    form = answered_form()
    form["item"] = [{"linkId": "x", "answer": []}] * 5000
    with pytest.raises(RefusedInputError) as caught:
        scores_of(form)
    problem = {"status": 422, "detail": "…"}
    outcome = operation_outcome(problem, caught.value.faults, root="QR", base=BASE)
    assert len(outcome["issue"]) == MOST_ISSUES + 1


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner),
    max_leaves=8,
)
NAMES = st.sampled_from(
    ("status", "authored", "subject", "item", "contained", "extension", "questionnaire", "id")
)


@given(name=NAMES, value=JSON)
def test_whatever_stands_in_an_element_is_read_or_refused(name: str, value: object) -> None:
    with contextlib.suppress(RefusedInputError, UnknownFormError):
        scores_of({**answered_form(), name: value})


@given(value=JSON, weights=st.lists(JSON, max_size=2))
def test_whatever_stands_in_an_answer_is_read_or_refused(value: object, weights: list[Any]) -> None:
    answer = {"valueCoding": value, "extension": weights}
    try:
        scores = scores_of(with_answer(1, answer))
    except RefusedInputError:
        return
    assert scores["total"] is not None
