"""The only place that knows SQL: tables, migrations and one module for each thing stored."""
