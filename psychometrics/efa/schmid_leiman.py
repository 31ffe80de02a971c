"""The Schmid–Leiman transformation of correlated factors into a general and group factors.

Notes
-----
One factor of the factor correlations, Φ ≈ γγᵀ + Δ (minimum residuals), makes

    general = Λγ,    group = Λ (I − diag γ²)^½,

as psych's ``schmid``. Three factors determine γ, more are fitted; two do not identify it.

References
----------
Schmid, J., & Leiman, J. M. (1957). The development of hierarchical factor solutions. Psychometrika,
22, 53–61. doi:10.1007/BF02289209
"""

from __future__ import annotations

import numpy as np

from psychometrics.efa.extraction import MinimumResiduals, refine
from psychometrics.efa.results import SchmidLeiman
from psychometrics.types import FloatArray


def schmid_leiman(loadings: FloatArray, factor_correlations: FloatArray) -> SchmidLeiman:
    """Split correlated factors.

    Parameters
    ----------
    loadings
        Of correlated factors, shape (n_items, n_factors).
    factor_correlations
        Shape (n_factors, n_factors).
    """
    n_factors = loadings.shape[1]
    if n_factors < 3:
        return SchmidLeiman(
            general=None, group=None, reason="needs three correlated factors or more"
        )
    start = np.full((1, n_factors), 0.5)
    second = refine(factor_correlations[None], start, 1, MinimumResiduals())
    general = second.loadings[0, :, 0]
    general = general * np.sign(general.sum() or 1.0)
    if not second.converged.all() or (second.uniquenesses[0] <= MinimumResiduals().bound).any():
        return SchmidLeiman(
            general=None, group=None, reason="the factors' own general factor is improper"
        )
    return SchmidLeiman(
        general=loadings @ general,
        group=loadings * np.sqrt(1.0 - general**2),
        reason=None,
    )
