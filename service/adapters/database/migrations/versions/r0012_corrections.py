"""When was a response corrected? It stands beside its name."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the column."""
    op.add_column("response_name", sa.Column("corrected_at", sa.BigInteger))
