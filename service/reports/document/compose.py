"""Put a document together: the answer, what it rests on, then everything in COSMIN's order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from schemas.analyses.validity import SECTIONS
from service.reports.document import labels, numbers
from service.reports.document.default_tables import default_tables
from service.reports.document.elements import Answer, Document, Rating, Section
from service.reports.document.sections import (
    cfa,
    change,
    criterion,
    dimensionality,
    invariance,
    irt,
    items,
    paired,
    reliability,
    sample,
    standards,
    sufficiency,
)
from service.reports.document.sections.parts import Sources, cautions
from service.reports.figures.names import FigureName
from service.reports.record import ReportRecord

ORDER: tuple[Callable[[Sources], Section], ...] = (
    standards.basis,
    sample.sample,
    sample.missing_data,
    sufficiency.sufficiency,
    items.items,
    dimensionality.dimensionality,
    dimensionality.efa,
    cfa.ordinal,
    cfa.continuous,
    cfa.cutoffs,
    irt.irt,
    reliability.reliability,
    invariance.invariance,
    invariance.comparison,
    change.trajectory,
    paired.retest,
    paired.agreement,
    criterion.criterion,
    change.responsiveness,
    standards.standards,
    standards.methods,
)
"""Sections in reading order."""

WRITTEN = frozenset(
    {
        "sample",
        "sufficiency",
        "items",
        "dimensionality",
        "efa",
        "cfa",
        "cfa_continuous",
        "cutoffs",
        "irt",
        "reliability",
        "invariance",
        "comparison",
        "trajectory",
        "retest",
        "agreement",
        "criterion",
        "responsiveness",
    }
)
"""Sections of the result that :data:`ORDER` writes; a new one is written by its declaration."""


def compose(record: ReportRecord, drawn: Collection[FigureName]) -> Document:
    """Write a finished analysis as a document.

    Parameters
    ----------
    record
        The finished analysis of the kind ``validity``.
    drawn
        The figures that exist; for the others the text stands alone.
    """
    sources = Sources(record=record, drawn=drawn)
    return Document(
        title=f"Does it hold up? {record.definition['title']}",
        subtitle="Validity report",
        facts=_facts(record),
        answer=_answer(sources),
        sections=(*(write(sources) for write in ORDER), *_unwritten(sources)),
    )


def _unwritten(sources: Sources) -> Iterator[Section]:
    """Write what is declared and has no section of its own by its declaration."""
    for name, declared in SECTIONS.items():
        found = sources.record.section(name)
        if name not in WRITTEN and found is not None:
            yield Section(
                name=name,
                title=labels.named(labels.spoken(name)),
                blocks=(*default_tables(name, declared, found), *cautions(found)),
            )


def _facts(record: ReportRecord) -> tuple[tuple[str, str], ...]:
    names = [
        one.name if one.setting is None else f"{one.name} ({_setting(one.setting)})"
        for one in record.samples
    ]
    found = record.section("sample") or record.section("items") or {}
    facts = [
        ("Form", f"{record.definition['id']}, version {record.definition['version']}"),
        ("Sample" if len(names) == 1 else "Samples", "; ".join(names)),
        ("Persons", numbers.count(found.get("n_persons"))),
        ("Asked on", (record.created_at or "")[:10]),
        ("Analysis", record.id or ""),
    ]
    return tuple((name, value) for name, value in facts if value)


def _setting(setting: str) -> str:
    return labels.SETTINGS.get(setting, setting)


def _answer(sources: Sources) -> Answer:
    verdict = sources.record.result["verdict"]
    rules = standards.rules_by_id(sources)
    return Answer(
        code=verdict["code"],
        sentence=verdict["answer"],
        because=tuple(verdict["because"]),
        would_change_it=tuple(verdict["would_change_it"]),
        ratings=tuple(
            Rating(
                title=str(
                    one.get("title")
                    or rules.get(one["rule"], {}).get("title")
                    or labels.named(labels.spoken(one["property"]))
                ),
                rating=one["rating"],
                because=standards.sentence(one["because"]),
            )
            for one in verdict["properties"]
        ),
    )
