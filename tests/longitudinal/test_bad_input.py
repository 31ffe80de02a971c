"""What cannot be analysed is refused in a sentence; what is doubtful says so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from psychometrics.errors import EstimationError, OptionError
from psychometrics.longitudinal import lagged, responsiveness, trajectory
from psychometrics.longitudinal.options import (
    LaggedOptions,
    ResponsivenessOptions,
    Shape,
    TrajectoryOptions,
)
from psychometrics.responses import ResponseMatrix
from tests.longitudinal.making import session_in, sessions, simulated, with_column, without_column

LAGGED = LaggedOptions(outcome="comfort")
GROWTH = TrajectoryOptions(scales=("total",), replicates=50, auxiliary=(), invariance=False)
CHANGE = ResponsivenessOptions(
    anchor="rated_change", first=1.0, second=4.0, scales=("total",), replicates=100
)


def repeated(responses: ResponseMatrix) -> ResponseMatrix:
    """Give the first row twice."""
    rows = np.append(np.arange(responses.n_persons), 0)
    return replace(
        responses,
        answers=responses.answers[rows],
        columns={name: column[rows] for name, column in responses.columns.items()},
    )


def test_one_occasion_is_refused() -> None:
    one = sessions(simulated(), 1.0)
    with pytest.raises(EstimationError, match="two or more"):
        trajectory.analyse(one, GROWTH)
    with pytest.raises(EstimationError, match="two or more"):
        lagged.analyse(one, LAGGED)


def test_two_occasions_say_what_is_possible() -> None:
    found = trajectory.analyse(sessions(simulated(), 1.0, 2.0), GROWTH)
    total = found.scales["total"]
    assert total.growth is None
    assert total.plateau is None
    assert len(total.occasion_means) == 2
    assert total.within_person.icc is not None
    assert any("Two occasions" in caution for caution in found.cautions)


def test_two_occasions_never_answer_what_comes_first() -> None:
    found = lagged.analyse(sessions(simulated(n_persons=300), 1.0, 2.0), LAGGED)
    assert found.answer == "cannot-say"
    assert found.between is None
    assert any("Two occasions" in caution for caution in found.cautions)


@pytest.mark.parametrize("kind", ["trajectory", "lagged", "responsiveness"])
def test_a_sample_without_persons_is_refused(kind: str) -> None:
    nobody = without_column(simulated(), "person")
    with pytest.raises(OptionError, match="person"):
        {
            "trajectory": lambda: trajectory.analyse(nobody, GROWTH),
            "lagged": lambda: lagged.analyse(nobody, LAGGED),
            "responsiveness": lambda: responsiveness.analyse(nobody, CHANGE),
        }[kind]()


def test_occasions_without_order_are_refused() -> None:
    sample = simulated()
    names = np.array(["intake", "later"], dtype=object)[session_in(sample, 2.0, 3.0).astype(int)]
    with pytest.raises(OptionError, match="no order"):
        trajectory.analyse(with_column(sample, "session_number", names), GROWTH)
    with pytest.raises(OptionError, match="no order"):
        lagged.analyse(without_column(sample, "session_number"), LAGGED)


@pytest.mark.parametrize("kind", ["trajectory", "lagged", "responsiveness"])
def test_a_person_and_session_given_twice_is_refused_without_naming_the_person(kind: str) -> None:
    twice = repeated(simulated())
    with pytest.raises(EstimationError, match="repeat a person and session") as refused:
        {
            "trajectory": lambda: trajectory.analyse(twice, GROWTH),
            "lagged": lambda: lagged.analyse(twice, LAGGED),
            "responsiveness": lambda: responsiveness.analyse(twice, CHANGE),
        }[kind]()
    assert "p0" not in str(refused.value)


def test_persons_with_one_row_count_and_are_counted() -> None:
    sample = simulated(complete=True)
    lone = np.isin(sample.columns["person"], ["p0", "p1", "p2"]) & ~session_in(sample, 1.0)
    found = trajectory.analyse(sample.rows(np.asarray(~lone)), GROWTH)
    assert found.n_persons == 120
    assert any(caution.startswith("3 of 120 persons") for caution in found.cautions)


def test_an_outcome_constant_within_persons_is_refused() -> None:
    sample = simulated()
    person = np.unique(sample.columns["person"], return_inverse=True)[1]
    constant = with_column(sample, "age", (person % 40).astype(float))
    with pytest.raises(EstimationError, match="constant within persons"):
        lagged.analyse(constant, LaggedOptions(outcome="age"))


@pytest.mark.parametrize(("column", "message"), [("nobody", "no column"), ("person", "holds text")])
def test_an_unknown_outcome_is_refused(column: str, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        lagged.analyse(simulated(), LaggedOptions(outcome=column))


def test_an_unknown_scale_is_refused() -> None:
    with pytest.raises(OptionError, match="must be one of"):
        trajectory.analyse(simulated(), TrajectoryOptions(scales=("trust",)))
    with pytest.raises(OptionError, match="must be one of"):
        lagged.analyse(simulated(), LaggedOptions(outcome="comfort", scale="trust"))


def test_a_knot_at_an_end_is_refused() -> None:
    with pytest.raises(OptionError, match="between"):
        trajectory.analyse(simulated(), replace(GROWTH, shape=Shape.PIECEWISE, knot=5.0))


def test_an_anchor_with_one_level_is_refused() -> None:
    sample = simulated()
    same = with_column(sample, "rated_change", np.ones(sample.n_persons))
    with pytest.raises(EstimationError, match="two levels"):
        responsiveness.analyse(same, CHANGE)


def test_an_anchor_that_nobody_answers_improved_gives_no_minimal_change() -> None:
    sample = simulated()
    worse = with_column(sample, "rated_change", np.minimum(sample.columns["rated_change"], 0.0))
    total = responsiveness.analyse(worse, CHANGE).scales["total"]
    assert total.minimal_important_change.predictive.estimate is None
    assert total.minimal_important_change.predictive.reason
    assert total.minimal_important_change.roc.auc is None
    assert total.change is not None


def test_sessions_must_be_named_where_there_are_several() -> None:
    with pytest.raises(OptionError, match="name two of the sessions"):
        responsiveness.analyse(simulated(), replace(CHANGE, first=None))
    two = sessions(simulated(), 1.0, 4.0)
    found = responsiveness.analyse(two, replace(CHANGE, first=None, second=None))
    assert (found.first, found.second) == (1.0, 4.0)


def test_sessions_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(OptionError, match="later"):
        responsiveness.analyse(simulated(), replace(CHANGE, first=4.0, second=1.0))


def test_unequal_gaps_are_named() -> None:
    sample = sessions(simulated(n_persons=300), 1.0, 2.0, 5.0)
    found = lagged.analyse(sample, LAGGED)
    assert any("time between sessions differs" in caution for caution in found.cautions)


def test_an_outcome_after_discharge_is_named() -> None:
    sample = simulated(n_persons=300, complete=True)
    answers = sample.answers.copy()
    late = session_in(sample, 5.0) & (np.arange(sample.n_persons) % 3 > 0)
    answers[late] = np.nan
    found = lagged.analyse(replace(sample, answers=answers), LAGGED)
    assert any("after discharge" in caution for caution in found.cautions)


def test_too_few_persons_cannot_say_and_hear_how_many_would_decide() -> None:
    found = lagged.analyse(simulated(n_persons=40), LAGGED)
    assert found.answer == "cannot-say"
    assert found.would_decide
    assert all(one.n_persons > 40 for one in found.would_decide)


def test_dropout_that_follows_the_outcome_is_shown_and_its_sensitivity_offered() -> None:
    options = replace(GROWTH, auxiliary=None)
    found = trajectory.analyse(simulated(n_persons=400, seed=5), options)
    comfort = next(one for one in found.dropout.leavers if one.variable == "comfort")
    assert comfort.interval is not None
    assert comfort.interval.upper < 0.0
    sensitivity = found.scales["total"].sensitivity
    assert sensitivity is not None
    assert sensitivity.auxiliary == ("comfort",)


def test_answers_of_nobody_are_refused() -> None:
    sample = simulated()
    empty = replace(sample, answers=np.full_like(sample.answers, np.nan))
    with pytest.raises(EstimationError):
        trajectory.analyse(empty, GROWTH)
    with pytest.raises(EstimationError):
        lagged.analyse(empty, LAGGED)


def test_a_score_without_spread_has_no_growth_model_and_says_why() -> None:
    sample = simulated()
    same = replace(sample, answers=np.full_like(sample.answers, 3.0))
    total = trajectory.analyse(same, GROWTH).scales["total"]
    assert total.model is None
    assert "does not vary" in total.shape_rule
    with pytest.raises(EstimationError, match="constant within persons"):
        lagged.analyse(same, LAGGED)
