"""PostgreSQL forgets deleted rows within about a minute instead of when a fifth of a table is gone.

That is how often its autovacuum looks by itself; it now begins with the first row that is dead.
"""

from alembic import op

revision = "0010"
down_revision = "0009"

_TABLES = ("block", "response_name", "job", "job_step", "idempotency")
_AT_ONCE = "autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 0"
_LONG_VALUES_TOO = "toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 0"


def upgrade() -> None:
    """Set it for the tables that hold answers, or what was derived from them."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in _TABLES:
        has_long_values = table != "response_name"
        settings = f"{_AT_ONCE}, {_LONG_VALUES_TOO}" if has_long_values else _AT_ONCE
        op.execute(f"ALTER TABLE {table} SET ({settings})")
