"""Target rotation, congruence, Schmid–Leiman, bootstrap errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from psychometrics.declared.shapes import to_json
from psychometrics.efa.analysis import analyse
from psychometrics.efa.congruence import matched, tucker
from psychometrics.efa.options import CorrelationType, EfaOptions, Rotation
from psychometrics.efa.results import EfaResult
from psychometrics.efa.schmid_leiman import schmid_leiman
from psychometrics.errors import OptionError
from psychometrics.responses import ResponseMatrix
from psychometrics.types import no_progress
from tests.classical import form, psych, three_factor_answers, wai_sr


def analysed(responses: ResponseMatrix, **options: Any) -> EfaResult:
    chosen = {"correlation": CorrelationType.PEARSON} | options
    return analyse(responses, EfaOptions(**chosen), progress=no_progress)


def test_a_target_rotation_names_its_factors(data: Path) -> None:
    assert analysed(wai_sr(data, "wai_250"), rotation=Rotation.TARGET).factors == (
        "goal",
        "task",
        "bond",
    )


@pytest.mark.parametrize("name", ["wai_250", "wai_1000"])
def test_schmid_leiman_is_that_of_psych(data: Path, name: str) -> None:
    found = analysed(wai_sr(data, name)).schmid_leiman
    oracle = np.array(psych()[name]["schmid"])
    assert found is not None
    assert found.general is not None
    assert found.group is not None
    assert np.abs(found.general - oracle[:, 0]).max() < 1e-3  # psych's inner fit is loose
    order = matched(np.abs(tucker(found.group, oracle[:, 1:4])))
    assert np.abs(np.abs(found.group[:, order]) - np.abs(oracle[:, 1:4])).max() < 1e-3


def test_schmid_leiman_keeps_the_communalities() -> None:
    rng = np.random.default_rng(1)
    loadings = rng.uniform(-0.2, 0.8, (12, 3))
    gamma = np.array([0.8, 0.6, 0.7])
    phi = np.outer(gamma, gamma)
    np.fill_diagonal(phi, 1.0)
    found = schmid_leiman(loadings, phi)
    assert found.general is not None
    assert found.group is not None
    total = found.general**2 + (found.group @ found.group.T).diagonal()
    assert total == pytest.approx((loadings @ phi @ loadings.T).diagonal(), abs=1e-8)
    assert found.general == pytest.approx(loadings @ gamma, abs=1e-8)


def test_two_factors_have_no_general_factor_of_their_own(data: Path) -> None:
    found = analysed(wai_sr(data, "wai_250"), n_factors=2)
    assert found.schmid_leiman is not None
    assert found.schmid_leiman.general is None
    assert found.congruence is None


def test_every_subscale_is_matched_with_another_factor(data: Path) -> None:
    found = analysed(wai_sr(data, "wai_1000"))
    assert found.congruence is not None
    assert [match.subscale for match in found.congruence] == ["goal", "task", "bond"]
    assert {match.factor for match in found.congruence} == {"F1", "F2", "F3"}
    assert min(match.congruence for match in found.congruence) > 0.85


def test_a_target_with_another_number_of_factors_is_refused(data: Path) -> None:
    with pytest.raises(OptionError, match="n_factors"):
        analysed(wai_sr(data, "wai_250"), rotation=Rotation.TARGET, n_factors=2)


def test_congruence_ignores_length_and_keeps_signs() -> None:
    columns = np.random.default_rng(1).standard_normal((9, 3))
    found = tucker(columns, columns[:, [2, 0, 1]] * [-2.0, 3.0, 0.5])
    assert matched(found).tolist() == [2, 0, 1]
    assert found[[2, 0, 1], [0, 1, 2]] == pytest.approx([-1.0, 1.0, 1.0])


@pytest.mark.parametrize("rotation", [Rotation.OBLIMIN, Rotation.PROMAX, Rotation.TARGET])
def test_bootstrap_errors_repeat_themselves_and_shrink_with_the_sample(
    data: Path, rotation: Rotation
) -> None:
    small, large = (
        analysed(wai_sr(data, name), rotation=rotation, bootstrap=60)
        for name in ("wai_250", "wai_1000")
    )
    again = analysed(wai_sr(data, "wai_250"), rotation=rotation, bootstrap=60).standard_errors
    assert small.standard_errors is not None
    assert large.standard_errors is not None
    assert again is not None
    assert small.standard_errors.loadings is not None
    assert large.standard_errors.loadings is not None
    assert again.loadings is not None
    assert (again.loadings == small.standard_errors.loadings).all()
    assert large.standard_errors.loadings.mean() < 0.8 * small.standard_errors.loadings.mean()
    assert 0.01 < large.standard_errors.loadings.mean() < 0.1
    assert "nan" not in str(to_json(large))


def test_polychoric_loadings_have_bootstrap_errors_too(data: Path) -> None:
    options = {"correlation": CorrelationType.POLYCHORIC, "bootstrap": 20}
    found = analysed(wai_sr(data, "wai_250"), **options).standard_errors
    assert found is not None
    assert found.loadings is not None
    assert found.used == 20


def test_drawing_whole_clusters_widens_the_errors() -> None:
    answers = np.repeat(three_factor_answers(200, 9, np.random.default_rng(1)), 4, axis=0)
    clinicians = np.repeat(np.arange(200.0), 4)
    responses = ResponseMatrix(
        instrument=form(9), answers=answers, columns={"clinician": clinicians}
    )
    alone = analysed(responses, bootstrap=100).standard_errors
    together = analysed(responses, bootstrap=100, cluster="clinician").standard_errors
    assert alone is not None
    assert together is not None
    assert alone.loadings is not None
    assert together.loadings is not None
    ratio = together.loadings.mean() / alone.loadings.mean()
    assert 1.6 < ratio < 2.4  # four copies of each person: the error doubles


def test_clusters_without_a_bootstrap_are_refused(data: Path) -> None:
    with pytest.raises(OptionError, match="cluster"):
        analysed(wai_sr(data, "wai_250"), cluster="clinician")


def test_one_factor_is_not_rotated_and_has_everything_else() -> None:
    answers = three_factor_answers(150, 6, np.random.default_rng(1))
    found = analysed(ResponseMatrix(instrument=form(6), answers=answers))
    assert found.factors == ("F1",)
    assert found.schmid_leiman is None
    assert found.congruence is not None
    assert found.congruence[0].subscale == "all"
    assert found.factor_correlations.tolist() == [[1.0]]
