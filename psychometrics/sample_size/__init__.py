"""Whether a sample can answer a question at all, and how many persons more it would take."""
