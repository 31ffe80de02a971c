"""What each reliability coefficient means, in a sentence that travels with the result."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

DEFINITIONS: Mapping[str, str] = MappingProxyType(
    {
        "alpha": (
            "Coefficient alpha of the covariance matrix; interval by Feldt (1987), which presumes "
            "normal answers and holds the truth too rarely where many stand at an end; "
            "distribution_free_interval, on which judgements rest, does not, nor does the standard "
            "error; with a cluster column all are cluster-robust."
        ),
        "standardized_alpha": "Coefficient alpha of the correlation matrix.",
        "ordinal_alpha": (
            "Coefficient alpha of the polychoric correlations: reliability of a sum of the "
            "unobserved propensities, not of the score (Chalmers 2018)."
        ),
        "omega": (
            "Share of the sum's observed variance explained by the one factor of the scale's own "
            "items, maximum likelihood (semTools compRelSEM, obs.var = TRUE)."
        ),
        "ordinal_omega": (
            "Green and Yang (2009): reliability of the sum of the categories under one factor of "
            "the scale's own items, WLSMV, observed polychoric correlations in the denominator "
            "(semTools 0.5-6 compRelSEM, ord.scale = TRUE, obs.var = TRUE)."
        ),
        "omega_total": (
            "Share of the total's observed variance explained by one factor for each subscale, "
            "maximum likelihood."
        ),
        "omega_hierarchical": (
            "Share of the total's observed variance explained by the general factor of the "
            "bifactor model, all factors orthogonal, maximum likelihood (semTools 0.5-6)."
        ),
        "omega_specific": (
            "Share of the subscale's observed variance explained by its group factor in the "
            "bifactor model, the general factor left out (semTools 0.5-6)."
        ),
        "explained_common_variance": (
            "The general factor's share of the sum of squared standardized loadings of the "
            "bifactor model."
        ),
        "split_half": (
            "Greatest split-half reliability: Guttman's lambda 4 of the correlation matrix, the "
            "greatest over splits into halves; it rises with chance in small samples."
        ),
        "standard_error_of_measurement": (
            "SD of the sum score times the root of 1 - omega; interval distribution-free, on a log "
            "scale."
        ),
        "interval": (
            "Unless said otherwise by the delta method, free of assumptions on the answers' "
            "distribution, on the scale of the logit (of ln(1 - coefficient) where the estimate is "
            "not above zero), with degrees of freedom from the influences' kurtosis; none from an "
            "improper model or with an error above one."
        ),
    }
)
