"""OAuth clients, the assertions they have used, and their access tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "client",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("key_set", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("last_used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name="fk_client_tenant_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_client"),
    )
    op.create_table(
        "assertion",
        sa.Column("client_id", sa.String(length=36), nullable=False),
        sa.Column("jti_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name="fk_assertion_client_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("client_id", "jti_sha256", name="pk_assertion"),
    )
    op.create_index("ix_assertion_expires_at", "assertion", ["expires_at"])
    op.create_table(
        "access_token",
        sa.Column("prefix", sa.String(length=12), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=36), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name="fk_access_token_client_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("prefix", name="pk_access_token"),
    )
    op.create_index("ix_access_token_expires_at", "access_token", ["expires_at"])
