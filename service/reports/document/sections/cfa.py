"""Rival factor models, for ordered answers and for continuous ones."""

from __future__ import annotations

from service.reports.document import labels, numbers
from service.reports.document.elements import Block, Section
from service.reports.document.sections.parts import Sources, absent, cautions, columns, said, table
from service.reports.figures.best_model import factors_of, shown_model
from service.reports.figures.names import FigureName
from service.reports.indices import block_of, version_of
from service.reports.record import Json

ORDINAL, CONTINUOUS = "Rival models, ordered answers", "Rival models, continuous answers"
CUTOFFS = "Cut-offs for this very model"


def ordinal(sources: Sources) -> Section:
    """Write the models for ordered answers, and draw the one that counts."""
    found = sources.record.section("cfa")
    if found is None:
        return absent("cfa", ORDINAL, sources)
    blocks = (
        *_models(found, "models-ordinal"),
        *_rivals(sources),
        *_shown(sources),
        *_htmt(found),
        *_improper(found),
        *cautions(found),
    )
    return Section(name="cfa", title=ORDINAL, blocks=blocks)


def continuous(sources: Sources) -> Section:
    """Write the models for continuous answers."""
    found = sources.record.section("cfa_continuous")
    if found is None:
        return absent("cfa_continuous", CONTINUOUS, sources)
    alone = sources.record.section("cfa") is None
    blocks = (
        *_models(found, "models-continuous"),
        *(_rivals(sources) if alone else ()),
        *_improper(found),
        *cautions(found),
    )
    return Section(name="cfa-continuous", title=CONTINUOUS, blocks=blocks)


def _rivals(sources: Sources) -> tuple[Block, ...]:
    """Show all models side by side, in the first of the two sections that there is."""
    return sources.figure(
        FigureName.RIVALS,
        "Indices of fit of the rival models. Dotted: usual cut-offs, which depend on loadings, "
        "sample size and estimator and are no line between true and false. Hollow: improper "
        "solutions, which never win.",
        "Three panels of points, CFI, RMSEA and SRMR, one row for each rival model; the same "
        "numbers stand in the tables of rival models.",
    )


def _models(found: Json, name: str) -> tuple[Block, ...]:
    best = found["best"]
    rule = found["best_rule"]
    information = any(model["bic"] is not None for model in found["models"])
    return (
        *said(
            f"Estimator {found['estimator']}, missing answers: {found['missing']}, "
            f"n = {numbers.count(found['n_persons'])}. "
            + (
                f"By the rule below the best model is {best}."
                if best
                else "By the rule below no model is best."
            )
        ),
        *table(
            name,
            "Fit of the rival models",
            header=columns(
                "Model", "Proper", "χ² (df), p", "CFI", "TLI", "RMSEA [90%]", "SRMR",
                *(("BIC",) if information else ()), words=(0, 1),
            ),
            rows=[_model(model, best, information=information) for model in found["models"]],
            notes=(
                _versions(found),
                f"Rule for the best model: {rule}",
            ),
        ),
    )  # fmt: skip


def _model(model: Json, best: str | None, *, information: bool) -> tuple[str, ...]:
    block = block_of(model)
    tested = model["scaled"] or model
    chi_square = tested["chi_square"]
    test = (
        numbers.NONE
        if chi_square is None
        else f"{numbers.number(chi_square)} ({numbers.count(tested['df'])}), "
        f"{numbers.p_value(tested['p_value'])}"
    )
    rmsea = numbers.index(block["rmsea"])
    limits = block["rmsea_interval"]
    return (
        f"{model['model']} (best)" if model["model"] == best else model["model"],
        "yes" if model["proper"] else ("no" if model["converged"] else "not converged"),
        test,
        numbers.index(block["cfi"]),
        numbers.index(block["tli"]),
        rmsea if limits is None else f"{rmsea} {numbers.interval(limits, numbers.index)}",
        numbers.index(model["srmr"]),
        *((numbers.number(model["bic"], 1),) if information else ()),
    )


def _versions(found: Json) -> str:
    used = dict.fromkeys(version_of(model) for model in found["models"])
    tests = "scaled" if any(model["scaled"] for model in found["models"]) else "unscaled"
    return (
        f"χ²: {tests} test. CFI, TLI and RMSEA: {numbers.listed(used)} versions; SRMR unscaled. "
        "Improper: see the notes on the models."
    )


def _improper(found: Json) -> tuple[Block, ...]:
    return said(
        *(
            f"{labels.named(model['model'])}: {' '.join(model['cautions'])}"
            for model in found["models"]
            if model["cautions"]
        )
    )


def _shown(sources: Sources) -> tuple[Block, ...]:
    model = shown_model(sources.record)
    if model is None:
        return said("No rival model has a proper solution, so none is drawn.")
    name = model["model"]
    values = [one["standardized"] for one in model["loadings"] if one["standardized"] is not None]
    spread = (
        f"Standardized loadings lie between {numbers.bounded(min(values))} and "
        f"{numbers.bounded(max(values))}."
        if values
        else ""
    )
    return (
        *sources.figure(
            FigureName.PATH,
            f"Path diagram of the {name} model: circles are factors, boxes are items with their "
            "numbers; the wider a line, the larger the standardized loading written on it.",
            f"Diagram of the {name} model with the factors "
            f"{numbers.listed(labels.factor(one) for one in factors_of(model))}. {spread}",
        ),
        *sources.figure(
            FigureName.LOADINGS,
            f"Standardized loadings of the {name} model with 95% intervals "
            f"(n = {numbers.count(model['n_persons'])}).",
            f"Points with intervals, one row for each item. {spread}",
        ),
        *_loading_table(model),
        *_correlation_table(model),
    )


def _loading_table(model: Json) -> tuple[Block, ...]:
    squared = {one["item"]: one["r_squared"] for one in model["items"]}
    higher = [
        (labels.factor(one["indicator"]), labels.factor(one["factor"]),
         numbers.number(one["estimate"]), numbers.number(one["standard_error"]),
         numbers.bounded(one["standardized"]), numbers.NONE)
        for one in model["higher_order_loadings"]
    ]  # fmt: skip
    rows = [
        (f"Item {one['item']}", labels.factor(one["factor"]), numbers.number(one["estimate"]),
         numbers.number(one["standard_error"]), numbers.bounded(one["standardized"]),
         numbers.bounded(squared.get(one["item"])))
        for one in model["loadings"]
    ]  # fmt: skip
    return table(
        "loadings",
        f"Loadings of the {model['model']} model",
        header=columns("Indicator", "Factor", "Estimate", "SE", "Standardized", "R²", words=(0, 1)),
        rows=[*rows, *higher],
        notes=("Factors have unit variance.",),
    )


def _correlation_table(model: Json) -> tuple[Block, ...]:
    return table(
        "factor-correlations",
        f"Factor correlations of the {model['model']} model",
        header=columns("Factors", "Estimate [95%]", "SE"),
        rows=[
            (
                " – ".join(labels.factor(name) for name in one["factors"]),
                numbers.estimate(one),
                numbers.bounded(one["standard_error"]),
            )
            for one in model["factor_correlations"]
        ],
    )


def _htmt(found: Json) -> tuple[Block, ...]:
    return table(
        "htmt",
        "Can subscales be told apart? Heterotrait–monotrait ratios",
        header=columns("Subscales", "HTMT [95%]"),
        rows=[
            (
                " – ".join(labels.factor(name) for name in one["factors"]),
                numbers.estimate({"estimate": one["ratio"], "interval": one.get("interval")}),
            )
            for one in found["heterotrait_monotrait"]
        ],
        notes=("Usual bounds: below .85 (strict) or below .90; known from secondary sources.",),
    )


def cutoffs(sources: Sources) -> Section:
    """Write which indices this very model would show if it were right, and if not."""
    found = sources.record.section("cutoffs")
    if found is None:
        return absent("cutoffs", CUTOFFS, sources)
    observed = found["observed"]
    blocks = (
        *said(
            f"For the {found['model']} model, {found['estimator']}, n = "
            f"{numbers.count(found['n_persons'])}, {numbers.count(found['replicates'])} simulated "
            f"samples, seed {found['seed']}. Observed: CFI {numbers.index(observed['cfi'])}, RMSEA "
            f"{numbers.index(observed['rmsea'])}, SRMR {numbers.index(observed['srmr'])}."
        ),
        *table(
            "cutoffs",
            "Model-specific cut-offs",
            header=columns("Level", "CFI", "RMSEA", "SRMR"),
            rows=[
                (
                    numbers.count(one["level"]),
                    *(numbers.index(one[name]["value"]) for name in ("cfi", "rmsea", "srmr")),
                )
                for one in found["levels"]
            ],
            notes=(
                (
                    "Level: how wrong the wrong model is, from 1. – right and wrong models overlap "
                    f"too much for a cut-off. {found['method']}"
                ),
            ),
        ),
        *cautions(found),
    )
    return Section(name="cutoffs", title=CUTOFFS, blocks=blocks)
