"""Names of things in the result as words of the report."""

from __future__ import annotations

RATINGS = {
    "sufficient": "Sufficient",
    "insufficient": "Insufficient",
    "indeterminate": "Indeterminate",
    "not-assessed": "Not assessed",
}

STATUSES = {
    "verified": "verified",
    "secondary": "from secondary sources",
    "recalled": "recalled, not verified",
    "chosen": "chosen here",
}

SETTINGS = {
    "orthotics-prosthetics": "orthotics and prosthetics",
    "physical-rehabilitation": "physical rehabilitation",
    "psychotherapy": "psychotherapy",
    "other": "another setting",
}

USES = {
    "use": "use",
    "use-with-care": "use with care",
    "do-not-use": "do not use",
    "cannot-say": "nothing can be said",
}

STEPS = {
    "configural": "Configural (same factors)",
    "thresholds": "Thresholds equal",
    "metric": "Metric (loadings equal)",
    "scalar": "Scalar (intercepts equal)",
    "strict": "Strict (residuals equal)",
}

TENABLE: dict[bool | None, str] = {True: "holds", False: "does not hold", None: "undecided"}

TIMINGS = {
    "predictive": "rated before the outcome",
    "concurrent": "rated at the outcome",
    "retrospective": "rated after the outcome",
    "undetermined": "timing unknown",
}

QUESTIONS = {
    "factors": "Factor analysis",
    "groups": "Groups",
    "outcomes": "Outcomes",
    "rasch": "Partial credit (Rasch) model",
    "graded": "Graded response model",
    "items": "Single items",
    "categories": "Categories of the answers",
    "clinicians": "Clinicians",
    "simulation": "Simulated study",
}

CRITERIA = {
    "parallel": "parallel analysis, components",
    "parallel_principal_axis": "parallel analysis, common factors",
    "map": "minimum average partial",
    "empirical_kaiser": "empirical Kaiser criterion",
}

NUMBERS = {
    "n_complete": "persons with complete answers",
    "n_required": "persons required",
    "cfi": "CFI",
    "rmsea": "RMSEA",
    "srmr": "SRMR",
    "htmt": "HTMT of the closest subscales",
    "factor_correlation": "largest factor correlation",
    "factor_correlation_upper": "its upper limit",
    "explained_common_variance": "ECV of the general factor",
    "omega_hierarchical": "ωH",
    "irt_scales": "scales with a model",
    "irt_violated": "violated in",
    "irt_open": "open in",
    "irt_q3": "largest Q3",
    "irt_scalability": "lowest scalability",
    "irt_item_p": "lowest p of an item",
    "alpha": "lowest α",
    "alpha_lower": "its lower limit",
    "alpha_highest": "highest α",
    "n_groups": "groups",
    "smallest_group": "persons in the smallest",
    "item_difference": "largest dMACS",
    "n_pairs": "pairs",
    "icc": "lowest ICC(2,1)",
    "icc_lower": "its lower limit",
    "smallest_detectable_change": "SDC, points",
    "change_ratio": "SDC / MIC",
    "n_outcomes": "outcomes",
    "n_predicted": "of them rated before",
    "n_hypotheses": "hypotheses",
    "share_held": "share that held",
    "extreme_share": "largest share at the lowest or highest score",
    "extreme_upper": "its upper limit",
    "missing_share": "share of answers missing",
    "missing_item": "share missing of the item most left out",
    "complete_share": "share of complete forms",
}


def named(name: str) -> str:
    """Write a name from the data or the definition as the first word of a cell."""
    text = " ".join(name.replace("_", " ").split())
    return text[:1].upper() + text[1:]


def spoken(name: str) -> str:
    """Write a key of the result as words."""
    return name.replace("_", " ").replace("-", " ")


def factor(name: str) -> str:
    """Write a factor's name."""
    return named(name)
