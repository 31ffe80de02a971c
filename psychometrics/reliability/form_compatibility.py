"""Whether scores of two forms may be compared, and what the two are called.

Notes
-----
Two forms go together when they claim to measure the same scales in the same points: the same
subscales with as many items each, answered on the same range. Each form keeps its own key; that
items moved between forms is not refused, for a practitioner's form may order them otherwise, but it
is said.
"""

from __future__ import annotations

from psychometrics.instrument import Instrument


def why_incomparable(first: Instrument, second: Instrument) -> str | None:
    """Say why two forms' scores cannot be compared, or ``None`` when they can.

    Parameters
    ----------
    first, second
        The forms.

    Returns
    -------
    str or None
        A sentence without a full stop that continues "the two forms …".
    """
    if (first.id, first.version) == (second.id, second.version):
        return (
            "are the same; put both respondents' answers into one sample, "
            "with a column that tells them apart"
        )
    sizes, others = _sizes(first), _sizes(second)
    if set(sizes) != set(others):
        return f"have other subscales: {_listed(sizes)} and {_listed(others)}"
    differing = [name for name in sizes if sizes[name] != others[name]]
    if differing:
        name = differing[0]
        return f"have other numbers of items in {name!r}: {sizes[name]} and {others[name]}"
    if (first.minimum, first.maximum) != (second.minimum, second.maximum):
        return (
            f"are answered on other ranges: {first.minimum} to {first.maximum} "
            f"and {second.minimum} to {second.maximum}"
        )
    return None


def form_names(first: Instrument, second: Instrument) -> tuple[str, str]:
    """Name two different forms: by their ids, with the version where the ids are the same."""
    if first.id != second.id:
        return first.id, second.id
    return f"{first.id} {first.version}", f"{second.id} {second.version}"


def same_key(first: Instrument, second: Instrument) -> bool:
    """Whether both forms have the same item numbers in each subscale, keyed alike."""
    return (
        all(set(scale.items) == set(second.subscales[scale.name].items) for scale in first)
        and set(first.reversed_items) == set(second.reversed_items)
        and first.n_items == second.n_items
    )


def _sizes(form: Instrument) -> dict[str, int]:
    return {scale.name: len(scale.items) for scale in form}


def _listed(names: dict[str, int]) -> str:
    return ", ".join(sorted(names))
