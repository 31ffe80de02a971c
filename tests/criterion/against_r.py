"""The outcomes behind ``tests/golden/criterion_r.json``, made as its script makes them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from psychometrics.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A score and outcomes that depend on the answers and the row alone."""

    score: FloatArray
    number: FloatArray
    ordinal: FloatArray
    binary: FloatArray
    baseline: FloatArray
    clinician: IntArray


def golden(data: Path) -> dict[str, Any]:
    file = data.parent / "golden" / "criterion_r.json"
    said: dict[str, Any] = json.loads(file.read_text())
    read = (data / said["data"]["file"]).read_bytes()
    assert hashlib.md5(read, usedforsecurity=False).hexdigest() == said["data"]["md5"]
    return said


def made(data: Path) -> Made:
    answers = np.genfromtxt(data / "wai_250.csv", delimiter=",", names=True)
    score = sum(answers[f"i{item}"] for item in (4, 6, 8, 11))
    row = np.arange(score.size)
    noise = (row * 37) % 101
    number = 2 * score + noise / 4
    return Made(
        score=score,
        number=number,
        ordinal=np.clip((score + noise // 6) // 6, 1, 5),
        binary=(number > np.median(number)).astype(np.float64),
        baseline=noise / 5 + (row * 13) % 29,
        clinician=(row * row) % 17,
    )
