"""The rival models of an instrument, as parameter tables.

All factors have unit variance (in the second-order model the first-order disturbances have). A
factor with a single item takes all of it: that item's residual variance is fixed at zero.

References
----------
Holzinger, K. J., & Swineford, F. (1937). The bi-factor method. doi:10.1007/BF02287965.
Yung, Y.-F., Thissen, D., & McLeod, L. D. (1999). On the relationship between the higher-order
    factor model and the hierarchical factor model. doi:10.1007/BF02294531.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations

from psychometrics.cfa.model import Matrix, Model, Parameter, Parameterization, fixed, free
from psychometrics.cfa.options import THREE_FACTOR, Rival, Structure
from psychometrics.errors import EstimationError, OptionError
from psychometrics.instrument import Instrument

GENERAL = "general"
METHOD = "method"
BOND = "bond"


def rivals_of(instrument: Instrument) -> tuple[Rival, ...]:
    """List the rivals that an instrument allows, those with a method factor last."""
    structures = [Structure.ONE_FACTOR]
    if BOND in instrument.subscales and len(instrument.subscales) > 2:
        structures.append(Structure.TWO_FACTOR)
    if len(instrument.subscales) > 1:
        structures.append(Structure.CORRELATED_FACTORS)
    if len(instrument.subscales) > 2:
        structures += [Structure.SECOND_ORDER, Structure.BIFACTOR]
    methods = (False, True) if len(instrument.reversed_items) > 1 else (False,)
    n_subscales = len(instrument.subscales)
    return tuple(
        Rival(structure=one, method=method).named_for(n_subscales)
        for method in methods
        for one in structures
    )


def check_rivals(instrument: Instrument, rivals: tuple[Rival, ...]) -> None:
    """Refuse rivals that have no meaning for an instrument.

    Raises
    ------
    OptionError
        With the position of the first such rival.
    """
    for position, rival in enumerate(rivals):
        option = f"models/{position}"
        if rival.structure is Structure.TWO_FACTOR and (
            BOND not in instrument.subscales or len(instrument.subscales) < 2
        ):
            raise OptionError(
                option, "two-factor needs a subscale named 'bond' and at least one other"
            )
        if rival.called == THREE_FACTOR and len(instrument.subscales) != 3:
            raise OptionError(
                option,
                f"three-factor is for forms of three subscales, and this one has "
                f"{len(instrument.subscales)}; ask for correlated-factors",
            )
        if rival.method and len(instrument.reversed_items) < 2:
            raise OptionError(
                option, "a method factor needs an instrument with two reverse-keyed items or more"
            )


def check_items(instrument: Instrument) -> None:
    """Refuse a form whose one scored item has nothing to go together with.

    Raises
    ------
    EstimationError
        It scores fewer than two items.
    """
    if len(instrument.scored_items) < 2:
        raise EstimationError("factor model", "a form of one scored item has no factor model")


def rival_model(instrument: Instrument, rival: Rival) -> Model:
    """Build a rival's covariance structure for continuous answers.

    Parameters
    ----------
    instrument
        Its subscales are the factors; items of no subscale are left out.
    rival
        One that :func:`check_rivals` accepts.

    Returns
    -------
    Model
        Loadings, factor covariances and residual variances; without means.

    Raises
    ------
    EstimationError
        As :func:`check_items`.
    """
    check_items(instrument)
    items = instrument.scored_items
    groups = _factor_items(instrument, rival.structure)
    factors = [*groups]
    table = _loadings(items, groups)
    if rival.structure is Structure.SECOND_ORDER:
        table += [free(Matrix.REGRESSIONS, k, len(factors)) for k in range(len(factors))]
        factors.append(GENERAL)
    elif rival.structure is not Structure.BIFACTOR:
        pairs = combinations(range(len(factors)), 2)
        table += [free(Matrix.FACTOR_COVARIANCES, late, early) for early, late in pairs]
    if rival.method:
        table += _method_loadings(instrument, items, len(factors))
        factors.append(METHOD)
    table += [fixed(Matrix.FACTOR_COVARIANCES, k, k, value=1.0) for k in range(len(factors))]
    lone = {held[0] for held in groups.values() if len(held) == 1}
    table += [_residual(row, lone=item in lone) for row, item in enumerate(items)]
    return Model(name=rival.name, items=items, factors=tuple(factors), table=tuple(table))


def _factor_items(instrument: Instrument, structure: Structure) -> dict[str, tuple[int, ...]]:
    """Map each first-order factor to its items, without the method factor."""
    scales = {scale.name: scale.items for scale in instrument}
    if structure is Structure.ONE_FACTOR:
        return {GENERAL: instrument.scored_items}
    if structure is Structure.TWO_FACTOR:
        rest = [name for name in scales if name != BOND]
        joined = tuple(item for name in rest for item in scales[name])
        return {"-".join(rest): joined, BOND: scales[BOND]}
    if structure is Structure.BIFACTOR:
        return {**scales, GENERAL: instrument.scored_items}
    return scales


def _loadings(items: tuple[int, ...], groups: Mapping[str, tuple[int, ...]]) -> list[Parameter]:
    return [
        free(Matrix.LOADINGS, items.index(item), column)
        for column, held in enumerate(groups.values())
        for item in held
    ]


def _method_loadings(
    instrument: Instrument, items: tuple[int, ...], column: int
) -> list[Parameter]:
    """Load the reverse-keyed items on a factor; just two of them equally, which identifies it."""
    rows = [
        free(Matrix.LOADINGS, items.index(item), column)
        for item in sorted(instrument.reversed_items)
    ]
    if len(rows) == 2:
        rows[1] = replace(rows[1], label=rows[0].label)
    return rows


def _residual(row: int, *, lone: bool) -> Parameter:
    if lone:
        return fixed(Matrix.RESIDUAL_COVARIANCES, row, row, value=0.0)
    return free(Matrix.RESIDUAL_COVARIANCES, row, row)


def with_intercepts(model: Model) -> Model:
    """Give every item a free intercept, which FIML needs."""
    return model.with_rows(*(free(Matrix.INTERCEPTS, row) for row in range(model.n_items)))


def with_thresholds(
    model: Model, n_thresholds: tuple[int, ...], parameterization: Parameterization
) -> Model:
    """Turn a model of continuous answers into one of ordered categories.

    Parameters
    ----------
    model
        A model of one group without means.
    n_thresholds
        Number of thresholds of each item (categories that occur, less one).
    parameterization
        Under delta residual variances follow from the loadings; under theta they are one.

    Returns
    -------
    Model
        With free thresholds instead of free residual variances. Where a factor is all of one item
        and nothing else, that item's loading is one, as its residual variance is zero.
    """
    if parameterization is Parameterization.DELTA:
        model = with_lone_items(model)
    kept = tuple(row for row in model.table if row.matrix is not Matrix.RESIDUAL_COVARIANCES)
    thresholds = tuple(
        free(Matrix.THRESHOLDS, row, number)
        for row, count in enumerate(n_thresholds)
        for number in range(count)
    )
    residuals: tuple[Parameter, ...] = ()
    if parameterization is Parameterization.THETA:
        residuals = tuple(
            fixed(Matrix.RESIDUAL_COVARIANCES, row, row, value=1.0) for row in range(model.n_items)
        )
    return replace(model, table=kept + residuals + thresholds, parameterization=parameterization)


def with_lone_items(model: Model) -> Model:
    """Fix the loadings of items that are all of their factor at one, y* of unit variance."""
    lone = set(_lone_loadings(model))
    return model.mapped(lambda row: _at_one(row) if row in lone else row)


def _at_one(row: Parameter) -> Parameter:
    return replace(row, label=None, value=1.0)


def _lone_loadings(model: Model) -> Iterator[Parameter]:
    """Yield the loadings of items that are all of a factor of unit variance, and of no other."""
    loadings = [row for row in model.table if row.matrix is Matrix.LOADINGS]
    regressed = {row.row for row in model.table if row.matrix is Matrix.REGRESSIONS}
    for residual in model.rows(Matrix.RESIDUAL_COVARIANCES):
        own = [row for row in loadings if row.row == residual.row]
        without = residual.label is None and residual.value == 0.0
        if without and len(own) == 1 and own[0].column not in regressed:
            yield own[0]
