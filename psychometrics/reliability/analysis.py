"""The kind ``reliability``: every subscale and the total.

Each scale rests on the persons who answered every item of it, the total on those who answered every
scored item: with scattered gaps few persons answer all items of a form, and many all of a subscale.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from psychometrics.clusters import Membership, membership
from psychometrics.instrument import TOTAL, Instrument
from psychometrics.reliability.definitions import DEFINITIONS
from psychometrics.reliability.multidimensional_omega import several_factors
from psychometrics.reliability.options import ReliabilityOptions
from psychometrics.reliability.results import ReliabilityResult, ScaleReliability
from psychometrics.reliability.scale_reliability import (
    FEWEST_PERSONS,
    Sample,
    sample_of,
    scale_reliability,
)
from psychometrics.responses import ResponseMatrix
from psychometrics.types import BoolArray, Progress


def analyse(
    responses: ResponseMatrix, options: ReliabilityOptions, *, progress: Progress
) -> ReliabilityResult:
    """Estimate the reliability of every subscale's and the total's sum score.

    Parameters
    ----------
    responses
        Answers as given; each scale uses the persons who answered all of its items.
    options
        What was chosen.
    progress
        Called after each scale.

    Raises
    ------
    OptionError
        The cluster column does not exist or clusters nobody.
    """
    instrument = responses.instrument
    scales = _items_of_scales(instrument)
    rows = {name: _complete_on(responses, items) for name, items in scales.items()}
    used = np.any([*rows.values(), responses.complete], axis=0)
    members = None
    if options.cluster is not None:
        members = membership(responses.rows(used), options.cluster)
    progress(0, len(scales) + 1, "polychoric correlations")

    def sample(items: tuple[int, ...], chosen: BoolArray) -> Sample:
        columns = np.asarray(items) - 1
        answers = responses.recoded[chosen][:, columns]
        clusters = None if members is None else members.of(chosen[used])
        return sample_of(items, answers, clusters, options.level)

    whole = sample(instrument.scored_items, responses.complete)
    results = {}
    for done, (name, items) in enumerate(scales.items()):
        progress(done + 1, len(scales) + 1, name)
        same = np.array_equal(rows[name], responses.complete)
        own = whole if same else sample(tuple(sorted(items)), rows[name])
        results[name] = _with_persons(scale_reliability(own, items), own, whole, responses)
    if instrument.total and len(instrument.subscales) > 1:
        results = _with_several_factors(instrument, whole, results)
    progress(len(scales) + 1, len(scales) + 1, "done")
    return ReliabilityResult(
        n_persons=whole.n_persons,
        scales=results,
        definitions=DEFINITIONS,
        clusters=None if members is None else members.described,
        cautions=_cautions(whole, members),
    )


def _complete_on(responses: ResponseMatrix, items: tuple[int, ...]) -> BoolArray:
    return np.asarray(np.isfinite(responses.answers[:, np.asarray(items) - 1]).all(axis=1))


def _with_persons(
    result: ScaleReliability, own: Sample, whole: Sample, responses: ResponseMatrix
) -> ScaleReliability:
    """Say how many persons a scale rests on, and what its own moments leave doubtful."""
    cautions = list(result.cautions)
    if own is not whole and own.moments is not None:
        cautions += own.moments.cautions
    if own.n_persons < responses.n_persons:
        cautions.insert(
            0,
            f"{own.n_persons} of {responses.n_persons} persons answered every item of the scale; "
            "the others are not used.",
        )
    return replace(result, cautions=tuple(cautions))


def _items_of_scales(instrument: Instrument) -> dict[str, tuple[int, ...]]:
    scales = {scale.name: scale.items for scale in instrument}
    if instrument.total and TOTAL not in scales:
        scales[TOTAL] = instrument.scored_items
    return scales


def _with_several_factors(
    instrument: Instrument, sample: Sample, results: dict[str, ScaleReliability]
) -> dict[str, ScaleReliability]:
    found = several_factors(instrument, sample)
    count = len(instrument.subscales)
    caution = (
        f"The total is a composite of {count} subscales: alpha, omega and ordinal omega treat it "
        "as one factor. omega_total allows for one factor for each subscale."
    )
    completed = {
        name: replace(result, omega_specific=found.omega_specific.get(name))
        for name, result in results.items()
    }
    completed[TOTAL] = replace(
        completed[TOTAL],
        omega_total=found.omega_total,
        omega_hierarchical=found.omega_hierarchical,
        explained_common_variance=found.explained_common_variance,
        cautions=(*completed[TOTAL].cautions, caution, *found.cautions),
    )
    return completed


def _cautions(whole: Sample, members: Membership | None) -> tuple[str, ...]:
    cautions = [] if whole.moments is None else [*whole.moments.cautions]
    if whole.n_persons < FEWEST_PERSONS:
        cautions.append(
            f"Fewer than {FEWEST_PERSONS} persons answered every scored item: nothing that takes "
            "all of them can be estimated."
        )
    if members is not None:
        cautions.extend(members.described.cautions)
    return tuple(cautions)
