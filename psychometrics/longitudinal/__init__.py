"""Repeated measurements of the same persons: growth, lagged effects, change."""
