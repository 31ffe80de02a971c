"""Which scores may be used: a verdict for each subscale and for the total.

Notes
-----
Every part is decided by an interval (95%), never by an estimate alone; a part whose interval lies
on both sides of its bound is open.

- *Distinct* (a subscale beside the others): its factor is told apart where every correlation with
  another factor lies below ``CLOSE`` with its whole interval, and cannot be told apart where one
  lies at or above ``STRICT``. Both bounds were proposed for the heterotrait-monotrait ratio
  (Henseler, Ringle & Sarstedt, 2015, doi:10.1007/s11747-014-0403-8), which estimates the same
  correlation and stands in where the factor model has no proper solution.
- *One thing* (the total): one factor fits, or the hierarchical omega is at least ``GENERAL`` and
  its interval excludes ``GENERAL_LEAST``; it is not one thing where the interval lies below
  ``GENERAL`` and one factor does not fit. The bounds are of the bifactor literature (recalled:
  Rodriguez, Reise & Haviland, 2016, doi:10.1037/met0000045).
- *Consistent*: omega at least ``CONSISTENT`` (Terwee et al., 2007, for alpha).
- *Room at the ends*: at most ``CROWDED`` of the persons at the lowest or highest possible score
  (Terwee et al., 2007).
- Missing answers: above ``MUCH_MISSING`` of the score's answers (chosen here, as in the rule on
  missing data) it is used with care: estimates from what is left hold only where answers are
  missing at random, which they cannot show.
- Bias of items between groups, and repeatability, count where they were looked at: what was not
  assessed lowers no score.

A score that is not distinct (or not one thing) or not consistent is not to be used; one with all
parts shown is; with some part open or a flaw beside it is to be used with care. Below
``FEWEST_PERSONS`` persons nothing can be said of structure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from psychometrics.declared.traits import about, result
from psychometrics.instrument import TOTAL
from psychometrics.types import Estimate, Interval

CLOSE, STRICT = 0.90, 0.85
GENERAL, GENERAL_LEAST = 0.70, 0.60
CONSISTENT = 0.70
CROWDED = 0.15
MUCH_MISSING = 0.20
FEWEST_PERSONS = 100
FEWEST_REPEATED = 50


class Use(Enum):
    """What may be done with a score."""

    USE = "use"
    USE_WITH_CARE = "use-with-care"
    DO_NOT_USE = "do-not-use"
    CANNOT_SAY = "cannot-say"


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """Another subscale and how close it is.

    Attributes
    ----------
    name
        The other subscale.
    correlation
        Of the two factors, corrected for measurement error.
    """

    name: str
    correlation: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class EndShare:
    """The larger share of persons at an end of the score.

    Attributes
    ----------
    end
        ``lowest`` or ``highest``.
    interval
        Of the share.
    """

    end: str
    interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreEvidence:
    """What is known of one score.

    Attributes
    ----------
    score
        Its name.
    n_persons
        Persons behind its structure.
    has_models
        Whether the factor models could be computed.
    neighbours
        The other subscales; empty for the total and for the only subscale.
    general
        Hierarchical omega; of the total of several subscales alone.
    one_factor_fits
        Whether one factor fits the items of the total; ``None`` where that was not tested, or the
        score is a subscale.
    omega
        Omega of the score.
    ends
        Share of persons at an end; ``None`` where nobody was scored.
    missing
        Share of the answers to its items that are missing.
    biased_items
        Items of the score that work differently in the groups compared.
    repeated
        ICC over two declared occasions, with enough persons; ``None`` where that was not asked.
    """

    score: str
    n_persons: int
    has_models: bool = True
    neighbours: tuple[Neighbour, ...] = ()
    general: Estimate | None = None
    one_factor_fits: bool | None = None
    omega: Estimate | None = None
    ends: EndShare | None = None
    missing: float = 0.0
    biased_items: tuple[int, ...] = ()
    repeated: Estimate | None = None


@result
class ScoreVerdict:
    """Whether a score may be used."""

    score: str = about("Which score.")
    code: Use = about("The verdict.")
    because: tuple[str, ...] = about("What it rests on; never empty.")
    would_change_it: tuple[str, ...] = about("What would change it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One part of the verdict: met, missed or (``None``) open."""

    met: bool | None
    because: str
    remedy: str | None = None


def judge_score(evidence: ScoreEvidence) -> ScoreVerdict:
    """Judge one score."""
    core = [*_structure(evidence), _consistency(evidence)]
    beside = list(_beside(evidence))
    parts = [*core, *beside]
    return ScoreVerdict(
        score=evidence.score,
        code=_use(evidence, core, beside),
        because=tuple(part.because for part in parts),
        would_change_it=tuple(
            part.remedy for part in parts if part.remedy and part.met is not True
        ),
    )


def contradicted(score: str, details: tuple[str, ...]) -> ScoreVerdict:
    """Return the verdict on a score whose answers contradict the form."""
    return ScoreVerdict(score=score, code=Use.CANNOT_SAY, because=details, would_change_it=())


def below(interval: Interval | None, low: float, high: float) -> bool | None:
    """Whether an interval lies below ``low``; not where it lies at or above ``high``.

    ``None`` where neither is so, or both, or there is no interval.
    """
    if interval is None or (interval.upper < low) is (interval.lower >= high):
        return None
    return interval.upper < low


def _use(evidence: ScoreEvidence, core: list[_Part], beside: list[_Part]) -> Use:
    met = [part.met for part in core]
    if False in met:
        return Use.DO_NOT_USE
    if evidence.n_persons < FEWEST_PERSONS or all(one is None for one in met):
        return Use.CANNOT_SAY
    return Use.USE if all(part.met is True for part in (*core, *beside)) else Use.USE_WITH_CARE


def _structure(evidence: ScoreEvidence) -> Iterator[_Part]:
    """Yield whether a subscale is distinct, and whether a total is one thing."""
    if evidence.n_persons < FEWEST_PERSONS:
        yield _Part(
            met=None,
            because=f"Fewer than {FEWEST_PERSONS} persons answered: "
            "what the score stands for cannot be tested.",
            remedy=f"Answers of at least {FEWEST_PERSONS} persons.",
        )
    elif not evidence.has_models:
        yield _Part(
            met=None,
            because="The factor models could not be computed: what it stands for is open.",
            remedy="Answers that a factor model can be fitted to.",
        )
    elif evidence.neighbours:
        yield _distinct(evidence.neighbours)
    elif evidence.general is not None or evidence.one_factor_fits is not None:
        yield _one_thing(evidence)


def _distinct(neighbours: tuple[Neighbour, ...]) -> _Part:
    found = [(below(one.correlation.interval, CLOSE, STRICT), one) for one in neighbours]
    merged = [one for met, one in found if met is False]
    unsure = [one for met, one in found if met is None]
    if merged:
        return _Part(
            met=False,
            because=f"It cannot be told apart from {_named(merged)}.",
            remedy="A sample in which the subscales show as separate factors; more persons of the "
            "same kind would not change it.",
        )
    if unsure:
        return _Part(
            met=None,
            because=f"It is open whether it can be told apart from {_named(unsure)}.",
            remedy="More persons would narrow the interval of the factor correlations.",
        )
    return _Part(met=True, because=f"It is told apart from {_named([one for _, one in found])}.")


def _named(neighbours: list[Neighbour]) -> str:
    return _joined([f"{one.name}{_shown(one.correlation, 'r')}" for one in neighbours])


def _one_thing(evidence: ScoreEvidence) -> _Part:
    if evidence.one_factor_fits:
        return _Part(met=True, because="One factor fits its items.")
    general = evidence.general
    if general is None or general.estimate is None or general.interval is None:
        return _Part(
            met=None,
            because="One factor does not fit its items, and how much of it a general factor "
            "carries could not be estimated.",
            remedy="A sample in which the factor models have a proper solution.",
        )
    shown = _shown(general, "hierarchical omega")
    if general.estimate >= GENERAL and general.interval.lower >= GENERAL_LEAST:
        return _Part(met=True, because=f"A general factor carries most of it{shown}.")
    if general.interval.upper < GENERAL:
        return _Part(
            met=False,
            because=f"It is a sum of different things: a general factor carries too little{shown}.",
            remedy="Subscales that are reported one by one.",
        )
    return _Part(
        met=None,
        because=f"It is open whether a general factor carries enough of it{shown}.",
        remedy="More persons would narrow the interval of the hierarchical omega.",
    )


def _consistency(evidence: ScoreEvidence) -> _Part:
    omega = evidence.omega
    if omega is None or omega.estimate is None or omega.interval is None:
        return _Part(
            met=None,
            because="Its omega could not be estimated with an interval.",
            remedy="Answers to at least three of its items that vary.",
        )
    shown = _shown(omega, "omega")
    if omega.interval.lower >= CONSISTENT:
        return _Part(met=True, because=f"It is consistent{shown}.")
    if omega.interval.upper < CONSISTENT:
        return _Part(
            met=False,
            because=f"It is not consistent enough{shown}.",
            remedy="More or clearer items in this score.",
        )
    return _Part(
        met=None,
        because=f"It is open whether it is consistent enough{shown}.",
        remedy="More persons would narrow the interval of omega.",
    )


def _beside(evidence: ScoreEvidence) -> Iterator[_Part]:
    """Yield what lowers a score that could otherwise be used."""
    if evidence.ends is not None:
        yield _ends(evidence.ends)
    if evidence.missing > MUCH_MISSING:
        yield _Part(
            met=False,
            because=f"More than {MUCH_MISSING:.0%} of its answers are missing: the rest speaks for "
            "them only if they are missing at random.",
            remedy="Forms that are checked for gaps while the patient is still there.",
        )
    if evidence.biased_items:
        yield _Part(
            met=False,
            because=f"{_items(evidence.biased_items)} differently in the groups compared.",
            remedy="Comparisons of groups without these items.",
        )
    if evidence.repeated is not None:
        yield _repeated(evidence.repeated)


def _ends(ends: EndShare) -> _Part:
    share = f"{CROWDED:.0%} of the persons have its {ends.end} possible score"
    if ends.interval.upper <= CROWDED:
        return _Part(met=True, because=f"At most {share}.")
    if ends.interval.lower > CROWDED:
        return _Part(
            met=False,
            because=f"More than {share}: differences among them cannot be seen.",
            remedy=MORE_AT_AN_END[ends.end],
        )
    return _Part(
        met=None,
        because=f"It is open whether more than {share}.",
        remedy="More persons would narrow the interval of the share at an end.",
    )


MORE_AT_AN_END = {
    "lowest": "A rating later in care, when the relation has formed.",
    "highest": "A form whose highest answers ask for more, or a rating earlier in care.",
}


def _repeated(icc: Estimate) -> _Part:
    shown = _shown(icc, "ICC")
    interval = icc.interval
    if interval is None or interval.lower < CONSISTENT <= interval.upper:
        return _Part(
            met=None,
            because=f"It is open whether it repeats well enough{shown}.",
            remedy="More persons rated on both declared occasions.",
        )
    if interval.lower >= CONSISTENT:
        return _Part(met=True, because=f"It repeats{shown}.")
    return _Part(
        met=False,
        because=f"It does not repeat well enough{shown}.",
        remedy="A retest of persons whose alliance is known to be stable.",
    )


def _items(items: tuple[int, ...]) -> str:
    return (
        f"Item {items[0]} works"
        if len(items) == 1
        else f"Items {_joined([str(item) for item in items])} work"
    )


def _joined(names: list[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _shown(estimate: Estimate, name: str) -> str:
    """Return an estimate with its interval, in brackets; nothing where there is none."""
    if estimate.estimate is None:
        return ""
    interval = estimate.interval
    between = "" if interval is None else f" [{interval.lower:.2f}, {interval.upper:.2f}]"
    return f" ({name} {estimate.estimate:.2f}{between})"


def summary(verdicts: Iterable[ScoreVerdict]) -> str:
    """Say in a sentence which scores may be used; empty where nothing can be said of any."""
    by_use: dict[Use, list[str]] = {use: [] for use in Use}
    for one in verdicts:
        by_use[one.code].append(f"the {one.score}" if one.score == TOTAL else one.score)
    clauses = [words.format(_joined(by_use[use])) for use, words in _CLAUSES.items() if by_use[use]]
    if not clauses or not any(by_use[use] for use in Use if use is not Use.CANNOT_SAY):
        return ""
    text = "; ".join(clauses)
    return f"{text[:1].upper()}{text[1:]}."


_CLAUSES = {
    Use.USE: "use {}",
    Use.USE_WITH_CARE: "use {} with care",
    Use.DO_NOT_USE: "do not use {}",
    Use.CANNOT_SAY: "of {} nothing can be said",
}
