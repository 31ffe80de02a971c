"""Opaque pseudonyms are taken, what identifies a person is not, and the value is never repeated."""

from __future__ import annotations

import hashlib
import time
import uuid

import numpy as np
import pytest

from schemas.responses.pseudonyms import Use, column_name_rule, identifying, is_date_column

PSEUDONYMS = [
    "p017", "1042", "7", "0042", "P-0042", "OP_2021_003", "2021-003", "S01C03P117", "01-05-12",
    "S01-C03-P117", "A1B2C3", "site1.clin2.pat3", "001-0003", "01-001-0003", "101-002-003",
    "x9f3", "ptx", "brave-otter", "client_17", "11-4-2", "R_1a2B3c4D5e6F7g", "c3", "K17/03",
    "01ARZ3NDEKTSV4RRFFQ69G5FAV", "3fa85f64-5717-4562-b3fc-2c963f66afa6", "20230001", "WAI:00017",
    "dGhpcyBp+A==", "subject#12", "20221399", "AB12", "p1.2.3.4", "march-7", "dec-3", "may12",
    "drop-3", "r1", "00017", "T1", "2024-17", "decoder12", "12345678",
]  # fmt: skip

IDENTIFYING = [
    "jane.doe@example.org", "jd@clinic", "1980-01-31", "31.1.1980", "1/31/80", "31/01/1980",
    "p-1980-01-31", "31 Jan 1980", "31-jan-80", "January 31, 1980", "Jan 31 1980", "1980.01.31",
    "19800131", "JD19800131", "31011980", "JD-01311980", "2024-02-29T10:00:00", "123-45-6789",
    "123 45 6789", "123456789", "800131-1234", "310180-123A", "+49 30 901820", "+1-555-123-4567",
    "(555) 123-4567", "555-123-4567", "555.123.4567", "5551234567", "030 901820", "0171/9018203",
    "MRN 1234", "mrn:001234", "MRN00123456", "MRN#12345", "ssn123", "DOB 1980", "Jane Doe",
    "Doe, Jane", "Doe,Jane", "Jane van Doe", "Dr. Doe", "Dr.Doe", "Mrs Doe", "José Núñez",
    "Medical record no. 12345",
    # as typed elsewhere, or to get past: other digits, dashes, separators and letters
    "１９８０-０１-３１", "1980–01–31", "1980‑01‑31", "٣١-٠١-١٩٨٠", "1980_01_31", "31:01:1980",
    "1980-Jan-31", "jane(at)example.org", "jane＠example.org", "123–45–6789", "123.45.6789",
    "１２３-４５-６７８９", "DOE^JANE", "ＭＲＮ 4711", "555–123–4567", "Ｊａｎｅ Ｄｏｅ",
]  # fmt: skip

LABELS = [
    "North Clinic", "site 3", "usual care", "below knee", "transtibial, left", "client",
    "MS clinic", "2020/2021", "K2", "K3-4", "Trust 12", "practitioner", "6-12 months", "1/2",
    "group 1.2",
    "0 to 5 years", "100000001", "Mark 5", "May group", "08:30", "80 %", "> 65",
]  # fmt: skip


def codes(values: list[str], use: Use) -> dict[str, str]:
    return {values[place]: code for place, code, _ in identifying(values, use)}


@pytest.mark.parametrize("use", [Use.PSEUDONYM, Use.NAME])
def test_pseudonyms_as_they_are_met_are_taken(use: Use) -> None:
    assert codes(PSEUDONYMS, use) == {}
    assert {value for value in PSEUDONYMS if codes([value], use)} == set()


@pytest.mark.parametrize("value", IDENTIFYING)
def test_what_identifies_a_person_is_refused_alone_and_among_others(value: str) -> None:
    for use in (Use.PSEUDONYM, Use.NAME):
        assert set(codes([value], use)) == {value}
        if value not in {"19800131", "JD19800131", "31011980", "JD-01311980"}:
            assert set(codes([*PSEUDONYMS, value, "p9"], use)) == {value}


def test_a_person_has_no_space_a_response_may() -> None:
    assert set(codes(["p017 session", "p 17"], Use.PSEUDONYM)) == {"p017 session", "p 17"}
    assert codes(["p017 session 2", "visit 2"], Use.NAME) == {}
    for value in ("Jane.Doe", "Jane_Doe", "JANE.DOE", "Jané.Döe", "Иван.Петров"):
        assert set(codes([value], Use.PSEUDONYM)) == {value}


def test_labels_may_hold_words_but_nothing_that_identifies() -> None:
    assert codes(LABELS, Use.LABEL) == {}
    assert {value for value in LABELS if codes([value], Use.LABEL)} == set()
    for value in ("jane@example.org", "1980-01-31", "123-45-6789", "MRN 17", "Dr. Doe", "3.4.2021"):
        assert set(codes([*LABELS, value], Use.LABEL)) == {value}


def test_eight_digits_are_a_date_only_where_too_many_are() -> None:
    rng = np.random.default_rng(3)
    numbers = [f"{number:08}" for number in rng.integers(10**8, size=5000)]
    assert codes(numbers, Use.PSEUDONYM) == {}
    births = [f"19{year}0{year % 9 + 1}1{year % 10}" for year in rng.integers(40, 99, size=5000)]
    assert set(codes(births, Use.PSEUDONYM).values()) == {"date"}


@pytest.mark.parametrize("seed", range(3))
def test_random_identifiers_raise_no_alarm(seed: int) -> None:
    rng = np.random.default_rng(seed)
    uuids = [str(uuid.UUID(bytes=rng.bytes(16), version=4)) for _ in range(10_000)]
    hashes = [hashlib.sha256(one.encode()).hexdigest() for one in uuids]
    alphabet = np.array(list("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
    short = ["".join(row) for row in alphabet[rng.integers(32, size=(10_000, 10))]]
    for values in (uuids, hashes, [one[:8] for one in uuids], short):
        assert codes(values, Use.PSEUDONYM) == {}


def test_the_value_is_not_in_the_rule_and_the_place_is_right() -> None:
    values: list[object] = ["p1", None, 17, "jane@example.org", "p1", "jane@example.org"]
    found = list(identifying(values, Use.PSEUDONYM))
    assert [place for place, _, _ in found] == [3, 5]
    assert all("jane" not in rule for _, _, rule in found)


def test_full_width_letters_do_not_hide_an_address() -> None:
    assert set(codes(["jane＠example.org"], Use.PSEUDONYM)) == {"jane＠example.org"}


def test_a_hostile_text_takes_no_longer_than_a_harmless_one() -> None:
    hostile = ["-".join("0" * 40), "+" + "0 " * 60, "a" * 60 + " " + "b" * 60 + "1", "." * 128]
    start = time.process_time()
    for use in Use:
        list(identifying([one + str(n) for n in range(500) for one in hostile], use))
    assert time.process_time() - start < 5.0


@pytest.mark.parametrize(
    "name",
    ["date", "visit_date", "DateOfBirth", "DOB", "date of birth", "birthdate", "Assessment Date"],
)
def test_a_column_of_dates_is_known_by_its_name(name: str) -> None:
    code, rule = column_name_rule(name) or ("", "")
    assert code == "date"
    assert "days_since_first_visit" in rule


@pytest.mark.parametrize("name", ["name", "PatientName", "first_name", "E-Mail", "mrn", "surname"])
def test_a_column_that_identifies_is_known_by_its_name(name: str) -> None:
    assert (column_name_rule(name) or ("", ""))[0] == "identifying"


@pytest.mark.parametrize(
    "name",
    ["mood", "plus-m", "candidate", "update", "group", "site_name", "birth_year", "phone_sessions",
     "days_since_first_visit", "age", "x1", "", "Socket Comfort Score", "mandated", "tug"],
)  # fmt: skip
def test_ordinary_columns_are_taken(name: str) -> None:
    assert column_name_rule(name) is None


def test_a_column_of_numbers_may_be_dates() -> None:
    assert is_date_column([20240131.0, None, 19991231.0])
    assert not is_date_column([20240131.0, 20241301.0])
    assert not is_date_column([51.5, 60.0])
    assert not is_date_column([None, None])
