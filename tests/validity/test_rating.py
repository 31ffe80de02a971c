from __future__ import annotations

import re
from dataclasses import replace

import pytest
from marshmallow import ValidationError

from psychometrics.validity.evidence import NUMBERS, Evidence
from psychometrics.validity.options import Standard
from psychometrics.validity.rating import judge
from psychometrics.validity.rules import Code, Rating, Remark
from psychometrics.validity.wilson_interval import wilson_interval
from schemas.standards import load_standards
from service.catalog.rules import deviations, standards, validity_standards

NAMES = {
    name: "words"
    for rule in validity_standards().rules
    for remark in (*rule.because, *rule.remedies, *(r for p in rule.phrases.values() for r in p))
    for name in re.findall(r"{(\w+)[:}]", remark.words)
    if name not in NUMBERS
}
GOOD = Evidence(
    n_persons=1000,
    n_used=1000,
    n_required=100,
    n_more=-900,
    n_groups=2,
    smallest_group=500,
    n_factors=3,
    claimed_proper=1,
    cfi=0.99,
    rmsea=0.02,
    rmsea_lower=0.0,
    srmr=0.02,
    htmt=0.75,
    factor_correlation=0.75,
    factor_correlation_lower=0.7,
    factor_correlation_upper=0.8,
    distinct=1,
    simpler_preferred=0,
    simpler_fits=0,
    irt_scales=3,
    irt_violated=0,
    irt_open=0,
    alpha=0.8,
    alpha_lower=0.78,
    alpha_upper=0.82,
    total_usable=0,
    alpha_highest=0.85,
    extreme_share=0.1,
    extreme_lower=0.08,
    extreme_upper=0.12,
    missing_share=0.01,
    missing_item=0.02,
    complete_share=0.9,
    permitted=1,
    partial=0,
    refused=0,
    rejected=0,
    names=NAMES,
)


def code(**changes: float | None) -> Code:
    return judge(replace(GOOD, **changes), validity_standards()).code  # type: ignore[arg-type]


def rating(measured: str, **changes: float | None) -> Rating:
    verdict = judge(replace(GOOD, **changes), validity_standards())  # type: ignore[arg-type]
    return next(
        one.rating for one in verdict.properties if one.rule.measurement_property == measured
    )


def test_good_evidence_holds_up() -> None:
    assert code() is Code.HOLDS_UP


def test_nothing_known_is_never_a_pass() -> None:
    verdict = judge(Evidence(names=NAMES), validity_standards())
    assert verdict.code is Code.CANNOT_SAY
    assert not any(one.rating is Rating.SUFFICIENT for one in verdict.properties)


@pytest.mark.parametrize("number", [name for name in NUMBERS if getattr(GOOD, name) is not None])
def test_forgetting_a_number_never_improves_a_rating(number: str) -> None:
    order = (Rating.NOT_ASSESSED, Rating.INDETERMINATE, Rating.SUFFICIENT)
    before = judge(GOOD, validity_standards()).properties
    after = judge(replace(GOOD, **{number: None}), validity_standards()).properties  # type: ignore[arg-type]
    for one, other in zip(before, after, strict=True):
        assert order.index(other.rating) <= order.index(one.rating)


def test_too_few_persons_cannot_say() -> None:
    assert code(n_used=20, n_more=80) is Code.CANNOT_SAY


def test_an_improper_claim_never_wins() -> None:
    assert code(claimed_proper=0, cfi=None, rmsea=None, srmr=None, distinct=None) is Code.CANNOT_SAY


def test_fit_between_strict_and_lenient_bounds_is_indeterminate() -> None:
    assert rating("structural-validity", cfi=0.93, srmr=0.05) is Rating.INDETERMINATE


def test_item_response_models_are_rated_beside_and_change_no_answer() -> None:
    assert rating("structural-validity-irt") is Rating.SUFFICIENT
    assert rating("structural-validity-irt", irt_violated=1) is Rating.INSUFFICIENT
    assert rating("structural-validity-irt", irt_open=1) is Rating.INDETERMINATE
    assert rating("structural-validity-irt", irt_scales=None) is Rating.NOT_ASSESSED
    assert code(irt_violated=3) is code(irt_scales=None) is Code.HOLDS_UP


def test_merged_subscales_that_a_simpler_model_fits_hold_up_in_part() -> None:
    assert code(distinct=0, simpler_preferred=1, simpler_fits=1) is Code.HOLDS_UP_IN_PART


def test_merged_subscales_with_a_ceiling_do_not_hold_up() -> None:
    found = code(distinct=0, simpler_fits=1, extreme_lower=0.22, extreme_upper=0.28)
    assert found is Code.DOES_NOT_HOLD_UP


def test_a_refused_comparison_holds_up_in_part() -> None:
    assert code(permitted=0, refused=1) is Code.HOLDS_UP_IN_PART


def test_items_that_differ_a_little_do_not_spoil_invariance() -> None:
    found = rating("measurement-invariance", permitted=0, partial=1, item_difference=0.2)
    assert found is Rating.SUFFICIENT


def test_items_that_differ_much_do() -> None:
    found = rating(
        "measurement-invariance", permitted=0, partial=1, rejected=1, item_difference=0.5
    )
    assert found is Rating.INSUFFICIENT


def test_one_group_is_said_not_to_be_compared() -> None:
    verdict = judge(replace(GOOD, n_groups=None, permitted=None), validity_standards())
    assert verdict.code is Code.HOLDS_UP
    assert "was not tested" in verdict.answer


def test_what_is_withheld_is_rated_but_not_said() -> None:
    few = replace(GOOD, n_used=8, n_more=92)
    verdict = judge(few, validity_standards(), shown=replace(few, n_used=None, n_more=None))
    said = str(verdict)
    assert verdict.code is Code.CANNOT_SAY
    assert "92" not in said
    assert "8 persons" not in said


def test_every_rule_says_something_in_every_case() -> None:
    for rule in validity_standards().rules:
        assert rule.statement.endswith(".")
        assert rule.because
        assert all(isinstance(remark, Remark) for remark in rule.remedies)


def test_a_rule_on_a_number_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValidationError):
        load_standards(
            {
                "id": "x",
                "version": "1",
                "rules": [],
                "answers": [
                    {"code": "cannot-say", "words": "", "when": {"known": "x", "is": True}}
                ],
            }
        )


def test_wilson_interval_as_printed_by_newcombe() -> None:
    """Newcombe (1998), table I, method 3: 15 of 148 gives .0624 to .1605."""
    interval = wilson_interval(15 / 148, 148)
    assert (round(interval.lower, 4), round(interval.upper, 4)) == (0.0624, 0.1605)


def test_each_deviation_from_cosmin_is_named() -> None:
    named = set(deviations())
    assert named == {rule.measurement_property for rule in validity_standards().rules}
    assert {rule.measurement_property for rule in standards(Standard.COSMIN).rules} == named


def test_one_index_is_enough_for_cosmin_and_not_for_us() -> None:
    poor = replace(GOOD, cfi=0.90, rmsea=0.09, rmsea_lower=0.07, srmr=0.07)
    ours, theirs = (judge(poor, standards(which)) for which in Standard)
    assert [one.properties[1].rating for one in (ours, theirs)] == [
        Rating.INDETERMINATE,
        Rating.SUFFICIENT,
    ]
    none = replace(poor, srmr=0.09)
    assert judge(none, standards(Standard.COSMIN)).code is Code.DOES_NOT_HOLD_UP


def test_cosmin_takes_estimates_and_rates_no_ends_of_the_scale() -> None:
    near = replace(GOOD, alpha=0.71, alpha_lower=0.66, extreme_share=0.4, extreme_lower=0.3)
    verdict = judge(near, standards(Standard.COSMIN))
    rated = {one.rule.measurement_property: one.rating for one in verdict.properties}
    assert rated["internal-consistency"] is Rating.SUFFICIENT
    assert rated["floor-and-ceiling"] is Rating.NOT_ASSESSED
    assert verdict.code is Code.HOLDS_UP
