"""How much of the scores' variance is of persons, and how reliably change is measured.

One-way analysis of variance of scores with N values of n persons, k_i each::

    ICC(1) = (MSB − MSW) / (MSB + (k0 − 1) MSW),   k0 = (N − Σ k_i² / N) / (n − 1)

Persons × occasions × items analysis of variance of the answers::

    R_C = 1 − MS(person × occasion × item) / MS(person × occasion)

which is Cranford's reliability of within-person change: the generalizability of change of the mean
of the scale's items.

References
----------
Shrout, P. E., & Fleiss, J. L. (1979). doi:10.1037/0033-2909.86.2.420, ICC(1,1).
Snedecor, G. W., & Cochran, W. G. (1989). Statistical methods (8th ed.), section 13.4, for k0.
Cranford, J. A., et al. (2006). A procedure for evaluating sensitivity to within-person change.
    doi:10.1177/0146167206287721, equation 5.
"""

from __future__ import annotations

import numpy as np

from psychometrics.types import FloatArray


def icc_one_way(scores: FloatArray) -> float | None:
    """Compute ICC(1) of scores, shape (n_persons, n_occasions), missing is ``nan``.

    Returns
    -------
    float or None
        ``None`` when no person has two scores, scores do not vary, or counts so unequal leave a
        value beyond ±1.
    """
    known = np.isfinite(scores)
    counts = known.sum(axis=1)
    used, counts = scores[counts > 0], counts[counts > 0].astype(np.float64)
    n, total = counts.size, counts.sum()
    if n < 2 or total <= n:
        return None
    means = np.nansum(used, axis=1) / counts
    grand = np.nansum(used) / total
    between = float((counts * (means - grand) ** 2).sum()) / (n - 1)
    within = float(np.nansum((used - means[:, None]) ** 2)) / (total - n)
    k0 = (total - (counts**2).sum() / total) / (n - 1)
    denominator = between + (k0 - 1.0) * within
    found = float((between - within) / denominator) if denominator > 1e-12 else None
    return found if found is not None and abs(found) <= 1.0 else None


def reliability_of_change(answers: FloatArray) -> float | None:
    """Compute Cranford's R_C.

    Parameters
    ----------
    answers
        Recoded answers to a scale, nothing missing, shape (n_persons, n_occasions, n_items).

    Returns
    -------
    float or None
        ``None`` with fewer than two persons, occasions or items, or when change does not vary.
    """
    n, k, items = answers.shape
    if min(n, k, items) < 2:
        return None
    change = _interaction(answers.mean(axis=2))
    residual = answers - answers.mean(axis=2, keepdims=True)
    residual = residual - residual.mean(axis=1, keepdims=True)
    residual = residual - residual.mean(axis=0, keepdims=True)
    of_change = items * float((change**2).sum()) / ((n - 1) * (k - 1))
    error = float((residual**2).sum()) / ((n - 1) * (k - 1) * (items - 1))
    return 1.0 - error / of_change if of_change > 1e-12 else None


def _interaction(means: FloatArray) -> FloatArray:
    """Remove the means of rows and columns."""
    centred = means - means.mean(axis=1, keepdims=True)
    return np.asarray(centred - centred.mean(axis=0, keepdims=True))
