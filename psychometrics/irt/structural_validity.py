"""COSMIN's criterion for structural validity by item response theory.

Sufficient if nothing speaks against unidimensionality (CFI or TLI above .95, or RMSEA below .06, or
SRMR below .08), local independence (Q3 below .37, or less than .20 above the mean of all pairs),
monotonicity (item scalability above .30) and fit (for models with slopes: no item's p value at or
below .01; for Rasch models: infit and outfit from .5 to 1.5). Insufficient if any part is violated,
indeterminate where a part is unknown. CFI, TLI, RMSEA and SRMSR are C2's. With fewer persons than
the model needs (`sample_sizes`) the parts are shown and the rating is indeterminate.

References
----------
Prinsen, C. A. C., Mokkink, L. B., Bouter, L. M., et al. (2018). COSMIN guideline for systematic
reviews of patient-reported outcome measures. Quality of Life Research, 27, 1147–1157.
doi:10.1007/s11136-018-1798-3

Christensen, K. B., Makransky, G., & Horton, M. (2017). Critical values for Yen's Q3. Applied
Psychological Measurement, 41, 178–194. doi:10.1177/0146621616677520
"""

from __future__ import annotations

from collections.abc import Sequence

from psychometrics.irt.results import Criterion, ItemEstimates, ScaleFit, StructuralValidity
from psychometrics.margin import above, below, every, some

SOURCE = (
    "COSMIN, Prinsen 2018; Q3 less than .20 above the mean: Christensen et al. 2017; C2 stands for "
    "the indices of a factor analysis: chosen here"
)
_STATUS = "recalled"
_RATINGS = {True: "sufficient", False: "insufficient", None: "indeterminate"}


def structural_validity(
    items: Sequence[ItemEstimates],
    fit: ScaleFit | None,
    *,
    largest: float,
    mean: float,
    n_persons: int,
    n_required: int,
) -> StructuralValidity:
    """Hold a fitted scale against the criterion.

    Parameters
    ----------
    items
        The items' estimates.
    fit
        C2 of the scale.
    largest, mean
        Of Q3 over the pairs; ``nan`` where it is unknown.
    n_persons, n_required
        Persons who answered, and how many the model needs.
    """
    criteria = (
        _unidimensional(fit),
        *_independent(largest, mean),
        _monotone(items),
        _fitting(items),
    )
    independent = some(*(one.met for one in criteria[1:3]))
    parts = (criteria[0].met, independent, criteria[3].met, criteria[4].met)
    met = None if n_persons < n_required else every(*parts)
    return StructuralValidity(
        rating=_RATINGS[met],
        criteria=criteria,
        n_required=n_required,
        source=SOURCE,
        status=_STATUS,
    )


def _unidimensional(fit: ScaleFit | None) -> Criterion:
    bound = "CFI or TLI above .95, or RMSEA below .06, or SRMSR below .08"
    if fit is None:
        return Criterion(name="unidimensionality", value=None, bound=bound, met=None)
    met = some(
        None if fit.cfi is None else above(fit.cfi, 0.95),
        None if fit.tli is None else above(fit.tli, 0.95),
        below(fit.rmsea, 0.06),
        below(fit.srmsr, 0.08),
    )
    return Criterion(name="unidimensionality", value=fit.cfi, bound=bound, met=met)


def _independent(largest: float, mean: float) -> tuple[Criterion, Criterion]:
    known = largest == largest  # not nan
    return (
        Criterion(
            name="local independence",
            value=largest if known else None,
            bound="largest Q3 below .37",
            met=below(largest, 0.37) if known else None,
        ),
        Criterion(
            name="local independence, relative",
            value=largest - mean if known else None,
            bound="largest Q3 less than .20 above the mean",
            met=below(largest - mean, 0.20) if known else None,
        ),
    )


def _monotone(items: Sequence[ItemEstimates]) -> Criterion:
    values = [item.scalability for item in items if item.scalability is not None]
    lowest = min(values) if len(values) == len(items) else None
    return Criterion(
        name="monotonicity",
        value=lowest,
        bound="scalability of every item above .30",
        met=None if lowest is None else above(lowest, 0.30),
    )


def _fitting(items: Sequence[ItemEstimates]) -> Criterion:
    squares = [item.mean_squares for item in items if item.mean_squares is not None]
    if squares:
        worst = max(
            (value for one in squares for value in (one.infit, one.outfit)),
            key=lambda value: abs(value - 1.0),
        )
        return Criterion(
            name="item fit",
            value=worst,
            bound="infit and outfit of every item from .5 to 1.5",
            met=below(abs(worst - 1.0), 0.5),
        )
    values = [item.fit.p_value for item in items if item.fit and item.fit.p_value is not None]
    lowest = min(values) if len(values) == len(items) else None
    return Criterion(
        name="item fit",
        value=lowest,
        bound="p value of every item's S-X² above .01",
        met=None if lowest is None else above(lowest, 0.01),
    )
