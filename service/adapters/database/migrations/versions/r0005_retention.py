"""Tenants may have answers deleted after a number of days of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column; tenants that exist follow the deployment."""
    op.add_column("tenant", sa.Column("retention_days", sa.Integer(), nullable=True))
