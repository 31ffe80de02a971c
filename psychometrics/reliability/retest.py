"""The kind ``retest``: the same persons on two occasions of one sample."""

from __future__ import annotations

import numpy as np

from psychometrics.errors import EstimationError, OptionError
from psychometrics.reliability.options import RetestOptions
from psychometrics.reliability.paired import paired
from psychometrics.reliability.paired_results import RetestResult
from psychometrics.reliability.pairing import matched_rows, rows_by_key, texts
from psychometrics.responses import ResponseMatrix
from psychometrics.scoring.prorate import score
from psychometrics.types import FloatArray, Progress

PERSON = "person"
SESSION = "session_number"
FEW = 50


def analyse(
    responses: ResponseMatrix, options: RetestOptions, *, progress: Progress
) -> RetestResult:
    """Compare persons' scores on two occasions.

    Parameters
    ----------
    responses
        Answers with the columns ``person`` and ``session_number``; scores are prorated by the
        instrument's rule.
    options
        What was chosen.
    progress
        Called as the work goes on.

    Raises
    ------
    OptionError
        The sample lacks the columns or an occasion.
    EstimationError
        A person answered twice on an occasion, or nobody answered on both.
    """
    progress(0, 1, "retest")
    persons = texts(responses, PERSON, "samples")
    sessions = _sessions(responses)
    first, second = _occasions(sessions, options)
    keys: list[tuple[str, ...] | None] = [None if p is None else (p,) for p in persons]
    earlier, later = matched_rows(
        *(rows_by_key(keys, sessions == occasion, "retest") for occasion in (first, second))
    )
    if not earlier.size:
        raise EstimationError("retest", "nobody has a response on both occasions")
    scored = score(responses.instrument, responses.answers)
    scales = {
        name: paired(scored.scores[earlier, k], scored.scores[later, k], options.level)
        for k, name in enumerate(scored.scales)
    }
    progress(1, 1, "done")
    return RetestResult(
        n_persons=int(earlier.size),
        occasions=(first, second),
        scales=scales,
        cautions=_cautions(int(earlier.size)),
    )


def _sessions(responses: ResponseMatrix) -> FloatArray:
    if SESSION not in responses.columns:
        raise OptionError("samples", f"needs a column {SESSION!r}, which the sample does not have")
    return np.asarray(responses.columns[SESSION], dtype=np.float64)


def _occasions(sessions: FloatArray, options: RetestOptions) -> tuple[float, float]:
    present = np.unique(sessions[np.isfinite(sessions)])
    if options.occasions is not None:
        missing = [occasion for occasion in options.occasions if occasion not in present]
        if missing:
            raise OptionError("occasions", f"no response has session_number {missing[0]}")
        return float(options.occasions[0]), float(options.occasions[1])
    if present.size < 2:
        raise EstimationError(
            "retest", "all responses are of a single occasion; two session numbers are needed"
        )
    return float(present[0]), float(present[1])


def _cautions(n_persons: int) -> tuple[str, ...]:
    cautions = ["Retest presumes that no person's alliance changed between the occasions."]
    if n_persons < FEW:
        cautions.append(
            f"{n_persons} persons are fewer than the {FEW} that COSMIN asks for (recalled, not "
            "verified)."
        )
    return tuple(cautions)
