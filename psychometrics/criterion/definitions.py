"""What each coefficient of a criterion analysis is, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from psychometrics.criterion import clustered, disattenuated, polyserial, product_moment
from psychometrics.criterion.meta_analysis import METHODS
from psychometrics.criterion.options import CriterionOptions
from psychometrics.criterion.temporal_order import ONE_TIMING


def definitions(options: CriterionOptions) -> Mapping[str, str]:
    """Return the definitions, by the names the result uses."""
    return {
        "timing": ONE_TIMING,
        "pearson": f"{product_moment.PEARSON_METHOD}.",
        "spearman": f"{product_moment.SPEARMAN_METHOD}.",
        "polyserial": (
            f"{polyserial.METHOD}; given where the outcome is ordinal: said so, or 2 to "
            f"{polyserial.MOST_CATEGORIES} different values, all whole numbers."
        ),
        "disattenuated": (
            f"{disattenuated.METHOD}; the score's reliability is {options.reliability.value} in "
            "the same persons, the outcome's is the one given, or 1."
        ),
        "partial": f"{product_moment.PARTIAL_METHOD}.",
        "clustered": f"{clustered.METHOD}.",
        "pooled": f"{METHODS[options.heterogeneity]}.",
        "context": "Published correlations from other settings: context, not norms.",
        "held": "True: the whole interval has the stated direction and size; false: none of it "
        "has; null: open, or no interval.",
    }
