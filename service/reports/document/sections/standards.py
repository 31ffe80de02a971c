"""What the answer rests on: ratings with rules, numbers, sources; and how all was computed."""

from __future__ import annotations

from typing import Any

from service.reports.document import labels, numbers
from service.reports.document.elements import Block, Bullets, Section
from service.reports.document.sections.parts import Sources, columns, said, table
from service.reports.record import Json

AS_ABOVE = "As stated above."
BASIS = "What the answer rests on"
_WHOLE = frozenset(
    {"n_used", "n_required", "n_groups", "smallest_group", "n_pairs", "n_outcomes",
     "n_predicted", "n_hypotheses", "irt_scales", "irt_violated", "irt_open"}
)  # fmt: skip
_SHARES = frozenset(
    {"share_held", "share_failed", "extreme_share", "extreme_lower", "extreme_upper",
     "missing_share", "missing_item", "complete_share"}
)  # fmt: skip
_FREE = frozenset({"smallest_detectable_change", "change_ratio", "item_difference"})
_FIT = frozenset({"cfi", "rmsea", "rmsea_lower", "srmr"})


def basis(sources: Sources) -> Section:
    """Write the table of COSMIN properties."""
    properties = sources.record.result["verdict"]["properties"]
    rules = rules_by_id(sources)
    rows = [_property(one, rules.get(one["rule"], {})) for one in properties]
    held = table(
        "properties",
        "Measurement properties and their ratings",
        header=columns(
            "Property", "Rating", "Numbers", "Because", "Caution", words=(0, 1, 2, 3, 4)
        ),
        rows=rows,
        notes=(
            (
                "Ratings in COSMIN's labels. Indeterminate: the evidence does not decide. Not "
                "assessed: "
                "no evidence of that kind is in the data."
            ),
        ),
    )
    return Section(name="basis", title=BASIS, blocks=(*_scores(sources), *held))


def _scores(sources: Sources) -> tuple[Block, ...]:
    return table(
        "score-verdicts",
        "Scores and whether they may be used",
        header=columns("Score", "Verdict", "Because", words=(0, 1, 2)),
        rows=[
            (
                labels.named(one["score"]),
                labels.USES.get(one["code"], one["code"]),
                " ".join(one["because"]),
            )
            for one in sources.record.result["verdict"].get("scores", ())
        ],
    )


def standards(sources: Sources) -> Section:
    """Write the rules, and published standards with how well they are known."""
    rules = rules_by_id(sources)
    stated = table(
        "rules",
        "Rules by which properties are rated",
        header=columns("Property", "Rule", "Source", "Known", words=(0, 1, 2, 3)),
        rows=[
            (
                str(rule.get("title") or labels.named(str(rule.get("property", name)))),
                str(rule.get("statement") or numbers.NONE),
                _source(rule),
                labels.STATUSES.get(str(rule.get("status")), str(rule.get("status") or "")),
            )
            for name, rule in rules.items()
        ],
        notes=_version(sources),
    )
    return Section(
        name="standards",
        title="Standards and sources",
        blocks=(*stated, *_side_by_side(sources), *_references(sources)),
    )


def _side_by_side(sources: Sources) -> tuple[Block, ...]:
    """Write every property by our rules and by COSMIN's, and how ours depart."""
    found = sources.record.section("standards") or {}
    stated = {rule.get("statement") for rule in rules_by_id(sources).values()}
    return table(
        "both-standards",
        "Properties by COSMIN's criteria as published and by ours",
        header=columns(
            "Property",
            "COSMIN asks",
            "COSMIN 2018",
            "Ours",
            "Where ours departs, and why",
            words=(0, 1, 2, 3, 4),
        ),
        rows=[
            (
                one["title"],
                AS_ABOVE if one["cosmin_statement"] in stated else one["cosmin_statement"],
                labels.RATINGS.get(one["cosmin"], one["cosmin"]),
                labels.RATINGS.get(one["alliance"], one["alliance"]),
                one["deviation"],
            )
            for one in found.get("compared") or ()
        ],
        notes=(
            (
                "The rules in use are those of the option standard; verdicts on scores are always "
                "by ours. COSMIN gives ratings and no overall answer: the words of that are ours."
            ),
        ),
    )


def rules_by_id(sources: Sources) -> dict[str, Json]:
    """Return the rules that the result carries, by identifier."""
    found = sources.record.section("standards") or {}
    return {str(rule["id"]): rule for rule in found.get("rules") or ()}


def _property(one: Json, rule: Json) -> tuple[str, ...]:
    stated = [
        f"{labels.NUMBERS.get(name, labels.spoken(name))} {_number(name, value)}"
        for name, value in (one.get("numbers") or {}).items()
        if value is not None
    ]
    return (
        str(one.get("title") or rule.get("title") or labels.named(labels.spoken(one["property"]))),
        labels.RATINGS.get(one["rating"], str(one["rating"])),
        "; ".join(stated) or numbers.NONE,
        sentence(one["because"]),
        str(one.get("caution") or rule.get("caution") or ""),
    )


def sentence(because: Any) -> str:
    """Join what explains a rating, a sentence or several."""
    return because if isinstance(because, str) else " ".join(because or ())


def _number(name: str, value: float) -> str:
    if name in _WHOLE:
        return numbers.count(value)
    if name in _SHARES:
        return numbers.share(value)
    if name in _FREE:
        return numbers.number(value)
    return numbers.index(value) if name in _FIT else numbers.bounded(value)


def _source(rule: Json) -> str:
    doi = f", doi:{rule['doi']}" if rule.get("doi") else ""
    return f"{rule.get('source') or numbers.NONE}{doi}"


def _version(sources: Sources) -> tuple[str, ...]:
    found = sources.record.section("standards") or {}
    version = found.get("version")
    return (f"Rules “{found.get('id', 'validity')}”, version {version}.",) if version else ()


def _references(sources: Sources) -> tuple[Block, ...]:
    found = sources.record.section("standards") or {}
    return (
        *table(
            "references",
            "Published standards",
            header=columns("Source", "About", "Finding", "Known", words=(0, 1, 2, 3)),
            rows=[
                (
                    one["name"],
                    str(one.get("about") or one.get("setting") or ""),
                    str(one.get("finding") or ""),
                    labels.STATUSES.get(one.get("status") or "", ""),
                )
                for one in found.get("references") or ()
            ],
        ),
    )


def methods(sources: Sources) -> Section:
    """Write how the numbers came about, and how to make them again."""
    record = sources.record
    definition = record.definition
    made = record.result.get("software") or {}
    software = numbers.listed(f"{name} {version}" for name, version in made.items())
    steps = record.result.get("method") or {}
    blocks = (
        *said(
            f"Form: {definition['title']}, version {definition['version']}, rule SHA-256 "
            f"{record.sha256}. Reverse-keyed items were recoded first. Statistics and their "
            "sources are named beneath each table.",
            f"Software: {software}." if software else "",
        ),
        Bullets(items=tuple(f"{labels.named(name)}: {text}" for name, text in steps.items())),
        *_settings(record.options),
        Bullets(items=tuple(_reproduction(sources))),
    )
    return Section(name="methods", title="Methods, software, how to reproduce this", blocks=blocks)


def _settings(options: Json) -> tuple[Block, ...]:
    return table(
        "options",
        "Options of this analysis",
        header=columns("Option", "Value", words=(0, 1)),
        rows=[(name, _written(value)) for name, value in options.items()],
        notes=("What is not named has its default.",),
    )


def _written(value: Any) -> str:
    """Write an option: whatever JSON holds, on one line."""
    if isinstance(value, list | tuple):
        return "; ".join(_written(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_written(one)}" for name, one in value.items())
    return str(value)


def _reproduction(sources: Sources) -> list[str]:
    identifier = sources.record.id
    stored = f"/v1/analyses/{identifier}" if identifier else None
    return [
        "The R script beside this report computes the main numbers again with lavaan, psych and "
        "semTools from the exported answers" + (f" ({stored}/report.R)." if stored else "."),
        "The JSON report holds every number in full precision"
        + (f" ({stored}/report.json)." if stored else "."),
        "Counts of one to ten persons, and what would give them away, are withheld everywhere.",
    ]
