"""Differential functioning of the items of several scales between groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from psychometrics.correlation.categories import (
    Coding,
    CommonCategories,
    check_answered,
    code_answers,
    merge_empty_categories,
)
from psychometrics.errors import EstimationError
from psychometrics.irt.dif import LEVEL, DifTests, purified, wald_two_stage
from psychometrics.irt.dif_effect import dif_effect
from psychometrics.irt.estimation import Estimates
from psychometrics.irt.grid_choice import on_a_fitting_grid
from psychometrics.irt.group_models import GroupModels, items_of, latent_distribution
from psychometrics.irt.item_models import Graded, PartialCredit
from psychometrics.irt.logistic_dif import logistic_dif
from psychometrics.irt.options import DifMethod, IrtOptions, ModelName
from psychometrics.irt.response_patterns import count_patterns
from psychometrics.irt.results import (
    Dif,
    DifCurve,
    DifEffect,
    DifGroup,
    ItemDif,
    LatentShift,
    LogisticDif,
)
from psychometrics.irt.sample_sizes import FEWEST_IN_GROUP, PERSONS_IN_GROUP
from psychometrics.types import FloatArray, IntArray

_LARGE, _MEDIUM, _SMALL = 0.7, 0.4, 0.2
_FEWEST_ITEMS = 3
_SAME_PERSONS = (
    "The same persons answered on each occasion and count as different ones; where their answers "
    "to an item stay alike beyond the trait, its test is cautious."
)
_CURVE = np.linspace(-4.0, 4.0, 33)


def differential_functioning(
    groups: Mapping[str, FloatArray],
    scales: Mapping[str, Sequence[int]],
    options: IrtOptions,
) -> Dif:
    """Test every item of every scale.

    Parameters
    ----------
    groups
        Recoded answers of each group to all items of the form, the reference first; shape
        (n_persons, n_form_items).
    scales
        The items of each scale.
    options
        What was chosen.
    """
    items: list[ItemDif] = []
    shifts: list[LatentShift] = []
    cautions: list[str] = []
    reasons: dict[str, str] = {}
    for name, numbers in scales.items():
        try:
            found = _Scale(name, numbers, list(groups.values()), options)
        except EstimationError as error:
            reasons[name] = error.reason
            continue
        items += found.items
        shifts += found.shifts
        cautions += [f"{name}: {caution}" for caution in found.cautions]
    if options.repeated and items:
        cautions.append(_SAME_PERSONS)
    return Dif(
        method=options.dif_method.value,
        between="occasions" if options.repeated else "groups",
        groups=tuple(
            DifGroup(name=name, n_persons=_persons(answers)) for name, answers in groups.items()
        ),
        items=tuple(items),
        shifts=tuple(shifts),
        reasons=reasons,
        cautions=tuple(dict.fromkeys(cautions)),
    )


def _persons(answers: FloatArray) -> int:
    return int(np.isfinite(answers).any(axis=1).sum())


class _Scale:
    """One scale's tests, and what is said of them."""

    def __init__(
        self, name: str, numbers: Sequence[int], groups: list[FloatArray], options: IrtOptions
    ) -> None:
        self.name, self.numbers = name, tuple(numbers)
        columns = np.asarray(numbers) - 1
        used = [answers[:, columns] for answers in groups]
        used = [answers[np.isfinite(answers).any(axis=1)] for answers in used]
        self.common = _common(used, self.numbers)
        self.coding = code_answers(np.concatenate(self.common.answers), items=self.numbers)
        sizes = [answers.shape[0] for answers in self.common.answers]
        self.group = np.repeat(np.arange(len(sizes)), sizes)
        self.models = _models(self.coding, self.group, options.model)
        self.tests = (
            wald_two_stage(self.models)
            if options.dif_method is DifMethod.WALD
            else purified(self.models)
        )
        self.cautions = _cautions(self.common, self.tests, sizes)
        self.items = [self._item(place) for place in range(len(self.numbers))]
        self.shifts = [self._shift(focal) for focal in range(1, len(sizes))]

    def _item(self, place: int) -> ItemDif:
        test, adjusted = self.tests.tests[place], float(self.tests.adjusted[place])
        free = self.models.anchored(self.tests.anchors - {place})
        effects = [dif_effect(free, place, focal) for focal in range(1, len(self.models.groups))]
        focal = int(np.argmax([effect.dmacs for effect in effects]))
        flagged = adjusted < LEVEL
        return ItemDif(
            item=self.numbers[place],
            scale=self.name,
            anchors=tuple(self.numbers[anchor] for anchor in sorted(test.anchors)),
            chi_square=test.chi_square,
            df=test.df,
            p_value=test.p_value,
            adjusted_p_value=adjusted,
            flagged=flagged,
            effect=effects[focal],
            focal=focal + 2,
            class_=_class(effects[focal], flagged=flagged),
            logistic=self._logistic(place),
            curve=self._curve(free, place, focal + 1) if flagged else None,
        )

    def _curve(self, free: Estimates, place: int, focal: int) -> DifCurve | None:
        """Return expected answers; none where an answer between others never occurs."""
        values = self.coding.categories[place]
        if (np.diff(values) != 1.0).any():
            return None
        column = np.array([place])
        reference, other = (
            items_of(free, group).subset(column).expected_scores(_CURVE)[0] + values[0]
            for group in (0, focal)
        )
        return DifCurve(theta=_CURVE, reference=reference, focal=other)

    def _logistic(self, place: int) -> LogisticDif | None:
        complete = (self.coding.codes < self.coding.width).all(axis=1)
        codes, group = self.coding.codes[complete], self.group[complete]
        sums = codes.sum(axis=1).astype(np.float64)
        chosen = np.bincount(codes[:, place], minlength=self.coding.n_categories[place])
        if np.unique(group).size < len(self.models.groups) or (chosen == 0).any() or not sums.std():
            return None
        try:
            return logistic_dif(codes[:, place], sums, group, int(self.coding.n_categories[place]))
        except EstimationError:
            return None  # a column of its own beside the test; the test stands without it

    def _shift(self, focal: int) -> LatentShift:
        everything = frozenset(range(len(self.numbers)))
        equal, _ = latent_distribution(self.models.anchored(everything), focal)
        flagged = frozenset(np.flatnonzero(self.tests.adjusted < LEVEL).tolist())
        kept = everything - flagged or everything
        clean, _ = latent_distribution(self.models.anchored(kept), focal)
        return LatentShift(
            scale=self.name,
            focal=focal + 1,
            moved=equal - clean,
        )


def _common(groups: list[FloatArray], numbers: tuple[int, ...]) -> CommonCategories:
    """Check the groups and give them the same categories."""
    if len(numbers) < _FEWEST_ITEMS:
        raise EstimationError(
            "differential functioning", f"needs at least {_FEWEST_ITEMS} items in the scale"
        )
    for number, answers in enumerate(groups, start=1):
        if answers.shape[0] < FEWEST_IN_GROUP:
            raise EstimationError(
                "differential functioning",
                f"needs at least {FEWEST_IN_GROUP} persons in each group; group {number} has fewer",
            )
        check_answered(answers, numbers)
    return merge_empty_categories(groups, items=numbers)


def _models(coding: Coding, group: IntArray, model: ModelName) -> GroupModels:
    models = GroupModels(
        model=Graded() if model is ModelName.GRADED else PartialCredit(),
        common_slope=model is ModelName.PARTIAL_CREDIT,
        groups=[
            count_patterns(coding.codes[group == number], coding.width)
            for number in range(int(group.max()) + 1)
        ],
        n_categories=coding.n_categories,
    )
    equal = on_a_fitting_grid(models.anchored(frozenset(range(models.n_items))))
    return models.on_grid(equal.problem.grid)


def _class(effect: DifEffect, *, flagged: bool) -> str:
    """Classify by dMACS; the bounds .2, .4 and .7 are recalled from Nye et al. (2019)."""
    if not flagged:
        return "none"
    if effect.dmacs >= _LARGE:
        return "large"
    if effect.dmacs >= _MEDIUM:
        return "medium"
    return "small" if effect.dmacs >= _SMALL else "negligible"


def _cautions(common: CommonCategories, tests: DifTests, sizes: Sequence[int]) -> tuple[str, ...]:
    found = list(common.cautions)
    if min(sizes) < PERSONS_IN_GROUP:
        found.append(
            f"a group has fewer than {PERSONS_IN_GROUP} persons; an item that differs may be missed"
        )
    if tests.exhausted:
        found.append(
            "most items differ: too few are left as anchors, so which items differ is uncertain"
        )
    return tuple(found)
