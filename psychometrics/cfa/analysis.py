"""Fit the rival models of an instrument to a sample and say which to prefer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from psychometrics.cfa.competing_models import (
    check_items,
    check_rivals,
    rival_model,
    rivals_of,
    with_intercepts,
    with_thresholds,
)
from psychometrics.cfa.complete_data import complete_answers
from psychometrics.cfa.difference import Difference, likelihood_ratio, satorra_2000, satorra_bentler
from psychometrics.cfa.fiml import fit_fiml
from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.ml import fit_ml
from psychometrics.cfa.model import Model, Parameterization
from psychometrics.cfa.model_selection import RULE, best_rival
from psychometrics.cfa.options import CfaOptions, Estimator, Missing, Rival, Structure
from psychometrics.cfa.reporting import (
    describe,
    information_criteria,
    without_fit_of_improper,
)
from psychometrics.cfa.results import CfaResult, HeterotraitMonotrait, ModelResult
from psychometrics.cfa.saturated_model import incomplete_answers
from psychometrics.cfa.validity_indices import InfluenceAlong, heterotrait_monotrait
from psychometrics.cfa.wlsmv import fit_wlsmv, sample_of
from psychometrics.clusters import (
    Clusters,
    Membership,
    few_directions,
    membership,
    with_clusters,
)
from psychometrics.correlation.missing import MissingPolicy
from psychometrics.correlation.polychoric import ordinal_moments
from psychometrics.errors import EstimationError
from psychometrics.responses import ResponseMatrix
from psychometrics.types import FloatArray, IntArray, Progress, no_progress


@dataclass(frozen=True, slots=True, kw_only=True)
class _Method:
    """A sample ready to be fitted: what is left of an estimator once it has met the answers."""

    fit: Callable[[Model], Fitted]
    difference: Callable[[Fitted, Fitted], Difference]
    n_persons: int
    cautions: tuple[str, ...] = ()
    clusters: Clusters | None = None
    codes: IntArray | None = None
    along: InfluenceAlong | None = None

    @property
    def most_parameters(self) -> int:
        """From how many parameters on the robust test of a model has no regular form."""
        directions = self.n_persons if self.clusters is None else self.clusters.n_clusters - 1
        return min(self.n_persons, directions)


def analyse(
    responses: ResponseMatrix, options: CfaOptions, *, progress: Progress = no_progress
) -> CfaResult:
    """Fit rival models to one sample.

    Parameters
    ----------
    responses
        Answers as given; reverse-keyed items are recoded here.
    options
        Which models, how estimated, what to do about missing answers.
    progress
        Told after each model.

    Returns
    -------
    CfaResult
        The models in the order asked for.

    Raises
    ------
    OptionError
        When a model, a treatment of missing answers or a cluster column has no meaning here.
    EstimationError
        When nothing can be estimated from these answers.
    """
    instrument = responses.instrument
    check_items(instrument)
    asked = options.models if options.models is not None else rivals_of(instrument)
    rivals = tuple(rival.named_for(len(instrument.subscales)) for rival in asked)
    check_rivals(instrument, rivals)
    robust = options.estimator is not Estimator.ML
    used = with_clusters(responses, options.cluster, robust=robust)
    missing = options.treatment(complete=bool(used.complete.all()))
    method = _method(used, options, missing)
    fits = []
    for done, rival in enumerate(rivals):
        progress(done, len(rivals), rival.name)
        fits.append(method.fit(rival_model(instrument, rival)))
    progress(len(rivals), len(rivals), "done")
    models = tuple(without_fit_of_improper(describe(fitted)) for fitted in fits)
    candidates = [
        (rival, fitted)
        for rival, fitted, model in zip(rivals, fits, models, strict=True)
        if model.proper and model.n_parameters <= method.most_parameters
    ]
    if any(rival.structure is Structure.BIFACTOR for rival, _ in candidates):
        candidates = _without_costly_bifactor(used, options, candidates)
    return CfaResult(
        estimator=options.estimator.value,
        missing=missing.value,
        n_persons=method.n_persons,
        models=models,
        best=best_rival(candidates, lambda small, large: method.difference(small, large).p_value),
        best_rule=RULE,
        cautions=(
            *_cluster_cautions(responses.n_persons - used.n_persons, method.clusters, models),
            *method.cautions,
        ),
        heterotrait_monotrait=tuple(
            HeterotraitMonotrait(
                factors=pair,
                ratio=ratio.estimate,
                standard_error=ratio.standard_error,
                interval=ratio.interval,
                reason=ratio.reason,
            )
            for pair, ratio in heterotrait_monotrait(
                _correlations(fits[0]), instrument, method.along, clusters=method.codes
            ).items()
        ),
        cluster=method.clusters,
    )


def _without_costly_bifactor(
    used: ResponseMatrix, options: CfaOptions, candidates: list[tuple[Rival, Fitted]]
) -> list[tuple[Rival, Fitted]]:
    """Set aside bifactor models that cost more parameters than they explain, by the BIC of MLR."""
    bic = _bic_by(used, options, candidates)
    simpler = [
        value for rival, value in bic.items() if rival.structure is Structure.CORRELATED_FACTORS
    ]
    least = min(simpler, default=np.inf)
    return [
        (rival, fitted)
        for rival, fitted in candidates
        if rival.structure is not Structure.BIFACTOR or bic[rival] <= least
    ]


def _bic_by(
    used: ResponseMatrix, options: CfaOptions, candidates: list[tuple[Rival, Fitted]]
) -> dict[Rival, float]:
    """Return the BIC of the bifactor candidates, and of one factor a subscale, under MLR."""
    compared = {rival.method for rival, _ in candidates if rival.structure is Structure.BIFACTOR}
    rivals = [
        Rival(structure=structure, method=method)
        for method in compared
        for structure in (Structure.CORRELATED_FACTORS, Structure.BIFACTOR)
    ]
    known = dict(candidates)
    likely = replace(options, estimator=Estimator.MLR, missing=None)
    treatment = likely.treatment(complete=bool(used.complete.all()))
    fit = _method(used, likely, treatment).fit
    found: dict[Rival, float] = {}
    for rival in rivals:
        fitted = known.get(rival)
        if fitted is None or fitted.log_likelihood is None:
            fitted = fit(rival_model(used.instrument, rival))
        bic = information_criteria(fitted)[1]
        found[rival] = np.inf if bic is None else bic
    return found


def _cluster_cautions(
    n_without: int, clusters: Clusters | None, models: Sequence[ModelResult]
) -> Iterator[str]:
    if clusters is None:
        return
    if n_without:
        yield f"{n_without} person(s) without a value of the cluster column are left out."
    yield from clusters.cautions
    directions = clusters.n_clusters - 1
    many = [model.model for model in models if model.n_parameters > directions]
    if many:
        yield few_directions(directions, many)


def _members(used: ResponseMatrix, column: str | None) -> Membership | None:
    return None if column is None else membership(used, column)


def _correlations(fitted: Fitted) -> FloatArray:
    covariance = fitted.samples[0].covariance
    scale = np.sqrt(np.diagonal(covariance))
    return np.asarray(covariance / np.outer(scale, scale))


def _method(responses: ResponseMatrix, options: CfaOptions, missing: Missing) -> _Method:
    if options.estimator is Estimator.WLSMV:
        return _ordinal(responses, missing, options.cluster)
    prepare = _incomplete if missing is Missing.FIML else _complete
    return prepare(responses, options.cluster, robust=options.estimator is Estimator.MLR)


def _complete(responses: ResponseMatrix, cluster: str | None, *, robust: bool) -> _Method:
    used = responses.rows(responses.complete)
    answers = used.scored
    if answers.shape[0] < 2:
        raise EstimationError(
            "covariance matrix", f"{answers.shape[0]} complete rows; at least two are needed"
        )
    members = _members(used, cluster)
    codes = None if members is None else members.codes
    sample = (complete_answers(answers, responses.instrument.scored_items, codes),)

    def fit(model: Model) -> Fitted:
        return fit_ml(model if codes is None else with_intercepts(model), sample, robust=robust)

    return _Method(
        fit=fit,
        difference=satorra_bentler if robust else likelihood_ratio,
        n_persons=answers.shape[0],
        clusters=None if members is None else members.described,
        codes=codes,
        along=sample[0].influence_along,
    )


def _incomplete(responses: ResponseMatrix, cluster: str | None, *, robust: bool) -> _Method:
    answered = np.isfinite(responses.scored).any(axis=1)
    used = responses.rows(np.asarray(answered))
    members = _members(used, cluster)
    codes = None if members is None else members.codes
    sample = (incomplete_answers(used.scored, responses.instrument.scored_items, codes),)
    return _Method(
        fit=lambda model: fit_fiml(with_intercepts(model), sample, robust=robust),
        difference=satorra_bentler if robust else likelihood_ratio,
        n_persons=sample[0].sample.n_persons,
        clusters=None if members is None else members.described,
    )


def _ordinal(responses: ResponseMatrix, missing: Missing, cluster: str | None) -> _Method:
    policy = MissingPolicy.PAIRWISE if missing is Missing.PAIRWISE else MissingPolicy.LISTWISE
    items = responses.instrument.scored_items
    moments = ordinal_moments(responses.scored, items=items, missing=policy)
    members = _members(responses.rows(moments.rows), cluster)
    codes = None if members is None else members.codes
    sample = (sample_of(moments, codes),)
    counts = moments.n_thresholds

    def along(slopes: FloatArray) -> FloatArray:
        of_all = np.zeros(moments.influence.n_moments)
        of_all[of_all.size - slopes.size :] = slopes
        return moments.influence.along(of_all, left_out=True)

    return _Method(
        fit=lambda model: fit_wlsmv(with_thresholds(model, counts, Parameterization.DELTA), sample),
        difference=satorra_2000,
        n_persons=moments.n_persons,
        cautions=moments.cautions,
        clusters=None if members is None else members.described,
        codes=codes,
        along=along,
    )
