"""All figures of a report, as SVG and PNG; the same analysis gives the same bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from types import MappingProxyType

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from service.reports.figures import (
    bland_altman,
    correlations,
    distributions,
    forest,
    information,
    invariance_steps,
    item_categories,
    item_dif,
    item_differences,
    latent_means,
    loadings,
    mean_course,
    missingness,
    model_comparison,
    path,
    scree,
    targeting,
)
from service.reports.figures.names import FigureName
from service.reports.figures.palette import SETTINGS
from service.reports.record import ReportRecord

_DOTS_PER_INCH = 200
_FONT, _FONTS = "'DejaVu Sans'", "'DejaVu Sans', Verdana, sans-serif"
_IDENTIFIER = re.compile(r'(\bid="|url\(#|href="#)')

FIGURES: Mapping[FigureName, Callable[[ReportRecord], Figure | None]] = MappingProxyType(
    {
        FigureName.MISSINGNESS: missingness.draw,
        FigureName.DISTRIBUTIONS: distributions.draw,
        FigureName.SCREE: scree.draw,
        FigureName.CORRELATIONS: correlations.draw,
        FigureName.RIVALS: model_comparison.draw,
        FigureName.PATH: path.draw,
        FigureName.LOADINGS: loadings.draw,
        FigureName.ITEM_CATEGORIES: item_categories.draw,
        FigureName.INFORMATION: information.draw,
        FigureName.TARGETING: targeting.draw,
        FigureName.ITEM_DIF: item_dif.draw,
        FigureName.LADDER: invariance_steps.draw,
        FigureName.ITEM_DIFFERENCES: item_differences.draw,
        FigureName.LATENT_MEANS: latent_means.draw,
        FigureName.MEAN_COURSE: mean_course.draw,
        FigureName.RETEST: bland_altman.draw_retest,
        FigureName.AGREEMENT: bland_altman.draw_agreement,
        FigureName.FOREST: forest.draw,
    }
)
"""Which function draws which figure; one that has no data gives ``None``."""


def draw(name: FigureName, record: ReportRecord, form: str) -> bytes | None:
    """Draw one figure.

    Parameters
    ----------
    name
        Which.
    record
        The finished analysis.
    form
        ``"svg"`` or ``"png"``.

    Returns
    -------
    bytes
        The image; ``None`` where this analysis has nothing to draw there.
    """
    with mpl.rc_context(SETTINGS):
        figure = FIGURES[name](record)
        if figure is None:
            return None
        FigureCanvasAgg(figure)
        return _svg(figure, name) if form == "svg" else _png(figure)


def draw_all(
    record: ReportRecord, form: str, names: Iterable[FigureName] = FigureName
) -> dict[FigureName, bytes]:
    """Draw every figure that there is something for."""
    drawn = {name: draw(name, record, form) for name in names}
    return {name: image for name, image in drawn.items() if image is not None}


def _svg(figure: Figure, name: str) -> bytes:
    """Write without dates; identifiers carry the figure's name, for several stand in one page."""
    file = BytesIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(file, format="svg", metadata=nothing)
    text = file.getvalue().decode().replace(_FONT, _FONTS)
    return _IDENTIFIER.sub(rf"\g<1>{name}-", text).encode()


def _png(figure: Figure) -> bytes:
    file = BytesIO()
    figure.savefig(file, format="png", dpi=_DOTS_PER_INCH, metadata={"Software": None})
    return file.getvalue()
