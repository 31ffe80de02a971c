"""Durable analyses: priorities, steps, the way to the queue, living workers.

An analysis that a worker of the release before was running is queued again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add what the queue needs, and take away the leases it replaces."""
    op.add_column(
        "job", sa.Column("priority", sa.Integer(), nullable=False, server_default=sa.text("5"))
    )
    op.drop_column("job", "heartbeat_at")
    op.create_table(
        "job_step",
        sa.Column("job_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["job.id"], name="fk_job_step_job_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("job_id", "name", name="pk_job_step"),
    )
    op.create_table(
        "submission",
        sa.Column("job_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["job.id"], name="fk_submission_job_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("job_id", name="pk_submission"),
    )
    op.create_table(
        "worker",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("beats", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_worker"),
    )
    op.execute("UPDATE job SET status = 'queued', worker = NULL WHERE status = 'running'")
    op.execute("INSERT INTO submission (job_id) SELECT id FROM job WHERE status = 'queued'")
