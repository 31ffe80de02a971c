"""Whether an instrument holds up: evidence held against stated rules, property by property."""
