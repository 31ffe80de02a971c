"""A result is declared once: JSON, OpenAPI, disclosure, tables and CSV follow from it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pytest

from psychometrics.declared.shapes import Number, Record, Shape, check, to_json, walk
from psychometrics.declared.traits import Population, Trait, about, result
from psychometrics.declared.vocabulary import PersonsUsed
from psychometrics.disclosure.declared import protected
from psychometrics.errors import DeclarationError
from psychometrics.types import no_progress
from service.app import create_app
from service.cli import main
from service.config import Config
from service.reports.csv import csv_of
from service.reports.document.default_tables import default_tables
from service.use_cases.analysis_registry import KINDS, Kind, Material
from tests.classical import wai_sr
from tests.declared import toy
from tests.described import fits

TOY = Kind(
    name="toy",
    purpose="Whether a kind is one module and one registration.",
    options=toy.ToyOptionsSchema,
    result=toy.ToyResult,
    engine="tests.declared.toy",
)


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, TOY.name, TOY)  # type: ignore[arg-type]  # a dict at run time


def analysed(data: Path) -> dict[str, Any]:
    return TOY.run(Material(responses=wai_sr(data, "wai_250")), {"seed": 3}, no_progress)


def test_a_result_becomes_json_without_nan_at_full_precision(data: Path) -> None:
    found = analysed(data)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["alpha"]["interval"] == {"lower": 0.7, "upper": None, "level": 0.95}
    assert found["r"] is None
    assert found["means"][0] is None
    assert found["table"] == [[1.0, None], [0.1, 2.0]]
    assert found["answer"] == "yes"
    assert found["cfi"] == 0.98
    assert "fit" not in found
    assert "answers" not in found
    assert found["is_large"] is True
    fits(toy.ToyResult, found)


def test_a_toy_kind_is_in_the_specification_and_the_command_line(
    registered: None, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = create_app(Config.from_environment({})).extensions["openapi"]
    schemas = document["components"]["schemas"]
    assert schemas["Analysis"]["discriminator"]["mapping"]["toy"].endswith("/ToyAnalysis")
    assert schemas["ToyAnalysis"]["properties"]["kind"] == {"type": "string", "const": "toy"}
    assert "result" in schemas["ToyAnalysis"]["required"]
    assert set(schemas["ToyResult"]["required"]) == set(schemas["ToyResult"]["properties"])
    assert schemas["ToyMean"]["properties"]["mean"]["description"].endswith("Unit: points.")
    main(["analyze", "toy", str(data / "wai_250.csv"), "--instrument", "wai-sr-client"])
    told = json.loads(capsys.readouterr().out)
    assert told["kind"] == "toy"
    fits(toy.ToyResult, told["result"])


def test_what_tells_of_few_persons_is_withheld_by_the_type_of_its_field(data: Path) -> None:
    given = analysed(data) | {"n_complete": 8}
    shown = protected(Record(declared=toy.ToyResult), given)
    assert shown["n_complete"] is None
    assert shown["n_items"] == 12
    assert shown["n_persons"] == 250
    assert shown["by_scale"] == {"goal": None, "total": 250}
    assert [one["n"] for one in shown["groups"]] == [100, None, None]
    assert [one["mean"] for one in shown["of_groups"]] == [3.0, None]
    fits(toy.ToyResult, shown)


def test_every_number_of_few_persons_is_withheld(data: Path) -> None:
    shown = protected(Record(declared=toy.ToyResult), analysed(data) | {"n_persons": 9})
    assert shown["alpha"]["estimate"] is None
    assert shown["means"] is None
    assert shown["seed"] == 3
    assert shown["order"] == list(range(1, 13))
    fits(toy.ToyResult, shown)


def test_a_result_has_tables_and_csv_without_a_line_written_for_it(data: Path) -> None:
    tables = {one.name: one for one in default_tables("toy", toy.ToyResult, analysed(data))}
    assert ("Alpha", "0.80") in tables["toy"].rows
    assert ("N persons", "250") in tables["toy"].rows
    assert tables["toy-of-groups"].rows[1] == ("2", "b", "4.00")
    assert '"Goal","7"'.replace('"', "") in csv_of(tables["toy-by-scale"])


def test_a_whole_number_that_does_not_say_whom_it_counts_is_refused_by_name() -> None:
    @result
    class Counted:
        """Counted."""

        n: int = about("How many.")

    with pytest.raises(DeclarationError, match=r"Counted\.n: a whole number must say whom"):
        check(Counted)


def test_a_field_without_description_is_refused_by_name() -> None:
    @result
    class Silent:
        """Silent."""

        level: Annotated[float, Trait(minimum=0)]

    with pytest.raises(DeclarationError, match=r"Silent\.level: it lacks its description"):
        check(Silent)


def test_an_array_without_axes_and_a_type_without_json_are_refused_by_name() -> None:
    @result
    class Axes:
        """Axes."""

        values: np.ndarray[Any, np.dtype[np.float64]] = about("Values.")

    @result
    class Odd:
        """Odd."""

        value: bytes = about("A value.")

    for declared, name in ((Axes, r"Axes\.values"), (Odd, r"Odd\.value")):
        with pytest.raises(DeclarationError, match=name):
            check(declared)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_kind_says_what_it_must(kind: Kind) -> None:
    for shape in walk(check(kind.result)):
        assert isinstance(shape, Shape)
        if isinstance(shape, Number) and shape.whole:
            assert isinstance(shape.trait.counts, Population)


def test_the_words_of_a_field_come_before_those_of_its_type() -> None:
    @result
    class Own:
        """Own."""

        n: PersonsUsed = about("Persons with a score.")

    (member,) = check(Own).members
    assert member.trait.description == "Persons with a score."
    assert member.trait.basis
    assert to_json(Own(n=4)) == {"n": 4}
