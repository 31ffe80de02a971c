"""Damaged files: an answer, a question or a refusal, never a wrong reading.

Each file is damaged ten times. What is read of it must be rows of the file as it was, a row that
was damaged excepted: no cell may move to another item.
"""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from schemas.definition import Definition
from schemas.validation_errors import RefusedInputError, UnreadableInputError
from service.file_reader.reading import read_file
from tests.files.test_set import FILES, LONG, READ

TEXTS = [name for name in (*READ, *LONG) if name.endswith(".csv")]
PACKED = [name for name in READ if not name.endswith(".csv")]


def delete_cell(lines: list[bytes], chance: random.Random, mark: bytes) -> None:
    place = chance.randrange(len(lines))
    cells = lines[place].split(mark)
    del cells[chance.randrange(len(cells))]
    lines[place] = mark.join(cells)


def insert_cell(lines: list[bytes], chance: random.Random, mark: bytes) -> None:
    place = chance.randrange(len(lines))
    cells = lines[place].split(mark)
    cells.insert(chance.randrange(len(cells) + 1), chance.choice([b"3", b"", b"x"]))
    lines[place] = mark.join(cells)


def cut_off(lines: list[bytes], chance: random.Random, _: bytes) -> None:
    place = chance.randrange(len(lines))
    lines[place] = lines[place][: chance.randrange(len(lines[place]) + 1)]
    del lines[place + 1 :]


def lose_line(lines: list[bytes], chance: random.Random, _: bytes) -> None:
    del lines[chance.randrange(len(lines))]


def repeat_line(lines: list[bytes], chance: random.Random, _: bytes) -> None:
    lines.insert(chance.randrange(len(lines)), chance.choice(lines))


def swap_lines(lines: list[bytes], chance: random.Random, _: bytes) -> None:
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]


def another_mark(lines: list[bytes], chance: random.Random, mark: bytes) -> None:
    place = chance.randrange(len(lines))
    lines[place] = lines[place].replace(mark, chance.choice([b";", b"\t", b"|", b" ", mark * 2]))


def odd_byte(lines: list[bytes], chance: random.Random, _: bytes) -> None:
    place = chance.randrange(len(lines))
    where = chance.randrange(len(lines[place]) + 1)
    odd = chance.choice([b'"', b"\xff", b"\x00", b"-", b".", b"e", b" ", b"\n"])
    lines[place] = lines[place][:where] + odd + lines[place][where:]


MUTATIONS = (
    delete_cell,
    insert_cell,
    cut_off,
    lose_line,
    repeat_line,
    swap_lines,
    another_mark,
    odd_byte,
)


def rows_of(name: str, content: bytes, definition: Definition) -> np.ndarray | None:
    """Read the answers; nothing where a question is open or the file is refused."""
    try:
        reading = read_file(name, content, definition.instrument)
    except (UnreadableInputError, RefusedInputError):
        return None
    return None if reading.block is None else np.nan_to_num(reading.block.answers, nan=0.0)


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("seed", range(10))
def test_no_cell_of_a_damaged_text_moves_to_another_item(
    name: str, seed: int, wai_sr: Definition
) -> None:
    chance = random.Random(f"{name} {seed}")  # noqa: S311 no secret
    content = (FILES / name).read_bytes()
    known = rows_of(name, content, wai_sr)
    assert known is not None
    lines = content.split(b"\n")
    mark = b";" if lines[0].count(b";") > lines[0].count(b",") else b","
    chance.choice(MUTATIONS)(lines, chance, mark)
    read = rows_of(name, b"\n".join(lines), wai_sr)
    if read is None:
        return
    rows = {tuple(row) for row in known.tolist()}
    damaged = [row for row in read.tolist() if tuple(row) not in rows]
    assert len(damaged) <= 2, "one line was damaged; it may hold two occasions"
    for row in damaged:
        differing = (known != np.array(row)).sum(axis=1)
        assert differing.min() <= 1, "at most the damaged cell is another"


@pytest.mark.parametrize("name", PACKED)
@pytest.mark.parametrize("seed", range(10))
def test_a_damaged_workbook_or_statistics_file_is_refused_or_read_right(
    name: str, seed: int, wai_sr: Definition
) -> None:
    chance = random.Random(f"{name} {seed}")  # noqa: S311 no secret
    content = bytearray((FILES / name).read_bytes())
    known = rows_of(name, bytes(content), wai_sr)
    assert known is not None
    if seed % 2:
        del content[chance.randrange(len(content)) :]
    else:
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    read = rows_of(name, bytes(content), wai_sr)
    if read is not None and name.endswith(".xlsx"):
        np.testing.assert_array_equal(read, known)


def test_the_set_is_whole() -> None:
    assert all((Path(FILES) / name).is_file() for name in (*TEXTS, *PACKED))
