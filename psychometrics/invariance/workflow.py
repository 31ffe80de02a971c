"""The ladder, climbed and searched, once for both kinds that rest on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from psychometrics.cfa.competing_models import check_rivals, rival_model
from psychometrics.cfa.options import Estimator, Missing, Rival, Structure
from psychometrics.clusters import few_directions, with_clusters
from psychometrics.errors import OptionError
from psychometrics.invariance.groups import Group, groups_of, without_group
from psychometrics.invariance.identification import Design
from psychometrics.invariance.ladder import Rung, climb
from psychometrics.invariance.longitudinal import (
    absences,
    occasions_of,
    some_person_twice,
    without_occasion,
)
from psychometrics.invariance.options import InvarianceOptions, PowerMethod
from psychometrics.invariance.partial_invariance import Search, search
from psychometrics.invariance.prepared_data import Evidence, evidence_of
from psychometrics.invariance.results import GroupResult
from psychometrics.invariance.unused_categories import unused_categories
from psychometrics.responses import ResponseMatrix
from psychometrics.types import Progress

_SIMPLE = frozenset({Structure.ONE_FACTOR, Structure.TWO_FACTOR, Structure.CORRELATED_FACTORS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What is known of groups' invariance.

    Attributes
    ----------
    groups
        Their rows, the reference first.
    missing
        How missing answers were treated.
    evidence, design
        The answers and what all steps share.
    rungs
        The ladder without releases.
    search
        The ladder with items released, where a step up to the scalar one was rejected.
    cautions
        What is doubtful about the answers.
    """

    groups: tuple[Group, ...]
    missing: Missing
    evidence: Evidence
    design: Design
    rungs: tuple[Rung, ...]
    search: Search | None
    cautions: tuple[str, ...]

    @property
    def group_results(self) -> tuple[GroupResult, ...]:
        """The groups and the persons used."""
        pairs = zip(self.evidence.names, self.evidence.n_persons, strict=True)
        return tuple(GroupResult(name=name, n=n) for name, n in pairs)


def study(responses: ResponseMatrix, options: InvarianceOptions, *, progress: Progress) -> Study:
    """Climb the ladder and search for items that differ.

    Raises
    ------
    OptionError
        When an option has no meaning here.
    EstimationError
        When a group's answers cannot be modelled.
    """
    rival = _rival(responses, options)
    _check_power(options)
    used = _clustered(responses, options)
    groups = _divided(used, options)
    missing = _treatment(groups, options)
    evidence = evidence_of(groups, options=options, missing=missing)
    design = Design(
        base=rival_model(responses.instrument, rival),
        n_groups=evidence.n_groups,
        n_thresholds=evidence.n_thresholds,
        repeated=options.repeated,
        power=options.power,
    )
    rungs = climb(design, evidence, progress=progress)
    return Study(
        groups=groups,
        missing=missing,
        evidence=evidence,
        design=design,
        rungs=rungs,
        search=search(design, evidence, rungs),
        cautions=(
            *_cluster_cautions(responses.n_persons - used.n_persons, groups, evidence, rungs[0]),
            *_left_out(used, options, groups, evidence),
            *evidence.cautions,
            *unused_categories(design, evidence),
        ),
    )


def compared(responses: ResponseMatrix, options: InvarianceOptions) -> tuple[Group, ...]:
    """Divide the rows that count into what is compared.

    Raises
    ------
    OptionError, EstimationError
        As ``with_clusters``, ``groups_of`` and ``occasions_of``.
    """
    return _divided(_clustered(responses, options), options)


def _clustered(responses: ResponseMatrix, options: InvarianceOptions) -> ResponseMatrix:
    robust = options.estimator is not Estimator.ML
    return with_clusters(responses, options.cluster, robust=robust)


def _divided(responses: ResponseMatrix, options: InvarianceOptions) -> tuple[Group, ...]:
    """Divide rows into groups, or into occasions of the same persons."""
    return (occasions_of if options.repeated else groups_of)(responses, options)


def _check_power(options: InvarianceOptions) -> None:
    if options.cluster is not None and options.power.method is PowerMethod.SIMULATED:
        raise OptionError(
            "power",
            "'simulated' draws independent persons; with 'cluster' only 'analytic' allows for them",
        )


def _cluster_cautions(
    n_without: int, groups: tuple[Group, ...], evidence: Evidence, first: Rung
) -> Iterator[str]:
    clusters = evidence.clusters
    if clusters is None:
        return
    if n_without:
        yield f"{n_without} rows without a value of the cluster column were left out."
    yield from clusters.cautions
    directions = clusters.n_clusters - first.fitted.n_groups
    if directions < first.fitted.theta.size:
        yield few_directions(directions, [first.step.value])
    names = [set(group.responses.columns[clusters.column].tolist()) for group in groups]
    if first.fitted.n_groups > 1 and len(set.union(*names)) < sum(map(len, names)):
        yield (
            "Some clusters have persons in several groups; errors allow for clusters within each "
            "group, not for what groups share."
        )


def _left_out(
    responses: ResponseMatrix,
    options: InvarianceOptions,
    groups: tuple[Group, ...],
    evidence: Evidence,
) -> Iterator[str]:
    """Say which rows and persons do not count, or only in part."""
    if not options.repeated:
        n_rows = without_group(responses, options)
        if n_rows:
            yield f"{n_rows} rows name no group and were left out."
        if some_person_twice(responses):
            yield (
                "Some persons have several responses, and the tests take them for different "
                "persons; the option 'occasion' compares the same persons' occasions."
            )
        return
    n_rows = without_occasion(responses, options)
    if n_rows:
        yield f"{n_rows} rows name no person or no occasion and were left out."
    n_persons = groups[0].responses.n_persons
    n_absent, n_unused = absences(groups), n_persons - evidence.total
    if n_absent:
        yield f"{n_absent} of {n_persons} persons have no answer on at least one occasion."
    if n_unused:
        yield f"{n_unused} of {n_persons} persons lack answers and were left out."


def _rival(responses: ResponseMatrix, options: InvarianceOptions) -> Rival:
    if options.structure not in _SIMPLE:
        raise OptionError("structure", "must be one-factor, two-factor or correlated-factors")
    rival = options.rival.named_for(len(responses.instrument.subscales))
    check_rivals(responses.instrument, (rival,))
    return rival


def _treatment(groups: tuple[Group, ...], options: InvarianceOptions) -> Missing:
    """Return the treatment of missing answers: the option's, or the estimator's usual one."""
    if options.missing is not None:
        return options.missing
    complete = all(bool(group.responses.complete.all()) for group in groups)
    if options.estimator is Estimator.WLSMV or complete:
        return Missing.LISTWISE
    return Missing.FIML
