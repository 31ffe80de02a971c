"""Cut-offs of fit indices for one model, one sample size and one set of loadings.

Fixed cut-offs mean different things for different models. Here the fitted model is taken for true,
samples of the same size are drawn from it and from populations in which it is wrong by a stated
amount (`misspecification`), and it is fitted to all of them. The cut-off of an index is its value
that 95% of the wrong models exceed, provided that at most 5% of the right ones do; failing that the
same with 90% and 10%; failing that the two cannot be told apart and there is none.

References
----------
McNeish, D., & Wolf, M. G. (2023). Dynamic fit index cutoffs for confirmatory factor analysis
models. Psychological Methods, 28, 61–88. doi:10.1037/met0000425

Notes
-----
The rule of the percentiles is recalled from the paper, not verified against its text.
"""

from __future__ import annotations

import numpy as np

from psychometrics.cfa.competing_models import check_rivals
from psychometrics.cfa.options import Estimator, Structure
from psychometrics.errors import OptionError
from psychometrics.responses import ResponseMatrix
from psychometrics.simulation.experiments import continuous, ordinal
from psychometrics.simulation.misspecification import misspecifications
from psychometrics.simulation.options import CutoffOptions
from psychometrics.simulation.results import Cutoff, CutoffLevel, CutoffResult
from psychometrics.types import FloatArray, Progress, no_progress

SEPARATIONS = (0.95, 0.90)
SIMPLE = (Structure.ONE_FACTOR, Structure.TWO_FACTOR, Structure.CORRELATED_FACTORS)
FEW_CONVERGED = 0.9
METHOD = (
    "Model-specific cut-offs after McNeish and Wolf (2023): the value that 95% (or 90%) of "
    "simulated wrong models exceed while at most 5% (10%) of simulated right models do."
)


def analyse(
    responses: ResponseMatrix, options: CutoffOptions, *, progress: Progress = no_progress
) -> CutoffResult:
    """Simulate cut-offs of SRMR, RMSEA and CFI for one model and this sample.

    Parameters
    ----------
    responses
        Answers as given; rows with missing answers are left out.
    options
        Which model, how many replicates, which seed.
    progress
        Told after each population.

    Returns
    -------
    CutoffResult
        The sample's own indices beside the cut-offs of each level.

    Raises
    ------
    OptionError
        The model has no such cut-offs, or has no meaning for this instrument.
    EstimationError
        The model cannot be fitted to the sample, or its solution is not proper.

    References
    ----------
    McNeish & Wolf (2023), see the module.
    """
    _check_options(responses, options)
    rng = np.random.default_rng(options.seed)
    prepare = ordinal if options.estimator is Estimator.WLSMV else continuous
    experiment = prepare(responses, options, rng)
    wrong = misspecifications(experiment.model)
    progress(0, len(wrong) + 1, "right model")
    correct = experiment.simulate(experiment.model.correlations)
    levels = []
    for number, population in enumerate(wrong, start=1):
        progress(number, len(wrong) + 1, f"misspecification {number}")
        indices = experiment.simulate(population.correlations)
        levels.append(
            CutoffLevel(
                level=number,
                cross_loadings=population.cross_loadings,
                residual_correlations=population.residual_correlations,
                srmr=_cutoff(correct.srmr, indices.srmr),
                rmsea=_cutoff(correct.rmsea, indices.rmsea),
                cfi=_mirrored(_cutoff(-correct.cfi, -indices.cfi)),
                n_converged=len(indices.srmr),
            )
        )
    progress(len(wrong) + 1, len(wrong) + 1, "done")
    return CutoffResult(
        model=options.model.named_for(len(responses.instrument.subscales)).name,
        estimator=options.estimator.value,
        n_persons=experiment.n_persons,
        replicates=options.replicates,
        seed=options.seed,
        n_converged=len(correct.srmr),
        observed=experiment.observed,
        levels=tuple(levels),
        method=METHOD,
        cautions=experiment.cautions
        + _cautions([len(correct.srmr), *(level.n_converged for level in levels)], options),
    )


def _check_options(responses: ResponseMatrix, options: CutoffOptions) -> None:
    if options.model.structure not in SIMPLE or options.model.method:
        names = ", ".join(structure.value for structure in SIMPLE)
        raise OptionError("model", f"cut-offs exist for {names}, without a method factor")
    if options.estimator not in (Estimator.ML, Estimator.WLSMV):
        raise OptionError("estimator", "cut-offs are simulated under ML or WLSMV")
    check_rivals(responses.instrument, (options.model,))


def _cutoff(correct: FloatArray, misspecified: FloatArray) -> Cutoff:
    """Find where an index that is large for bad fit separates wrong from right models."""
    value = separation = None
    for share in SEPARATIONS:
        found = float(np.quantile(misspecified, 1 - share))
        if found >= np.quantile(correct, share):
            value, separation = found, share
            break
    return Cutoff(
        value=value,
        separation=separation,
        correct=float(np.median(correct)),
        misspecified=float(np.median(misspecified)),
    )


def _mirrored(cutoff: Cutoff) -> Cutoff:
    """Turn the cut-off of a negated index back."""
    return Cutoff(
        value=None if cutoff.value is None else -cutoff.value,
        separation=cutoff.separation,
        correct=-cutoff.correct,
        misspecified=-cutoff.misspecified,
    )


def _cautions(converged: list[int], options: CutoffOptions) -> tuple[str, ...]:
    cautions = ["details of the procedure are recalled, not verified against the published papers"]
    if min(converged) < FEW_CONVERGED * options.replicates:
        cautions.append(
            f"only {min(converged)} of {options.replicates} replicates converged in one population"
        )
    return tuple(cautions)
