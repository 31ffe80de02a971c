"""What a practice may show of its use of a form, period by period."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from psychometrics.disclosure.declared import Record, protected
from psychometrics.errors import EstimationError, OptionError
from psychometrics.monitoring.analysis import analyse
from psychometrics.monitoring.control_limits import control_limits
from psychometrics.monitoring.options import MonitoringOptions
from psychometrics.monitoring.results import MonitoringResult
from psychometrics.responses import ResponseMatrix
from psychometrics.types import no_progress
from service.cli import main
from service.use_cases.analysis_registry import KINDS, Material
from tests.described import fits
from tests.longitudinal.making import session_in, simulated, with_column

MONTHLY = MonitoringOptions(period="month")


def practice(n_persons: int = 600, *, months: int = 6, few: bool = False) -> ResponseMatrix:
    """Give each person of a study a month of arrival; the last month has few persons."""
    sample = simulated("neither", n_persons=n_persons, complete=True)
    person = np.unique(sample.columns["person"], return_inverse=True)[1]
    month = (person % months + 1).astype(np.float64)
    if few:
        month[(month == months) & (person >= 8 * months)] = 1.0
    return with_column(sample, "month", month)


def test_means_lie_within_their_limits_where_nothing_happens() -> None:
    found = analyse(practice(), replace(MONTHLY, scales=("total",)))
    assert [one.period for one in found.periods] == ["1", "2", "3", "4", "5", "6"]
    for one in found.periods:
        total = one.scales["total"]
        assert total.beyond is False
        assert total.lower_limit is not None
        assert total.mean is not None
        assert total.upper_limit is not None
        assert total.lower_limit < total.mean < total.upper_limit


def test_a_month_of_other_answers_lies_beyond_its_limits() -> None:
    sample = practice()
    month = np.asarray(sample.columns["month"], dtype=np.float64)
    answers = np.where(
        (month == 4.0)[:, None], np.maximum(sample.answers - 1.0, 1.0), sample.answers
    )
    found = analyse(replace(sample, answers=answers), replace(MONTHLY, scales=("total",)))
    beyond = [one.period for one in found.periods if one.scales["total"].beyond]
    assert "4" in beyond


def test_limits_are_shewharts() -> None:
    """By hand: two periods of 2 and 3 values, SS within 2 and 8, so s² = 10 / 3."""
    found = control_limits([np.array([3.0, 5.0]), np.array([2.0, 4.0, 6.0])], (0.0, 9.0))
    assert found is not None
    assert found.centre == pytest.approx(4.0)
    assert found.within_sd == pytest.approx(np.sqrt(10.0 / 3.0))
    assert found.lower[0] == pytest.approx(4.0 - 3.0 * np.sqrt(10.0 / 6.0))
    assert found.upper[1] == pytest.approx(4.0 + 3.0 * np.sqrt(10.0 / 9.0))


def test_a_period_of_few_persons_is_withheld_and_no_total_gives_it_away() -> None:
    found = analyse(practice(few=True), replace(MONTHLY, scales=("goal",)))
    last = found.periods[-1]
    assert last.withheld
    assert (last.n_persons, last.n_forms, last.missing) == (None, None, None)
    assert not last.scales
    assert found.n_persons == sum(one.n_persons or 0 for one in found.periods)
    assert any("withheld" in caution for caution in found.cautions)


def test_forms_that_nobody_answered_lower_the_response_rate() -> None:
    sample = practice(240, months=2)
    answers = sample.answers.copy()
    first = np.asarray(sample.columns["month"]) == 1.0
    empty = first & session_in(sample, 4.0, 5.0)
    answers[empty] = np.nan
    found = analyse(replace(sample, answers=answers), replace(MONTHLY, scales=("goal",)))
    one, two = found.periods
    assert one.response_rate is not None
    assert one.response_rate.share == pytest.approx(1.0 - empty.sum() / first.sum())
    assert two.response_rate is not None
    assert two.response_rate.share == 1.0


def test_forms_handed_out_are_the_denominator_where_they_are_given() -> None:
    sample = practice(240, months=2)
    options = replace(MONTHLY, scales=("goal",), expected={"1": 1200.0})
    one = analyse(sample, options).periods[0]
    assert one.n_forms == 1200
    assert one.response_rate is not None
    assert one.response_rate.share == pytest.approx(0.5)
    with pytest.raises(OptionError, match="less than the forms"):
        analyse(sample, replace(options, expected={"1": 3.0}))
    with pytest.raises(OptionError, match="no such period"):
        analyse(sample, replace(options, expected={"13": 3000.0}))


def test_a_share_of_few_persons_is_withheld() -> None:
    sample = practice(240, months=2)
    answers = sample.answers.copy()
    lost = np.flatnonzero(np.asarray(sample.columns["month"]) == 1.0)[:7]
    answers[lost] = np.nan
    one = analyse(replace(sample, answers=answers), replace(MONTHLY, scales=("goal",))).periods[0]
    assert one.response_rate is not None
    assert one.response_rate.share is None
    assert one.n_forms is None


def test_an_item_that_works_otherwise_in_later_months_drifts_alone() -> None:
    sample = practice()
    still = analyse(sample, replace(MONTHLY, scales=("goal",)))
    assert not any(one.drifts for one in still.drift)
    answers = sample.answers.copy()
    later = np.asarray(sample.columns["month"]) > 3.0
    answers[later, 3] = np.maximum(answers[later, 3] - 1.0, 1.0)
    found = analyse(replace(sample, answers=answers), replace(MONTHLY, scales=("goal",)))
    assert 4 in {one.item for one in found.drift if one.drifts}
    assert not any(one.drifts for one in found.drift if one.scale != "goal")
    assert (found.earlier, found.later) == (("1", "2", "3"), ("4", "5", "6"))


def test_coverage_says_who_is_rated_after_which_session() -> None:
    sample = practice(240, months=2)
    person = np.unique(sample.columns["person"], return_inverse=True)[1]
    kept = session_in(sample, 1.0) | (session_in(sample, 3.0) & (person % 3 == 0))
    found = analyse(sample.rows(np.asarray(kept)), replace(MONTHLY, scales=("goal",)))
    assert found.coverage is not None
    assert found.coverage.rated_between.share == pytest.approx(80 / 240)
    assert [one.session for one in found.coverage.by_session] == [1.0, 3.0]


def test_a_clinician_is_never_a_group_and_the_reason_is_said() -> None:
    sample = with_column(practice(), "clinician", practice().columns["month"])
    with pytest.raises(OptionError, match="never a group"):
        analyse(sample, replace(MONTHLY, period="clinician"))
    assert "never a group" in analyse(sample, replace(MONTHLY, scales=("goal",))).clinicians


@pytest.mark.parametrize("column", ["nothing", "person", "site", None])
def test_what_makes_no_periods_is_refused(column: str | None) -> None:
    with pytest.raises(OptionError):
        analyse(practice(60), replace(MONTHLY, period=column))


def test_periods_that_are_all_small_are_refused() -> None:
    with pytest.raises(EstimationError, match="11 persons"):
        analyse(practice(60, months=10), MONTHLY)


def test_one_period_and_no_persons_column_say_what_is_missing() -> None:
    sample = practice(120, months=1)
    columns = {name: one for name, one in sample.columns.items() if name != "person"}
    found = analyse(replace(sample, columns=columns), MONTHLY)
    assert found.control["goal"].reason
    assert found.drift == ()
    assert any("name no persons" in caution for caution in found.cautions)


@pytest.mark.parametrize("few", [False, True])
def test_a_result_fits_its_declaration_and_stays_as_it_is_when_handed_on(few: bool) -> None:
    found = KINDS["monitoring"].run(
        Material(responses=practice(240, months=4, few=few)), {"period": "month"}, no_progress
    )
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    fits(MonitoringResult, found)
    handed_on: Any = protected(Record(declared=MonitoringResult), found)
    assert handed_on == found


def test_the_command_line_monitors_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sample = practice(120, months=3)
    file = tmp_path / "practice.csv"
    with file.open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["person", "session_number", "month", *(f"i{n}" for n in range(1, 13))])
        for row in range(sample.n_persons):
            given = [sample.columns[name][row] for name in ("person", "session_number", "month")]
            rows.writerow([given[0], int(given[1]), int(given[2]), *map(int, sample.answers[row])])
    arguments = ["analyze", "monitoring", str(file), "--instrument", "wai-sr-client"]
    assert main([*arguments, "--options", '{"period": "month"}']) == 0
    found = json.loads(capsys.readouterr().out)["result"]
    assert [one["n_persons"] for one in found["periods"]] == [40, 40, 40]
    assert main([*arguments, "--options", '{"period": "clinician"}']) == 2
    assert "never a group" in capsys.readouterr().err
