"""Figures of a report: one module each, drawn from a finished analysis and nothing else."""
