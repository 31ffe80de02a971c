"""Alembic migrations; each brings the schema one step forward."""
