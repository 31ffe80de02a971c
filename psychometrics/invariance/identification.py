"""The steps of the ladder as parameter tables, each identified and no more.

Factors have mean zero and unit variance in the reference group, which is the first. For continuous
answers they have so in every group until loadings are equal (variances) and intercepts are equal
(means), as lavaan does with ``std.lv = TRUE``.

For ordered answers the table follows Wu and Estabrook (2016) under the theta parameterization, as
``semTools::measEq.syntax(ID.fac = "std.lv", ID.cat = "Wu.Estabrook.2016")`` writes it. With K
categories, in the groups that are not the reference:

==========  ==========================  =========================================================
step        equal                       free
==========  ==========================  =========================================================
configural  –                           thresholds; intercepts 0, residual variances 1
thresholds  thresholds                  intercepts, residual variances (of items with K > 2)
metric      and loadings                and factor variances
scalar      and intercepts (0)          and factor means, residual variances of all items
strict      and residual variances (1)  factor means, variances and covariances
==========  ==========================  =========================================================

Equal thresholds restrict an item with K > 3; with K = 3 they say the configural model in other
words, and so they do with K = 2, where a single threshold cannot even free a residual variance.
With K = 2 the residual variance of the metric step is one by need, so that its test is of loadings
and residual variances together, and the scalar step, which frees it, does not lie within the metric
step: see :func:`larger_step`.

Occasions of the same persons stand in one group (``longitudinal_layout``) under the same
equalities; the factors of different occasions covary freely, and so do the residuals of an item's
occasions, at every step (Liu et al., 2017, with Wu and Estabrook's identification in place of
theirs), as ``measEq.syntax(longFacNames, longIndNames, auto = "all")`` writes it.

An item may be *released* at a step: from that step on its parameters are its own in every group. An
item whose thresholds are released has the configural parameters throughout.

References
----------
Wu, H., & Estabrook, R. (2016). Identification of confirmatory factor analysis models of different
    levels of invariance for ordered categorical outcomes. doi:10.1007/s11336-016-9506-0, sections
    3 and 4.
Liu, Y., Millsap, R. E., West, S. G., Tein, J.-Y., Tanaka, R., & Grimm, K. J. (2017). Testing
    measurement invariance in longitudinal data with ordered-categorical measures.
    doi:10.1037/met0000075.
Millsap, R. E., & Yun-Tein, J. (2004). Assessing factorial invariance in ordered-categorical
    measures. doi:10.1207/S15327906MBR3903_4.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations
from types import MappingProxyType

from psychometrics.cfa.model import Matrix, Model, Parameter, Parameterization, fixed, free
from psychometrics.invariance.longitudinal_layout import Placement
from psychometrics.invariance.options import BY_EXPANSION, PowerOptions, Step

ORDINAL_LADDER = (Step.CONFIGURAL, Step.THRESHOLDS, Step.METRIC, Step.SCALAR, Step.STRICT)
CONTINUOUS_LADDER = (Step.CONFIGURAL, Step.METRIC, Step.SCALAR, Step.STRICT)

MADE_EQUAL: Mapping[Step, Matrix] = MappingProxyType(
    {
        Step.THRESHOLDS: Matrix.THRESHOLDS,
        Step.METRIC: Matrix.LOADINGS,
        Step.SCALAR: Matrix.INTERCEPTS,
        Step.STRICT: Matrix.RESIDUAL_COVARIANCES,
    }
)
"""What each step makes equal beyond the step before."""

NO_RELEASES: Mapping[int, Step] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """What all steps of a ladder share.

    Attributes
    ----------
    base
        The factors and their items for continuous answers, one group, without means
        (``cfa.rivals.rival_model``).
    n_groups
        Number of groups, or of occasions; the first is the reference.
    n_thresholds
        Of each item, the same in all groups; ``None`` for continuous answers.
    repeated
        Whether the groups are occasions of the same persons.
    power
        How the power of each step is found.
    """

    base: Model
    n_groups: int
    n_thresholds: tuple[int, ...] | None = None
    repeated: bool = False
    power: PowerOptions = BY_EXPANSION

    @property
    def placement(self) -> Placement:
        """Where each group's elements stand in the model of all of them."""
        return Placement(
            n_items=self.base.n_items, n_factors=self.base.n_factors, repeated=self.repeated
        )

    def free(
        self, matrix: Matrix, row: int, column: int = 0, *, group: int, start: float = float("nan")
    ) -> Parameter:
        """Return a group's own free element, given in the base model's rows and columns."""
        put = self.placement.put(fixed(matrix, row, column, value=start), group)
        return free(matrix, put.row, put.column, group=put.group, start=start)

    @property
    def ladder(self) -> tuple[Step, ...]:
        """The steps, in order."""
        return CONTINUOUS_LADDER if self.n_thresholds is None else ORDINAL_LADDER

    @property
    def dichotomous(self) -> tuple[int, ...]:
        """Numbers of the items with two categories."""
        counts = self.n_thresholds or ()
        return tuple(self.base.items[row] for row, count in enumerate(counts) if count == 1)

    def larger_step(self, step: Step) -> Step | None:
        """Return the nearest step before this one within which it lies; ``None`` for the first.

        With items of two categories the scalar step lies within the step of thresholds, not within
        the metric one: its test is of loadings and intercepts together.
        """
        if step is Step.SCALAR and self.dichotomous:
            return Step.THRESHOLDS
        position = self.ladder.index(step)
        return self.ladder[position - 1] if position else None

    def has_come(self, earlier: Step, step: Step) -> bool:
        """Whether the ladder has reached one step when it stands at another."""
        return self.ladder.index(earlier) <= self.ladder.index(step)

    def restricts(self, step: Step, row: int) -> bool:
        """Whether a step restricts the item of a row at all."""
        if self.n_thresholds is None or step is not Step.THRESHOLDS:
            return True
        return self.n_thresholds[row] > 2


@dataclass(frozen=True, slots=True)
class _Plan:
    """Which matrices are equal for which item at a step."""

    design: Design
    step: Step
    released: Mapping[int, Step] = field(default_factory=lambda: NO_RELEASES)

    def reaches(self, step: Step) -> bool:
        """Whether the ladder has come to a step (for continuous answers, thresholds never)."""
        ladder = self.design.ladder
        return step in ladder and ladder.index(step) <= ladder.index(self.step)

    def equal(self, step: Step, row: int) -> bool:
        """Whether an item's parameters that a step makes equal are so here."""
        if not self.reaches(step):
            return False
        released = self.released.get(self.design.base.items[row])
        ladder = self.design.ladder
        return released is None or ladder.index(step) < ladder.index(released)


def model_of(design: Design, step: Step, *, released: Mapping[int, Step] = NO_RELEASES) -> Model:
    """Return the model of one step.

    Parameters
    ----------
    design
        Factors, groups, categories.
    step
        A step of ``design.ladder``.
    released
        By item, the step from which on it is not held equal.

    Returns
    -------
    Model
        Named after the factors, as ``base`` is.
    """
    plan = _Plan(design, step, released)
    write = _continuous if design.n_thresholds is None else _ordinal
    rows = tuple(row for group in range(design.n_groups) for row in write(plan, group))
    parameterization = None if design.n_thresholds is None else Parameterization.THETA
    if not design.repeated:
        return replace(
            design.base, table=rows, n_groups=design.n_groups, parameterization=parameterization
        )
    occasions = range(1, design.n_groups + 1)
    return replace(
        design.base,
        items=design.base.items * design.n_groups,
        factors=tuple(f"{name} of occasion {t}" for t in occasions for name in design.base.factors),
        table=rows + tuple(_between(design)),
        parameterization=parameterization,
    )


def _between(design: Design) -> Iterator[Parameter]:
    """Write what occasions share: factors covary freely, and so do an item's residuals."""
    n_items, n_factors = design.base.n_items, design.base.n_factors
    for early, late in combinations(range(design.n_groups), 2):
        for row in range(n_factors * late, n_factors * (late + 1)):
            for column in range(n_factors * early, n_factors * (early + 1)):
                yield free(Matrix.FACTOR_COVARIANCES, row, column)
        for item in range(n_items):
            rows = n_items * late + item, n_items * early + item
            yield free(Matrix.RESIDUAL_COVARIANCES, *rows, start=0.0)


def _continuous(plan: _Plan, group: int) -> Iterator[Parameter]:
    yield from _structure(plan, group)
    for row in plan.design.base.rows(Matrix.RESIDUAL_COVARIANCES):
        equal = plan.equal(Step.STRICT, row.row)
        yield _placed(plan.design, row, group, equal=equal)
    for item in range(plan.design.base.n_items):
        element = plan.design.free(Matrix.INTERCEPTS, item, group=group)
        equal = plan.equal(Step.SCALAR, item)
        yield _shared(element, free(Matrix.INTERCEPTS, item), equal=equal)


def _ordinal(plan: _Plan, group: int) -> Iterator[Parameter]:
    yield from _structure(plan, group)
    for item, count in enumerate(plan.design.n_thresholds or ()):
        linked = plan.equal(Step.THRESHOLDS, item)
        for number in range(count):
            own = plan.design.free(Matrix.THRESHOLDS, item, number, group=group)
            yield _shared(own, free(Matrix.THRESHOLDS, item, number), equal=linked)
        yield from _scale(plan, group, item, dichotomous=count == 1)


def _scale(plan: _Plan, group: int, item: int, *, dichotomous: bool) -> Iterator[Parameter]:
    """Write intercept and residual variance of y*: origin and unit of the item in its group."""
    linked = plan.equal(Step.THRESHOLDS, item) and group > 0
    at_origin = plan.equal(Step.SCALAR, item)
    if linked and not at_origin:
        yield plan.design.free(Matrix.INTERCEPTS, item, group=group, start=0.0)
    unit_known = plan.equal(Step.STRICT, item) or (dichotomous and not at_origin)
    if linked and not unit_known:
        yield plan.design.free(Matrix.RESIDUAL_COVARIANCES, item, item, group=group, start=1.0)
    else:
        one = fixed(Matrix.RESIDUAL_COVARIANCES, item, item, value=1.0)
        yield plan.design.placement.put(one, group)


def _structure(plan: _Plan, group: int) -> Iterator[Parameter]:
    """Write loadings, factor covariances, variances and means."""
    design, base = plan.design, plan.design.base
    for row in base.rows(Matrix.LOADINGS):
        yield _placed(design, row, group, equal=plan.equal(Step.METRIC, row.row))
    for row in base.rows(Matrix.FACTOR_COVARIANCES):
        own_unit = row.row == row.column and group > 0 and plan.reaches(Step.METRIC)
        if own_unit:
            yield design.free(Matrix.FACTOR_COVARIANCES, row.row, row.row, group=group, start=1.0)
        else:
            yield _placed(design, row, group, equal=False)
    if group > 0 and plan.reaches(Step.SCALAR):
        for factor in range(base.n_factors):
            yield design.free(Matrix.FACTOR_MEANS, factor, group=group, start=0.0)


def _placed(design: Design, row: Parameter, group: int, *, equal: bool) -> Parameter:
    """Put an element of the base model into a group."""
    if row.label is None:
        return design.placement.put(row, group)
    own = design.free(row.matrix, row.row, row.column, group=group)
    return _shared(own, free(row.matrix, row.row, row.column), equal=equal)


def _shared(own: Parameter, reference: Parameter, *, equal: bool) -> Parameter:
    """Return a free element, the reference group's parameter where it is equal."""
    return replace(own, label=reference.label) if equal else own
