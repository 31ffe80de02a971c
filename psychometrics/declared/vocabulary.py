"""Types of the fields of results: what kind of number it is, its range, and whom it counts."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from psychometrics.declared.traits import Population, Trait

Persons = Annotated[int, Trait(counts=Population.PERSONS, minimum=0)]
PersonsUsed = Annotated[
    int,
    Trait(
        counts=Population.PERSONS,
        minimum=0,
        basis=True,
        description="Persons that the numbers beside it rest on.",
    ),
]
"""Where they are few, every number of the record is withheld from what is handed on."""
Pairs = Annotated[int, Trait(counts=Population.PAIRS, minimum=0)]
PairsUsed = Annotated[
    int,
    Trait(
        counts=Population.PAIRS,
        minimum=0,
        basis=True,
        description="Pairs that the numbers beside it rest on.",
    ),
]
ClinicianCount = Annotated[int, Trait(counts=Population.CLINICIANS, minimum=0)]
Responses = Annotated[int, Trait(counts=Population.RESPONSES, minimum=0)]
ClusterCount = Annotated[int, Trait(counts=Population.CLUSTERS, minimum=0)]

Things = Annotated[int, Trait(counts=Population.NOBODY)]
"""A whole number that counts nobody and does not depend on how many persons there are."""
Item = Annotated[
    int,
    Trait(counts=Population.NOBODY, chosen=True, minimum=1, description="Its number on the form."),
]
Df = Annotated[int, Trait(counts=Population.NOBODY, minimum=0, description="Degrees of freedom.")]
"""Degrees of freedom of a model; those that count persons are ``Persons``."""
ModelDf = Annotated[
    int,
    Trait(
        counts=Population.NOBODY,
        description="Degrees of freedom; negative where the model has more parameters than there "
        "are moments: it then is not proper and has no test.",
    ),
]
ChosenWhole = Annotated[int, Trait(counts=Population.NOBODY, chosen=True)]
Seed = Annotated[
    int,
    Trait(counts=Population.NOBODY, chosen=True, description="Start of the random numbers."),
]

Chosen = Annotated[float, Trait(chosen=True)]
"""A number that the caller or a rule chose: a quantile, a threshold."""
Level = Annotated[
    float, Trait(chosen=True, minimum=0, maximum=1, description="Coverage of the interval.")
]
Share = Annotated[float, Trait(minimum=0, maximum=1)]
Probability = Annotated[float, Trait(minimum=0, maximum=1)]
PValue = Annotated[float, Trait(minimum=0, maximum=1, description="Upper tail of the test.")]
Correlation = Annotated[float, Trait(minimum=-1, maximum=1)]
NotNegative = Annotated[float, Trait(minimum=0)]
ChiSquare = Annotated[float, Trait(minimum=0, description="The test statistic.")]
StandardError = Annotated[float, Trait(minimum=0, description="Standard error.")]

GroupName = Annotated[str, Trait(group=True, description="Name of the group.")]
Reason = Annotated[str, Trait(description="Why a value is null.")]
Cautions = Annotated[
    tuple[str, ...], Trait(told=True, description="Doubts that a reader must know.")
]

Vector = Annotated[NDArray[np.float64], Trait(axes=1)]
Matrix = Annotated[NDArray[np.float64], Trait(axes=2)]
