"""``alliance simulate``: a sample with known truth, as CSV."""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path
from typing import Any

import numpy as np

from psychometrics.errors import OptionError
from psychometrics.simulate import GROUPS, SCENARIOS, Population, draw, population
from service.cli.inputs import declare_instrument, read_instrument, to_json


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    declare_instrument(parser)
    parser.add_argument("--n", type=int, required=True, help="number of persons")
    parser.add_argument("--seed", type=int, required=True, help="the same seed, the same sample")
    parser.add_argument(
        "--scenario",
        default="holds-up",
        choices=list(SCENARIOS),
        help="; ".join(f"{name}: {truth.title}" for name, truth in SCENARIOS.items()),
    )
    parser.add_argument(
        "--truth", type=Path, help="write the population's parameters here, as JSON"
    )


def run(arguments: argparse.Namespace) -> None:
    """Write the sample to standard output."""
    if arguments.n < 1:
        raise OptionError("n", "must be at least 1")
    if arguments.seed < 0:
        raise OptionError("seed", "must be at least 0")
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
