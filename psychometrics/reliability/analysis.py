"""The kind ``reliability``: every subscale and the total."""

from __future__ import annotations

from dataclasses import replace

from psychometrics.clusters import membership
from psychometrics.instrument import TOTAL, Instrument
from psychometrics.reliability.definitions import DEFINITIONS
from psychometrics.reliability.options import ReliabilityOptions
from psychometrics.reliability.results import ReliabilityResult, ScaleReliability
from psychometrics.reliability.scale import Sample, sample_of, scale_reliability
from psychometrics.reliability.several_factors import several_factors
from psychometrics.responses import ResponseMatrix
from psychometrics.types import Progress


def analyse(
    responses: ResponseMatrix, options: ReliabilityOptions, *, progress: Progress
) -> ReliabilityResult:
    """Estimate the reliability of every subscale's and the total's sum score.

    Parameters
    ----------
    responses
        Answers as given; persons with every scored item answered are used.
    options
        What was chosen.
    progress
        Called after each scale.

    Raises
    ------
    OptionError
        The cluster column does not exist or clusters nobody.
    """
    used = responses.rows(responses.complete)
    instrument = used.instrument
    members = None if options.cluster is None else membership(used, options.cluster)
    scored = instrument.scored_items
    scales = _items_of_scales(instrument)
    progress(0, len(scales) + 1, "polychoric correlations")
    sample = sample_of(scored, used.scored, members, options.level)
    results = {}
    for done, (name, items) in enumerate(scales.items()):
        progress(done + 1, len(scales) + 1, name)
        results[name] = scale_reliability(sample, items)
    if instrument.total and len(instrument.subscales) > 1:
        results = _with_several_factors(instrument, sample, results)
    progress(len(scales) + 1, len(scales) + 1, "done")
    return ReliabilityResult(
        n_persons=used.n_persons,
        scales=results,
        definitions=DEFINITIONS,
        clusters=None if members is None else members.described,
        cautions=_cautions(sample),
    )


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


def _cautions(sample: Sample) -> tuple[str, ...]:
    cautions = [] if sample.moments is None else [*sample.moments.cautions]
    if sample.answers.shape[0] < 2:
        cautions.append(
            "Fewer than two persons answered every scored item: nothing can be estimated."
        )
    if sample.members is not None:
        cautions.extend(sample.members.described.cautions)
    return tuple(cautions)
