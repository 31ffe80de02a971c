"""API keys expire, are rotated, and say when they were last used."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns; keys that exist do not expire."""
    op.add_column("api_key", sa.Column("expires_at", sa.BigInteger(), nullable=True))
    op.add_column("api_key", sa.Column("former_digest", sa.LargeBinary(length=32), nullable=True))
    op.add_column("api_key", sa.Column("former_expires_at", sa.BigInteger(), nullable=True))
    op.add_column("api_key", sa.Column("last_used_at", sa.BigInteger(), nullable=True))
