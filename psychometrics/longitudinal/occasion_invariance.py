"""Whether a change of scores is a change of the alliance: the longitudinal ladder as a gate.

The items of each subscale are held against themselves on up to three occasions: one factor an
occasion, residuals of the same item correlated over time, MLR with every value of incomplete rows,
the steps configural, metric, scalar (Meredith & Horn 2001). The rule is that of
``invariance.comparison_decision``. Growth is a model of observed scores, so it is carried by
``permitted`` alone: under ``partial`` or ``bounded`` latent means could still be compared, sums of
answers could not. A total is a sum of subscales and is carried where all of them are.

References
----------
Meredith, W., & Horn, J. (2001). The role of factorial invariance in modeling growth and change.
    doi:10.1037/10409-007.
Widaman, K. F., Ferrer, E., & Conger, R. D. (2010). Factorial invariance within longitudinal
    structural equation models. doi:10.1111/j.1750-8606.2009.00110.x.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from psychometrics.cfa.options import Estimator, Structure
from psychometrics.errors import EstimationError
from psychometrics.instrument import Instrument, Scale
from psychometrics.invariance.bounds import bounds
from psychometrics.invariance.comparison_decision import (
    LEAST_PERSONS,
    Ruling,
    Status,
    ruling,
    with_bounds,
)
from psychometrics.invariance.longitudinal import MOST_ITEMS
from psychometrics.invariance.options import InvarianceOptions, group_name
from psychometrics.invariance.workflow import study
from psychometrics.longitudinal.panel import Panel
from psychometrics.longitudinal.scales import TOTAL
from psychometrics.longitudinal.trajectory_results import OccasionInvariance
from psychometrics.responses import ResponseMatrix
from psychometrics.types import no_progress

MOST_OCCASIONS = 3
"""Occasions that one ladder compares: of more, the first, the middle one and the last."""

LEAST_ITEMS = 3
"""Items that one factor an occasion needs."""

_OCCASION, _PERSON = "occasion", "person"

NOT_ASKED = "The longitudinal ladder was not asked for (option 'invariance')."
CARRIED = "a change of the mean is a change of the alliance, as far as these items measure it."
NOT_CARRIED = (
    "the items may work differently on different occasions, so a change of the mean may be a "
    "change of how they are answered."
)


def not_asked() -> OccasionInvariance:
    """Return the gate of an analysis that does not climb the ladder."""
    return OccasionInvariance(status="not-assessed", carried=False, occasions=(), reason=NOT_ASKED)


def gates(
    responses: ResponseMatrix, panel: Panel, scales: Sequence[str]
) -> Mapping[str, OccasionInvariance]:
    """Climb the ladder of each subscale that the scales need.

    Parameters
    ----------
    responses
        Answers as given.
    panel
        Which response belongs to which person and occasion.
    scales
        Subscales or ``total``.
    """
    instrument = responses.instrument
    needed = [one for one in instrument if TOTAL in scales or one.name in scales]
    found = {one.name: _gate(one, responses, panel) for one in needed}
    if TOTAL in scales:
        found[TOTAL] = _of_total(found)
    return found


def _of_total(by_scale: Mapping[str, OccasionInvariance]) -> OccasionInvariance:
    """Return the gate of the total: that of the subscale that carries least."""
    name, least = min(by_scale.items(), key=lambda one: _ORDER[one[1].status])
    if least.carried:
        return least
    return replace(least, reason=f"Subscale {name}: {least.reason}")


_ORDER = {
    status.value: place
    for place, status in enumerate(
        (Status.REFUSED, Status.INCONCLUSIVE, Status.BOUNDED, Status.PARTIAL, Status.PERMITTED)
    )
}


def _gate(scale: Scale, responses: ResponseMatrix, panel: Panel) -> OccasionInvariance:
    most = min(MOST_OCCASIONS, MOST_ITEMS // len(scale.items))
    if len(scale.items) < LEAST_ITEMS or most < 2:
        why = f"{len(scale.items)} items do not make one factor on each of several occasions."
        return _described(Ruling(status=Status.INCONCLUSIVE, reason=why), ())
    if len(panel.rows) < LEAST_PERSONS:
        why = f"{len(panel.rows)} persons are too few; {LEAST_PERSONS} are needed."
        return _described(Ruling(status=Status.INCONCLUSIVE, reason=why), ())
    places = np.unique(np.linspace(0, panel.n_occasions - 1, most).round().astype(np.int64))
    occasions = tuple(float(one) for one in panel.occasions[places])
    options = InvarianceOptions(
        occasion=_OCCASION,
        occasions=tuple(group_name(one) for one in occasions),
        estimator=Estimator.MLR,
        structure=Structure.ONE_FACTOR,
    )
    return _described(_ruled(_arranged(scale, responses, panel), options), occasions)


def _described(ruled: Ruling, occasions: tuple[float, ...]) -> OccasionInvariance:
    return OccasionInvariance(
        status=ruled.status.value,
        carried=ruled.status is Status.PERMITTED,
        occasions=occasions,
        reason=ruled.reason,
    )


def _ruled(responses: ResponseMatrix, options: InvarianceOptions) -> Ruling:
    try:
        found = study(responses, options, progress=no_progress)
    except EstimationError as error:
        return Ruling(
            status=Status.INCONCLUSIVE,
            reason=f"The answers cannot be modelled: {error.reason}.",
        )
    ruled = ruling(found)
    return with_bounds(ruled, bounds(found)) if ruled.status is Status.BOUNDED else ruled


def _arranged(scale: Scale, responses: ResponseMatrix, panel: Panel) -> ResponseMatrix:
    """Return the panel's rows of one subscale, with its persons and occasions as columns."""
    person, occasion = np.nonzero(panel.rows >= 0)
    return ResponseMatrix(
        instrument=_alone(scale, responses.instrument),
        answers=responses.answers[panel.rows[person, occasion]],
        columns={_PERSON: person.astype(np.float64), _OCCASION: panel.occasions[occasion]},
    )


def _alone(scale: Scale, instrument: Instrument) -> Instrument:
    """Return the instrument with one subscale; its items keep their numbers."""
    return Instrument(
        id=instrument.id,
        version=instrument.version,
        n_items=instrument.n_items,
        minimum=instrument.minimum,
        maximum=instrument.maximum,
        subscales={scale.name: scale},
        reversed_items=tuple(one for one in instrument.reversed_items if one in scale.items),
        total=False,
    )


def sentences(found: Mapping[str, OccasionInvariance]) -> Iterator[str]:
    """Say of which scales a change of the mean is a change of the alliance."""
    carried = [name for name, one in found.items() if one.carried]
    rest = [name for name, one in found.items() if not one.carried]
    if carried:
        yield f"Equal intercepts over occasions are tenable for {', '.join(carried)}: {CARRIED}"
    if rest:
        yield f"Not shown to measure alike over occasions: {', '.join(rest)}; {NOT_CARRIED}"
