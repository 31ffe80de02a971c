"""``alliance simulate``: a sample with known truth, as CSV."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from psychometrics.errors import OptionError
from psychometrics.instrument import Instrument
from psychometrics.longitudinal.simulated_studies import (
    ANCHOR_RELIABILITY,
    COURSES,
    N_SESSIONS,
    SMALLEST_IMPROVEMENT,
    SimulatedStudy,
    course,
    draw_study,
    important_points,
)
from psychometrics.simulate import (
    GROUPS,
    SCENARIOS,
    Population,
    SimulatedSample,
    draw,
    population,
)
from psychometrics.types import FloatArray
from service.cli.argument_types import LARGEST_NUMBER, whole_number
from service.cli.inputs import declare_instrument, read_instrument, to_json

MOST_PERSONS = 1_000_000
"""As many as fit into the memory of a small machine with all that drawing them takes."""

MOST_IN_STUDY = 100_000
"""The same for studies of several sessions."""


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    declare_instrument(parser)
    titles = {name: truth.title for name, truth in SCENARIOS.items()}
    titles |= {name: truth.title for name, truth in COURSES.items()}
    scenarios = "\n".join(f"  {name:<16}{title}" for name, title in titles.items())
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
        choices=list(titles),
        metavar="NAME",
        help="what is true of the sample, one of those below (default: holds-up)",
    )
    parser.add_argument(
        "--truth", type=Path, help="write the population's parameters here, as JSON"
    )


def run(arguments: argparse.Namespace) -> None:
    """Write the sample to standard output."""
    instrument = read_instrument(arguments.instrument).instrument
    rng = np.random.default_rng(arguments.seed)
    if arguments.scenario in COURSES and arguments.n > MOST_IN_STUDY:
        raise OptionError("n", f"a study of several sessions has at most {MOST_IN_STUDY} persons")
    rows = rows_of(arguments.scenario, instrument, n_persons=arguments.n, rng=rng)
    if arguments.truth is not None:
        arguments.truth.write_text(to_json(_truth(arguments.scenario, instrument)))
    csv.writer(sys.stdout, lineterminator="\n").writerows(rows)


def rows_of(
    scenario: str, instrument: Instrument, *, n_persons: int, rng: np.random.Generator
) -> Iterator[Sequence[str | int]]:
    """Draw a sample: its header, then one row a person, or a person and session."""
    if scenario in COURSES:
        study = draw_study(course(scenario), instrument, n_persons=n_persons, rng=rng)
        return _study_table(study, instrument)
    return _table(draw(population(instrument, scenario), n_persons=n_persons, rng=rng), instrument)


def _table(sample: SimulatedSample, instrument: Instrument) -> Iterator[Sequence[str | int]]:
    yield ["group", *(f"i{item + 1}" for item in range(instrument.n_items))]
    answers = sample.answers.astype(int).tolist()
    yield from ([GROUPS[g], *row] for g, row in zip(sample.group, answers, strict=True))


def _truth(scenario: str, instrument: Instrument) -> dict[str, Any]:
    if scenario in COURSES:
        return _study_document(scenario, instrument)
    return _document(population(instrument, scenario), scenario)


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


def _study_table(study: SimulatedStudy, instrument: Instrument) -> Iterator[Sequence[str | int]]:
    """Write a study of several sessions, one row a person and session."""
    items = (f"i{item + 1}" for item in range(instrument.n_items))
    yield [
        *("person", "session_number", "days_since_first_visit"),
        *items,
        *("comfort", "rated_change"),
    ]
    yield from _study_rows(study)


def _study_rows(study: SimulatedStudy) -> Iterator[list[str | int]]:
    width = len(str(len(study.present)))
    for person, session in np.argwhere(study.present):
        yield [
            f"p{person + 1:0{width}d}",
            int(session) + 1,
            int(study.days[person, session]),
            *_cells(study.answers[person, session]),
            *_cells(study.comfort[person, [session]]),
            *_cells(study.rated_change[person, [session]]),
        ]


def _cells(values: FloatArray) -> list[str | int]:
    return ["" if np.isnan(value) else int(value) for value in values]


def _study_document(scenario: str, instrument: Instrument) -> dict[str, Any]:
    truth = course(scenario)
    return {
        "scenario": scenario,
        "title": truth.title,
        "answer": truth.answer,
        "to_outcome": truth.to_comfort,
        "to_alliance": truth.to_alliance,
        "n_sessions": N_SESSIONS,
        "levels_off_from_session": truth.levels_off,
        "smallest_change_called_improvement": {
            "latent": SMALLEST_IMPROVEMENT,
            "points": important_points(truth, instrument, first=1, second=4),
        },
        "anchor_reliability": ANCHOR_RELIABILITY,
    }
