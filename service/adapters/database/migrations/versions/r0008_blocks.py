"""The responses of a batch in one row, and their names in a table of their own.

What stood in one row for each response is packed batch by batch, in the order it came.
"""

from collections.abc import Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_COLUMNS = (
    "person",
    "clinician",
    "site",
    "respondent",
    "session_number",
    "days_since_first_visit",
    "days_since_delivery",
)
_BYTES = ("answers", "ids", "scores")
_TEXTS = ("names", "columns", "outcomes")


def upgrade() -> None:
    """Make the tables, move the responses, and drop the table they stood in."""
    block = op.create_table(
        "block",
        sa.Column("batch_key", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n_responses", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in _BYTES),
        *(sa.Column(name, sa.Text(), nullable=True) for name in _TEXTS),
        sa.ForeignKeyConstraint(
            ["batch_key"], ["batch.key"], name="fk_block_batch_key", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch_key", name="pk_block"),
    )
    op.create_table(
        "response_name",
        sa.Column("sample_key", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["sample_key"], ["sample.key"], name="fk_response_name_sample_key", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sample_key", "name", name="pk_response_name"),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        for name in (*_BYTES, *_TEXTS):  # compressing takes longer than writing
            op.execute(f"ALTER TABLE block ALTER COLUMN {name} SET STORAGE EXTERNAL")
    op.create_index("ix_response_batch_key", "response", ["batch_key"])
    op.execute(
        "INSERT INTO response_name (sample_key, name) "
        "SELECT sample_key, external_id FROM response WHERE external_id IS NOT NULL"
    )
    for batch_key in connection.scalars(sa.text("SELECT key FROM batch ORDER BY key")).all():
        query = sa.text("SELECT * FROM response WHERE batch_key = :key ORDER BY id")
        rows = connection.execute(query, {"key": batch_key}).all()
        if rows:
            connection.execute(sa.insert(block).values(batch_key=batch_key, **_packed(rows)))
    op.drop_table("response")


def _packed(rows: Sequence[sa.Row[Any]]) -> dict[str, Any]:
    names = [row.external_id for row in rows]
    columns = {name: [getattr(row, name) for row in rows] for name in _COLUMNS}
    given = {name: values for name, values in columns.items() if _any_given(values)}
    further = given | _lists([row.others for row in rows])
    outcomes = _lists([row.outcomes for row in rows])
    return {
        "n_responses": len(rows),
        "answers": b"".join(row.answers for row in rows),
        "ids": b"".join(row.id for row in rows),
        "scores": b"".join(row.scores for row in rows),
        "names": _json(names) if _any_given(names) else None,
        "columns": _json(further) if further else None,
        "outcomes": _json(outcomes) if outcomes else None,
    }


def _lists(documents: Sequence[str | None]) -> dict[str, list[Any]]:
    """Turn one JSON object for each response into a list for each of their names."""
    read = [{} if document is None else orjson.loads(document) for document in documents]
    names = dict.fromkeys(name for values in read for name in values)
    return {name: [values.get(name) for values in read] for name in names}


def _any_given(values: Sequence[Any]) -> bool:
    return any(value is not None for value in values)


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
