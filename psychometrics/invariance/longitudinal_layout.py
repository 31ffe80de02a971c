"""Where the elements of each group, or of each occasion, stand in the one model of all of them.

Groups of different persons are groups of the model. Occasions of the same persons are blocks of a
single group: with p items and q factors, item i of occasion t is row pt + i, factor j is column
qt + j. All else (what is equal at which step, which items are looked at, how means are read) is
said of groups in the base model's own rows and columns, and is the same for both.

References
----------
Meredith, W., & Horn, J. (2001). The role of factorial invariance in modeling growth and change.
    doi:10.1037/10409-007: occasions in one model, equalities across them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.implied import GroupState
from psychometrics.cfa.model import Matrix, Parameter

_BY_ITEM = frozenset(
    {Matrix.LOADINGS, Matrix.RESIDUAL_COVARIANCES, Matrix.INTERCEPTS, Matrix.THRESHOLDS}
)
_COLUMN_BY_ITEM = frozenset({Matrix.RESIDUAL_COVARIANCES})
_COLUMN_BY_FACTOR = frozenset({Matrix.LOADINGS, Matrix.FACTOR_COVARIANCES, Matrix.REGRESSIONS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """How groups or occasions share one model.

    Attributes
    ----------
    n_items, n_factors
        Of each group.
    repeated
        Whether the groups are occasions of the same persons.
    """

    n_items: int
    n_factors: int
    repeated: bool

    def put(self, element: Parameter, group: int) -> Parameter:
        """Return an element of the base model where it stands for a group; its label stays."""
        if not self.repeated:
            return replace(element, group=group)
        rows, columns = self._block(element.matrix)
        return replace(
            element, row=element.row + rows * group, column=element.column + columns * group
        )

    def base(self, element: Parameter) -> Parameter:
        """Return an element of the whole model in the base model's rows, with its group."""
        if not self.repeated:
            return element
        rows, columns = self._block(element.matrix)
        return replace(
            element,
            row=element.row % rows,
            column=element.column % columns if columns else element.column,
            group=element.row // rows,
        )

    def state(self, fitted: Fitted, group: int) -> GroupState:
        """Return a group's matrices and moments; those between occasions are left out."""
        if not self.repeated:
            return fitted.states[group]
        whole = fitted.states[0]
        items = slice(self.n_items * group, self.n_items * (group + 1))
        factors = slice(self.n_factors * group, self.n_factors * (group + 1))
        owner = fitted.layout.groups[0].threshold_items // self.n_items
        cut = {
            "loadings": (items, factors),
            "residual_covariance": (items, items),
            "covariance": (items, items),
            "intercepts": items,
            "mean": items,
            "thresholds": owner == group,
            "factor_mean": factors,
        }
        return GroupState(
            **{
                one.name: getattr(whole, one.name)[cut.get(one.name, (factors, factors))]
                for one in fields(GroupState)
            }
        )

    def _block(self, matrix: Matrix) -> tuple[int, int]:
        """Return how many rows and columns of a matrix belong to one occasion."""
        rows = self.n_items if matrix in _BY_ITEM else self.n_factors
        if matrix in _COLUMN_BY_ITEM:
            return rows, self.n_items
        return rows, self.n_factors if matrix in _COLUMN_BY_FACTOR else 0
