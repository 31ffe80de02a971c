"""Tables in and out; needs pandas (``pip install alliance-client[pandas]``)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from alliance_client.generated.models import ScoreResult

if TYPE_CHECKING:
    import pandas as pd


class Record(Protocol):
    """A value that was generated from the specification."""

    def to_dict(self) -> dict[str, Any]:
        """Return its JSON."""
        ...


def csv_of(table: pd.DataFrame) -> bytes:
    """Write a table of answers as the service reads it: a row for each form, missing is empty.

    Columns are ``i1`` … for the items, and any of ``id``, ``person``, ``session_number`` … beside
    them. Whole numbers that pandas keeps as floats, because some are missing, are written whole.
    """
    return table.convert_dtypes().to_csv(index=False).encode()


def scores_table(results: Sequence[ScoreResult]) -> pd.DataFrame:
    """Return a row for each response, in their order: status, answered, scores, means."""
    import pandas as pd  # an extra

    return pd.DataFrame(
        [
            {
                "id": one.id,
                "status": one.status,
                "answered": one.answered,
                **one.scores.to_dict(),
                **{f"{scale}_mean": mean for scale, mean in one.means.to_dict().items()},
            }
            for one in results
        ]
    )


def records_table(records: Iterable[Record]) -> pd.DataFrame:
    """Return a row for each record of a result, for example the loadings of a model.

    Records within records become columns such as ``interval.lower``.
    """
    import pandas as pd  # an extra

    return pd.json_normalize([one.to_dict() for one in records])
