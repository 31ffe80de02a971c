"""What every discrepancy function answers, so that one optimizer serves them all.

A discrepancy f(θ) is scaled as lavaan's ``fmin``: per person and halved, so that chi-square is
2Nf and the Hessian of f is the information of one person.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Generic, Protocol, Self, TypeVar

from psychometrics.cfa.parameter_index import Layout
from psychometrics.types import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """A discrepancy to second order at a point.

    Attributes
    ----------
    value
        f(θ).
    gradient
        Shape (n_free,).
    hessian
        Exact, or its expectation under the model; shape (n_free, n_free).
    """

    value: float
    gradient: FloatArray
    hessian: FloatArray


class Discrepancy(Protocol):
    """A function of the parameter vector that estimation makes small."""

    @property
    def layout(self) -> Layout:
        """The model whose parameters are estimated."""

    def expand(self, theta: FloatArray, *, exact: bool) -> Expansion | None:
        """Return value, gradient and Hessian at ``theta``, shape (n_free,).

        Parameters
        ----------
        theta
            The parameter vector.
        exact
            The exact Hessian; otherwise its expectation (Fisher scoring, Gauss–Newton), which is
            never indefinite.

        Returns
        -------
        Expansion or None
            ``None`` where the discrepancy is not defined (Σ not positive definite).
        """

    def with_layout(self, layout: Layout) -> Discrepancy:
        """Return the discrepancy of another model from the same sample."""

    def follow(self, theta: FloatArray, step: FloatArray) -> FloatArray:
        """Return where a long step leads that starts as θ − step, both of shape (n_free,)."""


class Sample(Protocol):
    """What a discrepancy knows of one group's persons."""

    @property
    def n_persons(self) -> int:
        """Number of persons."""


SampleT = TypeVar("SampleT", bound=Sample)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped(Generic[SampleT]):
    """The frame of every discrepancy: a model, and a sample of each of its groups.

    Attributes
    ----------
    layout
        The model.
    samples
        One for each group.
    """

    layout: Layout
    samples: tuple[SampleT, ...]

    @property
    def n_persons(self) -> int:
        """Number of persons in all groups."""
        return sum(sample.n_persons for sample in self.samples)

    def with_layout(self, layout: Layout) -> Self:
        """Return the discrepancy of another model from the same sample."""
        return replace(self, layout=layout)
