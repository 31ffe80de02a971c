"""WLSMV: diagonally weighted least squares with robust errors and a scaled, shifted statistic.

With Δ the moments' derivatives, E = Δ′WΔ and U = W − WΔE⁻¹Δ′W:

    avar(θ) = E⁻¹Δ′WΓWΔE⁻¹ / (N − G)
    T* = aT + b,   a = √(d / tr(UΓ)²),   b = d − a tr(UΓ)

(Asparouhov & Muthén, 2010). ``scaling_factor`` is 1/a and ``shift`` is b, as lavaan prints them.
With C = W^½ΓW^½ and X = W^½Δ no product of two moments × moments matrices is needed::

    tr(UΓ)  = tr C − tr(E⁻¹ X′CX)
    tr(UΓ)² = ‖C‖² − 2 tr(E⁻¹ X′C²X) + tr(E⁻¹X′CX)²

Robust CFI, TLI and RMSEA are those that maximum likelihood would give had y* been observed, with
its inflation taken from Γ (Savalei, 2021); they need positive definite correlations and free
thresholds. For several groups see :func:`robust_baseline`.

Clusters of persons enter through Γ alone: a Γ whose influences were summed within clusters
(``ordinal_sample``) makes weights, errors and tests robust to them (Asparouhov, 2005). lavaan
0.6-14 ignores ``cluster`` beside ``ordered``: properties and simulation check this instead.

References
----------
Asparouhov, T., & Muthén, B. (2010). Simple second order chi-square correction. Mplus technical
    appendix, equations 4 to 7. https://www.statmodel.com/download/WLSMV_new_chi21.pdf
Asparouhov, T. (2005). Sampling weights in latent variable modeling. Structural Equation Modeling,
    12, 411–434. doi:10.1207/s15328007sem1203_4, for clusters.
Muthén, B., du Toit, S. H. C., & Spisic, D. (1997), equation 12 for the errors.
Savalei, V. (2021). Improving fit indices in structural equation modeling with categorical data.
    doi:10.1080/00273171.2020.1717922, equations 12 to 16.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from psychometrics.cfa.competing_models import with_thresholds
from psychometrics.cfa.dwls import OrdinalSample, WeightedDiscrepancy
from psychometrics.cfa.estimate import Minimum, lowest_minimum
from psychometrics.cfa.fit import Statistic, srmr_of_correlations
from psychometrics.cfa.fit_result import (
    Fitted,
    SampleMoments,
    ScaledTest,
    Tests,
    inverted_information,
)
from psychometrics.cfa.implied import state_at, states_at
from psychometrics.cfa.implied_thresholds import (
    correlation_matrix,
    implied_moments,
    normal_weights,
    pairs,
)
from psychometrics.cfa.model import Matrix, Model, Parameterization
from psychometrics.cfa.parameter_index import Layout, layout_of
from psychometrics.cfa.robust_test import MomentParts, traces
from psychometrics.cfa.starting_values import further_starts, starting_vectors
from psychometrics.correlation.polychoric import OrdinalMoments
from psychometrics.errors import EstimationError
from psychometrics.positive_definite import inverse_and_log_determinant
from psychometrics.types import FloatArray, IntArray


def ordinal_sample(
    thresholds: Sequence[FloatArray], correlations: FloatArray, nacov: FloatArray, n_persons: int
) -> OrdinalSample:
    """Stack thresholds and correlations as :class:`OrdinalSample` wants them.

    Parameters
    ----------
    thresholds
        Each item's, ascending.
    correlations
        Polychoric, shape (n_items, n_items).
    nacov
        N times their asymptotic covariance, shape (n_moments, n_moments).
    n_persons
        N.

    Raises
    ------
    EstimationError
        When a moment has no asymptotic variance, so that nothing can weigh it (for example where
        the few persons of a category answer the other item exactly as a zero correlation says).
    """
    rows, columns = pairs(correlations.shape[0])
    variances = np.diagonal(nacov)
    if not (np.isfinite(nacov).all() and (variances > 0.0).all()):
        raise EstimationError(
            "weights", "a correlation has no standard error; a category is chosen too rarely"
        )
    return OrdinalSample(
        moments=np.concatenate([*thresholds, correlations[rows, columns]]),
        nacov=nacov,
        n_persons=n_persons,
        n_items=correlations.shape[0],
    )


def sample_of(moments: OrdinalMoments, clusters: IntArray | None = None) -> OrdinalSample:
    """Stack one group's moments, with an asymptotic covariance that allows for clusters.

    Parameters
    ----------
    moments
        Of its answers.
    clusters
        Number of each used person's cluster, from 0, shape (n_persons,).

    Raises
    ------
    EstimationError
        As :func:`ordinal_sample`.
    """
    return ordinal_sample(
        moments.thresholds,
        moments.correlations,
        moments.nacov_within(clusters),
        moments.n_persons,
    )


def fit_ordered(model: Model, moments: OrdinalMoments) -> Fitted:
    """Fit a model to one group's ordered answers, y* of unit variance (delta parameterization).

    Parameters
    ----------
    model
        As of continuous answers (``rivals.rival_model``): it gets its thresholds here.
    moments
        Of the answers.

    Raises
    ------
    EstimationError
        As :func:`ordinal_sample`.
    """
    sized = with_thresholds(model, moments.n_thresholds, Parameterization.DELTA)
    return fit_wlsmv(sized, (sample_of(moments),))


def fit_wlsmv(
    model: Model, samples: tuple[OrdinalSample, ...], *, layout: Layout | None = None
) -> Fitted:
    """Fit a model of ordered answers.

    Parameters
    ----------
    model
        With thresholds (``rivals.with_thresholds``), of either parameterization.
    samples
        One for each group.
    layout
        The model's, if it is already made.

    Returns
    -------
    Fitted
        At the lowest of the minima that the starts lead to.
    """
    discrepancy = WeightedDiscrepancy(layout=layout or layout_of(model), samples=samples)
    return _fitted(discrepancy, _minimum_of(discrepancy))


def _minimum_of(discrepancy: WeightedDiscrepancy) -> Minimum:
    layout, given = discrepancy.layout, [sample.correlations for sample in discrepancy.samples]
    started = partial(_with_thresholds, discrepancy)
    return lowest_minimum(
        discrepancy,
        started(starting_vectors(layout, given)),
        lambda solution: started(further_starts(layout, given, solution)),
    )


def _with_thresholds(
    discrepancy: WeightedDiscrepancy, starts: list[FloatArray]
) -> list[FloatArray]:
    """Start thresholds at the sample's in y*'s unit; the rest starts as a continuous model's."""
    layout = discrepancy.layout
    for start in starts:
        for group, sample in zip(layout.groups, discrepancy.samples, strict=True):
            cells = group.cells[Matrix.THRESHOLDS]
            unit = np.ones(sample.n_items)
            if discrepancy.parameterization is Parameterization.THETA:
                unit = np.sqrt(np.diagonal(state_at(group, start).covariance))
            start[cells.positions] = (
                sample.moments[cells.rows] * unit[group.threshold_items[cells.rows]]
            )
    return starts


def _fitted(discrepancy: WeightedDiscrepancy, minimum: Minimum) -> Fitted:
    layout, theta = discrepancy.layout, minimum.theta
    states = states_at(layout, theta)
    correlations = tuple(_implied_correlations(discrepancy, theta))
    information = _information(discrepancy, theta)
    moved = discrepancy.fitted_positions
    inverse = inverted_information(information[np.ix_(moved, moved)])
    parts = None if inverse is None else parts_of(discrepancy, theta, inverse)
    return Fitted(
        discrepancy=discrepancy,
        minimum=minimum,
        states=states,
        samples=tuple(
            SampleMoments(covariance=s.correlations, mean=None, n_persons=s.n_persons)
            for s in discrepancy.samples
        ),
        information=information,
        moment_parts=parts,
        parameter_covariance=None if parts is None else _covariance(discrepancy, parts),
        tests=_tests(discrepancy, minimum, parts, correlations),
        srmr=_srmr(discrepancy, correlations),
        effective_persons=discrepancy.degrees,
    )


def _information(discrepancy: WeightedDiscrepancy, theta: FloatArray) -> FloatArray:
    expansion = discrepancy.expand(theta, exact=False)
    if expansion is None:
        return np.full((theta.size, theta.size), np.nan)
    return expansion.hessian


def _implied_correlations(discrepancy: WeightedDiscrepancy, theta: FloatArray) -> list[FloatArray]:
    found = []
    for group, sample in zip(discrepancy.layout.groups, discrepancy.samples, strict=True):
        moments = implied_moments(group, state_at(group, theta), discrepancy.parameterization)
        found.append(correlation_matrix(moments[sample.n_thresholds :], sample.n_items))
    return found


def parts_of(
    discrepancy: WeightedDiscrepancy, theta: FloatArray, inverse: FloatArray
) -> MomentParts:
    """Collect what tests need at the estimates.

    Parameters
    ----------
    discrepancy
        The model and the samples.
    theta
        The estimates, shape (n_free,).
    inverse
        E⁻¹ of the fitted parameters, shape (n_fitted, n_fitted).
    """
    slopes, roots, covariances = [], [], []
    for number, sample in enumerate(discrepancy.samples):
        used = discrepancy.fitted_moments(sample)
        share = sample.n_persons / discrepancy.n_persons
        roots.append(np.sqrt(share * sample.weights[used]))
        slopes.append(discrepancy.jacobian(number, theta))
        covariances.append(sample.standardized_nacov[used, used])
    return MomentParts(
        slopes=tuple(slopes), roots=tuple(roots), covariances=tuple(covariances), inverse=inverse
    )


def _covariance(discrepancy: WeightedDiscrepancy, parts: MomentParts) -> FloatArray:
    """Return the estimates' covariance; free thresholds keep their sampling covariance."""
    n_free = discrepancy.layout.model.n_free
    moved = discrepancy.fitted_positions
    total = np.zeros((n_free, n_free))
    for group, sample, X, root in zip(
        discrepancy.layout.groups, discrepancy.samples, parts.root_slopes, parts.roots, strict=True
    ):
        share = sample.n_persons / discrepancy.n_persons
        used = discrepancy.fitted_moments(sample)
        # θ moves by this much when a moment moves by one
        influence = np.zeros((n_free, sample.moments.size))
        influence[moved, used] = (parts.inverse @ X.T) * root
        if discrepancy.free_thresholds:
            cells = group.cells[Matrix.THRESHOLDS]
            influence[cells.positions, cells.rows] = 1.0
        total += influence @ sample.nacov @ influence.T / share
    return total / discrepancy.degrees


def _tests(
    discrepancy: WeightedDiscrepancy,
    minimum: Minimum,
    parts: MomentParts | None,
    correlations: tuple[FloatArray, ...],
) -> Tests:
    samples = discrepancy.samples
    n_moments = sum(sample.moments.size for sample in samples)
    plain = Statistic(
        chi_square=discrepancy.chi_square(minimum.theta),
        df=n_moments - discrepancy.layout.model.n_free,
    )
    baseline, scaled_baseline = _baseline(samples)
    if parts is None or plain.df <= 0:
        return Tests(model=plain, baseline=baseline)
    trace, trace_of_square = traces(parts)
    if trace_of_square <= 0.0:  # too few persons for Γ to have the rank that the test needs
        return Tests(model=plain, baseline=baseline)
    scaled = _scaled_shifted(plain, trace, trace_of_square)
    robust, robust_baseline = _robust(discrepancy, plain, parts, correlations)
    return Tests(
        model=plain,
        baseline=baseline,
        scaled_model=scaled,
        scaled_baseline=scaled_baseline,
        scaled_rmsea=scaled.statistic,
        robust_model=robust,
        robust_baseline=robust_baseline,
    )


def _scaled_shifted(statistic: Statistic, trace: float, trace_of_square: float) -> ScaledTest:
    a = np.sqrt(statistic.df / trace_of_square)
    shift = statistic.df - a * trace
    return ScaledTest(
        chi_square=float(a * statistic.chi_square + shift),
        df=int(statistic.df),
        scaling_factor=float(1.0 / a),
        shift=float(shift),
    )


def _baseline(samples: tuple[OrdinalSample, ...]) -> tuple[Statistic, ScaledTest]:
    """Return the test of no correlation at all, thresholds free."""
    chi_square, count, squares = 0.0, 0, 0.0
    for sample in samples:
        used = slice(sample.n_thresholds, None)
        chi_square += (sample.n_persons - 1) * float(
            sample.weights[used] @ sample.moments[used] ** 2
        )
        count += sample.n_correlations
        squares += float((sample.standardized_nacov[used, used] ** 2).sum())
    plain = Statistic(chi_square=chi_square, df=count)
    return plain, _scaled_shifted(plain, float(count), squares)


def _robust(
    discrepancy: WeightedDiscrepancy,
    plain: Statistic,
    parts: MomentParts,
    correlations: tuple[FloatArray, ...],
) -> tuple[Statistic | None, Statistic | None]:
    """Return maximum likelihood's statistics of the correlations, each with its inflation."""
    if not discrepancy.saturated_thresholds:
        return None, None
    chi_square = inflation = 0.0
    total = _projected_nacov(parts, discrepancy)
    for number, (sample, implied) in enumerate(zip(discrepancy.samples, correlations, strict=True)):
        ours = inverse_and_log_determinant(implied)
        theirs = inverse_and_log_determinant(sample.correlations)
        if ours is None or theirs is None:
            return None, None
        fit = ours[1] + float((ours[0] * sample.correlations).sum()) - theirs[1] - sample.n_items
        chi_square += sample.n_persons * fit
        inflation += float((normal_weights(ours[0]) * total[number]).sum())
    model = Statistic(chi_square=chi_square, df=plain.df, scaling=inflation / plain.df)
    return model, robust_baseline(discrepancy.samples)


def robust_baseline(samples: Sequence[OrdinalSample]) -> Statistic | None:
    """Return maximum likelihood's statistic of no correlation at all, with its inflation.

    The inflation is Σ_g tr(Γ_g) / f_g over the degrees of freedom, as in lavaan 0.6-14, with f_g a
    group's share of the persons. Its expectation is Σ_g tr(Γ_g): lavaan leaves the shares out here,
    though not for the model itself. The agreed reference is lavaan; CFI of a model that fits moves
    in the fourth decimal at most.
    """
    n_persons = sum(sample.n_persons for sample in samples)
    chi_square = inflation = 0.0
    for sample in samples:
        inverted = inverse_and_log_determinant(sample.correlations)
        if inverted is None:
            return None
        used = slice(sample.n_thresholds, None)
        chi_square -= sample.n_persons * inverted[1]
        inflation += float(np.trace(sample.nacov[used, used])) * n_persons / sample.n_persons
    df = sum(sample.n_correlations for sample in samples)
    return Statistic(chi_square=chi_square, df=df, scaling=inflation / df)


def _projected_nacov(parts: MomentParts, discrepancy: WeightedDiscrepancy) -> list[FloatArray]:
    """Return N_g avar of each group's residual correlations, (I − ΔE⁻¹Δ′W) Γ (I − ΔE⁻¹Δ′W)′."""
    middle = parts.inverse @ parts.middle @ parts.inverse
    blocks = []
    for sample, C, X in zip(discrepancy.samples, parts.covariances, parts.root_slopes, strict=True):
        used = slice(C.shape[0] - sample.n_correlations, None)
        half = X[used] @ (parts.inverse @ (X.T @ C[:, used]))
        block = C[used, used] - half - half.T + X[used] @ middle @ X[used].T
        scale = 1.0 / np.sqrt(sample.weights[sample.n_thresholds :])
        blocks.append(scale[:, None] * block * scale)
    return blocks


def _srmr(discrepancy: WeightedDiscrepancy, correlations: tuple[FloatArray, ...]) -> float:
    total = 0.0
    for sample, implied in zip(discrepancy.samples, correlations, strict=True):
        total += sample.n_persons * srmr_of_correlations(sample.correlations, implied)
    return total / discrepancy.n_persons
