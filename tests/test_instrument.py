"""An instrument that exists is consistent."""

from __future__ import annotations

import pytest

from psychometrics.errors import InstrumentError
from psychometrics.instrument import Instrument, Scale


def make(**changes: object) -> Instrument:
    fields: dict[str, object] = {
        "id": "four",
        "version": "1.0.0",
        "n_items": 4,
        "minimum": 1,
        "maximum": 5,
        "subscales": {
            "goal": Scale(name="goal", items=(1, 2), minimum_answered=1),
            "bond": Scale(name="bond", items=(3, 4), minimum_answered=2),
        },
        "reversed_items": (2,),
    }
    return Instrument(**(fields | changes))  # type: ignore[arg-type]  # one case at a time is wrong


def test_a_consistent_definition_is_accepted() -> None:
    instrument = make()
    assert instrument.reversed_mask.tolist() == [False, True, False, False]
    assert instrument.subscale_of(3) == "bond"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"maximum": 1}, "/response/maximum"),
        ({"n_items": 0}, "/items"),
        ({"subscales": {}}, "/subscales"),
        ({"reversed_items": (5,)}, "/reversed/0"),
        ({"reversed_items": (2, 2)}, "/reversed/1"),
        (
            {"subscales": {"goal": Scale(name="goal", items=(1, 9), minimum_answered=1)}},
            "/subscales/goal/1",
        ),
        (
            {"subscales": {"goal": Scale(name="goal", items=(1, 2), minimum_answered=3)}},
            "/missing/minimum_answered/goal",
        ),
    ],
)
def test_a_contradiction_is_refused_with_its_place(
    changes: dict[str, object], pointer: str
) -> None:
    with pytest.raises(InstrumentError) as refusal:
        make(**changes)
    assert refusal.value.pointer == pointer
