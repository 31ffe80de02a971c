"""No regular expression takes more time than a text's length is worth.

Every pattern that stands in the code is fed texts that are bad for it: what leads to one of its
repetitions, that repetition's own characters many times, and a character that lets the match fail.
A pattern that looks at each character once takes milliseconds, one that goes back from each
character to the beginning takes seconds, and one with repetitions within repetitions never ends.
"""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Iterator
from re import _parser as parser  # type: ignore[attr-defined]

from service.file_reader.limits import CLOSELY_LOOKED_AT
from tests.conftest import ROOT

ANYWHERE = {"search", "sub", "subn", "split", "findall", "finditer"}
FOLDERS = ("psychometrics", "schemas", "service")
LENGTH = 20_000
"""Characters of a text. The file reader tries its patterns on ``CLOSELY_LOOKED_AT`` at most."""

SECONDS = 1.0
"""Of CPU time for one text: a hundred times what a linear pattern takes."""

NEVER = "\x00"


def patterns() -> Iterator[tuple[str, str, bool]]:
    """Find the patterns that stand in the code: where, what, and whether it is looked for anywhere.

    A compiled pattern has a name; how it is used is asked of the whole code by that name.
    """
    paths = [path for name in FOLDERS for path in sorted((ROOT / name).rglob("*.py"))]
    texts = {path: path.read_text(encoding="utf-8") for path in paths}
    looked_for = rf"(\w+)\.(?:{'|'.join(sorted(ANYWHERE))})\("
    names = {name for text in texts.values() for name in re.findall(looked_for, text)}
    for path, text in texts.items():
        for node in ast.walk(ast.parse(text)):
            match node:
                case ast.Assign(
                    targets=[ast.Name(id=name)],
                    value=ast.Call(
                        func=ast.Attribute(value=ast.Name(id="re"), attr="compile"),
                        args=[ast.Constant(value=str(pattern)), *_],
                    ),
                ):
                    anywhere = name in names
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="re"), attr=way),
                    args=[ast.Constant(value=str(pattern)), *_],
                ) if way != "compile":
                    anywhere = way in ANYWHERE
                case _:
                    continue
            yield f"{path.relative_to(ROOT)}:{node.lineno}", pattern, anywhere


def samples(parsed: object) -> Iterator[tuple[str, str]]:
    """Write, for each repetition in a pattern, what leads to it and what it repeats, shortly."""
    before = ""
    for operation, value in parsed:  # type: ignore[attr-defined]
        name = str(operation)
        if name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            least, _, body = value
            yield before, shortest(body)
            for lead, again in samples(body):
                yield before + lead, again
            before += shortest(body) * least
        elif name in {"SUBPATTERN", "ATOMIC_GROUP", "BRANCH"}:
            for body in bodies(name, value):
                for lead, again in samples(body):
                    yield before + lead, again
            before += shortest([(operation, value)])
        else:
            before += shortest([(operation, value)])


def bodies(name: str, value: object) -> list[object]:
    if name == "BRANCH":
        return list(value[1])  # type: ignore[index]
    return [value[-1] if name == "SUBPATTERN" else value]  # type: ignore[index]


def shortest(parsed: object) -> str:
    """Write a text that a pattern fits, with each repetition at its least but once."""
    text = ""
    for operation, value in parsed:  # type: ignore[attr-defined]
        match str(operation):
            case "LITERAL":
                text += chr(value)
            case "NOT_LITERAL":
                text += "a" if value != ord("a") else "b"
            case "ANY":
                text += "a"
            case "IN":
                text += member(value)
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                text += shortest(value[2]) * max(value[0], 1)
            case "SUBPATTERN" | "ATOMIC_GROUP" | "BRANCH" as name:
                text += shortest(bodies(name, value)[0])
    return text


def member(choices: list[tuple[object, object]]) -> str:
    """Choose a character of a set."""
    inside = re.compile("[" + "".join(map(written, choices)) + "]", re.DOTALL)
    return next(one for one in map(chr, range(32, 0x3000)) if inside.fullmatch(one))


def written(choice: tuple[object, object]) -> str:
    operation, value = str(choice[0]), choice[1]
    if operation == "NEGATE":
        return "^"
    if operation == "RANGE":
        low, high = value  # type: ignore[misc]
        return f"{re.escape(chr(low))}-{re.escape(chr(high))}"
    if operation == "LITERAL":
        return re.escape(chr(value))  # type: ignore[arg-type]
    classes = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}
    name = str(value).removeprefix("CATEGORY_")
    known = classes[name.removeprefix("NOT_")]
    return known.upper() if name.startswith("NOT_") else known


def attacks(pattern: str, length: int = LENGTH) -> set[str]:
    found = set()
    for before, again in samples(parser.parse(pattern)):
        many = (again or NEVER) * length
        found |= {(before + many)[:length] + NEVER, (before or NEVER) * length + NEVER}
    return {text[:length] + NEVER for text in found}


def seconds(pattern: str, text: str, *, anywhere: bool) -> float:
    compiled = re.compile(pattern)
    began = time.process_time()
    compiled.match(text)
    compiled.fullmatch(text)
    if anywhere:
        compiled.sub("", text)
    return time.process_time() - began


def test_a_pattern_that_goes_back_is_found() -> None:
    """Four times the text takes sixteen times as long."""
    short, long = (
        max(seconds(r"\s+\Z", text, anywhere=True) for text in attacks(r"\s+\Z", length))
        for length in (3_000, 12_000)
    )
    assert long > 8 * short


def test_no_pattern_takes_long_over_any_text() -> None:
    found = list(patterns())
    assert len(found) > 30
    slow = [
        (place, text[:20])
        for place, pattern, anywhere in found
        for text in attacks(pattern, CLOSELY_LOOKED_AT if "file_reader" in place else LENGTH)
        if seconds(pattern, text, anywhere=anywhere) > SECONDS
    ]
    assert slow == []
