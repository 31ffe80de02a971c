"""Occasions of the same persons: every cell of the ladder against lavaan and semTools."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from psychometrics.cfa.model import Matrix, Parameter, free
from psychometrics.cfa.options import Estimator
from psychometrics.instrument import Instrument
from psychometrics.invariance.analysis import analyse
from psychometrics.invariance.options import InvarianceOptions, Step
from psychometrics.invariance.workflow import Study, study
from psychometrics.responses import ResponseMatrix
from psychometrics.types import no_progress
from tests.invariance.against_lavaan import check_differences, check_fit
from tests.invariance.conftest import GOLDEN

FILES = {"two": "occasions_2_420", "missing": "occasions_2_420_mis", "three": "occasions_3_700"}
CASES = [(name, estimator) for name in FILES for estimator in ("MLR", "WLSMV")]


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((GOLDEN / "occasions_lavaan.json").read_text())
    return loaded


@pytest.fixture(scope="module")
def samples(data: Path, wai: Instrument) -> dict[str, ResponseMatrix]:
    return {name: read(data / f"{file}.csv", wai) for name, file in FILES.items()}


def read(path: Path, instrument: Instrument) -> ResponseMatrix:
    with path.open() as file:
        rows = list(csv.reader(file))[1:]
    answers = [[float(cell) if cell else np.nan for cell in row[2:]] for row in rows]
    return ResponseMatrix(
        instrument=instrument,
        answers=np.array(answers),
        columns={
            "person": np.array([row[0] for row in rows], dtype=object),
            "session_number": np.array([float(row[1]) for row in rows]),
        },
    )


def options(estimator: str) -> InvarianceOptions:
    return InvarianceOptions(occasion="session_number", estimator=Estimator(estimator))


@pytest.mark.parametrize("file", FILES.values())
def test_the_answers_are_those_that_lavaan_saw(
    golden: dict[str, Any], data: Path, file: str
) -> None:
    digest = hashlib.md5((data / f"{file}.csv").read_bytes(), usedforsecurity=False).hexdigest()
    assert golden["md5"][f"{file}.csv"] == digest


@pytest.mark.parametrize(("name", "estimator"), CASES)
def test_every_cell_of_the_ladder(
    golden: dict[str, Any], samples: dict[str, ResponseMatrix], name: str, estimator: str
) -> None:
    theirs = golden[f"{name}_{estimator}"]
    result = analyse(samples[name], options(estimator))
    fiml = name == "missing" and estimator == "MLR"
    assert result.missing == ("fiml" if fiml else "listwise")
    for step in result.steps:
        check_fit(step.model, theirs["fit"][step.step])
    check_differences(result.steps, theirs["lrt"])


@pytest.mark.parametrize(("name", "estimator"), CASES)
def test_every_estimate_and_error(
    golden: dict[str, Any], samples: dict[str, ResponseMatrix], name: str, estimator: str
) -> None:
    """The configural and the scalar step's, those between occasions and the means included."""
    found = study(samples[name], options(estimator), progress=no_progress)
    for step in (Step.CONFIGURAL, Step.SCALAR):
        rows = golden[f"{name}_{estimator}"]["estimates"][step.value]
        compared = {check_estimate(found, step, row) for row in rows}
        fitted = next(one.fitted for one in found.rungs if one.step is step)
        assert len(compared) == fitted.theta.size


def check_estimate(found: Study, step: Step, row: list[Any]) -> int:
    """Compare an estimate, and return its position."""
    fitted = next(one.fitted for one in found.rungs if one.step is step)
    element = element_of(found, row)
    label = next(
        one.label
        for one in fitted.layout.model.table
        if (one.matrix, one.row, one.column) == (element.matrix, element.row, element.column)
    )
    position = fitted.layout.model.labels.index(str(label))
    _, _, _, estimate, error = row
    assert fitted.theta[position] == pytest.approx(estimate, abs=1e-4, rel=1e-4), row
    assert fitted.standard_errors[position] == pytest.approx(error, abs=1e-4, rel=1e-3), row
    return position


def element_of(found: Study, row: list[Any]) -> Parameter:
    """Find the element that a row of lavaan's table names."""
    left, operator, right = row[:3]
    items, factors = found.design.base.items, found.design.base.factors

    def place(name: str) -> int:
        stem, occasion = name.rsplit("_", 1)
        if re.fullmatch(r"i\d+", stem):
            return len(items) * (int(occasion) - 1) + items.index(int(stem[1:]))
        return len(factors) * (int(occasion) - 1) + factors.index(stem)

    is_item = left.startswith("i")
    if operator == "=~":
        return free(Matrix.LOADINGS, place(right), place(left))
    if operator == "|":
        return free(Matrix.THRESHOLDS, place(left), int(right[1:]) - 1)
    if operator == "~1":
        return free(Matrix.INTERCEPTS if is_item else Matrix.FACTOR_MEANS, place(left))
    matrix = Matrix.RESIDUAL_COVARIANCES if is_item else Matrix.FACTOR_COVARIANCES
    later, earlier = sorted((place(left), place(right)), reverse=True)
    return free(matrix, later, earlier)
