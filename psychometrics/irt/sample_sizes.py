"""How many persons the models need.

Notes
-----
- Partial credit with one slope (Rasch): 100 persons (Linacre 1994 for stable item difficulties;
  for polytomous items he calls 100 possibly too few). Secondary: read at rasch.org.
- Models with a slope for each item: 500 persons for scales of fewer than ten items, 250 for longer
  ones. That 500 suffice in most cases was found by simulation (Jiang, Wang & Weiss 2016), and that
  the error of slopes falls with the number of items as well (Ikeda 2026); 250 for longer scales was
  chosen here. COSMIN asks for 1,000.
- Differential functioning: 200 persons a group for a firm statement, recalled from Scott et al.
  (2009); fewer than 50 are not compared: chosen here.

References
----------
Linacre, J. M. (1994). Sample size and item calibration stability. Rasch Measurement Transactions,
7(4), 328.

Jiang, S., Wang, C., & Weiss, D. J. (2016). Sample size requirements for estimation of item
parameters in the multidimensional graded response model. Frontiers in Psychology, 7, 109.
doi:10.3389/fpsyg.2016.00109

Ikeda, T. (2026). A Monte Carlo simulation study of sample size requirements for the graded response
model. PLOS ONE, 21(4).
"""

from __future__ import annotations

from psychometrics.irt.options import ModelName

FEWEST_PERSONS = 30
"""Below it nothing is fitted."""
FEWEST_IN_GROUP = 50
PERSONS_IN_GROUP = 200
_RASCH, _LONG, _SHORT, _LONG_FROM = 100, 250, 500, 10


def persons_for_model(model: ModelName, n_items: int) -> int:
    """Return how many persons a model of so many items needs.

    Parameters
    ----------
    model
        The family of models.
    n_items
        Number of items of the scale.
    """
    if model is ModelName.PARTIAL_CREDIT:
        return _RASCH
    return _LONG if n_items >= _LONG_FROM else _SHORT
