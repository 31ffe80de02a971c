"""The kind ``comparison``: groups' means, behind the gate.

Under ``refused`` and ``inconclusive`` no mean and no difference leaves this module: the bounds that
decide between ``bounded`` and ``refused`` are dropped here. Under ``partial`` and ``bounded`` there
are latent differences only.
"""

from __future__ import annotations

from collections.abc import Mapping

from psychometrics.errors import EstimationError
from psychometrics.invariance.analysis import described
from psychometrics.invariance.bounds import NONE_FLAGGED, FlaggedItems, Key, bounds
from psychometrics.invariance.comparison_decision import Status, ruling, with_bounds
from psychometrics.invariance.ladder import Rung
from psychometrics.invariance.means import latent_means, observed_means
from psychometrics.invariance.options import ComparisonOptions, InvarianceOptions, Step
from psychometrics.invariance.results import ComparisonResult, FreedItem, InvarianceResult
from psychometrics.invariance.workflow import Study, compared, study
from psychometrics.responses import ResponseMatrix
from psychometrics.types import Progress, no_progress

ASSUMPTION = (
    "Differences of latent means rest on the items held equal. If most items of a factor differ "
    "between groups by the same amount, no analysis of these answers alone can see it."
)
"""What stays an assumption behind an open gate."""


def analyse(
    responses: ResponseMatrix, options: ComparisonOptions, *, progress: Progress = no_progress
) -> ComparisonResult:
    """Compare groups' means where the ladder of invariance carries it.

    Parameters
    ----------
    responses
        Answers as given to one form, with the column that makes groups.
    options
        Groups, estimator, factors.
    progress
        Told before each step.

    Raises
    ------
    OptionError
        When an option has no meaning here.

    Notes
    -----
    Answers that cannot be modelled at all make the comparison inconclusive.
    """
    try:
        found = study(responses, options, progress=progress)
    except EstimationError as error:
        return _inconclusive(responses, options, error)
    return _comparison(found, options)


def climb_and_compare(
    responses: ResponseMatrix,
    options: InvarianceOptions,
    *,
    flagged: Mapping[Key, FlaggedItems] = NONE_FLAGGED,
    progress: Progress = no_progress,
) -> tuple[InvarianceResult | EstimationError, ComparisonResult]:
    """Climb the ladder once for both kinds: what it found, and the comparison that rests on it.

    Parameters
    ----------
    responses, options, progress
        As for :func:`analyse`.
    flagged
        Items that item response theory found to differ, by group and factor.

    Returns
    -------
    ladder
        As the kind ``invariance`` gives it, or why the answers cannot be modelled.
    comparison
        As :func:`analyse` gives it.

    Raises
    ------
    OptionError
        When an option has no meaning here.
    """
    try:
        found = study(responses, options, progress=progress)
    except EstimationError as error:
        return error, _inconclusive(responses, options, error)
    return described(found, options), _comparison(found, options, flagged)


def _inconclusive(
    responses: ResponseMatrix, options: InvarianceOptions, error: EstimationError
) -> ComparisonResult:
    """Answer for groups whose answers cannot be modelled."""
    return ComparisonResult(
        status=Status.INCONCLUSIVE.value,
        reason=f"The answers cannot be modelled: {error}",
        group=options.group_or_default,
        between=options.between,
        reference=compared(responses, options)[0].name,
    )


def _comparison(
    found: Study,
    options: InvarianceOptions,
    flagged: Mapping[Key, FlaggedItems] = NONE_FLAGGED,
) -> ComparisonResult:
    """Compare the groups of a ladder that was climbed."""
    ruled = ruling(found)
    shut = ruled.status in {Status.REFUSED, Status.INCONCLUSIVE}
    bounded = None if shut else bounds(found, flagged)
    ruled = with_bounds(ruled, bounded)
    carried = ruled.status in {Status.PERMITTED, Status.PARTIAL}
    shown = carried or ruled.status is Status.BOUNDED
    observed = ruled.status is Status.PERMITTED
    return ComparisonResult(
        status=ruled.status.value,
        reason=ruled.reason,
        group=options.group_or_default,
        between=options.between,
        reference=found.evidence.names[0],
        groups=found.group_results,
        latent_means=tuple(latent_means(_scalar(found).fitted, found.design, found.evidence))
        if carried
        else (),
        observed_means=tuple(observed_means(found.groups, repeated=options.repeated))
        if observed
        else (),
        freed=_freed(found) if ruled.status is Status.PARTIAL else (),
        bounds=bounded.results if bounded is not None and shown else (),
        cautions=(ASSUMPTION, *found.cautions) if shown else found.cautions,
    )


def _scalar(found: Study) -> Rung:
    """Return the scalar step, with items released where some were."""
    rungs = found.rungs if found.search is None else found.search.rungs
    return next(one for one in rungs if one.step is Step.SCALAR)


def _freed(found: Study) -> tuple[FreedItem, ...]:
    freed = () if found.search is None else found.search.freed
    return tuple(FreedItem(item=one.item, parameters=one.parameters) for one in freed)
