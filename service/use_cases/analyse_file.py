"""Analyse responses that are at hand: the answer of ``alliance analyze``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psychometrics.types import Progress
from schemas.definition import Definition
from schemas.responses.response_batch import ResponseBlock
from service.use_cases.analysis_registry import Kind, Material
from service.use_cases.versions import software


def analyse_block(
    kind: Kind,
    definition: Definition,
    block: ResponseBlock,
    options: Mapping[str, Any],
    progress: Progress,
) -> dict[str, Any]:
    """Analyse one block and name what did it, as JSON values."""
    responses = block.matrix(definition.instrument)
    return {
        "kind": kind.name,
        "instrument": definition.rule,
        "result": kind.run(Material(responses=responses), options, progress),
        "software": software(),
    }


def analyse_two_blocks(
    kind: Kind,
    definitions: tuple[Definition, Definition],
    blocks: tuple[ResponseBlock, ResponseBlock],
    options: Mapping[str, Any],
    progress: Progress,
) -> dict[str, Any]:
    """Analyse blocks of two forms and name what did it, as JSON values."""
    first, second = (
        block.matrix(definition.instrument)
        for definition, block in zip(definitions, blocks, strict=True)
    )
    return {
        "kind": kind.name,
        "instrument": definitions[0].rule,
        "other_instrument": definitions[1].rule,
        "result": kind.run(Material(responses=first, other_form=second), options, progress),
        "software": software(),
    }
