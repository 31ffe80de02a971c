"""Eigenvalues of the correlations beside those of random answers (parallel analysis).

References
----------
Horn, J. L. (1965). A rationale and test for the number of factors in factor analysis.
Psychometrika, 30, 179–185. doi:10.1007/BF02289447
"""

from __future__ import annotations

from matplotlib.figure import Figure

from service.reports.figures.palette import BLUE, PAPER, QUIET, VERMILION, grid, sheet
from service.reports.record import ReportRecord


def draw(record: ReportRecord) -> Figure | None:
    """Draw observed eigenvalues and the quantile of random ones."""
    section = record.section("dimensionality")
    if section is None or None in section["eigenvalues"] or not section["eigenvalues"]:
        return None
    observed = section["eigenvalues"]
    parallel = section["parallel"]
    numbers = range(1, len(observed) + 1)
    figure = sheet(3.4)
    axes = figure.subplots()
    axes.plot(
        numbers, parallel["quantile_eigenvalues"], "s--", color=VERMILION, markersize=4.5,
        markerfacecolor=PAPER, label=f"random answers, {_ordinal(parallel['quantile'])} percentile",
    )  # fmt: skip
    axes.plot(
        numbers, observed, "o-", color=BLUE, markersize=6, linewidth=1.8, label="these answers"
    )
    kept = parallel["n_factors"]
    if kept:
        axes.axvspan(0.5, kept + 0.5, color=BLUE, alpha=0.08, linewidth=0)
        word = "dimension" if kept == 1 else "dimensions"
        axes.text(
            kept + 0.6, max(observed) * 0.96, f"{kept} {word} by parallel analysis",
            color=QUIET, va="top", fontsize=9,
        )  # fmt: skip
    axes.set_xlim(0.5, len(observed) + 0.5)
    axes.set_ylim(bottom=min(0.0, *observed))
    axes.set_xticks(list(numbers) if len(observed) <= 16 else list(numbers)[::5])
    axes.set_xlabel("Dimension")
    axes.set_ylabel("Eigenvalue")
    axes.legend(loc="center right")
    grid(axes, "y")
    return figure


def _ordinal(quantile: float) -> str:
    return f"{100 * quantile:.0f}th"
