"""Cross-lagged panel models of two variables, with and without random intercepts.

With x the alliance and y the outcome on occasion t::

    x_t = ν_xt + κ_x + w_xt,      w_xt = a_t w_x,t−1 + b_t w_y,t−1 + u_t
    y_t = ν_yt + κ_y + w_yt,      w_yt = c_t w_y,t−1 + d_t w_x,t−1 + v_t

κ are the random intercepts (stable differences between persons; none in the CLPM), w a person's own
deviations. All means, all variances and the covariances of κ, of w on the first occasion and of
(u, v) on each occasion are free. ``constrained`` makes a, b, c and d the same over time and
nothing else.

With reliabilities ρ_x and ρ_y of deviations (the variant that is corrected for measurement error)
the observed deviations are w_xt + ε_xt, Var(ε_xt) = fixed at (1 − ρ_x) Var_within(x_t).

References
----------
Hamaker, E. L., Kuiper, R. M., & Grasman, R. P. P. P. (2015). A critique of the cross-lagged panel
    model. doi:10.1037/a0038889, equations 1 and 2 (CLPM), 3 and 4 (RI-CLPM).
Mulder, J. D., & Hamaker, E. L. (2021). Three extensions of the random intercept cross-lagged panel
    model. doi:10.1080/10705511.2020.1784738.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.model import Matrix, Model, Parameter, fixed
from psychometrics.longitudinal.estimates import position
from psychometrics.longitudinal.lagged_results import Variable
from psychometrics.longitudinal.options import PanelModel
from psychometrics.longitudinal.structural_model import Scores
from psychometrics.positive_definite import inverse_square, required
from psychometrics.types import FloatArray

VARIABLES: tuple[Variable, Variable] = ("alliance", "outcome")
BETWEEN = "random intercepts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """Which cross-lagged model.

    Attributes
    ----------
    model
        With or without random intercepts.
    constrained
        Whether lagged paths are equal over time.
    n_occasions
        Number of occasions.
    error_variances
        Fixed variances of measurement error, shape (2 · n_occasions,); ``None`` for none.
    """

    model: PanelModel
    constrained: bool
    n_occasions: int
    error_variances: FloatArray | None = None

    @property
    def n_intercepts(self) -> int:
        """Number of random intercepts, which are the first factors."""
        return 2 if self.model is PanelModel.RI_CLPM else 0

    def factor(self, variable: int, occasion: int) -> int:
        """Return the column of a variable's deviation on an occasion."""
        return self.n_intercepts + variable * self.n_occasions + occasion


def path_label(design: Design, to: int, source: int, occasion: int) -> str:
    """Return the label of the path that ends on an occasion."""
    when = "" if design.constrained else f" at {occasion}"
    return f"{VARIABLES[source]} to {VARIABLES[to]}{when}"


Start = Callable[[Matrix, int, int], float]
"""Gives the value at which a free element starts, by matrix, row and column."""


def design_table(design: Design, start: Start) -> Model:
    """Return the parameter table of a design.

    Parameters
    ----------
    design
        Which model; its variables are the alliance on all occasions, then the outcome.
    start
        Where free elements start.
    """

    def free(matrix: Matrix, row: int, column: int, label: str) -> Parameter:
        value = start(matrix, row, column)
        return Parameter(matrix=matrix, row=row, column=column, label=label, value=value)

    n = design.n_occasions
    table = [*_loadings(design), *(free(*place) for place in _free_places(design))]
    if design.error_variances is not None:
        table += [
            fixed(Matrix.RESIDUAL_COVARIANCES, row, row, value=float(value))
            for row, value in enumerate(design.error_variances)
        ]
    intercepts = tuple(f"the {name}'s random intercept" for name in VARIABLES)
    deviations = tuple(
        f"the {name}'s deviation on occasion {t + 1}" for name in VARIABLES for t in range(n)
    )
    return Model(
        name=design.model.value,
        items=tuple(range(1, 2 * n + 1)),
        factors=intercepts[: design.n_intercepts] + deviations,
        table=tuple(table),
    )


def cross_lagged_model(design: Design, scores: Scores) -> Model:
    """Return the parameter table of a design that starts at the scores' saturated moments."""
    n, first = design.n_occasions, design.n_intercepts
    mean, covariance = scores.answers.mean, scores.answers.covariance
    between = 0.5 * np.array([np.diagonal(covariance)[part].mean() for part in _halves(n)])

    def start(matrix: Matrix, row: int, column: int) -> float:
        if matrix is Matrix.INTERCEPTS:
            return float(mean[row])
        if matrix is Matrix.REGRESSIONS:
            return 0.2 if (row - first) // n == (column - first) // n else 0.0
        if row < first:
            return float(between[row] if row == column else 0.5 * np.sqrt(between.prod()) * 0.5)
        share = 0.5 if first else 1.0
        both = 1.0 if row == column else 0.5
        return float(share * both * covariance[row - first, column - first])

    return design_table(design, start)


def _halves(n: int) -> tuple[slice, slice]:
    return slice(n), slice(n, None)


def _loadings(design: Design) -> Iterator[Parameter]:
    for variable in range(2):
        for t in range(design.n_occasions):
            row = variable * design.n_occasions + t
            if design.n_intercepts:
                yield fixed(Matrix.LOADINGS, row, variable, value=1.0)
            yield fixed(Matrix.LOADINGS, row, design.factor(variable, t), value=1.0)


def _free_places(design: Design) -> Iterator[tuple[Matrix, int, int, str]]:
    """Yield matrix, row, column and label of every free element."""
    covariances = Matrix.FACTOR_COVARIANCES
    if design.n_intercepts:
        yield covariances, 0, 0, f"variance of {VARIABLES[0]} between"
        yield covariances, 1, 1, f"variance of {VARIABLES[1]} between"
        yield covariances, 1, 0, BETWEEN
    for to in range(2):
        for source in (to, 1 - to):
            for t in range(1, design.n_occasions):
                places = design.factor(to, t), design.factor(source, t - 1)
                yield Matrix.REGRESSIONS, *places, path_label(design, to, source, t)
    for t in range(design.n_occasions):
        x, y = design.factor(0, t), design.factor(1, t)
        yield covariances, x, x, f"innovation xx {t}"
        yield covariances, y, y, f"innovation yy {t}"
        yield covariances, y, x, f"innovation xy {t}"
    for row in range(2 * design.n_occasions):
        yield Matrix.INTERCEPTS, row, 0, f"mean {row}"


def standardized_paths(fitted: Fitted) -> FloatArray:
    """Return paths in standard deviations of the deviations, shape (n_factors, n_factors)."""
    state = fitted.states[0]
    variances = np.diagonal(state.factor_covariance)
    paths = np.eye(variances.size) - required(inverse_square(state.total_effects), "paths")
    ratio = variances[None, :] / variances[:, None]
    return np.where(ratio > 0.0, paths * np.sqrt(np.abs(ratio)), np.nan)


def path_estimate(
    fitted: Fitted, design: Design, *, to: int, source: int, occasion: int
) -> tuple[float, float]:
    """Return a path and its standard error, ``nan`` when the information is singular."""
    place = position(fitted, path_label(design, to, source, occasion))
    return float(fitted.theta[place]), float(fitted.standard_errors[place])
