"""Whether the answers contradict the key.

Notes
-----
Under a right key every item rises with the rest of its scale. An item that is reversed by mistake,
or is not reversed although it should be, falls with it: its item-rest correlation is negative. So
is that of an item whose true relation to a scale is nil, in half of all samples: a suspect is a
question to look at the form, no verdict.
"""

from __future__ import annotations

from collections.abc import Iterable

from psychometrics.items.results import ItemStatistics, KeyCheck, Suspect


def key_check(items: Iterable[ItemStatistics]) -> KeyCheck:
    """Name the items that correlate negatively with the rest of their subscale under the key."""
    return KeyCheck(suspects=tuple(_suspect(item) for item in items if _contradicts(item)))


def _contradicts(item: ItemStatistics) -> bool:
    return item.item_rest_correlation is not None and item.item_rest_correlation < 0.0


def _suspect(item: ItemStatistics) -> Suspect:
    return Suspect(
        item=item.item,
        reason=(
            f"Under this key it correlates negatively with the rest of {item.subscale!r}: "
            "its reversal, or that of another item of the subscale, may be wrong."
        ),
    )
