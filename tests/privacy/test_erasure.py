"""Who is erased is gone: answers, scores, what was computed from them, and from the files."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from schemas.definition import Definition
from schemas.validation_errors import RefusedInputError
from service.adapters.database.engine import Database
from service.adapters.database.erasure import ErasureStore
from service.adapters.database.export import ExportStore
from service.adapters.database.idempotency import IdempotencyStore
from service.adapters.database.migrate import migrate
from service.adapters.database.responses import ResponseStore
from service.errors import ConflictError, NotFoundError
from service.records import Claim, Erased, StoredResponse
from tests.privacy.stored import PERSONS, Stored, n_rows
from tests.service.server import Client, Server, is_problem

ANSWERS = [5, 4, None, 4, 5, 5, 4, 4, 5, 3, 4, 3]


@pytest.fixture
def mine(database: Database, wai_sr: Definition) -> Stored:
    return Stored.of(database, wai_sr, "mine")


@pytest.fixture
def theirs(database: Database, wai_sr: Definition) -> Stored:
    return Stored.of(database, wai_sr, "theirs")


def test_a_person_is_erased_from_every_sample_of_the_tenant_alone(
    mine: Stored, theirs: Stored
) -> None:
    first, second, untouched = mine.sample(), mine.sample(), theirs.sample()
    mine.add(first)
    mine.add(first, prefix="again")
    mine.add(second)
    theirs.add(untouched)
    erased = ErasureStore(mine.database).person(mine.tenant, "p007")
    assert erased == Erased(responses=3, samples=2, analyses=0)
    assert "p007" not in [*mine.persons(first), *mine.persons(second)]
    assert (mine.n_responses(first), mine.n_responses(second)) == (38, 19)
    assert theirs.persons(untouched) == PERSONS
    assert n_rows(mine.database) == 77


def test_what_others_gave_stays_as_it_was(mine: Stored) -> None:
    sample = mine.sample()
    mine.add(sample, site=["north" if one == "p007" else None for one in PERSONS])
    before = everything(mine, sample)
    ErasureStore(mine.database).person(mine.tenant, "p007")
    assert everything(mine, sample) == [one for one in before if one.columns["person"] != "p007"]
    assert "site" not in ResponseStore(mine.database).columns(mine.tenant, sample)


def test_a_person_alone_in_a_batch_leaves_nothing_of_it(mine: Stored) -> None:
    sample = mine.sample()
    mine.add(sample, person=["p007"] * len(PERSONS))
    mine.add(sample, prefix="other", person=["q"] * len(PERSONS))
    erased = ErasureStore(mine.database).person(mine.tenant, "p007")
    assert erased.responses == len(PERSONS)
    assert mine.persons(sample) == ["q"] * len(PERSONS)
    assert n_rows(mine.database) == len(PERSONS)


@pytest.mark.parametrize(
    "person", ["p_1", "p%", "a/b", "P007", "p00", "\u00e9\u00df-7", 'q"1', "c\\\\d"]
)
def test_a_person_is_found_by_the_whole_pseudonym_and_nowhere_else(
    mine: Stored, person: str
) -> None:
    """Not by a part of it, nor where it names a clinician."""
    sample = mine.sample()
    persons = ["p007", "px1", "pp", "a/bc", *PERSONS[:-5], person]
    mine.add(sample, person=persons, clinician=[person, *("c1" for _ in PERSONS[1:])])
    assert ErasureStore(mine.database).person(mine.tenant, person).responses == 1
    assert mine.persons(sample) == persons[:-1]


def test_names_of_erased_responses_can_be_used_again(mine: Stored) -> None:
    sample = mine.sample()
    mine.add_batch(sample, person=["p007"] * len(PERSONS))
    ErasureStore(mine.database).person(mine.tenant, "p007")
    mine.add_batch(sample)
    with pytest.raises(RefusedInputError):
        mine.add_batch(sample)
    assert mine.n_responses(sample) == len(PERSONS)


def test_batches_come_in_while_persons_are_erased(mine: Stored) -> None:
    """No writer waits for another crosswise; afterwards the counts say what is there."""
    sample = mine.sample()
    erasure = ErasureStore(mine.database)
    with ThreadPoolExecutor(6) as pool:
        added = [pool.submit(mine.add_batch, sample, prefix=f"{n}-") for n in range(30)]
        erased = [pool.submit(erasure.person, mine.tenant, f"p{n:03}") for n in range(6)]
        for one in added:
            one.result()
        gone = sum(one.result().responses for one in erased)
    assert mine.n_responses(sample) == n_rows(mine.database) == 30 * len(PERSONS) - gone


def everything(stored: Stored, sample: str) -> list[StoredResponse]:
    with ExportStore(stored.database).sample(stored.tenant, sample) as opened:
        return list(opened.responses())


def test_a_person_can_be_erased_from_one_sample(mine: Stored) -> None:
    first, second = mine.sample(), mine.sample()
    mine.add(first)
    mine.add(second)
    erased = ErasureStore(mine.database).person(mine.tenant, "p007", first)
    assert erased == Erased(responses=1, samples=1, analyses=0)
    assert "p007" in mine.persons(second)


def test_analyses_that_used_the_persons_samples_go_others_stay(
    mine: Stored, theirs: Stored
) -> None:
    first, second = mine.sample(), mine.sample()
    mine.add(first)
    of_first, of_both, of_second = (
        mine.analysis(first), mine.analysis(second, first), mine.analysis(second)
    )  # fmt: skip
    of_theirs = theirs.analysis(first)
    assert ErasureStore(mine.database).person(mine.tenant, "p007").analyses == 2
    assert mine.analyses() == {of_second}
    assert theirs.analyses() == {of_theirs}
    assert {of_first, of_both}.isdisjoint(mine.analyses())


def test_who_is_not_there_is_erased_without_trace(mine: Stored) -> None:
    sample = mine.sample()
    mine.add(sample)
    kept = mine.analysis(sample)
    erased = ErasureStore(mine.database).person(mine.tenant, "nobody")
    assert erased == Erased(responses=0, samples=0, analyses=0)
    assert mine.analyses() == {kept}


def test_a_sample_of_another_tenant_cannot_be_named(mine: Stored, theirs: Stored) -> None:
    sample = theirs.sample()
    theirs.add(sample)
    erasure = ErasureStore(mine.database)
    with pytest.raises(NotFoundError):
        erasure.person(mine.tenant, "p007", sample)
    with pytest.raises(NotFoundError):
        erasure.sample(mine.tenant, sample)
    assert theirs.n_responses(sample) == 20


def test_a_deleted_sample_takes_its_analyses_with_it(mine: Stored) -> None:
    first, second = mine.sample(), mine.sample()
    mine.add(first)
    mine.analysis(first, second)
    kept = mine.analysis(second)
    ErasureStore(mine.database).sample(mine.tenant, first)
    assert mine.analyses() == {kept}
    assert n_rows(mine.database) == 0


def test_a_repeated_request_does_not_bring_back_who_was_erased(mine: Stored) -> None:
    sample = mine.sample()
    mine.add(sample)
    claim = Claim(
        tenant_id=mine.tenant,
        key=f"{sample}r",
        owner="other",
        request_mac=b"0" * 32,
        sample_id=sample,
    )
    ErasureStore(mine.database).person(mine.tenant, "p007")
    with pytest.raises(ConflictError, match="deleted since"):
        IdempotencyStore(mine.database).claim(claim)


def test_nothing_of_the_person_is_left_in_the_files(tmp_path: Path, wai_sr: Definition) -> None:
    database = Database(f"sqlite:///{tmp_path / 'alliance.db'}")
    migrate(database)
    mine = Stored.of(database, wai_sr, "mine")
    sample = mine.sample()
    mine.add(sample, clinician=["c-of-seven" if one == "p007" else "c1" for one in PERSONS])
    assert found(tmp_path, b"c-of-seven")
    ErasureStore(database).person(mine.tenant, "p007")
    assert not found(tmp_path, b"c-of-seven")
    assert not found(tmp_path, b"p007")
    assert found(tmp_path, b"p008")
    database.close()


def found(folder: Path, text: bytes) -> bool:
    return any(text in file.read_bytes() for file in folder.iterdir())


# --- over HTTP


def make_sample(client: Client) -> str:
    body = {"name": "pilot", "instrument": "wai-sr-client", "setting": "other"}
    sample = str(client.post("/v1/samples", json=body).json()["id"])
    rows = [{"id": p, "person": p, "answers": ANSWERS} for p in ("zq81", "zq82", "zq83")]
    kept = client.post(f"/v1/samples/{sample}/batches", json={"responses": rows})
    assert kept.status_code == 201, kept.text
    return sample


@pytest.mark.both_stores
def test_a_person_is_erased_with_results_and_leaves_no_trace_in_the_log(
    clinic: Client, server: Server
) -> None:
    sample = make_sample(clinic)
    asked = clinic.post("/v1/analyses", json={"kind": "items", "samples": [sample]}).json()
    erased = clinic.post("/v1/persons/erasure", json={"person": "zq82", "sample": sample})
    assert erased.status_code == 200
    assert erased.json() == {"responses": 1, "samples": 1, "analyses": 1}
    assert clinic.get(f"/v1/samples/{sample}").json()["n_responses"] == 2
    assert is_problem(clinic.get(f"/v1/analyses/{asked['id']}"), 404)
    again = clinic.post("/v1/persons/erasure", json={"person": "zq82", "sample": sample})
    assert again.json() == {"responses": 0, "samples": 0, "analyses": 0}
    assert "zq82" not in server.log()


def test_another_tenant_erases_nobody(clinic: Client, stranger: Client) -> None:
    sample = make_sample(clinic)
    refused = stranger.post("/v1/persons/erasure", json={"person": "zq81", "sample": sample})
    assert is_problem(refused, 404)
    assert stranger.post("/v1/persons/erasure", json={"person": "zq81"}).json()["responses"] == 0
    assert clinic.get(f"/v1/samples/{sample}").json()["n_responses"] == 3


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/person"),
        ({"person": ""}, "/person"),
        ({"person": 5}, "/person"),
        ({"person": "p\n"}, "/person"),
        ({"person": "p1", "all": True}, "/all"),
        ({"person": "p1", "sample": 3}, "/sample"),
    ],
)
def test_a_malformed_erasure_is_refused_with_its_place(
    clinic: Client, body: dict[str, object], pointer: str
) -> None:
    refused = clinic.post("/v1/persons/erasure", json=body)
    assert is_problem(refused, 422)
    assert [fault["pointer"] for fault in refused.json()["errors"]] == [pointer]


def test_erasing_needs_the_scope(server: Server, nobody: Client) -> None:
    assert is_problem(nobody.post("/v1/persons/erasure", json={"person": "p"}), 401)
    scoring = server.client("clinic", "score")
    assert is_problem(scoring.post("/v1/persons/erasure", json={"person": "p"}), 403)
