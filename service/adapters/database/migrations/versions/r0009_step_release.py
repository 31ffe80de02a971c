"""Which release did a step of an analysis: another does it again.

Steps that stand there when this is applied are of a release before, and are done again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the column."""
    release = sa.Column("release", sa.String(length=40), nullable=False, server_default="")
    op.add_column("job_step", release)
