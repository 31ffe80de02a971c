"""The kind ``invariance``: whether an instrument measures the same in several groups."""

from __future__ import annotations

from psychometrics.invariance.effect_sizes import effects
from psychometrics.invariance.ladder import level
from psychometrics.invariance.options import InvarianceOptions, Step
from psychometrics.invariance.partial_invariance import RULE
from psychometrics.invariance.results import InvarianceResult, PartialResult
from psychometrics.invariance.workflow import Study, study
from psychometrics.responses import ResponseMatrix
from psychometrics.types import Progress, no_progress


def analyse(
    responses: ResponseMatrix, options: InvarianceOptions, *, progress: Progress = no_progress
) -> InvarianceResult:
    """Climb the ladder for groups of one sample, several samples, or occasions of the same persons.

    Parameters
    ----------
    responses
        Answers as given, with the column that makes groups (``groups.joined`` gives several samples
        the column ``sample``).
    options
        Groups, estimator, factors.
    progress
        Told before each step.

    Raises
    ------
    OptionError
        When an option has no meaning here.
    EstimationError
        When a group's answers cannot be modelled.
    """
    return described(study(responses, options, progress=progress), options)


def described(found: Study, options: InvarianceOptions) -> InvarianceResult:
    """Describe a ladder that was climbed."""
    return InvarianceResult(
        estimator=options.estimator.value,
        missing=found.missing.value,
        structure=options.rival.named_for(len(found.groups[0].responses.instrument.subscales)).name,
        group=options.group_or_default,
        between=options.between,
        n_persons=found.evidence.total,
        reference=found.evidence.names[0],
        groups=found.group_results,
        steps=tuple(one.result for one in found.rungs),
        level=level(found.rungs),
        partial_invariance=_partial(found),
        cluster=found.evidence.clusters,
        cautions=found.cautions,
    )


def _partial(found: Study) -> PartialResult | None:
    search = found.search
    if search is None:
        return None
    items = tuple(freed.item for freed in search.freed)
    reached = search.rungs[-1].step is Step.SCALAR
    sizes = effects(search.last, found.design, found.evidence, items) if reached else ()
    return PartialResult(
        steps=tuple(one.result for one in search.rungs),
        freed=search.freed,
        effects=tuple(sizes),
        rule=RULE,
        tenable=search.tenable,
    )
