"""The kind ``irt``: what each item measures, where on the trait, and for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from psychometrics.errors import EstimationError, OptionError
from psychometrics.instrument import Instrument
from psychometrics.invariance.groups import Group, groups_of
from psychometrics.invariance.longitudinal import occasions_of
from psychometrics.invariance.options import InvarianceOptions
from psychometrics.irt.bifactor_results import bifactor_results
from psychometrics.irt.dif_results import differential_functioning
from psychometrics.irt.options import IrtOptions, ModelName
from psychometrics.irt.results import Dif, IrtResult
from psychometrics.irt.scale_results import scale_results
from psychometrics.responses import ResponseMatrix
from psychometrics.types import Progress

TOTAL = "total"


def analyse(responses: ResponseMatrix, options: IrtOptions, *, progress: Progress) -> IrtResult:
    """Fit item response models to scales, and test differential functioning between groups.

    Parameters
    ----------
    responses
        Answers as given; each person counts with what they answered.
    options
        What was chosen.
    progress
        Called as the work goes on.

    Raises
    ------
    OptionError
        A scale that the form does not have, a column of groups or occasions that the sample does
        not have, or the Rasch form of another model than partial credit.
    EstimationError
        No scale can be fitted, or persons answered twice on an occasion, or too few on all.
    """
    if options.rasch and options.model is not ModelName.PARTIAL_CREDIT:
        raise OptionError("rasch", "is a form of the model `partial-credit` only")
    scales = _scales(responses.instrument, options)
    if options.bifactor and (TOTAL not in scales or options.model is not ModelName.GRADED):
        raise OptionError("bifactor", "describes the graded model of the scale `total`; name it")
    groups = _groups(responses, options)
    if options.repeated:
        responses = groups[0].responses
    total = len(scales) + int(options.compares)
    answers, found = responses.recoded, {}
    for done, (name, items) in enumerate(scales.items()):
        progress(done, total, name)
        found[name] = scale_results(answers[:, np.asarray(items) - 1], items, options)
    if options.bifactor:
        found[TOTAL] = replace(found[TOTAL], bifactor=bifactor_results(responses, scales[TOTAL]))
    if not any(scale.converged for scale in found.values()):
        raise EstimationError(
            "item response model",
            "; ".join(dict.fromkeys(f"{name}: {one.reason}" for name, one in found.items())),
        )
    progress(len(scales), total, "differential functioning")
    dif = _dif(groups, scales, options) if options.compares else None
    progress(total, total, "done")
    columns = np.unique(np.concatenate([np.asarray(items) for items in scales.values()])) - 1
    return IrtResult(
        n_persons=int(np.isfinite(answers[:, columns]).any(axis=1).sum()),
        scales=found,
        dif=dif,
        cautions=(_DESCRIBED.format(groups[0].name),) if options.repeated else (),
    )


_DESCRIBED = "Scales are described by the answers of one occasion, {}."


def _scales(instrument: Instrument, options: IrtOptions) -> dict[str, tuple[int, ...]]:
    """Return the items of each scale that was asked for."""
    known = {scale.name: tuple(scale.items) for scale in instrument}
    known.setdefault(TOTAL, tuple(instrument.scored_items))
    chosen = options.scales or tuple(instrument.subscales)
    for place, name in enumerate(chosen):
        if name not in known:
            raise OptionError(
                f"scales/{place}", f"the instrument has no such scale; it has {', '.join(known)}"
            )
    return {name: known[name] for name in chosen}


def _groups(responses: ResponseMatrix, options: IrtOptions) -> tuple[Group, ...]:
    """Divide rows into groups or occasions, the reference first; none where nothing is compared."""
    if not options.compares:
        return ()
    asked = InvarianceOptions(
        group=options.group,
        occasion=options.occasion,
        occasions=options.occasions,
        reference=options.reference,
    )
    return (occasions_of if options.repeated else groups_of)(responses, asked)


def _dif(groups: Sequence[Group], scales: dict[str, tuple[int, ...]], options: IrtOptions) -> Dif:
    answers = {group.name: group.responses.recoded for group in groups}
    return differential_functioning(answers, scales, options)
