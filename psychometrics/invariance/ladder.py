"""Climb the ladder: fit each step, compare it with the one it lies in, judge it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from psychometrics.cfa.difference import Difference
from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.reporting import describe_fit
from psychometrics.cfa.results import ModelResult
from psychometrics.invariance.decision_rules import (
    ENOUGH_POWER,
    TEST_RATE,
    delta,
    difference_stands,
    first_rule,
    fits,
    items_stand,
    rests_on_power,
    rule,
    tenable,
    within,
)
from psychometrics.invariance.equivalence_test import CONCERNS, EXCLUSION_RATE, exclusions
from psychometrics.invariance.identification import NO_RELEASES, Design, model_of
from psychometrics.invariance.item_modification_indices import corrected, looks, worst
from psychometrics.invariance.options import PowerMethod, Step
from psychometrics.invariance.power import DEPARTURES, least_departure, power
from psychometrics.invariance.prepared_data import Evidence
from psychometrics.invariance.results import Checks, DifferenceResult, SingleItem, StepResult
from psychometrics.invariance.score_test import Extension, extension_of
from psychometrics.invariance.simulated_power import SimulatedPower, simulated_power
from psychometrics.margin import above, below
from psychometrics.types import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """A fitted and judged step.

    Attributes
    ----------
    step
        Which.
    fitted
        Its model.
    result
        What is said of it.
    equivalent
        Whether it says the step before in other words (no degree of freedom between them).
    """

    step: Step
    fitted: Fitted
    result: StepResult
    equivalent: bool = False

    @property
    def rejected(self) -> bool:
        """Whether the step is rejected, as a whole or for a single item."""
        checks = self.result.checks
        return checks.difference is False or checks.items is False


def climb(design: Design, evidence: Evidence, *, progress: Progress) -> tuple[Rung, ...]:
    """Fit and judge every step, with no item released."""
    rungs: dict[Step, Rung] = {}
    for done, step in enumerate(design.ladder):
        progress(done, len(design.ladder), step.value)
        rungs[step] = rung(design, evidence, step, rungs)
    progress(len(design.ladder), len(design.ladder), "done")
    return tuple(rungs.values())


def rung(
    design: Design,
    evidence: Evidence,
    step: Step,
    below: Mapping[Step, Rung],
    *,
    released: Mapping[int, Step] = NO_RELEASES,
) -> Rung:
    """Fit and judge one step.

    Parameters
    ----------
    design, evidence
        The ladder and the answers.
    step
        Which step.
    below
        The steps before it.
    released
        By item, the step from which on it is not held equal.
    """
    fitted = evidence.estimation.fit(model_of(design, step, released=released))
    larger = design.larger_step(step)
    items = tuple(sorted(item for item, since in released.items() if design.has_come(since, step)))
    if larger is None:
        return Rung(step=step, fitted=fitted, result=_first(step, describe_fit(fitted)))
    against = below[larger]
    difference = evidence.difference(fitted, against.fitted)
    if difference.df <= 0:
        result = _not_a_restriction(step, describe_fit(fitted), larger)
        return Rung(step=step, fitted=fitted, result=result, equivalent=difference.df == 0)
    trial = _Trial(
        design=design,
        evidence=evidence,
        step=step,
        fitted=fitted,
        against=against,
        difference=difference,
    )
    result = replace(_judged(trial, _items(trial, released)), released=items)
    return Rung(step=step, fitted=fitted, result=result)


def level(rungs: Sequence[Rung]) -> str | None:
    """Return the name of the last tenable step, steps without a restriction passed over."""
    reached = None
    for one in rungs:
        if one.equivalent:
            continue
        if one.result.tenable is not True:
            break
        reached = one.step.value
    return reached


def _first(step: Step, model: ModelResult) -> StepResult:
    admissible = model.converged and model.proper
    fit = fits(model)
    return StepResult(
        step=step.value,
        model=model,
        compared_with=None,
        difference=None,
        delta=None,
        tenable=fit if admissible else None,
        checks=Checks(
            admissible=admissible,
            difference=None,
            items=None,
            indices=fit,
            single=None,
            power=None,
        ),
        rule=first_rule(),
    )


def _not_a_restriction(step: Step, model: ModelResult, larger: Step) -> StepResult:
    return StepResult(
        step=step.value,
        model=model,
        compared_with=larger.value,
        difference=None,
        delta=None,
        tenable=None,
        checks=Checks(
            admissible=model.converged and model.proper,
            difference=None,
            items=None,
            indices=None,
            single=None,
            power=None,
        ),
        rule=(
            "Not testable: with so few categories this step does not restrict the one it is "
            "compared with."
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    """A step on trial.

    Attributes
    ----------
    design, evidence
        The ladder and the answers.
    step, fitted
        The step and its model.
    against
        The step that it lies in.
    difference
        The test of one against the other.
    """

    design: Design
    evidence: Evidence
    step: Step
    fitted: Fitted
    against: Rung
    difference: Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class _Items:
    """What a step's items say, all from one extension.

    Attributes
    ----------
    stand
        Whether no item stands out.
    single
        The item whose departure of concern is excluded least.
    power
        Of the difference test, by the expansion.
    extension
        What all of it comes from.
    """

    stand: bool | None = None
    single: SingleItem | None = None
    power: float | None = None
    extension: Extension | None = None


def _judged(trial: _Trial, found: _Items) -> StepResult:
    """Judge a step by its tests, the indices' changes, and the power there was."""
    model, difference = describe_fit(trial.fitted), trial.difference
    change = delta(model, trial.against.result.model)
    checks = Checks(
        admissible=model.converged and model.proper,
        difference=difference_stands(difference.p_value, items=found.stand),
        items=found.stand,
        indices=within(change, trial.step, trial.evidence.total),
        single=None if found.single is None else below(found.single.p_value, EXCLUSION_RATE),
        power=None if found.power is None else above(found.power, ENOUGH_POWER),
    )
    method, seen, used = PowerMethod.ANALYTIC, found.power, None
    if trial.design.power.method is PowerMethod.SIMULATED and rests_on_power(checks):
        simulated = _simulated(trial, found.extension)
        used = None if simulated is None else simulated.used
        if simulated is not None and simulated.power is not None:
            method, seen = PowerMethod.SIMULATED, simulated.power
            checks = replace(checks, power=simulated.power >= ENOUGH_POWER)
    return StepResult(
        step=trial.step.value,
        model=model,
        compared_with=trial.against.step.value,
        difference=DifferenceResult(
            chi_square=difference.chi_square, df=difference.df, p_value=difference.p_value
        ),
        delta=change,
        tenable=tenable(checks),
        checks=checks,
        rule=rule(trial.step, trial.evidence.total),
        error_rate=TEST_RATE,
        power=seen,
        power_method=method.value,
        power_samples_used=used,
        departure=DEPARTURES[trial.step],
        single=found.single,
    )


def _simulated(trial: _Trial, extension: Extension | None) -> SimulatedPower | None:
    """Find a step's power by simulation, the same for the same answers and seed."""
    if extension is None:
        return None
    design, fitted, step = trial.design, trial.fitted, trial.step
    departure = least_departure(extension, fitted=fitted, design=design, step=step)
    if departure is None:
        return None
    return simulated_power(
        extension,
        departure,
        models=(fitted, trial.against.fitted),
        evidence=trial.evidence,
        level=TEST_RATE,
        replicates=design.power.replicates,
        rng=np.random.default_rng([design.power.seed, design.ladder.index(step)]),
    )


def _items(trial: _Trial, released: Mapping[int, Step]) -> _Items:
    """Look at the items that a step restricts."""
    design, evidence, fitted, step = trial.design, trial.evidence, trial.fitted, trial.step
    rows = [
        row
        for row, item in enumerate(design.base.items)
        if item not in released and design.restricts(step, row)
    ]
    if not rows:
        return _Items()
    extension = extension_of(fitted, rows, design=design, step=step, evidence=evidence)
    if extension is None:
        return _Items()
    found = looks(extension, design, evidence.total, rows)
    look = worst(found)
    single = max(
        exclusions(
            extension, rows, fitted=fitted, larger=trial.against.fitted, design=design, step=step
        ),
        key=lambda one: one.p_value,
    )
    return _Items(
        stand=None
        if look is None
        else items_stand(corrected(look, len(found)), trial.difference.p_value),
        single=SingleItem(item=single.item, p_value=single.p_value, departure=CONCERNS[step]),
        power=power(
            extension,
            fitted=fitted,
            design=design,
            step=step,
            evidence=evidence,
            df=trial.difference.df,
            level=TEST_RATE,
        ),
        extension=extension,
    )
