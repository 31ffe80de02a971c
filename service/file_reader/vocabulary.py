"""The reader's words, kept as data: roles by column name, survey tools, answer scales."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from service.file_reader.cells import folded

_PARTS = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A tool whose exports are recognised.

    Attributes
    ----------
    name
        As its makers write it.
    signs
        Column names by which it is known, plain.
    minimum
        How many of them must be there.
    metadata
        Plain names of columns that describe the submission, not the person's answers.
    endings
        Ends of plain names of such columns.
    """

    name: str
    signs: frozenset[str]
    minimum: int
    metadata: frozenset[str]
    endings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerScale:
    """Labels of an answer scale, in their order.

    Attributes
    ----------
    name
        What it says.
    labels
        From the lowest to the highest, folded.
    anchors_of
        Ids of the forms in the catalogue that are answered on it.
    """

    name: str
    labels: tuple[str, ...]
    anchors_of: tuple[str, ...]


def plain_name(name: str) -> str:
    """Write a column's name in lower case, its words joined by ``_``."""
    return "_".join(_PARTS.findall(_CAMEL.sub("_", name).casefold()))


def _data(name: str) -> Any:
    return orjson.loads((files("service.file_reader") / "data" / name).read_bytes())


@cache
def role_names() -> dict[str, str]:
    """Return the role by plain column name."""
    return {name: role for role, names in _data("roles.json").items() for name in names}


@cache
def presets() -> tuple[Preset, ...]:
    """Return the tools that are recognised, the more particular ones first."""
    return tuple(
        Preset(
            name=one["name"],
            signs=frozenset(map(plain_name, one["signs"])),
            minimum=one["minimum"],
            metadata=frozenset(map(plain_name, [*one["signs"], *one.get("metadata", [])]))
            - frozenset(map(plain_name, one.get("kept", []))),
            endings=tuple(one.get("endings", [])),
        )
        for one in _data("presets.json")
    )


@cache
def answer_scales() -> tuple[AnswerScale, ...]:
    """Return the answer scales whose order is known."""
    return tuple(
        AnswerScale(
            name=one["name"],
            labels=tuple(map(folded, one["labels"])),
            anchors_of=tuple(one.get("anchors_of", [])),
        )
        for one in _data("answer_scales.json")
    )


@cache
def words(kind: str) -> frozenset[str]:
    """Plain words of a kind: ``left_out``, ``item``, ``wave`` and so on."""
    return frozenset(_data("words.json")[kind])
