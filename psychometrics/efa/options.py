"""What may be chosen for the kinds ``dimensionality`` and ``efa``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class CorrelationType(Enum):
    """Which correlations are analysed."""

    PEARSON = "pearson"
    POLYCHORIC = "polychoric"


class Extraction(Enum):
    """How the unrotated factors are found."""

    MINRES = "minres"
    ML = "ml"


class Rotation(Enum):
    """Which simple structure is sought."""

    OBLIMIN = "oblimin"
    PROMAX = "promax"
    VARIMAX = "varimax"
    GEOMIN = "geomin"
    TARGET = "target"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class DimensionalityOptions:
    """Options of a dimensionality analysis.

    Attributes
    ----------
    correlation
        Which correlations are analysed.
    seed
        Start of the random numbers of parallel analysis.
    replicates
        Random samples of parallel analysis.
    quantile
        Which quantile of the random eigenvalues must be exceeded, between 0 and 1.
    """

    correlation: CorrelationType = CorrelationType.POLYCHORIC
    seed: int = 1
    replicates: int = 100
    quantile: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class EfaOptions:
    """Options of an exploratory factor analysis.

    Attributes
    ----------
    n_factors
        How many factors; ``None`` takes one for each subscale.
    extraction
        How the unrotated factors are found.
    rotation
        Which simple structure is sought.
    normalize
        Whether to use Kaiser normalization; ``None`` does for varimax and promax alone.
    correlation
        Which correlations are analysed.
    bootstrap
        Resamples for standard errors; 0 for none.
    cluster
        Column that says who belongs together; whole clusters are then resampled.
    seed
        Start of their random numbers.
    """

    n_factors: int | None = None
    extraction: Extraction = Extraction.MINRES
    rotation: Rotation = Rotation.OBLIMIN
    normalize: bool | None = None
    correlation: CorrelationType = CorrelationType.POLYCHORIC
    bootstrap: int = 0
    cluster: str | None = None
    seed: int = 1
