"""Coefficients of a total that is made of several factors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from psychometrics.cfa.competing_models import GENERAL, rival_model
from psychometrics.cfa.options import Rival, Structure
from psychometrics.errors import EstimationError
from psychometrics.instrument import Instrument
from psychometrics.reliability.omega import (
    FittedScale,
    explained_common_variance,
    fit_scale,
    omega,
)
from psychometrics.reliability.scale_reliability import IMPROPER, Sample
from psychometrics.types import Estimate

FEWEST_SUBSCALES = 3
"""Fewer leave the bifactor model's group factors without identification."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeveralFactors:
    """What the models of several factors say.

    Attributes
    ----------
    omega_total, omega_hierarchical, explained_common_variance
        Of the total.
    omega_specific
        Of each subscale, by its name.
    cautions
        Doubts about the models.
    """

    omega_total: Estimate
    omega_hierarchical: Estimate
    explained_common_variance: Estimate
    omega_specific: Mapping[str, Estimate]
    cautions: tuple[str, ...]


def several_factors(instrument: Instrument, sample: Sample) -> SeveralFactors:
    """Fit one factor for each subscale, and the bifactor model.

    Parameters
    ----------
    instrument
        Its subscales are the factors.
    sample
        Complete answers to the scored items.
    """
    if sample.reason is not None:
        return _nothing(instrument, Estimate(estimate=None, reason=sample.reason), sample.reason)
    cautions: list[str] = []
    total = _omega_total(instrument, sample, cautions)
    bifactor = _bifactor(instrument, sample)
    if isinstance(bifactor, str):
        return _nothing(instrument, total, bifactor, tuple(cautions))
    model = bifactor.fitted.layout.model
    general = model.factors.index(GENERAL)
    specific = {
        scale.name: omega(
            bifactor,
            factors=[model.factors.index(scale.name)],
            rows=[model.items.index(item) for item in scale.items],
        )
        for scale in instrument
    }
    return SeveralFactors(
        omega_total=total,
        omega_hierarchical=sample.estimate(omega(bifactor, factors=[general])),
        explained_common_variance=sample.estimate(explained_common_variance(bifactor, general)),
        omega_specific={name: sample.estimate(value) for name, value in specific.items()},
        cautions=tuple(cautions),
    )


def _nothing(
    instrument: Instrument, total: Estimate, reason: str, cautions: tuple[str, ...] = ()
) -> SeveralFactors:
    nothing = Estimate(estimate=None, reason=reason)
    return SeveralFactors(
        omega_total=total,
        omega_hierarchical=nothing,
        explained_common_variance=nothing,
        omega_specific={scale.name: nothing for scale in instrument},
        cautions=cautions,
    )


def _omega_total(instrument: Instrument, sample: Sample, cautions: list[str]) -> Estimate:
    fitted = _fit(instrument, sample, Structure.CORRELATED_FACTORS)
    if isinstance(fitted, str):
        return Estimate(estimate=None, reason=fitted)
    if not fitted.converged:
        return Estimate(estimate=None, reason=fitted.fitted.minimum.convergence.value)
    cautions.extend(f"omega_total: {sentence}" for sentence in fitted.improprieties)
    found = omega(fitted)
    if fitted.improprieties:
        return Estimate(estimate=found.value, reason=IMPROPER)
    return sample.estimate(found)


def _bifactor(instrument: Instrument, sample: Sample) -> FittedScale | str:
    if len(instrument.subscales) < FEWEST_SUBSCALES:
        return "a bifactor model needs at least three subscales"
    fitted = _fit(instrument, sample, Structure.BIFACTOR)
    if isinstance(fitted, str):
        return fitted
    if fitted.improprieties:
        return "The bifactor model is not proper: " + " ".join(fitted.improprieties)
    return fitted


def _fit(instrument: Instrument, sample: Sample, structure: Structure) -> FittedScale | str:
    try:
        return fit_scale(rival_model(instrument, Rival(structure=structure)), sample.answers)
    except EstimationError as error:
        return error.reason
