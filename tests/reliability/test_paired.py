"""Two scores of each person: pingouin's documented examples, identities, refusals."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pingouin
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from psychometrics.declared.shapes import to_json
from psychometrics.errors import EstimationError, OptionError
from psychometrics.instrument import Instrument
from psychometrics.reliability import agreement, retest
from psychometrics.reliability.alpha import alpha, feldt_interval
from psychometrics.reliability.intraclass import (
    icc_agreement,
    icc_agreement_of_mean,
    icc_consistency,
    mean_squares,
)
from psychometrics.reliability.options import AgreementOptions, RetestOptions
from psychometrics.reliability.paired import paired
from psychometrics.responses import ResponseMatrix
from psychometrics.types import FloatArray, no_progress
from schemas.analyses.agreement import AgreementOptionsSchema
from schemas.analyses.retest import RetestOptionsSchema
from tests.classical import form

TYPES = {"ICC(A,1)": icc_agreement, "ICC(C,1)": icc_consistency, "ICC(A,k)": icc_agreement_of_mean}


def wide(ratings: FloatArray) -> pd.DataFrame:
    return pd.DataFrame(ratings).rename_axis("target").reset_index().melt(id_vars="target")


def test_pingouins_documented_alpha_is_reproduced_at_full_precision() -> None:
    data = pingouin.read_dataset("cronbach_alpha")
    answers = data.pivot_table(index="Subj", columns="Items", values="Scores").to_numpy()
    theirs, interval = pingouin.cronbach_alpha(pd.DataFrame(answers))
    ours = alpha(np.cov(answers.T))
    assert ours == pytest.approx(theirs, abs=1e-12)
    assert ours == pytest.approx(0.5917188485995826, abs=1e-12)  # as its documentation prints
    found = feldt_interval(float(theirs), n_persons=len(answers), n_items=answers.shape[1])
    assert [round(found.lower, 3), round(found.upper, 3)] == interval.tolist() == [0.195, 0.840]


@pytest.mark.parametrize("name", list(TYPES))
def test_pingouins_documented_icc_is_reproduced_at_full_precision(name: str) -> None:
    data = pingouin.read_dataset("icc")
    table = pingouin.intraclass_corr(data, targets="Wine", raters="Judge", ratings="Scores")
    row = table.set_index("Type").loc[name]
    ratings = data.pivot_table(index="Wine", columns="Judge", values="Scores").to_numpy()
    found = TYPES[name](mean_squares(ratings), 0.95)
    assert found.estimate == pytest.approx(row["ICC"], abs=1e-10)
    assert found.interval is not None
    printed = [round(found.interval.lower, 2), round(found.interval.upper, 2)]
    assert printed == pytest.approx(row["CI95"].tolist())


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", list(TYPES))
def test_icc_of_random_ratings_is_that_of_pingouin(seed: int, name: str) -> None:
    rng = np.random.default_rng(seed)
    ratings = rng.normal(0, 1, (20, 1)) + rng.normal(0.3, 0.8, (20, 3)) + rng.normal(0, 0.4, 3)
    table = pingouin.intraclass_corr(wide(ratings), "target", "variable", "value")
    row = table.set_index("Type").loc[name]
    found = TYPES[name](mean_squares(ratings), 0.95)
    assert found.estimate == pytest.approx(row["ICC"], abs=1e-10)
    assert found.interval is not None
    ends = [round(found.interval.lower, 2), round(found.interval.upper, 2)]
    assert ends == pytest.approx(row["CI95"].tolist(), abs=1e-9)


def test_shrout_and_fleiss_table_4_is_reproduced_to_the_printed_digit() -> None:
    """Six targets, four judges (table 2): ICC(2,1) .29, ICC(3,1) .71, ICC(2,4) .62."""
    ratings = np.array(
        [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]],
        dtype=float,
    )
    squares = mean_squares(ratings)
    found = [function(squares, 0.95).estimate for function in TYPES.values()]
    assert [round(value, 2) for value in found if value is not None] == [0.29, 0.71, 0.62]


def test_the_smallest_detectable_change_is_half_the_width_of_the_limits() -> None:
    rng = np.random.default_rng(1)
    first = rng.normal(40, 8, 60)
    found = paired(first, first + rng.normal(2, 3, 60), 0.95)
    limits = found.limits_of_agreement
    assert limits.upper.estimate is not None
    assert limits.lower.estimate is not None
    half = (limits.upper.estimate - limits.lower.estimate) / 2
    assert found.smallest_detectable_change == pytest.approx(half, rel=1e-12)


def test_a_shift_lowers_agreement_and_not_consistency() -> None:
    rng = np.random.default_rng(1)
    first = rng.normal(40, 8, 60)
    second = first + rng.normal(0, 3, 60)
    near, shifted = paired(first, second, 0.95), paired(first, second + 10, 0.95)
    assert shifted.icc_3_1.estimate == pytest.approx(near.icc_3_1.estimate, rel=1e-12)
    assert shifted.icc_2_1.estimate < near.icc_2_1.estimate - 0.2  # type: ignore[operator]


@pytest.mark.parametrize(
    ("shift", "estimate", "interval"),
    [
        (3.0, 0.7772277228, (0.003863355435, 0.9770782914)),
        (10.0, 0.2389649924, (3.489287016e-4, 0.7932350164)),
    ],
)
def test_agreement_without_a_residual_is_that_of_psych(
    shift: float, estimate: float, interval: tuple[float, float]
) -> None:
    """psych 2.2.9: ICC(x, lmer = FALSE), Single_random_raters."""
    first = np.array([10.0, 12.0, 15.0, 17.0, 20.0])
    found = paired(first, first + shift, 0.95)
    assert found.icc_2_1.estimate == pytest.approx(estimate, abs=1e-10)
    assert found.icc_2_1.interval is not None
    assert [found.icc_2_1.interval.lower, found.icc_2_1.interval.upper] == pytest.approx(
        interval, abs=1e-9
    )
    assert found.icc_3_1.interval is None
    assert "without an error" in str(found.icc_3_1.reason)


@settings(max_examples=100, deadline=None)
@given(hnp.arrays(np.float64, st.tuples(st.integers(0, 8), st.just(2)), elements=st.integers(1, 5)))
def test_no_scores_whatever_yield_nan(scores: FloatArray) -> None:
    body = str(to_json(paired(scores[:, 0], scores[:, 1], 0.95)))
    assert "nan" not in body
    found = paired(scores[:, 0], scores[:, 1], 0.95)
    for value in (found.icc_2_1, found.icc_3_1, found.icc_2_k):
        assert (value.interval is None) == (value.reason is not None)
        assert (
            value.interval is None
            or np.isfinite([value.interval.lower, value.interval.upper]).all()
        )


def two_sessions(n_persons: int = 30) -> ResponseMatrix:
    rng = np.random.default_rng(3)
    trait = rng.normal(3, 0.8, (n_persons, 1))
    answers = np.vstack([trait + rng.normal(0, 0.6, (n_persons, 4)) for _ in range(2)])
    persons = [f"p{number}" for number in range(n_persons)] * 2
    return ResponseMatrix(
        instrument=form(4),
        answers=np.clip(np.rint(answers), 1, 5),
        columns={
            "person": np.array(persons, dtype=object),
            "session_number": np.repeat([2.0, 5.0], n_persons),
        },
    )


def test_retest_compares_the_two_lowest_sessions_by_person() -> None:
    responses = two_sessions()
    shuffled = responses.rows(np.arange(60) >= 0)
    order = np.random.default_rng(1).permutation(60)
    shuffled = ResponseMatrix(
        instrument=responses.instrument,
        answers=responses.answers[order],
        columns={name: column[order] for name, column in responses.columns.items()},
    )
    found = retest.analyse(shuffled, RetestOptions(), progress=no_progress)
    assert found.occasions == (2.0, 5.0)
    assert found.n_persons == 30
    sums = responses.answers.sum(axis=1)
    expected = icc_agreement(mean_squares(np.column_stack([sums[:30], sums[30:]])), 0.95)
    assert found.scales["all"].icc_2_1.estimate == pytest.approx(expected.estimate, rel=1e-12)
    body = to_json(found)
    assert body["scales"]["all"]["icc_2_1"]["interval"]["level"] == 0.95


def without(responses: ResponseMatrix, column: str) -> ResponseMatrix:
    kept = {name: values for name, values in responses.columns.items() if name != column}
    return ResponseMatrix(instrument=responses.instrument, answers=responses.answers, columns=kept)


@pytest.mark.parametrize("column", ["person", "session_number"])
def test_retest_without_its_columns_is_refused(column: str) -> None:
    with pytest.raises(OptionError, match=column):
        retest.analyse(without(two_sessions(), column), RetestOptions(), progress=no_progress)


def test_a_single_occasion_is_refused() -> None:
    responses = two_sessions()
    one = responses.rows(np.arange(60) < 30)
    with pytest.raises(EstimationError, match="single occasion"):
        retest.analyse(one, RetestOptions(), progress=no_progress)


def test_two_responses_on_one_occasion_are_refused() -> None:
    responses = two_sessions()
    responses.columns["session_number"][0] = 5.0
    with pytest.raises(EstimationError, match="several responses"):
        retest.analyse(responses, RetestOptions(), progress=no_progress)


def test_an_occasion_that_nobody_has_is_refused() -> None:
    with pytest.raises(OptionError, match="session_number 9"):
        retest.analyse(two_sessions(), RetestOptions(occasions=(2, 9)), progress=no_progress)


def dyads(shift: float, slope: float, n_persons: int = 60) -> ResponseMatrix:
    rng = np.random.default_rng(5)
    patients = np.clip(np.rint(rng.normal(3, 0.9, (n_persons, 4))), 1, 5)
    judged = np.clip(np.rint(3 + shift + slope * (patients - 3)), 1, 5)
    persons = [f"p{number}" for number in range(n_persons)]
    return ResponseMatrix(
        instrument=form(4),
        answers=np.vstack([judged, patients, patients[:1]]),
        columns={
            "person": np.array([*persons, *persons, "alone"], dtype=object),
            "respondent": np.array(
                ["therapist"] * n_persons + ["client"] * (n_persons + 1), dtype=object
            ),
        },
    )


def agreed(responses: ResponseMatrix, **options: Any) -> Any:
    return agreement.analyse(responses, AgreementOptions(**options), progress=no_progress)


def test_identical_dyads_have_no_bias_and_full_tracking() -> None:
    found = agreed(dyads(0.0, 1.0))
    scale = found.scales["all"]
    assert (found.truth, found.judge, found.n_persons, found.unmatched) == (
        "client",
        "therapist",
        60,
        1,
    )
    assert scale.truth_and_bias.level_difference.estimate == pytest.approx(0.0, abs=1e-12)
    assert scale.truth_and_bias.tracking.estimate == pytest.approx(1.0, abs=1e-12)
    assert scale.icc_2_1.estimate == pytest.approx(1.0)
    assert "nan" not in str(to_json(found))


def test_truth_and_bias_is_the_regression_of_centred_scores() -> None:
    rng = np.random.default_rng(2)
    truth = rng.normal(40, 6, 80)
    judge = 44 + 0.5 * (truth - 40) + rng.normal(0, 2, 80)
    found = agreement.truth_and_bias(truth, judge, 0.95)
    theirs = pingouin.linear_regression(
        pd.DataFrame({"t": truth - truth.mean()}), judge - truth.mean()
    )
    assert found.level_difference.estimate == pytest.approx(theirs["coef"][0], rel=1e-10)
    assert found.level_difference.standard_error == pytest.approx(theirs["se"][0], rel=1e-10)
    assert found.tracking.estimate == pytest.approx(theirs["coef"][1], rel=1e-10)
    assert found.tracking.standard_error == pytest.approx(theirs["se"][1], rel=1e-10)


def test_the_truth_can_be_chosen() -> None:
    assert agreed(dyads(0.5, 0.5), truth="therapist").judge == "client"
    with pytest.raises(OptionError, match="truth"):
        agreed(dyads(0.5, 0.5), truth="observer")


def test_unmatched_dyads_are_refused() -> None:
    responses = dyads(0.0, 1.0)
    people = responses.columns["person"]
    people[:60] = [f"other {number}" for number in range(60)]
    with pytest.raises(EstimationError, match="both respondents"):
        agreed(responses)


def test_a_column_of_one_respondent_is_refused() -> None:
    responses = dyads(0.0, 1.0)
    responses.columns["respondent"][:] = "client"
    with pytest.raises(OptionError, match="exactly two"):
        agreed(responses)


SCALES = {"goal": (1, 2), "bond": (3, 4)}


def two_forms() -> tuple[ResponseMatrix, ResponseMatrix]:
    """Make patients of a plain form and practitioners of one with other item numbers and keys."""
    rng = np.random.default_rng(8)
    patients = np.clip(np.rint(rng.normal(3, 1, (40, 4))), 1, 5)
    judged = np.clip(patients + rng.integers(-1, 2, (40, 4)), 1, 5)
    theirs = replace(
        form(5, scales={"bond": (1, 2), "goal": (4, 5)}), id="practitioner", reversed_items=(5,)
    )
    turned = np.column_stack(
        [judged[:, 2], judged[:, 3], np.full(40, np.nan), judged[:, 0], 6 - judged[:, 1]]
    )
    order = rng.permutation(40)
    persons = np.array([f"p{number}" for number in range(40)], dtype=object)
    return (
        ResponseMatrix(
            instrument=form(4, scales=SCALES), answers=patients, columns={"person": persons}
        ),
        ResponseMatrix(
            instrument=theirs, answers=turned[order], columns={"person": persons[order]}
        ),
    )


def agreed_forms(first: ResponseMatrix, second: ResponseMatrix, **options: Any) -> Any:
    return agreement.analyse_forms(first, second, AgreementOptions(**options), progress=no_progress)


def test_two_forms_agree_as_one_sample_with_the_same_scores_does() -> None:
    first, second = two_forms()
    back = np.argsort([int(name[1:]) for name in second.columns["person"]])
    judged = second.recoded[back][:, [3, 4, 0, 1]]
    persons = first.columns["person"]
    both = ResponseMatrix(
        instrument=first.instrument,
        answers=np.vstack([first.answers, judged]),
        columns={
            "person": np.concatenate([persons, persons]),
            "respondent": np.array(["form"] * 40 + ["practitioner"] * 40, dtype=object),
        },
    )
    found, expected = agreed_forms(first, second), agreed(both)
    assert (found.truth, found.judge, found.column) == ("form", "practitioner", "instrument")
    assert found.scales == expected.scales
    assert set(found.scales) == {"goal", "bond", "total"}
    assert (found.n_persons, found.unmatched) == (40, 0)


def test_another_key_of_the_second_form_is_said() -> None:
    first, second = two_forms()
    assert agreement.OTHER_KEY in agreed_forms(first, second).cautions
    alike = replace(first, instrument=replace(first.instrument, id="other"))
    assert agreed_forms(first, alike).cautions == ()


def test_the_second_form_can_be_the_truth() -> None:
    first, second = two_forms()
    found = agreed_forms(first, second, truth="practitioner")
    turned = agreed_forms(second, first)
    assert (found.truth, found.judge) == ("practitioner", "form")
    assert found.scales["goal"] == turned.scales["goal"]
    with pytest.raises(OptionError, match="truth"):
        agreed_forms(first, second, truth="client")


def test_sessions_count_only_where_both_forms_have_them() -> None:
    first, second = two_forms()
    dated = replace(first, columns={**first.columns, "session_number": np.full(40, 3.0)})
    assert agreed_forms(dated, second).n_persons == 40
    other = replace(second, columns={**second.columns, "session_number": np.full(40, 4.0)})
    with pytest.raises(EstimationError, match="both respondents"):
        agreed_forms(dated, other)


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (form(4, scales={"goal": (1, 2), "task": (3, 4)}), "other subscales"),
        (form(5, scales={"goal": (1, 2), "bond": (3, 4, 5)}), "numbers of items in 'bond'"),
        (form(4, scales=SCALES, maximum=7), "other ranges"),
    ],
)
def test_forms_that_do_not_go_together_are_refused(other: Instrument, reason: str) -> None:
    first, _ = two_forms()
    answers = np.ones((40, other.n_items))
    second = ResponseMatrix(
        instrument=replace(other, id="other"), answers=answers, columns=first.columns
    )
    with pytest.raises(OptionError, match=reason):
        agreed_forms(first, second)


def test_one_form_twice_is_not_two_forms() -> None:
    first, _ = two_forms()
    with pytest.raises(OptionError, match="are the same"):
        agreed_forms(first, first)


def test_two_forms_without_person_are_refused() -> None:
    first, second = two_forms()
    with pytest.raises(OptionError, match="person"):
        agreed_forms(first, without(second, "person"))


def test_the_schemas_have_the_defaults_of_the_engine() -> None:
    assert RetestOptionsSchema().load({}) == RetestOptions()
    assert AgreementOptionsSchema().load({}) == AgreementOptions()


@pytest.mark.slow
def test_icc_intervals_cover_the_truth_19_times_in_20() -> None:
    rng = np.random.default_rng(30)
    covered = np.zeros(2)
    replicates = 3000
    for _ in range(replicates):
        ratings = rng.normal(0, 1, (50, 1)) + rng.normal(0, 0.7, (50, 2)) + rng.normal(0, 0.1, 2)
        squares = mean_squares(ratings)
        truths = (1 / (1 + 0.49 + 0.01), 1 / 1.49)
        for k, icc in enumerate((icc_agreement, icc_consistency)):
            interval = icc(squares, 0.95).interval
            assert interval is not None
            covered[k] += interval.lower <= truths[k] <= interval.upper
    sys.stdout.write(f"\nICC(2,1), ICC(3,1): coverage {covered / replicates}\n")
    assert ((covered / replicates >= 0.93) & (covered / replicates <= 0.97)).all()
