"""The samples of an analysis as rows with foreign keys; lists in the order of the database."""

import orjson
import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the table, fill it, and drop the column; analyses of samples that are gone go too."""
    op.create_table(
        "job_sample",
        sa.Column("job_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sample_key", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["job.id"], name="fk_job_sample_job_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["sample_key"], ["sample.key"], name="fk_job_sample_sample_key"),
        sa.PrimaryKeyConstraint("job_id", "position", name="pk_job_sample"),
    )
    op.create_index("ix_job_sample_sample_key", "job_sample", ["sample_key"])
    connection = op.get_bind()
    keys = {
        (row.tenant_id, row.id): row.key
        for row in connection.execute(sa.text("SELECT key, id, tenant_id FROM sample"))
    }
    insert = sa.text(
        "INSERT INTO job_sample (job_id, position, sample_key) VALUES (:job, :position, :sample)"
    )
    for job in connection.execute(sa.text("SELECT id, tenant_id, samples FROM job")).all():
        samples = [keys.get((job.tenant_id, name)) for name in orjson.loads(job.samples)]
        if None in samples:
            connection.execute(sa.text("DELETE FROM job WHERE id = :job"), {"job": job.id})
            continue
        for position, sample in enumerate(samples):
            values = {"job": job.id, "position": position, "sample": sample}
            connection.execute(insert, values)
    op.drop_column("job", "samples")
    op.drop_index("ix_batch_sample_key_id", table_name="batch")
    op.create_index("ix_batch_sample_key_key", "batch", ["sample_key", "key"])
    op.drop_index("ix_job_tenant_id_id", table_name="job")
    op.create_index("ix_job_tenant_id_created_at_id", "job", ["tenant_id", "created_at", "id"])
