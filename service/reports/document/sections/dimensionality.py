"""How many dimensions the items have, and which factors show when nothing is presumed."""

from __future__ import annotations

from service.reports.document import labels, numbers
from service.reports.document.elements import Block, Section
from service.reports.document.sections.parts import Sources, absent, cautions, columns, said, table
from service.reports.figures.names import FigureName
from service.reports.record import Json

TITLE = "How many dimensions?"
EFA_TITLE = "Exploratory factor analysis"


def dimensionality(sources: Sources) -> Section:
    """Write what the retention criteria say."""
    found = sources.record.section("dimensionality")
    if found is None:
        return absent("dimensionality", TITLE, sources)
    parallel, bartlett = found["parallel"], found["bartlett"]
    blocks = (
        *said(
            f"Kaiser–Meyer–Olkin measure {numbers.bounded(found['kmo'])}; Bartlett's test "
            f"{numbers.test(bartlett['chi_square'], bartlett['df'], bartlett['p_value'])} "
            f"(n = {numbers.count(found['n_persons'])}, {found['correlation']} correlations)."
        ),
        *table(
            "retention",
            "Number of dimensions by criterion",
            header=columns("Criterion", "Dimensions"),
            rows=[
                (
                    labels.named(labels.CRITERIA.get(name, labels.spoken(name))),
                    numbers.count(number),
                )
                for name, number in found["summary"]["n_factors"].items()
            ],
            notes=(
                (
                    f"Parallel analysis: {numbers.count(parallel['replicates'])} random data sets, "
                    f"seed {parallel['seed']}, {100 * parallel['quantile']:.0f}th percentile."
                ),
            ),
        ),
        *sources.figure(
            FigureName.SCREE,
            "Eigenvalues of the answers beside those of random answers. Dimensions count as "
            "long as the line of the answers lies above the other.",
            f"Falling line of eigenvalues: first {numbers.number(found['eigenvalues'][0])}, second "
            f"{numbers.number(found['eigenvalues'][1])}; parallel analysis keeps "
            f"{numbers.count(parallel['n_factors'])}."
            if len(found["eigenvalues"]) > 1
            else "",
        ),
        *cautions(found),
    )
    return Section(name="dimensionality", title=TITLE, blocks=blocks)


def efa(sources: Sources) -> Section:
    """Write the rotated solution."""
    found = sources.record.section("efa")
    if found is None:
        return absent("efa", EFA_TITLE, sources)
    fit = found["fit"]
    blocks = (
        *said(
            f"{numbers.count(found['n_factors'])} factors, extraction {found['extraction']}, "
            f"rotation {found['rotation']} {'with' if found.get('normalize') else 'without'} "
            f"Kaiser normalization, {found['correlation']} "
            f"correlations, n = {numbers.count(found['n_persons'])}. "
            + (
                f"RMSEA {numbers.index(fit['rmsea'])} "
                f"{numbers.interval(fit['rmsea_interval'], numbers.index)} (90%), TLI "
                f"{numbers.index(fit['tli'])}."
                if fit
                else ""
            )
        ),
        *_loadings(found),
        *_factor_correlations(found),
        *cautions(found),
    )
    return Section(name="efa", title=EFA_TITLE, blocks=blocks)


def _loadings(found: Json) -> tuple[Block, ...]:
    return table(
        "efa-loadings",
        "Rotated loadings",
        header=columns("Item", *found["factors"], "Uniqueness"),
        rows=[
            (str(item), *(numbers.bounded(value) for value in line), numbers.bounded(unique))
            for item, line, unique in zip(
                found["order"], found["loadings"], found["uniquenesses"], strict=True
            )
        ],
        notes=("Pattern coefficients; they may exceed 1.",),
    )


def _factor_correlations(found: Json) -> tuple[Block, ...]:
    names = found["factors"]
    if len(names) < 2:
        return ()
    return table(
        "efa-factor-correlations",
        "Correlations of the rotated factors",
        header=columns("Factor", *names),
        rows=[
            (name, *(numbers.bounded(value) for value in line))
            for name, line in zip(names, found["factor_correlations"], strict=True)
        ],
    )
