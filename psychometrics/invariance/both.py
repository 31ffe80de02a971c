"""The ladder and the comparison that rests on it, from one climb."""

from __future__ import annotations

from psychometrics.errors import EstimationError
from psychometrics.invariance.analysis import described
from psychometrics.invariance.comparison import comparison_of, inconclusive
from psychometrics.invariance.options import InvarianceOptions
from psychometrics.invariance.results import ComparisonResult, InvarianceResult
from psychometrics.invariance.study import study
from psychometrics.responses import ResponseMatrix
from psychometrics.types import Progress, no_progress


def climb_and_compare(
    responses: ResponseMatrix, options: InvarianceOptions, *, progress: Progress = no_progress
) -> tuple[InvarianceResult | EstimationError, ComparisonResult]:
    """Climb the ladder of invariance and compare means where it carries them.

    Returns
    -------
    ladder
        The ladder, or why the answers cannot be modelled.
    comparison
        As the kind ``comparison`` gives it.

    Raises
    ------
    OptionError
        When an option has no meaning here.
    """
    try:
        found = study(responses, options, progress=progress)
    except EstimationError as error:
        return error, inconclusive(responses, options, error)
    return described(found, options), comparison_of(found, options)
