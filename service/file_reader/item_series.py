"""Which columns are the items: a series of numbered columns that fits the form exactly."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psychometrics.instrument import Instrument
from service.file_reader.answer_range import MISSING_CODES
from service.file_reader.cells import Cell, as_number, as_text
from service.file_reader.columns import Column
from service.file_reader.item_names import (
    Speaks,
    Wave,
    form_words,
    numbered_names,
    speaks,
    wave_of,
    wave_order,
)
from service.file_reader.questions import (
    Choice,
    Remarks,
    columns_word,
    counted,
    listed,
    shortened,
)
from service.file_reader.vocabulary import plain_name, words

_SIGNS = re.compile(r"[-_. ]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Columns that are numbered alike.

    Attributes
    ----------
    prefix, suffix
        Of their names.
    places
        Position of the column by number; the first where a number comes twice.
    n_columns
        How many columns there are.
    speaks
        Whether the name speaks for the form.
    wave
        The family and the occasion.
    mixed
        Suffixes of single columns that were not told apart.
    """

    prefix: str
    suffix: str
    places: Mapping[int, int]
    n_columns: int
    speaks: Speaks
    wave: Wave
    mixed: tuple[str, ...] = ()

    def fits(self, n_items: int) -> bool:
        """Whether it numbers exactly the items of a form."""
        return self.n_columns == n_items and set(self.places) == set(range(1, n_items + 1))

    def names(self, columns: Sequence[Column]) -> list[str]:
        """Names of its columns, by number."""
        return [columns[self.places[number]].name for number in sorted(self.places)]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundItems:
    """The items that were found.

    Attributes
    ----------
    occasions
        Name and columns of each occasion in order; one without a name where a row is one rating.
    why
        Why these columns, in words.
    copies
        Positions of columns that repeat the items in another coding, or at incomplete occasions.
    others
        Positions of columns that are items of other questionnaires.
    """

    occasions: tuple[tuple[str, Mapping[int, int]], ...] = ()
    why: str = ""
    copies: frozenset[int] = frozenset()
    others: frozenset[int] = frozenset()


def find_items(columns: Sequence[Column], instrument: Instrument, remarks: Remarks) -> FoundItems:
    """Find the items, or ask.

    Parameters
    ----------
    columns
        All columns of the table.
    instrument
        The form.
    remarks
        Gathers the questions; after one about the items nothing is found.
    """
    series = all_series(columns, instrument)
    n_items = instrument.n_items
    fitting = [one for one in series if one.fits(n_items)]
    fitting += [one for one in _loose(series) if one.fits(n_items) and not _covered(one, fitting)]
    answered = [one for one in fitting if _may_be_answers(one, columns, instrument)]
    fitting = answered or fitting
    chosen = _chosen(fitting, series, columns, instrument, remarks)
    if not chosen:
        return FoundItems()
    occasions = _ordered(chosen, columns, remarks)
    taken = {place for _, places in occasions for place in places.values()}
    _ask_incomplete(chosen[0], series, taken, columns, n_items, remarks)
    _ask_recoded(chosen, columns, instrument, remarks)
    return FoundItems(
        occasions=occasions,
        why=_why(chosen[0]),
        copies=frozenset(_copies(chosen, series, taken)),
        others=_other_questionnaires(series, columns, taken),
    )


def all_series(columns: Sequence[Column], instrument: Instrument) -> list[Series]:
    """Gather every series of at least two numbers, in the order of the columns."""
    known = form_words(instrument.id)
    gathered: dict[tuple[str, str], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for place, column in enumerate(columns):
        for read in numbered_names(column.name):
            gathered[read.prefix, read.suffix][read.number].append(place)
    return [
        _series(prefix, suffix, numbers, speaks(prefix, known))
        for (prefix, suffix), numbers in gathered.items()
        if len(numbers) > 1 or instrument.n_items == 1
    ] + [
        _series(prefix, suffix, numbers, speaks(prefix, known))
        for (prefix, suffix), numbers in gathered.items()
        if len(numbers) == 1 and instrument.n_items > 1
    ]


def _series(prefix: str, suffix: str, numbers: Mapping[int, list[int]], speaking: Speaks) -> Series:
    return Series(
        prefix=prefix,
        suffix=suffix,
        places={number: places[0] for number, places in numbers.items()},
        n_columns=sum(map(len, numbers.values())),
        speaks=speaking,
        wave=wave_of(prefix, suffix),
    )


def _may_be_answers(one: Series, columns: Sequence[Column], instrument: Instrument) -> bool:
    """Whether most columns hold few different cells: not times, as survey tools add beside."""
    most = 3 * instrument.n_categories + 6
    few = [
        len(present) <= most and not _all_fractions(present)
        for present in (columns[place].present for place in one.places.values())
    ]
    return sum(few) >= 0.5 * len(few)


def _all_fractions(cells: Sequence[Cell]) -> bool:
    numbers = [number for number in map(as_number, cells) if number is not None]
    return len(numbers) > 1 and not any(number.is_integer() for number in numbers)


def _loose(series: Sequence[Series]) -> list[Series]:
    """Join series whose names differ in signs between words, or in the end of single items."""
    by_prefix: dict[str, list[Series]] = defaultdict(list)
    for one in series:
        by_prefix[_SIGNS.sub("_", one.prefix).strip("_")].append(one)
    joined = []
    for prefix, parts in by_prefix.items():
        if len(parts) > 1:
            places = {number: place for one in parts for number, place in one.places.items()}
            joined.append(
                Series(
                    prefix=prefix,
                    suffix="",
                    places=places,
                    n_columns=sum(one.n_columns for one in parts),
                    speaks=parts[0].speaks,
                    wave=wave_of(prefix, ""),
                    mixed=tuple(one.suffix for one in parts),
                )
            )
    return joined


def _covered(one: Series, others: Sequence[Series]) -> bool:
    places = set(one.places.values())
    return any(places & set(other.places.values()) for other in others)


def _chosen(
    fitting: Sequence[Series],
    series: Sequence[Series],
    columns: Sequence[Column],
    instrument: Instrument,
    remarks: Remarks,
) -> list[Series]:
    """Choose the one family of series whose name speaks for it, or ask."""
    families = _families([one for one in fitting if not _is_recoded_copy(one, fitting)])
    families = [part for family in families for part in _apart(family)]
    speaking = [family for family in families if family[0].speaks is Speaks.FORM]
    longer = [
        one for one in series
        if one.speaks is Speaks.FORM and len(one.places) > instrument.n_items
        and set(one.places) >= set(range(1, instrument.n_items + 1))
    ]  # fmt: skip
    if len(speaking) == 1 and not longer:
        return speaking[0]
    if not families or (longer and not speaking):
        _ask_without_fit(series, longer, columns, instrument, remarks)
        return []
    if len(families) == 1 and families[0][0].speaks is Speaks.ITEM:
        return families[0]
    others = () if speaking else _unnumbered_blocks(columns, instrument, families)
    _ask_which(speaking or families, columns, instrument, remarks, others)
    return []


def _families(fitting: Sequence[Series]) -> list[list[Series]]:
    families: dict[tuple[str, ...], list[Series]] = defaultdict(list)
    for one in fitting:
        families[one.wave.family].append(one)
    return list(families.values())


def _apart(family: Sequence[Series]) -> list[list[Series]]:
    """Part a family whose columns could be items and occasions in either order (``wai_3_5``)."""
    if not any(_covered(one, [other for other in family if other is not one]) for one in family):
        return [list(family)]
    parts: dict[str, list[Series]] = defaultdict(list)
    prefixes = Counter(one.prefix for one in family)
    for one in family:
        parts[one.prefix if prefixes[one.prefix] > 1 else ""].append(one)
    return list(parts.values())


def _is_recoded_copy(one: Series, fitting: Sequence[Series]) -> bool:
    """Whether a series repeats another under a suffix that says it was recoded."""
    return any(
        other is not one
        and other.prefix == one.prefix
        and one.suffix.strip("_. -") in words("recoded")
        and other.suffix.strip("_. -") not in words("recoded")
        for other in fitting
    )


def _ordered(
    chosen: Sequence[Series], columns: Sequence[Column], remarks: Remarks
) -> tuple[tuple[str, Mapping[int, int]], ...]:
    if len(chosen) == 1:
        return (("", chosen[0].places),)
    orders = {one.wave.name: wave_order(one.wave.name) for one in chosen}
    known = None not in orders.values() and len(set(orders.values())) == len(chosen)
    if known:
        placed = sorted(chosen, key=lambda one: orders[one.wave.name] or (0, 0))
    else:
        placed = sorted(chosen, key=lambda one: min(one.places.values()))
    occasions = tuple((one.wave.name or "first", one.places) for one in placed)
    names = [name for name, _ in occasions]
    if not known or len(set(names)) < len(names):
        remarks.ask(
            "occasion-order",
            f"The items come {len(chosen)} times in a row of the file; in which order were these "
            f"occasions: {listed(names)}?",
            [columns[place].name for _, places in occasions for place in places.values()][:1],
            Choice(
                label="in this order",
                mapping={"occasions": occasion_mapping(occasions, columns)},
            ),
        )
    else:
        remarks.note(
            f"A row holds {len(occasions)} occasions ({listed(names)}); each becomes a row of its "
            "own with its session number."
        )
    return occasions


def occasion_mapping(
    occasions: Sequence[tuple[str, Mapping[int, int]]], columns: Sequence[Column]
) -> list[dict[str, object]]:
    """Write occasions as a mapping says them."""
    return [{"name": name, "items": item_mapping(places, columns)} for name, places in occasions]


def item_mapping(places: Mapping[int, int], columns: Sequence[Column]) -> dict[str, str]:
    """Write items as a mapping says them."""
    return {str(number): columns[places[number]].name for number in sorted(places)}


def _why(series: Series) -> str:
    if series.speaks is Speaks.FORM:
        return "numbered, and named like the form"
    return "numbered as the form's items, and no other columns are"


def _ask_which(
    families: Sequence[Sequence[Series]],
    columns: Sequence[Column],
    instrument: Instrument,
    remarks: Remarks,
    unnumbered: Sequence[Sequence[int]] = (),
) -> None:
    names = [columns_word(family[0].names(columns)) for family in families]
    names += [columns_word([columns[place].name for place in block]) for block in unnumbered]
    mappings = [_family_mapping(family, columns) for family in families]
    mappings += [_block_mapping(block, columns) for block in unnumbered]
    remarks.ask(
        "ambiguous-items",
        f"Which columns are the {instrument.n_items} items of the form? Several could be: "
        f"{'; '.join(names[:4])}." if len(names) > 1 else
        f"Are {names[0]} the {instrument.n_items} items of the form? Their name does not say so.",
        [name for family in families for name in family[0].names(columns)],
        *[
            Choice(label=name, mapping=mapping)
            for name, mapping in zip(names, mappings, strict=True)
        ],
    )  # fmt: skip


def _block_mapping(block: Sequence[int], columns: Sequence[Column]) -> dict[str, object]:
    return {"items": item_mapping(dict(enumerate(block, start=1)), columns)}


def _family_mapping(family: Sequence[Series], columns: Sequence[Column]) -> dict[str, object]:
    if len(family) == 1:
        return {"items": item_mapping(family[0].places, columns)}
    placed = sorted(family, key=lambda one: min(one.places.values()))
    return {
        "occasions": occasion_mapping(
            [(one.wave.name or "first", one.places) for one in placed], columns
        )
    }


def _ask_without_fit(
    series: Sequence[Series],
    longer: Sequence[Series],
    columns: Sequence[Column],
    instrument: Instrument,
    remarks: Remarks,
) -> None:
    """Say why no series fits: too long, a gap, numbers that begin elsewhere, no numbers."""
    n_items = instrument.n_items
    wanted = set(range(1, n_items + 1))
    plausible = [one for one in series if one.speaks is not Speaks.OTHER]
    too_long = longer or [one for one in plausible if set(one.places) > wanted]
    if too_long:
        one = max(too_long, key=lambda one: (one.speaks, len(one.places)))
        remarks.ask(
            "wrong-item-count",
            f"The form has {n_items} items, but {columns_word(one.names(columns))} are "
            f"{len(one.places)}: choose the form that was answered, or name its columns in a "
            "mapping.",
            one.names(columns),
        )
        return
    if _ask_shifted(plausible, columns, n_items, remarks):
        return
    best = max(
        plausible,
        key=lambda one: (len(set(one.places) & wanted), one.speaks),
        default=None,
    )
    enough = n_items / 2 if best is None or best.prefix not in {"i", "item"} else 1
    if best is not None and len(set(best.places) & wanted) > enough:
        absent = [str(number) for number in sorted(wanted - set(best.places))]
        doubled = best.n_columns - len(best.places)
        if absent:
            what = f"There is no column for item {', '.join(absent[:10])}"
        else:
            verb = "has" if doubled == 1 else "have"
            what = f"{counted(doubled, 'item')} of the form {verb} several columns"
        remarks.ask(
            "missing-column" if absent else "ambiguous-items",
            f"{what}; columns seen: {listed(best.names(columns))}.",
            best.names(columns),
        )
        return
    _ask_unnumbered(columns, instrument, remarks)


def _ask_shifted(
    plausible: Sequence[Series], columns: Sequence[Column], n_items: int, remarks: Remarks
) -> bool:
    shifted = [
        one for one in plausible
        if one.n_columns == n_items == len(one.places)
        and max(one.places) - min(one.places) == n_items - 1
    ]  # fmt: skip
    if not shifted:
        return False
    one = shifted[0]
    first = min(one.places)
    places = {number - first + 1: place for number, place in one.places.items()}
    remarks.ask(
        "item-numbers",
        f"The numbers of {columns_word(one.names(columns))} begin with {first}; are they the "
        f"items 1 to {n_items} in this order?",
        one.names(columns),
        Choice(label="yes, in this order", mapping={"items": item_mapping(places, columns)}),
    )
    return True


def _ask_unnumbered(columns: Sequence[Column], instrument: Instrument, remarks: Remarks) -> None:
    """Propose as many neighbouring columns as the form has items, if all look like answers."""
    by_key = _by_subscale(columns, instrument)
    blocks = [sorted(by_key.values())] if by_key else _unnumbered_blocks(columns, instrument)
    if len(blocks) == 1:
        names = [columns[place].name for place in blocks[0]]
        choices = [Choice(label="yes, in this order", mapping=_block_mapping(blocks[0], columns))]
        if by_key:
            said = {"items": item_mapping(by_key, columns)}
            label = "no, they are numbered within each subscale, in the order of the form"
            choices.insert(0, Choice(label=label, mapping=said))
        remarks.ask(
            "unnumbered-items",
            f"No columns are numbered 1 to {instrument.n_items}; are {columns_word(names)} the "
            "items in the order of the form?",
            names,
            *choices,
        )
        return
    seen = [column.name for column in columns if column.name]
    n_items = instrument.n_items
    shape = _other_shape(columns, n_items)
    remarks.ask(
        "no-items",
        shape
        or f"The {n_items} item columns were not found; name them i1, i2, … or say in a "
        f"mapping which they are; columns seen: {listed(seen)}.",
    )


def _unnumbered_blocks(
    columns: Sequence[Column], instrument: Instrument, families: Sequence[Sequence[Series]] = ()
) -> list[list[int]]:
    """Find runs of as many neighbouring columns as the form has items, all like answers."""
    taken = {place for family in families for one in family for place in one.places.values()}
    runs: list[list[int]] = [[]]
    for place, column in enumerate(columns):
        if column.name and place not in taken and _looks_answered(column, instrument):
            runs[-1].append(place)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if len(run) == instrument.n_items]


def _by_subscale(columns: Sequence[Column], instrument: Instrument) -> dict[int, int]:
    """Find the items of columns like ``goal_1`` by the key, if each subscale has all of its own."""
    found: dict[int, int] = {}
    for name, subscale in instrument.subscales.items():
        items = sorted(subscale.items)
        numbered: dict[int, int] = {}
        for place, column in enumerate(columns):
            for read in numbered_names(column.name):
                if name.casefold() in plain_name(f"{read.prefix} {read.suffix}").split("_"):
                    numbered.setdefault(read.number, place)
        if set(numbered) != set(range(1, len(items) + 1)):
            return {}
        for number, item in enumerate(items, start=1):
            found[item] = numbered[number]
    whole = set(found) == set(range(1, instrument.n_items + 1))
    return found if whole and len(set(found.values())) == len(found) else {}


def _other_shape(columns: Sequence[Column], n_items: int) -> str | None:
    """Say how to turn a table that has a row for each answer, or a column for each person."""
    wanted = {float(number) for number in range(1, n_items + 1)}
    for column in columns:
        numbers = set(map(as_number, column.present))
        if numbers == wanted and len(set(column.counts[column.counts > 0].tolist())) == 1:
            return (
                f"The file seems to hold one row for each answer (column {shortened(column.name)} "
                "numbers the items); turn it so that each form is one row with a column for each "
                "item: a pivot table does, or pivot_wider in R."
            )
    first = next((column for column in columns if column.n_given), None)
    names = [] if first is None else [as_text(cell) or "" for cell in first.present]
    numbers_seen = {read.number for name in names for read in numbered_names(name)}
    if first is not None and len(names) == n_items and numbers_seen >= set(range(1, n_items + 1)):
        return (
            "The file seems to hold a row for each item and a column for each person; turn it "
            "round, so that each form is one row (in Excel: paste special, transpose)."
        )
    return None


def _looks_answered(column: Column, instrument: Instrument) -> bool:
    present = column.present
    numbers = [as_number(cell) for cell in present]
    if not present or len(present) > 2 * instrument.n_categories + 4:
        return False
    if all(number is not None for number in numbers):
        span = [number for number in numbers if number is not None]
        answers = [number for number in span if number not in MISSING_CODES]
        low, high = instrument.minimum - 1, instrument.maximum + 2
        return len(answers) > 1 and min(answers) >= low and max(answers) <= high
    return len(present) > 1 and len(present) <= instrument.n_categories + 3


def _ask_incomplete(
    chosen: Series,
    series: Sequence[Series],
    taken: set[int],
    columns: Sequence[Column],
    n_items: int,
    remarks: Remarks,
) -> None:
    """Ask about a further occasion of the same items that has not all of them."""
    for one in series:
        if (
            one.wave.family == chosen.wave.family
            and not taken & set(one.places.values())
            and len(set(one.places) & set(range(1, n_items + 1))) > n_items / 2
            and len(one.places) < n_items
        ):
            names = one.names(columns)
            remarks.ask(
                "incomplete-occasion",
                f"{columns_word(names).capitalize()} look like the same items at another occasion, "
                f"but they are {len(names)} of {n_items}; leave them out?",
                names,
                Choice(label="leave them out", mapping={"leave_out": names}),
            )


def _ask_recoded(
    chosen: Sequence[Series], columns: Sequence[Column], instrument: Instrument, remarks: Remarks
) -> None:
    """Ask about single items whose name says that they were reversed already."""
    names = [
        columns[place].name
        for one in chosen
        for number, place in one.places.items()
        if any(
            read.number == number and read.suffix.strip("_. -") in words("recoded")
            for read in numbered_names(columns[place].name)
        )
    ]
    if not names:
        return
    remarks.ask(
        "recoded-items",
        f"The name of {columns_word(names)} may say that the answers were reversed already; are "
        "they as ticked on the form?",
        names,
        Choice(label="yes, as ticked on the form", mapping=_family_mapping(chosen, columns)),
    )


def _copies(chosen: Sequence[Series], series: Sequence[Series], taken: set[int]) -> set[int]:
    families = {one.wave.family for one in chosen}
    prefixes = {one.prefix for one in chosen}
    return {
        place
        for one in series
        if one.prefix in prefixes or one.wave.family in families
        for place in one.places.values()
        if place not in taken
    }


def _other_questionnaires(
    series: Sequence[Series], columns: Sequence[Column], taken: set[int]
) -> frozenset[int]:
    """Columns of further series of three or more whose cells are small whole numbers."""
    found: set[int] = set()
    for one in series:
        places = [place for place in one.places.values() if place not in taken]
        if len(places) >= 3 and all(_is_rating(columns[place]) for place in places):
            found.update(places)
    return frozenset(found)


def _is_rating(column: Column) -> bool:
    present = column.present
    if not present or len(present) > 11:
        return False
    numbers = [as_number(cell) for cell in present]
    return all(number is not None and number.is_integer() for number in numbers)
