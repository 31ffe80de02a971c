"""Groups over HTTP: samples as groups, the gate, and forms that are never compared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest

from schemas.definition import Definition
from schemas.validation_errors import RefusedInputError
from service.interfaces import JobQueue
from service.records import Sample
from service.use_cases.submit_analysis import submit_analysis
from tests.service.server import Client, is_problem
from tests.service.test_analyses import ask, sample_of
from tests.service.test_instruments import adaptation

KINDS = ("invariance", "comparison")


def halves(client: Client, file: Path, folder: Path, rows: int | None = None) -> list[str]:
    """Send the rows of each value of the column ``group`` as a sample of their own."""
    header, *lines = file.read_text().splitlines()
    samples = []
    for value in ("1", "2"):
        chosen = [line for line in lines if line.split(",")[0] == value][:rows]
        part = folder / f"group_{value}.csv"
        part.write_text("\n".join([header, *chosen]))
        samples.append(sample_of(client, part))
    return samples


def finished(client: Client, kind: str, samples: list[str], **options: Any) -> dict[str, Any]:
    request: dict[str, Any] = {"kind": kind, "samples": samples}
    if options:
        request["options"] = options
    answer = client.post("/v1/analyses", json=request, headers={"Prefer": "wait=30"})
    assert answer.json()["status"] == "succeeded", answer.text
    body: dict[str, Any] = answer.json()
    return body


def members(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every member of a document, containers too, with its path."""
    yield path, value
    if isinstance(value, dict):
        for name, one in value.items():
            yield from members(one, f"{path}/{name}")
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from members(one, f"{path}/{place}")


@pytest.fixture(scope="module")
def settings(clinic: Client, data: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return halves(clinic, data / "wai_1000.csv", tmp_path_factory.mktemp("settings"))


def test_two_samples_without_options_are_the_groups_of_the_ladder(
    clinic: Client, settings: list[str]
) -> None:
    result = finished(clinic, "invariance", settings)["result"]
    assert result["group"] == "sample"
    assert result["groups"] == [{"name": name, "n": 500} for name in sorted(settings)]
    assert result["reference"] == min(settings)
    assert [step["model"]["df"] for step in result["steps"]] == [102, 126, 135, 144, 156]
    strict = result["steps"][-1]["model"]["scaled"]["chi_square"]
    assert strict == pytest.approx(128.07, abs=0.005)


def test_two_samples_without_options_are_compared(clinic: Client, settings: list[str]) -> None:
    result = finished(clinic, "comparison", settings)["result"]
    assert result["status"] == "permitted", result["reason"]
    assert {one["group"] for one in result["observed_means"]} == set(settings)
    assert {one["group"] for one in result["latent_means"]} <= set(settings)


def test_a_column_of_one_sample_makes_the_same_groups(
    clinic: Client, data: Path, settings: list[str]
) -> None:
    whole = sample_of(clinic, data / "wai_1000.csv")
    by_column = finished(clinic, "comparison", [whole], group="group")["result"]
    by_sample = finished(clinic, "comparison", settings, reference=settings[0])["result"]
    assert [group["name"] for group in by_column["groups"]] == ["1", "2"]
    ours, theirs = (
        [one["mean"] for one in result["observed_means"]] for result in (by_column, by_sample)
    )
    assert len(ours) == 8
    assert ours == pytest.approx(theirs)


def test_an_inconclusive_comparison_tells_no_mean_and_no_number_but_counts(
    clinic: Client, data: Path, tmp_path: Path
) -> None:
    samples = halves(clinic, data / "wai_1000.csv", tmp_path, rows=60)
    made = finished(clinic, "comparison", samples)
    kept = clinic.get(f"/v1/analyses/{made['id']}").json()
    result = kept["result"]
    assert result["status"] == "inconclusive"
    assert "Too few persons" in result["reason"]
    assert [group["n"] for group in result["groups"]] == [60, 60]
    for path, value in members(result):
        key = path.rsplit("/", 1)[-1]
        if any(word in key for word in ("mean", "freed", "effect", "estimate", "difference")):
            assert value == [], path
        if isinstance(value, int | float):
            assert key == "n", path
        if isinstance(value, str):
            assert not re.search(r"\d\.\d", value), path


def test_occasions_of_the_same_persons_are_compared(clinic: Client, data: Path) -> None:
    sample = sample_of(clinic, data / "occasions_2_420.csv")
    options = {"occasion": "session_number", "estimator": "MLR"}
    ladder = finished(clinic, "invariance", [sample], **options)["result"]
    assert ladder["between"] == "occasions"
    assert ladder["n_persons"] == 420
    compared = finished(clinic, "comparison", [sample], **options)["result"]
    assert compared["group"] == "session_number"
    assert [group["n"] for group in compared["groups"]] == [420, 420]


def test_occasions_without_persons_are_refused_at_the_option(clinic: Client, data: Path) -> None:
    sample = sample_of(clinic, data / "wai_250.csv")
    for kind in KINDS:
        answer = ask(clinic, sample, kind=kind, options={"occasion": "group"})
        assert answer.json()["status"] == "failed"
        [fault] = answer.json()["error"]["errors"]
        assert fault["pointer"] == "/options/occasion"
        assert "'person'" in fault["detail"]


@pytest.mark.parametrize("kind", KINDS)
def test_different_forms_are_refused_when_they_are_sent(
    kind: str, clinic: Client, settings: list[str]
) -> None:
    made = clinic.post(
        "/v1/samples", json={"name": "s", "instrument": "wai-s-client", "setting": "other"}
    )
    samples = [settings[0], made.json()["id"]]
    refused = clinic.post("/v1/analyses", json={"kind": kind, "samples": samples})
    assert is_problem(refused, 422)
    [fault] = refused.json()["errors"]
    assert fault["pointer"] == "/samples/1"
    assert fault["code"] == "other-instrument"


@pytest.mark.parametrize("kind", KINDS)
def test_an_adaptation_of_the_same_items_is_a_form_of_its_own(
    kind: str, clinic: Client, settings: list[str], wai_sr: Definition
) -> None:
    own = clinic.post("/v1/instruments", json=adaptation(wai_sr, f"wai-sr-{kind}"))
    assert own.status_code == 201, own.text
    made = clinic.post(
        "/v1/samples", json={"name": "s", "instrument": f"wai-sr-{kind}", "setting": "other"}
    )
    samples = [settings[0], settings[1], made.json()["id"]]
    refused = clinic.post("/v1/analyses", json={"kind": kind, "samples": samples})
    assert is_problem(refused, 422)
    assert [fault["pointer"] for fault in refused.json()["errors"]] == ["/samples/2"]


@dataclass(frozen=True)
class Shelf:
    """Samples that need no database."""

    samples: Mapping[str, Sample]

    def find(self, tenant_id: str, sample_id: str) -> Sample:
        return self.samples[sample_id]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("member", ["id", "version", "sha256"])
def test_one_member_of_the_rule_suffices_to_make_another_form(member: str, kind: str) -> None:
    """The catalogue cannot hold two versions at once; samples of an older one may be kept."""
    rule = {"id": "wai-sr-client", "version": "1.0.0", "sha256": "0" * 64}
    first = Sample(
        id="first",
        tenant_id="clinic",
        name="s",
        setting="other",
        definition={},
        instrument=rule,
        n_responses=0,
        created_at=0,
    )
    second = replace(first, id="second", instrument=rule | {member: "other"})
    shelf = Shelf({"first": first, "second": second})
    untouched = cast("JobQueue", object())
    with pytest.raises(RefusedInputError) as refused:
        submit_analysis(
            untouched,
            shelf,
            "clinic",
            kind=kind,
            sample_ids=list(shelf.samples),
            options={},
            at_most=1,
        )
    assert [fault.pointer for fault in refused.value.faults] == ["/samples/1"]


def test_sufficiency_sees_the_groups_it_is_asked_about(clinic: Client, data: Path) -> None:
    whole = sample_of(clinic, data / "wai_250.csv")
    answer = ask(clinic, whole, kind="sufficiency", options={"group": "group"})
    assert answer.json()["status"] == "succeeded", answer.text
