"""Whether an instrument measures the same in several groups, and what may then be compared."""
