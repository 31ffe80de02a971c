"""Who answered, and what is missing."""

from __future__ import annotations

from service.reports.document import labels, numbers
from service.reports.document.elements import Block, Section
from service.reports.document.sections.parts import (
    Sources,
    absent,
    cautions,
    columns,
    said,
    table,
)
from service.reports.figures.names import FigureName
from service.reports.record import Json

TITLE = "Sample"


def sample(sources: Sources) -> Section:
    """Describe the persons."""
    found = sources.record.section("sample")
    if found is None:
        return absent("sample", TITLE, sources)
    blocks = (
        *said(_who(found), str(found.get("rule") or ""), *_reading(sources.record.reading)),
        *_columns(found),
        *_clinicians(found),
        *cautions(found),
    )
    return Section(name="sample", title=TITLE, blocks=blocks)


def _reading(reading: Json | None) -> list[str]:
    """Say from which columns of a file the items were read, and what was done to the answers."""
    if reading is None:
        return []
    occasions = [reading["items"], *(one["items"] for one in reading["occasions"])]
    columns = [name for items in occasions for name in items.values()]
    if not columns:
        return []
    named = ", ".join(columns) if len(columns) <= 12 else f"{columns[0]} … {columns[-1]}"
    sentences = [f"Items were read from columns {named}."]
    if reading["missing"]:
        sentences.append(f"Taken for missing: {', '.join(reading['missing'])}.")
    if reading["labels"]:
        labels = sorted(reading["labels"].items(), key=lambda pair: int(pair[1]))
        said = ", ".join(f"{text} = {number}" for text, number in labels)
        sentences.append(f"Labels were read as {said}.")
    if reading["add"]:
        sentences.append(f"{reading['add']} was added to every answer.")
    return [" ".join(sentences)]


def missing_data(sources: Sources) -> Section:
    """Describe which answers are missing."""
    found = sources.record.section("items")
    title = "Missing data"
    if found is None:
        return absent("items", title, sources)
    missing = found["missing"]
    blocks = (
        *said(
            f"Missing: {numbers.share(missing['share'])} of all answers to the form; "
            f"{numbers.count(missing['n_complete'])} of {numbers.count(found['n_persons'])} "
            "persons answered every item (– where a count of few persons would show).",
            _selective(missing["selective"]),
        ),
        *sources.figure(
            FigureName.MISSINGNESS,
            "Which items were left out. Above, where it is known: items that the same persons left "
            "out (a row), the most frequent first, with the share of persons; patterns of ten "
            "persons or fewer are one row. Below, where it is known: share of persons who left an "
            "item out, in per cent. Hatched: withheld, because it would tell of ten persons or "
            "fewer.",
            _spoken_patterns(found) + _most_left_out(found),
        ),
    )
    return Section(name="missing-data", title=title, blocks=blocks)


def _who(found: Json) -> str:
    other = found.get("n_other_respondents")
    respondent = found.get("respondent")
    whose = f" Respondent: {respondent}." if respondent else ""
    more = f" {numbers.count(other)} responses of others were set aside." if other else ""
    return (
        f"N = {numbers.count(found.get('n_persons'))} persons; "
        f"{numbers.count(found.get('n_complete'))} answered every scored item.{whose}{more}"
    )


def _columns(found: Json) -> tuple[Block, ...]:
    rows = [
        (labels.named(column["column"]), str(one["value"]), numbers.count(one["n"]))
        for column in found.get("counts") or ()
        for one in column.get("counts") or ()
    ]
    many = [
        (labels.named(column["column"]), f"{numbers.count(column['distinct'])} different", "")
        for column in found.get("counts") or ()
        if not column.get("counts")
    ]
    return table(
        "sample",
        "How the sample divides",
        header=columns("Column", "Value", "n", words=(0, 1)),
        rows=[*rows, *many],
        notes=("– counts of ten or fewer, and what would give them away, are withheld.",),
    )


def _clinicians(found: Json) -> tuple[Block, ...]:
    clinicians = found.get("clinicians")
    if not clinicians:
        return ()
    return said(
        f"{numbers.count(clinicians['n_clinicians'])} clinicians; persons per clinician: median "
        f"{numbers.number(clinicians['median'], 1)}, smallest "
        f"{numbers.count(clinicians['smallest'])}, largest {numbers.count(clinicians['largest'])}."
    )


def _selective(test: Json) -> str:
    if test["statistic"] is None:
        return f"Whether items are left out selectively was not tested: {test['reason']}."
    return (
        "Whether some items are left out more than others (Cochran's Q): "
        f"{numbers.test(test['statistic'], test['df'], test['p_value'])}."
    )


def _spoken_patterns(found: Json) -> str:
    patterns = (found["missing"].get("patterns") or {}).get("patterns", ())
    gaps = [
        f"{numbers.listed(one['items'])} ({numbers.share(one['share'])})"
        for one in patterns
        if one["items"]
    ]
    if not gaps:
        return ""
    return f"Items left out together, with the share of persons: {'; '.join(gaps)}. "


def _most_left_out(found: Json) -> str:
    known = [one for one in found["items"] if one["missing"]]
    if not known:
        return "Single items' shares above zero are withheld."
    most = max(known, key=lambda one: float(one["missing"]))
    return f"Most often item {most['item']}, {numbers.share(most['missing'])}."
