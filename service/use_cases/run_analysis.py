"""Run an analysis: load the samples as one matrix, let the engine work, give JSON values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from psychometrics.errors import EstimationError
from psychometrics.responses import ResponseMatrix
from psychometrics.types import FloatArray, Progress
from schemas.definition import kept_definition
from schemas.responses.response_batch import Value, column_array
from service.interfaces import Responses, Samples
from service.records import Job, Sample
from service.use_cases.analysis_registry import KINDS, Kind, Material
from service.use_cases.two_forms import are_two_forms

SAMPLE = "sample"
"""A column that names each response's sample, where there are several."""

SETTING = "setting"
"""A column that names each sample's setting beside it, unless the responses have their own."""


def steps_of(job: Job) -> tuple[str, ...]:
    """Return the names of an analysis' steps, in their order; the last one gives the result."""
    return KINDS[job.kind].steps


def is_known(job: Job) -> bool:
    """Whether this release has the kind of analysis; a newer one may have more."""
    return job.kind in KINDS


def run_step(
    job: Job,
    step: str,
    done: Mapping[str, Mapping[str, Any]],
    *,
    samples: Samples,
    responses: Responses,
    progress: Progress,
) -> dict[str, Any]:
    """Do one step of an analysis and return what it gives, as JSON values.

    Parameters
    ----------
    job
        The analysis.
    step
        One of :func:`steps_of`.
    done
        By name: what the steps before it gave.
    samples, responses
        Where the answers are.
    progress
        Told how far the step is.

    Raises
    ------
    PsychometricsError
        If the options or the answers do not allow it.
    NotFoundError
        If a sample was deleted meanwhile.
    """
    progress(0, 1, "loading")
    kind = KINDS[job.kind]
    found = [samples.find(job.tenant_id, sample_id) for sample_id in job.samples]
    material = _material(found, responses, kind)
    return kind.run_step(step, done, material, given=job.options, progress=progress)


def load_responses(
    samples: Sequence[Sample], responses: Responses, *, with_columns: bool
) -> ResponseMatrix:
    """Load samples of one instrument as one matrix.

    Parameters
    ----------
    samples
        At least one.
    responses
        Where their responses are.
    with_columns
        Whether to load what stands beside the answers too; with several samples columns
        ``sample`` and ``setting`` name each response's.

    Raises
    ------
    EstimationError
        If they hold no response.
    """
    instrument = kept_definition(samples[0].definition).instrument
    load = responses.contents if with_columns else partial(_answers_alone, responses)
    contents = [load(sample.tenant_id, sample.id, instrument.n_items) for sample in samples]
    blocks = [answers for answers, _ in contents]
    sizes = [len(block) for block in blocks]
    if not sum(sizes):
        raise EstimationError("sample", "it holds no responses; send a batch first")
    return ResponseMatrix(
        instrument=instrument,
        answers=blocks[0] if len(blocks) == 1 else np.vstack(blocks),
        columns=_columns(samples, [columns for _, columns in contents], sizes)
        if with_columns
        else {},
    )


def _answers_alone(
    responses: Responses, tenant_id: str, sample_id: str, n_items: int
) -> tuple[FloatArray, dict[str, list[Value]]]:
    """Load answers with nothing beside them: a fraction of the time where samples are large."""
    return responses.answers(tenant_id, sample_id, n_items), {}


def _material(found: Sequence[Sample], responses: Responses, kind: Kind) -> Material:
    """Load the samples: as one matrix, or as two where they are of two forms."""
    parts = [[sample] for sample in found] if are_two_forms(found) else [list(found)]
    first, *second = (
        load_responses(part, responses, with_columns=kind.uses_columns) for part in parts
    )
    return Material(responses=first, other_form=second[0] if second else None)


def _columns(
    samples: Sequence[Sample], parts: Sequence[Mapping[str, list[Value]]], sizes: Sequence[int]
) -> dict[str, NDArray[Any]]:
    """Join the samples' columns; a sample that lacks one has missing values there."""
    joined: dict[str, list[Value]] = {
        name: [
            value
            for part, size in zip(parts, sizes, strict=True)
            for value in part.get(name, [None] * size)
        ]
        for name in dict.fromkeys(name for part in parts for name in part)
    }
    if len(samples) > 1:
        repeated = [
            sample for sample, size in zip(samples, sizes, strict=True) for _ in range(size)
        ]
        joined[SAMPLE] = [sample.id for sample in repeated]
        joined.setdefault(SETTING, [sample.setting for sample in repeated])
    return {name: column_array(values) for name, values in joined.items()}
