"""One case of the fuzzer: a data set, a kind, its options, and what came of them."""

from __future__ import annotations

import traceback
import warnings
from dataclasses import dataclass

import numpy as np

from psychometrics.errors import PsychometricsError
from psychometrics.types import no_progress
from schemas.validation_errors import RefusedInputError
from service.use_cases.analysis_registry import KINDS, Material
from tests.fuzz.datasets import dataset
from tests.fuzz.options import options, written
from tests.fuzz.soundness import faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a case gave.

    Attributes
    ----------
    case
        Its seed and kind; ``python -m tests.fuzz --case SEED KIND`` runs it again.
    refused
        The refusal in words, empty where there is a result.
    wrong
        What is impossible, empty where the case is sound.
    """

    case: str
    refused: str = ""
    wrong: tuple[str, ...] = ()


def run(seed: int, name: str) -> Outcome:
    """Run a kind on the data set of a seed, with options of their own."""
    kind, rng = KINDS[name], np.random.default_rng([seed, *name.encode()])
    drawn = dataset(np.random.default_rng(seed))
    given = options(kind.options, drawn.responses, rng)
    case = f"{seed} {name} ({drawn.said}; {written(given)})"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            result = kind.run(Material(responses=drawn.responses), given, no_progress)
    except (PsychometricsError, RefusedInputError) as refusal:
        said = str(refusal)
        empty = () if said.strip() else ("refused without words",)
        return Outcome(case=case, refused=said or "?", wrong=empty)
    except Exception:  # noqa: BLE001  # whatever is raised here is what the fuzzer looks for
        return Outcome(case=case, wrong=(traceback.format_exc(),))
    return Outcome(case=case, wrong=tuple(faults(kind.result, result)))
