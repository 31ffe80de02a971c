"""``alliance simulate``: a sample with known truth, as CSV."""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path
from typing import Any

import numpy as np

from psychometrics.simulate import GROUPS, SCENARIOS, Population, draw, population
from service.cli.inputs import declare_instrument, read_instrument, to_json
from service.cli.quantities import LARGEST_NUMBER, whole_number

MOST_PERSONS = 1_000_000
"""As many as fit into the memory of a small machine with all that drawing them takes."""


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    declare_instrument(parser)
    scenarios = "\n".join(f"  {name:<16}{truth.title}" for name, truth in SCENARIOS.items())
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = f"scenarios:\n{scenarios}"
    parser.add_argument(
        "--n", type=whole_number(1, MOST_PERSONS), required=True, help="number of persons"
    )
    parser.add_argument(
        "--seed",
        type=whole_number(0, LARGEST_NUMBER),
        required=True,
        help="the same seed, the same sample",
    )
    parser.add_argument(
        "--scenario",
        default="holds-up",
        choices=list(SCENARIOS),
        metavar="NAME",
        help="what is true of the sample, one of those below (default: holds-up)",
    )
    parser.add_argument(
        "--truth", type=Path, help="write the population's parameters here, as JSON"
    )


def run(arguments: argparse.Namespace) -> None:
    """Write the sample to standard output."""
    instrument = read_instrument(arguments.instrument).instrument
    truth = population(instrument, arguments.scenario)
    sample = draw(truth, n_persons=arguments.n, rng=np.random.default_rng(arguments.seed))
    if arguments.truth is not None:
        arguments.truth.write_text(to_json(_document(truth, arguments.scenario)))
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(["group", *(f"i{item + 1}" for item in range(instrument.n_items))])
    answers = sample.answers.astype(int).tolist()
    rows.writerows([GROUPS[g], *row] for g, row in zip(sample.group, answers, strict=True))


def _document(truth: Population, scenario: str) -> dict[str, Any]:
    return {
        "scenario": scenario,
        "title": SCENARIOS[scenario].title,
        "groups": list(GROUPS),
        "loadings": truth.loadings.tolist(),
        "factor_correlations": truth.factor_correlations.tolist(),
        "thresholds": truth.thresholds.tolist(),
        "factor_means": truth.factor_means.tolist(),
    }
