"""The steps of a study of validity: one for each section, the last one gives the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psychometrics.errors import EstimationError
from psychometrics.responses import ResponseMatrix
from psychometrics.types import Progress
from psychometrics.validity.options import ValidityOptions
from psychometrics.validity.sample import choose
from schemas.analyses.validity import SECTIONS, STEPS, VERDICT
from service.use_cases.analysis_registry import Material
from service.use_cases.validity.sections import Study, check_columns, compute
from service.use_cases.validity.verdict import give_verdict


def analyse_step(
    step: str,
    done: Mapping[str, Mapping[str, Any]],
    material: Material,
    *,
    options: ValidityOptions,
    progress: Progress,
) -> dict[str, Any]:
    """Do one step.

    Parameters
    ----------
    step
        One of :data:`schemas.analyses.validity.STEPS`.
    done
        What the steps before it gave.
    material
        The answers as given.
    options
        What was asked.
    progress
        Told which step is done.

    Raises
    ------
    OptionError
        If an option names a column, respondent, session or scale that does not exist.
    ResponsesError
        If there is no rating at all.
    EstimationError
        If responses came or went since the first step.
    """
    progress(STEPS.index(step), len(STEPS), step)
    if step == VERDICT:
        return give_verdict(_sections(done), material.responses.instrument, options)
    _check_unchanged(material.responses, done)
    check_columns(material.responses, options)
    chosen = choose(
        material.responses,
        respondent=options.respondent,
        session_number=options.session_number,
    )
    study = Study(material=material, chosen=chosen, options=options, done=done)
    return compute(step, study)


def _check_unchanged(responses: ResponseMatrix, done: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse sections of different samples: every step reads the answers anew."""
    before = done.get(STEPS[0], {}).get("n_responses", responses.n_persons)
    if before != responses.n_persons:
        raise EstimationError("sample", "responses came or went while it was analysed; ask again")


def _sections(done: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Sections in reading order; ladder and comparison are climbed in one step."""
    found = {**done, **done["invariance"]}
    return {name: found[name] for name in SECTIONS}
