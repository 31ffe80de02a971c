"""What is withheld in one section of a study does not follow from the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from psychometrics.disclosure import is_small
from psychometrics.types import FloatArray, IntArray
from schemas.definition import Definition
from service.use_cases.validity import verdict
from tests.validity.making import public, study

N_CATEGORIES = 5
ITEMS = range(1, 13)


@pytest.fixture(scope="module")
def answers_and_groups(wai_sr: Definition) -> tuple[FloatArray, Any]:
    """A ceiling, so that low answers are few, and gaps in every item."""
    answers, groups = study(wai_sr.instrument, "merged-ceiling", n_persons=900, seed=5)
    answers[np.random.default_rng(5).random(answers.shape) < 0.03] = np.nan
    return answers, groups


def analysed(wai_sr: Definition, answers: FloatArray, groups: Any) -> dict[str, Any]:
    return public(
        wai_sr.instrument, answers, {"group": "group", "replicates": 10}, group=groups
    )["sections"]  # fmt: skip


def cells(answers: FloatArray, groups: Any, item: int) -> IntArray:
    """Persons by group, and by answer with those who left it out last; shape (n_groups, 6)."""
    given = np.where(np.isnan(answers[:, item - 1]), N_CATEGORIES + 1, answers[:, item - 1])
    return np.array(
        [
            np.bincount(given[groups == name].astype(int), minlength=N_CATEGORIES + 2)[1:]
            for name in sorted(set(groups))
        ]
    )


def said_of(sections: dict[str, Any], item: int) -> Iterator[tuple[str | None, list[int]]]:
    """What is said of an item's cells: the group, or all, and the columns whose sum is given."""
    tables = [(None, one) for one in sections["items"]["items"]]
    tables += [(one["group"], one) for one in sections["sufficiency"]["items"]]
    for group, one in tables:
        if one["item"] == item:
            shown = [*one["category_counts"], one["n_answered"]]
            yield from ((group, [place]) for place, n in enumerate(shown) if n is not None)
    for one in sections["sample"]["items"]:
        if one["item"] == item and not one["n_missing"] == one["missing"] is None:
            yield one["group"], [N_CATEGORIES]


def equations(sections: dict[str, Any], names: list[str], item: int) -> FloatArray:
    """Sums of an item's cells that are known, shape (n_equations, n_groups × 6)."""
    every = list(range(N_CATEGORIES + 1))
    known = [*said_of(sections, item), *((group, every) for group in (None, *names))]
    said = np.zeros((len(known), len(names), N_CATEGORIES + 1))
    for row, (group, columns) in enumerate(known):
        for place, name in enumerate(names):
            said[row, place, columns] = group in {None, name}
    return said.reshape(len(known), -1)


def found_out(sections: dict[str, Any], answers: FloatArray, groups: Any) -> list[int]:
    """Items of which a small cell, or a small sum over the groups, follows from what is said."""
    names = sorted(set(groups))
    found = []
    for item in ITEMS:
        true = cells(answers, groups, item)
        said = equations(sections, names, item)
        asked = [np.eye(true.size)[place] for place in range(true.size)]
        asked += [np.tile(row, len(names)) for row in np.eye(N_CATEGORIES + 1)]
        for one in asked:
            closest = said.T @ np.linalg.lstsq(said.T, one, rcond=None)[0]
            if is_small(float(one @ true.ravel())) and np.allclose(closest, one, atol=1e-8):
                found.append(item)
    return found


def test_no_small_cell_follows_from_several_sections(
    wai_sr: Definition, answers_and_groups: tuple[FloatArray, Any]
) -> None:
    sections = analysed(wai_sr, *answers_and_groups)
    assert found_out(sections, *answers_and_groups) == []


def test_each_section_by_itself_would_give_some_away(
    wai_sr: Definition,
    answers_and_groups: tuple[FloatArray, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(verdict, "withheld_across", lambda sections, _: sections)
    sections = analysed(wai_sr, *answers_and_groups)
    assert found_out(sections, *answers_and_groups) != []
