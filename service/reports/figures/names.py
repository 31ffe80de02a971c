"""Names of the figures; light, so that web workers may know them."""

from __future__ import annotations

from enum import StrEnum


class FigureName(StrEnum):
    """What a report may show, in the order of the report."""

    MISSINGNESS = "missingness"
    DISTRIBUTIONS = "distributions"
    SCREE = "scree"
    CORRELATIONS = "correlations"
    RIVALS = "rivals"
    PATH = "path"
    LOADINGS = "loadings"
    ITEM_CATEGORIES = "item-categories"
    INFORMATION = "information"
    TARGETING = "targeting"
    ITEM_DIF = "item-dif"
    LADDER = "ladder"
    ITEM_DIFFERENCES = "item-differences"
    LATENT_MEANS = "latent-means"
    MEAN_COURSE = "mean-course"
    RETEST = "retest"
    AGREEMENT = "agreement"
    FOREST = "forest"
