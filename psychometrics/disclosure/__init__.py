"""What published output may say of few persons: no count of 1 to 10, shown or derivable.

Notes
-----
The rule is that of the Centers for Medicare & Medicaid Services for cells of published tables: a
count of 1 to 10 is withheld, zero and 11 or more may stand. A number is *derivable* when it follows
from others that are shown:

- the complement of a shown count in a shown total, hence the difference of any two numbers of
  persons of which one group contains the other;
- a share with the number it is a share of, for their product is a count;
- the only withheld cell of a row with a total, hence complementary suppression: a further cell is
  withheld with it;
- the sum of withheld cells, which is itself the count of a union of categories, hence it must be
  11 or more too;
- the same cell in a part of the sample and in the whole, hence the same columns are withheld in
  every row of a table of groups;
- withheld categories of an item with its mean and standard deviation, which are equations in them.

What is withheld is ``None``. Who knows these rules and reads the output still cannot tell a
withheld small count from at least one other value: that is the property under test.

References
----------
CMS cell size suppression policy, https://www.hhs.gov/guidance/document/cms-cell-suppression-policy.
Cox, L. H. (1980). Suppression methodology and statistical disclosure control. Journal of the
American Statistical Association, 75, 377–385. doi:10.1080/01621459.1980.10477481
"""

from psychometrics.disclosure.counts import (
    LARGEST_SMALL,
    ProtectedRow,
    follows_from_sum,
    is_small,
    protected_count,
    protected_counts,
    protected_proportion,
    shown_sizes,
)
from psychometrics.disclosure.moments import DECIMALS, protected_moments
from psychometrics.disclosure.sentences import protected_sentence
from psychometrics.disclosure.shares import ProtectedShares, protected_shares
from psychometrics.disclosure.tables import protected_table

__all__ = [
    "DECIMALS",
    "LARGEST_SMALL",
    "ProtectedRow",
    "ProtectedShares",
    "follows_from_sum",
    "is_small",
    "protected_count",
    "protected_counts",
    "protected_moments",
    "protected_proportion",
    "protected_sentence",
    "protected_shares",
    "protected_table",
    "shown_sizes",
]
