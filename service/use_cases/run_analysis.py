"""Run an analysis: load the samples as one matrix, let the engine work, give JSON values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from psychometrics.errors import EstimationError, OptionError
from psychometrics.responses import ResponseMatrix
from psychometrics.types import Progress
from schemas.definition import load_definition
from service.ports import Responses, Samples
from service.records import Job, Sample
from service.use_cases.kinds import KINDS

SAMPLE = "sample"
"""A column that names each response's sample, where there are several."""


def run_analysis(
    job: Job, samples: Samples, responses: Responses, progress: Progress
) -> dict[str, Any]:
    """Run an analysis and return its result as JSON values.

    Raises
    ------
    PsychometricsError
        If the options or the answers do not allow it.
    NotFoundError
        If a sample was deleted meanwhile.
    """
    progress(0, 1, "loading")
    found = [samples.find(job.tenant_id, sample_id) for sample_id in job.samples]
    matrix = load_responses(found, responses, group=job.options.get("group"))
    return KINDS[job.kind].run(matrix, job.options, progress)


def load_responses(
    samples: Sequence[Sample], responses: Responses, *, group: str | None
) -> ResponseMatrix:
    """Load samples of one instrument as one matrix, with the column that groups them.

    Raises
    ------
    EstimationError
        If they hold no response.
    OptionError
        If no response has the column.
    """
    instrument = load_definition(samples[0].definition).instrument
    blocks = [
        responses.answers(sample.tenant_id, sample.id, instrument.n_items) for sample in samples
    ]
    sizes = [len(block) for block in blocks]
    if not sum(sizes):
        raise EstimationError("sample", "it holds no responses; send a batch first")
    columns: dict[str, NDArray[Any]] = {}
    if len(samples) > 1:
        names = np.array([sample.id for sample in samples], dtype=object)
        columns[SAMPLE] = np.repeat(names, sizes)
    if group is not None and group not in columns:
        columns[group] = _column(samples, responses, group, sizes)
    return ResponseMatrix(instrument=instrument, answers=np.vstack(blocks), columns=columns)


def _column(
    samples: Sequence[Sample], responses: Responses, name: str, sizes: Sequence[int]
) -> NDArray[Any]:
    loaded = [responses.column(sample.tenant_id, sample.id, name) for sample in samples]
    if all(part is None for part in loaded):
        raise OptionError("group", "no response has a column of this name")
    parts = [
        np.full(size, None, dtype=object) if part is None else part
        for part, size in zip(loaded, sizes, strict=True)
    ]
    return np.concatenate(parts)
