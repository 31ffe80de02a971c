"""Everything that is said of one fitted scale."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from psychometrics.errors import EstimationError
from psychometrics.irt.category_order import merger_proposals
from psychometrics.irt.fitted_scale import FittedScale, fit_scale
from psychometrics.irt.item_fit import item_fit
from psychometrics.irt.limited_information import limited_information_fit
from psychometrics.irt.local_dependence import q3
from psychometrics.irt.mean_squares import (
    NOISY,
    MeanSquarePair,
    item_mean_squares,
    person_mean_squares,
)
from psychometrics.irt.options import Detail, IrtOptions, ModelName
from psychometrics.irt.person_fit import CRITICAL, person_fit
from psychometrics.irt.q3_critical import critical_q3, distance_of_largest
from psychometrics.irt.results import (
    CategoryMerger,
    InformationCurve,
    ItemEstimates,
    ItemFit,
    MeanSquares,
    PairDependence,
    PersonFit,
    PersonScore,
    Q3Critical,
    ScaleFit,
    ScaleIrt,
    ScoreReliability,
    SumScore,
)
from psychometrics.irt.sample_sizes import FEWEST_PERSONS, persons_for_model
from psychometrics.irt.scalability import scalability
from psychometrics.irt.score_reliability import empirical_reliability, marginal_reliability
from psychometrics.irt.short_form import short_forms
from psychometrics.irt.structural_validity import structural_validity
from psychometrics.irt.targeting import targeting
from psychometrics.irt.trait_scores import sum_score_conversion
from psychometrics.types import FloatArray

_CURVE = np.linspace(-4.0, 4.0, 33)
_NO_DISCRIMINATION = 1e-2
_STEEP = 6.0


def scale_results(answers: FloatArray, items: Sequence[int], options: IrtOptions) -> ScaleIrt:
    """Fit one scale and describe it; what cannot be fitted says why.

    Parameters
    ----------
    answers
        Recoded, shape (n_persons, n_items), missing is ``nan``.
    items
        The items' numbers.
    options
        What was chosen.
    """
    answers = answers[np.isfinite(answers).any(axis=1)]
    if answers.shape[0] < FEWEST_PERSONS:
        reason = f"needs at least {FEWEST_PERSONS} persons with answers"
        return _not_estimated(answers, options, reason)
    try:
        scale = fit_scale(answers, items, model=options.model, rasch=options.rasch)
    except EstimationError as error:
        return _not_estimated(answers, options, error.reason)
    return _described(scale, answers, options)


def _not_estimated(answers: FloatArray, options: IrtOptions, reason: str) -> ScaleIrt:
    return ScaleIrt(
        n_persons=answers.shape[0],
        n_complete=int(np.isfinite(answers).all(axis=1).sum()),
        model=options.model.value,
        rasch=options.rasch,
        converged=False,
        log_likelihood=None,
        n_parameters=None,
        aic=None,
        bic=None,
        variance=None,
        variance_standard_error=None,
        items=(),
        fit=None,
        fit_reason=reason,
        score_fit=None,
        local_dependence=(),
        q3_critical=None,
        information=None,
        reliability=None,
        targeting=None,
        conversion=(),
        short_forms=(),
        person_fit=None,
        structural_validity=None,
        scores=None,
        reason=reason,
        cautions=(),
    )


def _described(scale: FittedScale, answers: FloatArray, options: IrtOptions) -> ScaleIrt:
    estimates, complete = scale.estimates, scale.complete
    n_free, deviance = estimates.problem.layout.n_free, -2.0 * estimates.log_likelihood
    items = _items(scale, answers, options)
    fit, fit_reason = _fit(scale)
    residuals = q3(scale.items, scale.patterns, scale.pattern_scores.theta)
    critical = _q3_critical(scale, residuals, options)
    lz = person_fit(scale.items, scale.patterns, scale.pattern_scores.theta)
    squares = (
        person_mean_squares(
            scale.items,
            scale.patterns.codes,
            scale.estimates.posteriors[0].weights,
            scale.points,
        )
        if options.model is ModelName.PARTIAL_CREDIT
        else None
    )
    information = scale.items.information(scale.points)
    scores = scale.person_scores
    return ScaleIrt(
        n_persons=scale.patterns.n_persons,
        n_complete=complete.shape[0],
        model=options.model.value,
        rasch=options.rasch,
        converged=True,
        log_likelihood=estimates.log_likelihood,
        n_parameters=n_free,
        aic=deviance + 2.0 * n_free,
        bic=deviance + n_free * float(np.log(scale.patterns.n_persons)),
        variance=scale.unit**2 if scale.rasch else None,
        variance_standard_error=scale.variance_standard_error(),
        items=items,
        fit=fit,
        fit_reason=fit_reason,
        score_fit=None if fit is None else _limited_information(scale, by_category=False),
        local_dependence=_pairs(scale, residuals, critical),
        q3_critical=critical,
        information=_curve(scale),
        reliability=ScoreReliability(
            marginal=marginal_reliability(information, scale.density),
            empirical=empirical_reliability(scores),
        ),
        targeting=targeting(scale),
        conversion=_conversion(scale),
        short_forms=short_forms(information, scale.density, scale.numbers),
        person_fit=_person_fit(lz, squares, scale),
        structural_validity=structural_validity(
            items,
            fit,
            largest=np.nan if critical is None else critical.largest,
            mean=np.nan if critical is None else critical.mean,
            n_persons=scale.patterns.n_persons,
            n_required=persons_for_model(options.model, len(items)),
        ),
        scores=_scores(scale, lz, squares) if options.detail is Detail.SCORES else None,
        reason=None,
        cautions=_cautions(scale, items, options),
    )


def _items(
    scale: FittedScale, answers: FloatArray, options: IrtOptions
) -> tuple[ItemEstimates, ...]:
    complete = scale.complete
    thresholds, errors = scale.thresholds(), scale.threshold_standard_errors()
    slope_errors = scale.slope_standard_errors()
    fits = _item_fits(scale)
    credit = options.model is not ModelName.GRADED
    proposals = merger_proposals(scale, answers, model=options.model) if credit else {}
    squares = (
        item_mean_squares(scale.items, scale.estimates.posteriors[0].counts, scale.points)
        if options.model is ModelName.PARTIAL_CREDIT
        else None
    )
    scalable = scalability(complete) if complete.shape[0] > 1 else np.full(len(fits), np.nan)
    found = []
    for place, number in enumerate(scale.numbers):
        slope = float(scale.items.slopes[place])
        shown = abs(slope) >= _NO_DISCRIMINATION
        found.append(
            ItemEstimates(
                item=number,
                discrimination=slope / scale.unit,
                discrimination_standard_error=_at(slope_errors, place),
                thresholds=tuple(thresholds[place].tolist()) if shown else (),
                threshold_standard_errors=(
                    tuple(errors[place].tolist()) if shown and errors is not None else None
                ),
                categories=tuple(scale.coding.categories[place].tolist()),
                ordered=bool((np.diff(thresholds[place]) > 0.0).all()),
                scalability=float(scalable[place]) if np.isfinite(scalable[place]) else None,
                fit=fits[place],
                mean_squares=(
                    None
                    if squares is None
                    else MeanSquares(
                        infit=float(squares[0][place]), outfit=float(squares[1][place])
                    )
                ),
                proposal=_proposal(proposals, number),
            )
        )
    return tuple(found)


def _proposal(
    proposals: dict[int, tuple[CategoryMerger, ...]], number: int
) -> tuple[CategoryMerger, ...]:
    return proposals.get(number, ())


def _at(values: FloatArray | None, place: int) -> float | None:
    return None if values is None else float(values[place])


def _item_fits(scale: FittedScale) -> tuple[ItemFit | None, ...]:
    if scale.complete.shape[0] < FEWEST_PERSONS or scale.items.n_items < 3:
        return (None,) * scale.items.n_items
    found = item_fit(
        scale.items.probabilities(scale.points),
        scale.density,
        scale.complete,
        n_parameters=(scale.index >= 0).sum(axis=1),
    )
    return tuple(
        ItemFit(s_x2=one.s_x2, df=one.df, p_value=one.p_value, rmsea=one.rmsea) for one in found
    )


def _fit(scale: FittedScale) -> tuple[ScaleFit | None, str | None]:
    complete = scale.complete
    if complete.shape[0] < FEWEST_PERSONS:
        return None, f"fewer than {FEWEST_PERSONS} persons answered every item"
    if (complete == complete[0]).all(axis=0).any():
        return None, "an item has one answer only among the persons who answered every item"
    try:
        found = _limited_information(scale, by_category=True)
    except EstimationError:
        return None, "the moments' covariance matrix is singular"
    if found is None:
        return None, "C2 has no degrees of freedom: there are too few items for this model"
    return found, None


def _limited_information(scale: FittedScale, *, by_category: bool) -> ScaleFit | None:
    """Return C2 or M2*, ``None`` where it has no degrees of freedom."""
    found = limited_information_fit(
        scale.items,
        scale.index,
        scale.complete,
        points=scale.points,
        density=scale.density,
        by_category=by_category,
    )
    if found is None:
        return None
    return ScaleFit(
        statistic="C2" if by_category else "M2*",
        m2=found.m2,
        df=found.df,
        p_value=found.p_value,
        rmsea=found.rmsea,
        srmsr=found.srmsr,
        cfi=found.cfi,
        tli=found.tli,
        n_complete=found.n_persons,
    )


def _q3_critical(
    scale: FittedScale, residuals: FloatArray, options: IrtOptions
) -> Q3Critical | None:
    pairs = residuals[np.tril_indices(residuals.shape[0], -1)]
    pairs = pairs[np.isfinite(pairs)]
    if pairs.size < 3:
        return None
    critical = (
        critical_q3(
            scale, replicates=options.q3_replicates, rng=np.random.default_rng(options.seed)
        )
        if options.q3_replicates
        else None
    )
    return Q3Critical(
        largest=float(pairs.max()),
        mean=float(pairs.mean()),
        critical_value=critical,
        exceeded=None if critical is None else distance_of_largest(residuals) > critical,
        replicates=options.q3_replicates,
        seed=options.seed,
    )


def _pairs(
    scale: FittedScale, residuals: FloatArray, critical: Q3Critical | None
) -> tuple[PairDependence, ...]:
    limit = (
        np.inf
        if critical is None or critical.critical_value is None
        else critical.mean + critical.critical_value
    )
    numbers = scale.numbers
    return tuple(
        PairDependence(
            items=(numbers[one], numbers[other]),
            q3=float(value) if np.isfinite(value := residuals[one, other]) else None,
            dependent=bool(value > limit),
        )
        for one in range(len(numbers))
        for other in range(one + 1, len(numbers))
    )


def _curve(scale: FittedScale) -> InformationCurve:
    theta = _CURVE * scale.unit
    items = scale.information(theta)
    test = items.sum(axis=0)
    return InformationCurve(
        theta=theta, test=test, standard_error=1.0 / np.sqrt(test), items=tuple(items)
    )


def _conversion(scale: FittedScale) -> tuple[SumScore, ...]:
    """Convert sums of answers; impossible where an answer between others never occurs."""
    categories = scale.coding.categories
    if any((np.diff(values) != 1.0).any() for values in categories):
        return ()
    table = sum_score_conversion(
        scale.items.probabilities(scale.points), scale.density, scale.points
    )
    lowest = round(sum(float(values[0]) for values in categories))
    return tuple(
        SumScore(
            sum=lowest + steps,
            theta=float(theta) * scale.unit,
            standard_error=float(error) * scale.unit,
        )
        for steps, (theta, error) in enumerate(zip(table.theta, table.standard_error, strict=True))
    )


def _person_fit(
    lz: FloatArray, squares: MeanSquarePair | None, scale: FittedScale
) -> PersonFit | None:
    persons = lz[scale.patterns.person]
    tested = persons[np.isfinite(persons)]
    if not tested.size:
        return None
    flagged = int((tested < CRITICAL).sum())
    return PersonFit(
        n_persons=tested.size,
        n_flagged=flagged,
        share_flagged=flagged / tested.size,
        critical_value=CRITICAL,
        n_noisy=None if squares is None else _n_noisy(squares, scale),
    )


def _n_noisy(squares: MeanSquarePair, scale: FittedScale) -> int:
    noisy = np.maximum(*squares) > NOISY
    return int(noisy[scale.patterns.person].sum())


def _scores(
    scale: FittedScale, lz: FloatArray, squares: MeanSquarePair | None
) -> tuple[PersonScore, ...]:
    scores, persons = scale.person_scores, scale.patterns.person
    return tuple(
        PersonScore(
            theta=float(theta),
            standard_error=float(error),
            person_fit=float(lz[pattern]) if np.isfinite(lz[pattern]) else None,
            mean_squares=(
                None
                if squares is None
                else MeanSquares(
                    infit=float(squares[0][pattern]), outfit=float(squares[1][pattern])
                )
            ),
        )
        for theta, error, pattern in zip(
            scores.theta, scores.standard_error, persons.tolist(), strict=True
        )
    )


def _cautions(
    scale: FittedScale, items: tuple[ItemEstimates, ...], options: IrtOptions
) -> tuple[str, ...]:
    found = []
    needed, n_persons = persons_for_model(options.model, len(items)), scale.patterns.n_persons
    if n_persons < needed:
        found.append(
            f"{n_persons} persons are few: this model of {len(items)} items asks for {needed}; "
            "read the standard errors before the estimates."
        )
    if scale.covariance is None:
        found.append("The information is not definite: no standard errors can be computed.")
    found += [
        f"Item {item.item} discriminates negatively: check whether it is keyed the right way."
        for item in items
        if item.discrimination <= -_NO_DISCRIMINATION
    ]
    found += [
        f"Item {item.item} discriminates very steeply; with another item it may ask the same twice."
        for item in items
        if item.discrimination * scale.unit > _STEEP
    ]
    found += [
        f"The thresholds of item {item.item} are not in order."
        for item in items
        if not item.ordered
    ]
    found += [
        f"Item {item.item}: only {len(item.categories)} different answers occur; the others count "
        "as no category."
        for item in items
        if len(item.categories) < max(len(other.categories) for other in items)
    ]
    return tuple(found)
